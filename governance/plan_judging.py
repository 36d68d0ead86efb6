"""A plan judged against what is stored when it is to take effect: what changes, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.lattice import to_lattice
from gis.words import Words
from gis.zone_shapes import fits_together, same_border, union_of_units
from governance.plan_checks import Fault, PlannedUnits, PlannedZone, check_plan, next_codes, told
from grid_data.database import Connection
from grid_data.plan_publishing import (
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

__all__ = ["Drawn", "Judged", "judge"]

Ints = NDArray[np.int64]
SHOWN = 3
"""Units named in one fault."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A zone that gets a new version. ``number`` None: it is outside of the plan, and only got a vertex."""

    number: int | None
    before: Version | None
    shape: Any


@dataclass(frozen=True, eq=False)
class Judged:
    """What a plan does, worked out; nothing is written.

    Attributes
    ----------
    draft
        What was read.
    zones
        Zones of the plan that it touches, by number.
    units
        Units of these zones as they will be (rows of ``draft.units``), with ``zone_before``: id of the zone
        each is in at the moment, a piece that of the unit it is cut from.
    roots
        Unit each new piece is cut from, by piece.
    drawn
        Zones that get a new version.
    codes
        Code of each zone that goes on or begins, by number.
    faults
        What is wrong.
    """

    draft: Draft
    zones: Mapping[int, PlannedZone]
    units: pd.DataFrame
    roots: Mapping[int, int]
    drawn: Sequence[Drawn]
    codes: Mapping[int, str]
    faults: Sequence[Fault]

    @property
    def changes(self) -> int:
        """How many units and zones change."""
        return len(self.draft.moved) + len(self.zones)

    def row(self, number: int) -> Mapping[str, Any]:
        """A zone of the plan as it was read."""
        return self._rows[number]

    @cached_property
    def _rows(self) -> dict[int, Mapping[str, Any]]:
        return {row["number"]: row for row in self.draft.zones}

    def parent_of(self, number: int) -> int | None:
        """The zone that a zone of the plan lies in: its own, else the community of its units."""
        row = self.row(number)
        if row["parent_zone_id"] is not None:
            return int(row["parent_zone_id"])
        mine = self.units.loc[self.units["number"] == number, "community"]
        return int(row["community_zone_id"] or mine.to_list()[0])

    def versions_of(self, zones: Sequence[int]) -> list[int]:
        """Versions that hold at the moment, of zones of the plan."""
        wanted = set(zones)
        return [
            row["version_id"] for row in self.draft.zones if row["zone_id"] in wanted and row["version_id"]
        ]


async def judge(connection: Connection, plan: Mapping[str, Any], at: datetime) -> Judged:
    """Judge a plan (a row of `lock_plan`) for a moment."""
    draft = await read_draft(connection, plan, at)
    base_grid = plan["layer_kind"] == "base_grid"
    roots = draft.roots()
    touched = _touched(draft, roots)
    zones = {row["number"]: _planned(row) for row in draft.zones if row["number"] in touched}
    faults = [*_moved_base(draft, zones), *_lost(draft, roots)]
    if not base_grid:
        words = Words(
            "只有由单元组成的网格可以发布", "only grids that are made of land units can be published"
        )
        return Judged(draft, zones, draft.units, roots, [], {}, [Fault("not-of-units", words)])
    existing = [zone.zone_id for zone in zones.values() if zone.zone_id is not None]
    faults += _strangers(draft, zones, await units_in_zones(connection, existing, at))
    units = _units(draft, zones, roots)
    shapes = await _shapes(connection, plan, draft, units)
    joined = await _joined(connection, units)
    names = await zone_codes(connection, sorted({int(each) for each in units["community"]}))
    planned = PlannedUnits(
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
        planned, list(zones.values()), taken=draft.codes, pattern=plan["code_pattern"], communities=names
    )
    codes = _codes(draft, zones, units, names, faults)
    drawn = await _drawn(connection, draft, zones, units, shapes, at, faults)
    return Judged(draft, zones, units, roots, drawn, codes, faults)


