"""``gridgov reroute``: open incidents to the zones and owners of today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.incidents.rerouting import Rerouted

__all__ = ["print_rerouted", "reroute"]

SHOWN = 20


def reroute(
    layer: Annotated[
        list[str] | None,
        typer.Option(
            "--layer", metavar="CODE", help="Look for changes of this layer only; repeat as needed."
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Ask every open incident, as after a change of assignment rules.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would move; change nothing.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the moves to a .csv or .json file."),
    ] = None,
) -> None:
    """Route open incidents again where zones have changed since the last time, for the present moment.

    Closed incidents keep the routing of their time; what a person chose by hand stays.
    """
    from governance.access import OPERATOR
    from governance.errors import GovernanceError
    from governance.incidents.rerouting import reroute as again

    if output is not None and output.suffix.lower() not in (".csv", ".json"):
        raise typer.BadParameter("--output: *.csv | *.json")
    try:
        done = in_database(
            lambda connection, _: again(connection, OPERATOR, layers=layer, full=full, dry_run=dry_run),
            Words("重新确定归属", "routing again"),
        )
    except GovernanceError as problem:
        fail(str(problem.message), str(problem.message))
    if output is not None:
        if output.suffix.lower() == ".csv":
            done.moves.to_csv(output, index=False, encoding="utf-8-sig")
        else:
            output.write_text(done.moves.to_json(orient="records", force_ascii=False), encoding="utf-8")
    print_rerouted(done)


def print_rerouted(done: Rerouted) -> None:
    """Say how many incidents were asked, and where they move."""
    n = len(done.moves)
    scope = in_words("全部未结事件", "every open incident")
    if done.since is not None:
        day = done.since.isoformat(timespec="seconds")
        scope = in_words(f"{day} 以来的变更", f"changes since {day}")
    out.print(escape(in_words(f"范围：{scope}", f"looked at: {scope}")), soft_wrap=True)
    for row in done.moves.head(SHOWN).to_dict("records"):
        grids = f"{row['base_grid_before'] or '—'} → {row['base_grid_after'] or '—'}"
        owners = f"{row['organisation_before'] or '—'} → {row['organisation_after'] or '—'}"
        out.print(escape(f"· {row['number']}: {grids}, {owners}"), soft_wrap=True)
    if n > SHOWN:
        out.print(in_words(f"· … 另有 {n - SHOWN} 件", f"· … and {n - SHOWN} more"))
    if done.kept_by_hand:
        out.print(
            in_words(
                f"{done.kept_by_hand} 件由人工指定单位，保持不变",
                f"{done.kept_by_hand} with an organisation chosen by hand are left alone",
            )
        )
    if done.done:
        zh, en = f"已核对 {done.asked} 件，移动 {n} 件", f"{done.asked} asked, {n} moved"
    else:
        zh, en = (
            f"试运行：核对 {done.asked} 件，将移动 {n} 件",
            f"dry run: {done.asked} asked, {n} would move",
        )
    out.print(in_words(zh, en), soft_wrap=True)
