"""``gridgov propose``: balanced grids made of the land units of a file, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import in_words, progress, say
from cli.import_run import fail

if TYPE_CHECKING:
    from gis.propose import Proposal, ProposeOptions
    from grid_data.unit_files.links import Pairs
    from grid_data.unit_files.reading import CurrentGrids, UnitFile

__all__ = ["propose"]

LEAST_LIMIT_S = 1.0
"""A shorter search is not cut off by the clock: its work is done before a clock would be fair."""


def propose(
    units: Annotated[
        Path,
        typer.Option(
            "--units",
            metavar="FILE",
            help="Land units as polygons (.gpkg .geojson .shp .parquet ...), with a column households.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Where the first proposal goes: .gpkg (layers grids, units) .geojson .shp .parquet.",
        ),
    ],
    current: Annotated[
        Path | None,
        typer.Option(
            "--current",
            metavar="FILE",
            help="Today's grids as polygons with a code: the search begins from them and holds on to them.",
        ),
    ] = None,
    minimum: Annotated[int, typer.Option("--min", min=1, help="Fewest households of a grid (300).")] = 300,
    maximum: Annotated[int, typer.Option("--max", min=1, help="Most households of a grid (500).")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same grids (1).")] = 1,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            min=0.01,
            help="How long to search at most. Without it: the work of 10 seconds on two cores, however long "
            "it takes, so that the answer is the same on every machine.",
        ),
    ] = None,
    weight: Annotated[
        str | None, typer.Option("--weight", metavar="COLUMN", help="Column of households (households).")
    ] = None,
    community: Annotated[
        str | None,
        typer.Option(
            "--community",
            metavar="COLUMN",
            help="Column of the community that grids must not cross (community, if there is one).",
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="COLUMN", help="Column of codes of units (code, else row numbers)."),
    ] = None,
    current_code: Annotated[
        str | None,
        typer.Option("--current-code", metavar="COLUMN", help="Column of codes of today's grids (code)."),
    ] = None,
    roads: Annotated[
        Path | None,
        typer.Option("--roads", metavar="FILE", help="Lines with a class: grid borders follow them."),
    ] = None,
    reach: Annotated[
        float,
        typer.Option(
            "--reach",
            min=0.0,
            max=1000.0,
            metavar="METRES",
            help="Over so much ground of nobody, as of streets, units may share a grid without touching (0).",
        ),
    ] = 0.0,
    crs: Annotated[
        str | None,
        typer.Option("--crs", metavar="SYSTEM", help="System of the units, before what the file declares."),
    ] = None,
    source_layer: Annotated[
        str | None,
        typer.Option("--source-layer", metavar="LAYER", help="Layer of a file of units with several."),
    ] = None,
    roads_weight: Annotated[
        float, typer.Option("--roads-weight", min=0.0, help="How much borders should follow roads (1).")
    ] = 1.0,
    compactness: Annotated[
        float, typer.Option("--compactness", min=0.0, help="How much grids should be round (1).")
    ] = 1.0,
    stay: Annotated[
        float, typer.Option("--stay", min=0.0, help="How much households should keep their grid (1).")
    ] = 1.0,
    change_budget: Annotated[
        float | None,
        typer.Option(
            "--change-budget",
            min=0.0,
            max=1.0,
            metavar="SHARE",
            help="At most this share of the households may change their grid, for example 0.1.",
        ),
    ] = None,
    grids: Annotated[
        int | None, typer.Option("--grids", min=1, help="How many grids to make (left to the band).")
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option("--lock", metavar="CODE", help="A grid of today that stays as it is; repeatable."),
    ] = None,
    exempt: Annotated[
        list[str] | None,
        typer.Option(
            "--exempt", metavar="CODE", help="A grid of today that stays, outside of the band; repeatable."
        ),
    ] = None,
    must_link: Annotated[
        list[str] | None,
        typer.Option("--must-link", metavar="UNIT,UNIT", help="Two units that share a grid; repeatable."),
    ] = None,
    cannot_link: Annotated[
        list[str] | None,
        typer.Option("--cannot-link", metavar="UNIT,UNIT", help="Two units that do not; repeatable."),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(
            "--links",
            metavar="FILE",
            help="A table of such pairs: columns unit_a, unit_b, link (must or cannot).",
        ),
    ] = None,
    proposals: Annotated[
        Path | None,
        typer.Option(
            "--proposals", metavar="DIR", help="Folder for all proposals, in the form of OUT, with measures."
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="A picture (.svg) of what the proposals trade off."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Divide land units into connected grids of 300 to 500 households; needs no database.

    Several different proposals are made; every grid out of the band comes with a reason.
    """
    # Only here: these libraries would make every other command start seconds later.
    from cli.propose_report import print_json, print_proposals, write_all, write_first
    from gis.errors import GisError
    from gis.propose import ImpossibleOptions, ProposeOptions
    from grid_data.importers.problems import ImportRefused
    from grid_data.unit_files.links import read_links
    from grid_data.unit_files.outputs import check_output
    from grid_data.unit_files.reading import UnitsAsked, read_current, read_units

    if plot is not None and plot.suffix.lower() != ".svg":
        fail("--plot：应为 .svg 文件", "--plot: must be an .svg file")
    if plot is not None and not plot.parent.is_dir():
        fail(f"--plot：没有目录 {plot.parent}", f"--plot: there is no folder {plot.parent}")
    if proposals is not None and proposals.exists() and not proposals.is_dir():
        fail(f"--proposals：{proposals} 不是目录", f"--proposals: {proposals} is no folder")
    try:
        inputs = [path for path in (units, current, roads, links) if path is not None]
        check_output(output, overwrite=overwrite, inputs=inputs)
        with progress.status(in_words("读取单元", "reading units")):
            read = read_units(UnitsAsked(units, source_layer, crs, weight, community, code, roads, reach))
            today = None if current is None else read_current(current, read, current_code)
            must, cannot = ((), ()) if links is None else read_links(links)
        _say_read(read, today)
        options = ProposeOptions(
            minimum=minimum, maximum=maximum, roads=roads_weight, compactness=compactness,
            stay=stay, change_budget=change_budget, locked=_zones(lock, "--lock", today),
            exempt=_zones(exempt, "--exempt", today), grids=grids, seed=seed,
            must_link=_pairs(must_link, "--must-link", must, read),
            cannot_link=_pairs(cannot_link, "--cannot-link", cannot, read),
            seconds=seconds or 10.0, limit_s=None if seconds is None else max(seconds, LEAST_LIMIT_S),
        )  # fmt: skip
        try:
            found = _searched(read, today, options)
        except KeyboardInterrupt:
            say(in_words("已中断；没有写出文件", "interrupted; nothing was written"))
            raise typer.Exit(130) from None
        codes = _codes(found, today)
        write_first(output, read, found[0], codes, options)
        if proposals is not None:
            write_all(proposals, output.suffix, read, found, codes, options)
        if plot is not None:
            from cli.trade_off import picture

            plot.write_text(picture(found), encoding="utf-8")
    except ImportRefused as refused:
        fail(*refused.words)
    except ImpossibleOptions as problem:
        fail(*problem.words)
    except GisError as problem:
        fail(str(problem), str(problem))
    if as_json:
        print_json(output, read, found, codes, options)
    else:
        print_proposals(output, read, found, codes, options)


