"""A plan of a layer whose zones are shapes: its moves of land units as ground that goes from zone to zone.

Such zones need not follow the borders of units, so their members say what is to move, and the ground says
where the borders are then (`gis.zone_ground`). Pieces of a cut unit are ground, too. The units of the city
are those of its base grids: pieces do not come alive, but later plans of the layer start from them
(`grid_data.planning.layer_pieces`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gis.lattice import SCALE, from_lattice, to_lattice
from gis.redraw.scale import Scale
from gis.words import Words
from gis.zone_ground import SLIVER_M, Ground, hand_over, touching
from gis.zone_shapes import same_border
from governance.planning.checks import Fault, PlannedZone, check_codes, check_members, next_code_like, told
from governance.planning.judged import Drawn, Judged, listed, lost, planned, touched_zones
from grid_data.database import Connection
from grid_data.planning.layer_pieces import pieces_in_force
from grid_data.planning.publishing import Draft, Version, read_shapes, read_versions, shapes_beside
from grid_data.planning.returning import versions_before

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["judge_ground"]

BEYOND = 0.1
"""Share of a zone outside of the plan's units that still counts as rounding at its rim."""


async def judge_ground(connection: Connection, plan: Mapping[str, Any], draft: Draft, at: datetime) -> Judged:
    """Judge a plan (a row of `lock_plan`) whose zones are not made of units, for a moment."""
    roots = draft.roots()
    zones = touched_zones(draft, roots)
    units = _units(draft, zones)
    existing = [zone.zone_id for zone in zones.values() if zone.zone_id is not None]
    versions = await read_versions(connection, existing, at)
    faults = [*_moved_base(draft, zones, versions, plan["base_at"]), *lost(draft, roots)]
    if plan["reverts_id"] is None:
        # A roll-back brings back shapes, whatever has been cut since.
        held = (await pieces_in_force(connection, plan["layer_id"], at)).held
        faults += _cut_meanwhile(draft, zones, held)
    faults += check_members(
        units["code"].to_numpy(dtype=object), units["number"].to_numpy(), list(zones.values())
    )
    faults += check_codes(list(zones.values()), taken=draft.codes, pattern=plan["code_pattern"])
    codes = _codes(draft, zones, units, plan["code_pattern"], faults)
    if plan["reverts_id"] is not None:
        drawn = await _as_before(connection, plan, draft, at)
    else:
        drawn = await _drawn(connection, plan, zones, units, versions, at, faults)
    return Judged(draft, zones, units, {}, drawn, codes, faults, nested=False)


def _units(draft: Draft, zones: Mapping[int, PlannedZone]) -> pd.DataFrame:
    """Units of the touched zones, as they will be, with the zone each comes from."""
    ids = {row["number"]: row["zone_id"] or 0 for row in draft.zones}
    units = draft.units[draft.units["number"].isin(list(zones))].reset_index(drop=True)
    before = [ids.get(number, 0) for number in units["base"].tolist()]
    return units.assign(zone_before=np.array(before, dtype=np.int64))


def _moved_base(
    draft: Draft, zones: Mapping[int, PlannedZone], versions: Mapping[int, Version], base: datetime
) -> Iterator[Fault]:
    """Zones that were drawn anew, or ended, since the edition that the plan starts from."""
    for number, zone in zones.items():
        if zone.zone_id is None:
            continue
        version = versions.get(zone.zone_id)
        zh, en = told(zone)
        if version is None and (draft.units["base"] == number).any():
            yield Fault("base-moved", Words(f"{zh} 已撤销", f"{en} has been dissolved meanwhile"), number)
        elif version is not None and version.since > base:
            words = Words(f"{zh} 在编制期间已重划", f"{en} has been drawn anew since the plan was begun")
            yield Fault("base-moved", words, number)


def _cut_meanwhile(draft: Draft, zones: Mapping[int, PlannedZone], held: frozenset[int]) -> Iterator[Fault]:
    """Units of touched zones that another plan of the layer has cut since the plan was begun."""
    units = draft.units
    gone = units[(units["piece"] == 0) & units["id"].isin(list(held))]
    for number, zone in zones.items():
        codes = gone.loc[gone["base"] == number, "code"].tolist()
        if codes:
            zh, en = told(zone)
            words = Words(
                f"{zh} 的单元 {listed(codes)} 已被切分",
                f"units {listed(codes)} of {en} have been cut meanwhile",
            )
            yield Fault("unit-gone", words, number, codes[0])


