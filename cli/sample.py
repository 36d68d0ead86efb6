"""``gridgov sample``: generate the sample city as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.console import in_words, out, progress, say

__all__ = ["sample"]


def sample(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.")],
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
