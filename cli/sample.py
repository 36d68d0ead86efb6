"""``gridgov sample``: generate the sample city as files, or let it live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.console import in_words, out, progress, say
from cli.sample_live import live

__all__ = ["sample"]

sample = typer.Typer(name="sample", invoke_without_command=True)
sample.command()(live)


@sample.callback()
def files(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.")
    ] = None,
    small: Annotated[
        bool, typer.Option("--small", help="Two subdistricts with little of everything.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Another seed gives another city.")
    ] = None,
) -> None:
    """Generate the sample city: Laoshan District, real borders, everything else synthetic.

    The same seed gives the same files, byte for byte; `manifest.json` lists their rows and checksums.
    """
    if context.invoked_subcommand is not None:
        return
    if output is None:
        raise typer.BadParameter("--output DIR")
    # Only here: these libraries would make every other command start a second later.
    from grid_data.sample import DEFAULT_SEED, STEPS, generate, write

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=progress,
        transient=True,
    ) as bar:
        task = bar.add_task(in_words("生成示例城市", "Generating the sample city"), total=len(STEPS) + 1)

        def step(name: str, seconds: float) -> None:
            bar.advance(task)
            say(f"{name}: {seconds:.1f} s")

        made = generate(small=small, seed=DEFAULT_SEED if seed is None else seed, progress=step)
        manifest = write(made, output)
    rows = sum(entry["rows"] for entry in manifest["files"].values())
    out.print(
        in_words(
            f"{output}：{len(manifest['files'])} 个文件，{rows:,} 行",
            f"{output}: {len(manifest['files'])} files, {rows:,} rows",
        ),
        soft_wrap=True,
    )