def _touched(draft: Draft, roots: Mapping[int, int]) -> set[int]:
    """Numbers of the zones that are not left as they are."""
    moved = draft.moved
    numbers = set(moved["number"].tolist()) | set(moved["base"].tolist())
    numbers |= set(draft.units.loc[draft.units["id"].isin(list(roots.values())), "base"].tolist())
    used = set(draft.units["number"].tolist())
    for row in draft.zones:
        new = row["zone_id"] is None
        renamed = not new and (row["name_zh"], row["name_en"]) != (row["zone_name_zh"], row["zone_name_en"])
        recoded = not new and row["code"] is not None and row["code"] != row["zone_code"]
        # A new zone that was merged away before it began is nothing.
        begins = new and (row["number"] in used or not row["dissolved"])
        if begins or renamed or recoded or (not new and row["dissolved"]):
            numbers.add(row["number"])
    return numbers - {0}


def _planned(row: Mapping[str, Any]) -> PlannedZone:
    community = row["community_zone_id"] or row["parent_zone_id"]
    code = row["code"] or row["zone_code"]
    return PlannedZone(
        row["number"], row["zone_id"], code, row["name_zh"], row["name_en"], community,
        row["dissolved"],
    )  # fmt: skip


def _units(draft: Draft, zones: Mapping[int, PlannedZone], roots: Mapping[int, int]) -> pd.DataFrame:
    """Units of the touched zones, as they will be, with the zone each comes from."""
    units = draft.units[draft.units["number"].isin(list(zones))].reset_index(drop=True)
    here = dict(zip(draft.units["id"].tolist(), draft.units["here"].tolist(), strict=True))
    before = [here.get(roots.get(unit, unit), 0) for unit in units["id"].tolist()]
    return units.assign(zone_before=np.array(before, dtype=np.int64))


def _moved_base(draft: Draft, zones: Mapping[int, PlannedZone]) -> Iterator[Fault]:
    """Units of touched zones that are no longer where the plan found them, and zones that are no more."""
    by_zone = {row["number"]: row for row in draft.zones}
    for number, zone in zones.items():
        row = by_zone[number]
        if zone.zone_id is not None and row["version_id"] is None and row["retired_at"] is not None:
            # Only a roll-back brings a zone back: it has no unit of its own in the draft.
            if (draft.units["base"] == number).any():
                zh, en = told(zone)
                yield Fault("base-moved", Words(f"{zh} 已撤销", f"{en} has been dissolved meanwhile"), number)
            continue
        base = draft.units[(draft.units["base"] == number) & (draft.units["piece"] == 0)]
        gone = base[base["lives"] == 0]
        left = base[(base["lives"] == 1) & (base["here"] != (zone.zone_id or 0))]
        for code, found, zh, en in (
            ("unit-gone", gone, "已不存在", "no longer exist"),
            ("base-moved", left, "已被另行划走", "were moved meanwhile"),
        ):
            if len(found):
                name_zh, name_en = told(zone)
                listed = _listed(found["code"].tolist())
                yield Fault(
                    "unit-gone" if code == "unit-gone" else "base-moved",
                    Words(f"{name_zh} 的单元 {listed} {zh}", f"units {listed} of {name_en} {en}"),
                    number,
                    str(found["code"].iloc[0]),
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


def _lost(draft: Draft, roots: Mapping[int, int]) -> Iterator[Fault]:
    """Units in no zone that are not cut; cut units whose pieces are not all there."""
    units = draft.units
    living = units[(units["piece"] == 0) & (units["base"] > 0) & (units["number"] == 0)]
    cut = set(roots.values())
    for unit, code in zip(living["id"].tolist(), living["code"].tolist(), strict=True):
        if unit not in cut:
            yield Fault(
                "no-zone", Words(f"单元 {code} 不属于任何网格", f"unit {code} is in no grid"), unit=code
            )
    area = dict(zip(units["id"].tolist(), units["area_m2"].tolist(), strict=True))
    whole: dict[int, float] = {}
    for piece, root in roots.items():
        whole[root] = whole.get(root, 0.0) + area[piece]
    names = dict(zip(units["id"].tolist(), units["code"].tolist(), strict=True))
    wanted = dict(zip(units["id"].tolist(), units["number"].tolist(), strict=True))
    for root, pieces in whole.items():
        # Vertices of a cut are rounded to the lattice: a centimetre along its length.
        slack = 0.5 + area.get(root, pieces) * 1e-4
        if abs(pieces - area.get(root, pieces)) > slack or wanted.get(root):
            code = names.get(root, str(root))
            yield Fault(
                "incomplete-cut",
                Words(f"单元 {code} 的切分不完整", f"the pieces of unit {code} are not the whole unit"),
                unit=code,
            )


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")


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
