"""A plan judged against what is stored when it is to take effect: what changes, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import to_lattice
from gis.words import Words
from gis.zone_shapes import fits_together, same_border, union_of_units
from governance.planning.checks import Fault, PlannedUnits, PlannedZone, check_plan, next_codes, told
from governance.planning.ground import judge_ground
from governance.planning.judged import Drawn, Judged, listed, lost, touched_zones
from grid_data.database import Connection
from grid_data.planning.publishing import (
    Draft,
    Version,
    joined_pairs,
    read_draft,
    read_shapes,
    read_versions,
    shapes_beside,
    units_in_zones,
    zone_codes,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["judge"]

Ints = NDArray[np.int64]


async def judge(connection: Connection, plan: Mapping[str, Any], at: datetime) -> Judged:
    """Judge a plan (a row of `lock_plan`) for a moment."""
    draft = await read_draft(connection, plan, at)
    if plan["layer_kind"] != "base_grid":
        return await judge_ground(connection, plan, draft, at)
    roots = draft.roots()
    zones = touched_zones(draft, roots)
    faults = [*_moved_base(draft, zones), *lost(draft, roots)]
    existing = [zone.zone_id for zone in zones.values() if zone.zone_id is not None]
    faults += _strangers(draft, zones, await units_in_zones(connection, existing, at))
    units = _units(draft, zones, roots)
    shapes = await _shapes(connection, plan, draft, units)
    joined = await _joined(connection, units)
    names = await zone_codes(connection, sorted({int(each) for each in units["community"]}))
    as_planned = PlannedUnits(
        id=units["id"].to_numpy(),
        code=units["code"].to_numpy(dtype=object),
        community=units["community"].to_numpy(),
        zone=units["number"].to_numpy(),
        households=units["households"].to_numpy(),
        residents=units["residents"].to_numpy(),
        area_m2=units["area_m2"].to_numpy(),
        joined=joined,
    )
    faults += check_plan(
        as_planned, list(zones.values()), taken=draft.codes, pattern=plan["code_pattern"], communities=names
    )
    codes = _codes(draft, zones, units, names, faults)
    drawn = await _drawn(connection, draft, zones, units, shapes, at, faults)
    return Judged(draft, zones, units, roots, drawn, codes, faults)


def _units(draft: Draft, zones: Mapping[int, PlannedZone], roots: Mapping[int, int]) -> pd.DataFrame:
    """Units of the touched zones, as they will be, with the zone each comes from."""
    units = draft.units[draft.units["number"].isin(list(zones))].reset_index(drop=True)
    here = dict(zip(draft.units["id"].tolist(), draft.units["here"].tolist(), strict=True))
    before = [here.get(roots.get(unit, unit), 0) for unit in units["id"].tolist()]
    return units.assign(zone_before=np.array(before, dtype=np.int64))


def _moved_base(draft: Draft, zones: Mapping[int, PlannedZone]) -> Iterator[Fault]:
    """Units of touched zones that are no longer where the plan found them, and zones that are no more."""
    by_zone = {row["number"]: row for row in draft.zones}
    # All zones are looked at in one go: most plans leave nearly every zone as it was found.
    units = draft.units[draft.units["piece"] == 0]
    base = units["base"].to_numpy()
    expected = {number: zone.zone_id or 0 for number, zone in zones.items()}
    stands = np.array([expected.get(number, -1) for number in base.tolist()], dtype=np.int64)
    lives = units["lives"].to_numpy()
    gone = units[(lives == 0) & (stands >= 0)]
    left = units[(lives == 1) & (stands >= 0) & (units["here"].to_numpy() != stands)]
    based = set(draft.units["base"].tolist())
    for number, zone in zones.items():
        row = by_zone[number]
        if zone.zone_id is not None and row["version_id"] is None and row["retired_at"] is not None:
            # Only a roll-back brings a zone back: it has no unit of its own in the draft.
            if number in based:
                zh, en = told(zone)
                yield Fault("base-moved", Words(f"{zh} 已撤销", f"{en} has been dissolved meanwhile"), number)
            continue
        for code, among, zh, en in (
            ("unit-gone", gone, "已不存在", "no longer exist"),
            ("base-moved", left, "已被另行划走", "were moved meanwhile"),
        ):
            found = among.loc[among["base"] == number, "code"].tolist() if len(among) else []
            if found:
                name_zh, name_en = told(zone)
                codes = listed(found)
                yield Fault(
                    "unit-gone" if code == "unit-gone" else "base-moved",
                    Words(f"{name_zh} 的单元 {codes} {zh}", f"units {codes} of {name_en} {en}"),
                    number,
                    str(found[0]),
                )


def _strangers(draft: Draft, zones: Mapping[int, PlannedZone], here: Mapping[int, int]) -> Iterator[Fault]:
    """Units that came into a touched zone since the plan was begun."""
    base = draft.units[draft.units["piece"] == 0]
    known = dict(zip(base["id"].tolist(), base["base"].tolist(), strict=True))
    for number, zone in zones.items():
        new = [unit for unit, at in here.items() if at == zone.zone_id and known.get(unit) != number]
        if new:
            zh, en = told(zone)
            yield Fault(
                "base-moved",
                Words(
                    f"{zh} 在编制期间新增了 {len(new)} 个单元；请以当前版本重新编制",
                    f"{en} has {len(new)} unit(s) now that it had not when the plan began: start from today",
                ),
                number,
            )


async def _shapes(
    connection: Connection, plan: Mapping[str, Any], draft: Draft, units: pd.DataFrame
) -> dict[int, Any]:
    """Shapes of the units of touched zones, and of every zone in which a unit got a vertex."""
    redrawn = draft.units[(draft.units["redrawn"] > 0) & (draft.units["piece"] == 0)]
    numbers = set(redrawn["number"].tolist()) - {0}
    wanted = set(units["id"].tolist())
    wanted |= set(draft.units.loc[draft.units["number"].isin(list(numbers)), "id"].tolist())
    return await read_shapes(connection, plan["id"], sorted(wanted))


async def _joined(connection: Connection, units: pd.DataFrame) -> Ints:
    """Pairs of rows of ``units`` that hold a grid together; borders of pieces are stored with the cut."""
    ids = units["id"].to_numpy()
    joined = await joined_pairs(connection, ids.tolist())
    return np.searchsorted(ids, joined)


def _codes(
    draft: Draft,
    zones: Mapping[int, PlannedZone],
    units: pd.DataFrame,
    communities: Mapping[int, str],
    faults: list[Fault],
) -> dict[int, str]:
    """The code of every zone that goes on; new ones get the next free code of their community."""
    codes = {number: zone.code for number, zone in zones.items() if zone.code and not zone.dissolved}
    nameless: dict[int, list[int]] = {}
    for number, zone in sorted(zones.items()):
        mine = units.loc[units["number"] == number, "community"]
        if zone.code is None and not zone.dissolved and len(mine):
            nameless.setdefault(int(mine.iloc[0]), []).append(number)
    taken: dict[str, Any] = dict(draft.codes) | dict.fromkeys(codes.values())
    for community, numbers in nameless.items():
        try:
            found = next_codes(communities[community], taken, len(numbers))
        except ValueError as problem:
            words = Words(f"无法为新网格编码（{problem}）", f"no code for a new grid: {problem}")
            faults += [Fault("code-malformed", words, number) for number in numbers]
        else:
            codes |= dict(zip(numbers, found, strict=True))
    return codes


async def _drawn(
    connection: Connection,
    draft: Draft,
    zones: Mapping[int, PlannedZone],
    units: pd.DataFrame,
    shapes: Mapping[int, Any],
    at: datetime,
    faults: list[Fault],
) -> list[Drawn]:
    """Zones that get a new version; that the new shapes fit together and into their neighbours is checked."""
    by_number = {row["number"]: row for row in draft.zones}
    redrawn = draft.units[(draft.units["redrawn"] > 0) & (draft.units["piece"] == 0)]
    numbers = {*zones, *(set(redrawn["number"].tolist()) - {0})}
    inside = draft.units[draft.units["number"].isin(list(numbers))]
    members: dict[int, list[int]] = {}
    for unit, number in zip(inside["id"].tolist(), inside["number"].tolist(), strict=True):
        members.setdefault(number, []).append(unit)
    # A vertex in the border of a unit outside of the plan's area: its grid is drawn from its own units.
    outside = set(redrawn.loc[redrawn["number"] == 0, "here"].tolist()) - {0}
    outside &= set(redrawn.loc[redrawn["base"] == 0, "here"].tolist())
    around = await units_in_zones(connection, sorted(outside), at)
    others: dict[int, list[int]] = {}
    for unit, zone in around.items():
        others.setdefault(-zone, []).append(unit)
    known = dict(shapes)
    if missing := sorted(set(around) - set(known)):
        known |= await read_shapes(connection, draft.plan_id, missing)
    try:
        merged = union_of_units(known, members | others)
    except (shapely.errors.GEOSException, ValueError) as problem:
        faults.append(
            Fault("not-a-coverage", Words("单元之间有缝隙或重叠", f"units do not fit together ({problem})"))
        )
        return []
    existing = {number: by_number[number]["zone_id"] for number in numbers if by_number[number]["zone_id"]}
    existing |= {number: -number for number in others}
    versions = await read_versions(connection, sorted(existing.values()), at)
    drawn = []
    for number in sorted({*members, *others}):
        before = versions.get(existing.get(number, 0))
        shape, planned = merged[number], zones.get(number)
        same = before is not None and same_border(shape, before.shape)
        if same and before is not None and planned is not None:
            code = planned.code or before.code
            same = (planned.name_zh, planned.name_en, code) == (before.name_zh, before.name_en, before.code)
        if not same:
            drawn.append(Drawn(number if number > 0 else None, before, shape))
    ended = [zone.zone_id for zone in zones.values() if zone.dissolved and zone.zone_id is not None]
    old = [each.before for each in drawn if each.before is not None]
    old += [versions[zone] for zone in ended if zone in versions]
    beside = await shapes_beside(
        connection, [version.id for version in old], [version.zone_id for version in old], at
    )
    faults += _coverage(drawn, old, list(beside.values()))
    return drawn


def _coverage(drawn: Sequence[Drawn], old: Sequence[Version], beside: Sequence[Any]) -> Iterator[Fault]:
    """Whether the new shapes leave a gap or an overlap that the old ones had not."""
    new, before = [each.shape for each in drawn], [version.shape for version in old]
    if not fits_together([*new, *beside]) and fits_together([*before, *beside]):
        yield Fault(
            "not-a-coverage",
            Words(
                "新网格之间或与相邻网格之间有缝隙或重叠",
                "the new grids do not fit together or to their neighbours",
            ),
        )
    elif before:
        there, then = (shapely.area(np.array(to_lattice(np.array(list_)))).sum() for list_ in (new, before))
        length = sum(shape.length for shape in before) * 1e7
        if abs(there - then) > length:
            yield Fault(
                "not-a-coverage",
                Words("新网格与原网格的范围不同", "the new grids do not cover what the old ones covered"),
            )
