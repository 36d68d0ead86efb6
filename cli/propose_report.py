"""What ``gridgov propose`` prints and writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from cli.console import in_words, out
from gis.words import Words

if TYPE_CHECKING:
    from gis.propose import Proposal, ProposeOptions
    from grid_data.unit_files.reading import UnitFile

__all__ = ["print_json", "print_proposals", "write_all", "write_first"]

SHOWN = 20
"""Reasons that are printed; the rest is counted."""


def words(text: Words) -> str:
    """In the language of the terminal."""
    return in_words(text.zh, text.en)


def write_first(
    output: Path, read: UnitFile, proposal: Proposal, codes: Mapping[int, str], options: ProposeOptions
) -> list[Path]:
    """Write one proposal."""
    from grid_data.unit_files.writing import grids_frame, units_frame, write_proposal

    return write_proposal(
        output,
        grids_frame(read, proposal, codes, options.minimum, options.maximum, words),
        units_frame(read, proposal, codes),
    )


def write_all(
    folder: Path,
    ending: str,
    read: UnitFile,
    found: list[Proposal],
    codes: Mapping[int, str],
    options: ProposeOptions,
) -> None:
    """Write every proposal as ``proposal-N`` into a folder, and ``measures.json`` beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for proposal in found:
        write_first(folder / f"proposal-{proposal.number}{ending}", read, proposal, codes, options)
    content = [_proposal(one, codes) for one in found]
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "measures.json").write_text(text + "\n", encoding="utf-8")


def print_json(
    output: Path,
    read: UnitFile,
    found: list[Proposal],
    codes: Mapping[int, str],
    options: ProposeOptions,
) -> None:
    """The measures of the first proposal, then all of them, and what each community can have."""
    from gis.propose import feasible_grids

    content: dict[str, Any] = {
        **found[0].measures.document(),
        "output": str(output),
        "metric_srid": read.epsg,
        "seed": options.seed,
        "proposals": [_proposal(one, codes) for one in found],
        "communities": [
            {
                "community": read.communities[one.community] if read.named else one.community + 1,
                "households": one.households,
                "least": one.least,
                "most": one.most,
                "feasible": one.feasible,
            }
            for one in feasible_grids(read.graph, options.minimum, options.maximum)
        ],
    }
    out.print_json(json.dumps(content, ensure_ascii=False))


def _proposal(one: Proposal, codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name._asdict(),
        "measures": one.measures.document(),
        "explained": [
            {"zone": codes[why.zone], "code": why.code, "text": why.text._asdict()} for why in one.explained
        ],
    }


def print_proposals(
    output: Path,
    read: UnitFile,
    found: list[Proposal],
    codes: Mapping[int, str],
    options: ProposeOptions,
) -> None:
    """A table of proposals, the reasons of the first, and which communities cannot be divided."""
    from gis.propose import feasible_grids

    table = Table(in_words("方案", "proposal"))
    for zh, en in (
        ("网格", "grids"), ("区间内", "in band"), ("户数", "households"), ("紧凑度", "compactness"),
        ("沿路", "on streets"), ("变动户", "moved"), ("未动网格", "untouched"),
    ):  # fmt: skip
        table.add_column(in_words(zh, en), justify="right")
    for one in found:
        figures = one.measures
        table.add_row(
            escape(f"{one.number} {words(one.name)}"),
            f"{figures.zones:,}",
            f"{figures.in_band_share:.1%}",
            f"{figures.minimum}–{figures.maximum}",
            f"{figures.mean_polsby_popper:.3f}",
            f"{figures.street_share:.0%}",
            f"{figures.moved_share:.1%}",
            f"{figures.untouched_share:.0%}",
        )
    out.print(table)
    for why in found[0].explained[:SHOWN]:
        out.print(f"[yellow]·[/yellow] {escape(f'{codes[why.zone]}: {words(why.text)}')}", soft_wrap=True)
    rest = len(found[0].explained) - SHOWN
    if rest > 0:
        out.print(in_words(f"  另有 {rest} 格", f"  and {rest} more"))
    ranges = feasible_grids(read.graph, options.minimum, options.maximum)
    if len(ranges) == 1:
        one_range = ranges[0]
        out.print(
            in_words(
                f"可分 {one_range.least} 至 {one_range.most} 格",
                f"{one_range.least} to {one_range.most} grids are possible",
            )
        )
    out.print(
        escape(
            in_words(
                f"{output}：{found[0].measures.zones:,} 个网格，{found[0].measures.seconds:.1f} 秒",
                f"{output}: {found[0].measures.zones:,} grids in {found[0].measures.seconds:.1f} s",
            )
        ),
        soft_wrap=True,
    )