def _codes(
    draft: Draft,
    zones: Mapping[int, PlannedZone],
    units: pd.DataFrame,
    pattern: str | None,
    faults: list[Fault],
) -> dict[int, str]:
    """The code of every zone that goes on; a new one is counted on from where most of it comes from."""
    codes = {number: zone.code for number, zone in zones.items() if zone.code and not zone.dissolved}
    taken = {*draft.codes, *codes.values()}
    came = _flows(units, "number", "base")
    for number, zone in sorted(zones.items()):
        if zone.code is not None or zone.dissolved or not (units["number"] == number).any():
            continue
        origin = zones.get(came.get(number, 0))
        code = next_code_like(origin.code if origin else None, taken, pattern)
        if code is None:
            words = Words(
                f"无法为 {told(zone).zh} 续编编码；请先为其指定编码",
                f"no code follows for {told(zone).en}: give it one",
            )
            faults.append(Fault("code-malformed", words, number))
            continue
        codes[number] = code
        taken.add(code)
    return codes


def _flows(units: pd.DataFrame, by: str, other: str) -> dict[int, int]:
    """For each number the other side of most of what moves: by households, then area."""
    moving = units[(units["base"] != units["number"]) & (units[by] > 0) & (units[other] > 0)]
    sums = moving.groupby([by, other])[["households", "area_m2"]].sum().reset_index()
    sums = sums.sort_values(["households", "area_m2", other], ascending=[True, True, False])
    return dict(zip(sums[by].tolist(), sums[other].tolist(), strict=True))


async def _drawn(
    connection: Connection,
    plan: Mapping[str, Any],
    zones: Mapping[int, PlannedZone],
    units: pd.DataFrame,
    versions: Mapping[int, Version],
    at: datetime,
    faults: list[Fault],
) -> list[Drawn]:
    """Zones that get a new version: ground comes to or goes from them, or they get a vertex."""
    number_of = {zone.zone_id: number for number, zone in zones.items() if zone.zone_id is not None}
    before = {number_of[zone]: version for zone, version in versions.items()}
    shapes = {number: _lattice(version.shape) for number, version in before.items()}
    ending = [number for number, zone in zones.items() if zone.dissolved and number in before]
    heirs = _heirs(ending, _flows(units, "base", "number"))
    grounds, own = await _grounds(connection, plan, units)
    whole = plan["area_zone_id"] is None
    faults += _beyond(zones, heirs, ending, shapes, None if whole else grounds)
    others: dict[int, Version] = {}
    if grounds or heirs:
        # Neighbours that ground lies on or beside; negative numbers, as the plan may not have them.
        beside = await _beside(connection, versions, [*grounds, *(shapes[number] for number in heirs)], at)
        others = {-version.zone_id: version for version in beside.values()}
        around = {number: _lattice(version.shape) for number, version in others.items()}
        after = hand_over(shapes | around, own, grounds, heirs)
    else:
        after = {}
    faults += _groundless(zones, units, before, after)
    after = {number: shape for number, shape in after.items() if not shape.is_empty}
    faults += _parts(zones, shapes, after)
    drawn = []
    for number in sorted({*after, *before}):
        version = before.get(number) or others.get(number)
        zone = zones.get(number)
        if number in ending:
            continue
        if number in after:
            shape = from_lattice(after[number])
        else:
            assert version is not None
            shape = version.shape
            if zone is None or _named_alike(zone, version):
                continue
        drawn.append(Drawn(number if number > 0 else None, version, shape))
    return drawn


def _lattice(shape: Any) -> Any:
    return to_lattice(np.array([shape], dtype=object))[0]


def _named_alike(zone: PlannedZone, version: Version) -> bool:
    names = (zone.name_zh, zone.name_en, zone.code or version.code)
    return names == (version.name_zh, version.name_en, version.code)


async def _grounds(
    connection: Connection, plan: Mapping[str, Any], units: pd.DataFrame
) -> tuple[list[Ground], dict[int, Any]]:
    """The ground of units that move, then of their neighbours, whose borders the new ones follow.

    What lies between a moved unit and its new zone, on units shown in that zone already, goes along. With
    them come the units of each zone (lattice geometry).
    """
    base, number = units["base"].to_numpy(), units["number"].to_numpy()
    moving = np.flatnonzero(base != number)
    ids = units["id"].tolist()
    read = await read_shapes(connection, plan["id"], ids)
    shapes = np.asarray(to_lattice(np.array([read[unit] for unit in ids], dtype=object)), dtype=object)
    between: dict[int, set[int]] = {}
    for k, neighbour, edge in zip(*(each.tolist() for each in touching(shapes, moving)), strict=True):
        along = between.setdefault(neighbour, set())
        if edge and number[k] == number[neighbour]:
            along.add(int(base[k]))
    sources = {k: {int(base[k])} for k in moving.tolist()} | between
    grounds = [Ground(shapes[k], frozenset(mine - {0}), int(number[k])) for k, mine in sources.items()]
    return grounds, {zone: shapes[number == zone] for zone in sorted(set(number.tolist()))}