def _say_read(read: UnitFile, today: CurrentGrids | None) -> None:
    n, borders = len(read.codes), len(read.graph.ends)
    total = int(read.graph.households.sum())
    say(
        in_words(
            f"{n:,} 个单元，{total:,} 户，{borders:,} 条边界；距离按 EPSG:{read.epsg} 计算",
            f"{n:,} units, {total:,} households, {borders:,} borders; distances are in EPSG:{read.epsg}",
        )
    )
    changed, ground = read.closed
    if changed:
        say(
            in_words(
                f"{changed:,} 个单元与相邻单元有缝隙或重叠，已拼合（面积变动共 {ground:,.0f} 平方米）",
                f"{changed:,} units had gaps or overlaps with others, which were closed ({ground:,.0f} m² of "
                "ground)",
            )
        )
    apart = _apart(read)
    if apart:
        say(
            in_words(
                f"{apart:,} 片与本社区其余部分不相接，单独划分（--reach 或 edges 图层可使其相连）",
                f"{apart:,} parts do not touch the rest of their community and are divided by themselves "
                "(--reach or a layer edges joins them)",
            )
        )
    if read.told:
        say(in_words("边界与通行关系取自 edges 图层", "borders and links are those of the layer edges"))
    if not read.named and len(read.communities) > 1:
        say(
            in_words(
                f"没有社区列：先分为 {len(read.communities)} 片再分别划分（--community 可指定列）",
                f"no column of communities: divided in {len(read.communities)} parts first (--community "
                "names a column)",
            )
        )
    if today is not None:
        outside = int((today.zone < 0).sum())
        if outside:
            say(in_words(f"{outside:,} 个单元不在现有网格内", f"{outside:,} units lie in no grid of today"))