async def _beside(
    connection: Connection, versions: Mapping[int, Version], near: Sequence[Any], at: datetime
) -> dict[int, Version]:
    """Versions of the layer's other zones that touch some shapes (grounds, or lattice geometry)."""
    mine = [version.id for version in versions.values()]
    boxes = await shapes_beside(connection, mine, list(versions), at)
    shapes = np.array([each.shape if isinstance(each, Ground) else each for each in near], dtype=object)
    tree = shapely.STRtree(shapes)
    found = [
        zone for zone, shape in boxes.items() if len(tree.query(_lattice(shape), predicate="intersects"))
    ]
    return await read_versions(connection, found, at)


def _heirs(ending: Sequence[int], flows: Mapping[int, int]) -> dict[int, int]:
    """Who takes what is left of a zone that ends: where most of it goes."""
    return {number: flows[number] for number in ending if number in flows}


def _beyond(
    zones: Mapping[int, PlannedZone],
    heirs: Mapping[int, int],
    ending: Sequence[int],
    shapes: Mapping[int, Any],
    grounds: Sequence[Ground] | None,
) -> Iterator[Fault]:
    """Zones to end although the plan holds only a part of them; ``grounds`` None: it has no limit."""
    for number in ending:
        left = 0.0
        if grounds is not None:
            mine = [ground.shape for ground in grounds if number in ground.sources]
            left = shapely.difference(shapes[number], shapely.union_all(mine)).area
        if number not in heirs or left > BEYOND * shapes[number].area:
            zh, en = told(zones[number])
            words = Words(
                f"{zh} 超出方案范围，不能在本方案中撤销",
                f"{en} reaches beyond the plan: it cannot be dissolved in it",
            )
            yield Fault("beyond-area", words, number)


def _groundless(
    zones: Mapping[int, PlannedZone],
    units: pd.DataFrame,
    before: Mapping[int, Version],
    after: Mapping[int, Any],
) -> Iterator[Fault]:
    """Zones with units but without ground: a piece can lie where another zone than its unit's is drawn."""
    with_units = set(units["number"].tolist())
    for number, zone in sorted(zones.items()):
        if zone.dissolved or number not in with_units:
            continue
        if after[number].is_empty if number in after else number not in before:
            zh, en = told(zone)
            words = Words(
                f"{zh} 没有土地：划入的地块上没有其原网格的土地",
                f"{en} has no ground: in its units nothing belongs to the zones they come from",
            )
            yield Fault("no-ground", words, number)


def _parts(
    zones: Mapping[int, PlannedZone], before: Mapping[int, Any], after: Mapping[int, Any]
) -> Iterator[Fault]:
    """Zones that fall into more parts than they had; strips as narrow as two drawings differ are none."""
    for number, zone in sorted(zones.items()):
        if number not in after or zone.dissolved:
            continue
        parts = _wide(after[number])
        if parts > max(1, _wide(before[number]) if number in before else 1):
            zh, en = told(zone)
            words = Words(
                f"{zh} 由 {parts} 个互不相连的部分组成", f"{en} is in {parts} parts that are not joined"
            )
            yield Fault("not-connected", words, number)


def _wide(shape: Any) -> int:
    scale = Scale.at(float(shape.centroid.y) / SCALE)
    parts = [scale.metres(part) for part in shapely.get_parts(shape)]
    return sum(1 for part in parts if 2 * part.area >= SLIVER_M * part.length)


async def _as_before(
    connection: Connection, plan: Mapping[str, Any], draft: Draft, at: datetime
) -> list[Drawn]:
    """Zones as they were before the plan that is taken back: their own shapes, not computed again."""
    shapes = await versions_before(connection, plan["reverts_id"])
    versions = await read_versions(connection, sorted(shapes), at)
    drawn = []
    for row in draft.zones:
        if row["dissolved"] or row["zone_id"] not in shapes:
            continue
        before, shape = versions.get(row["zone_id"]), shapes[row["zone_id"]]
        if before is None or not same_border(shape, before.shape) or not _named_alike(planned(row), before):
            drawn.append(Drawn(row["number"], before, shape))
    return drawn