def _apart(read: UnitFile) -> int:
    """Parts of communities beyond the first of each."""
    return read.graph.parts(read.graph.community)[0] - len(set(read.graph.community.tolist()))


def _searched(read: UnitFile, today: CurrentGrids | None, options: ProposeOptions) -> list[Proposal]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from gis.propose import propose

    with Progress(
        TextColumn(in_words("划分中", "searching")), BarColumn(), TimeElapsedColumn(),
        console=progress, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=1.0)
        return propose(
            read.graph,
            None if today is None else today.zone,
            options,
            progress=lambda share: bar.update(task, completed=share),
        )


def _zones(told: list[str] | None, option: str, today: CurrentGrids | None) -> frozenset[int]:
    """Codes of today's grids as their numbers."""
    if not told:
        return frozenset()
    if today is None:
        fail(f"{option} 需要 --current", f"{option} needs --current")
    for name in told:
        if name not in today.codes:
            fail(f"{option}：现有网格中没有 {name}", f"{option}: there is no grid {name} today")
    return frozenset(today.codes.index(name) for name in told)


def _pairs(told: list[str] | None, option: str, listed: Pairs, read: UnitFile) -> tuple[tuple[int, int], ...]:
    """Pairs of units by position: those of an option, and those of a table."""
    place = {name: number for number, name in enumerate(read.codes)}
    pairs = []
    for text in told or ():
        one, sign, two = text.partition(",")
        if not sign:
            fail(f"{option} 应写作 单元,单元，而不是“{text}”", f"{option} reads UNIT,UNIT, not {text!r}")
        pairs.append((option, one.strip(), two.strip()))
    pairs += [("--links", *pair) for pair in listed]
    for source, *names in pairs:
        for name in names:
            if name not in place:
                fail(f"{source}：没有单元 {name}", f"{source}: there is no unit {name}")
    return tuple((place[one], place[two]) for _, one, two in pairs)


def _codes(found: list[Proposal], today: CurrentGrids | None) -> dict[int, str]:
    """The code of each zone number: today's, or a new one that no grid of today has."""
    known = [] if today is None else today.codes
    codes = dict(enumerate(known))
    numbers = sorted({int(number) for one in found for number in one.zone.tolist()} - set(codes))
    taken = set(known)
    width = max(3, len(str(len(numbers))))
    following = 1
    for number in numbers:
        while f"N{following:0{width}d}" in taken:
            following += 1
        codes[number] = f"N{following:0{width}d}"
        following += 1
    return codes
