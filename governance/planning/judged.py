"""What a plan does, worked out against what is stored when it is to take effect.

Grids made of land units are judged by `judging`, zones that are shapes by `ground`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gis.words import Words
from governance.planning.checks import Fault, PlannedZone
from grid_data.planning.publishing import Draft, Version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Drawn", "Judged", "listed", "lost", "planned", "touched_zones"]

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
    nested
        Whether zones lie in the community of their units, as base grids do.
    """

    draft: Draft
    zones: Mapping[int, PlannedZone]
    units: pd.DataFrame
    roots: Mapping[int, int]
    drawn: Sequence[Drawn]
    codes: Mapping[int, str]
    faults: Sequence[Fault]
    nested: bool = True

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
        """The zone that a zone of the plan lies in: its own; if nested, else the community of its units."""
        row = self.row(number)
        if row["parent_zone_id"] is not None:
            return int(row["parent_zone_id"])
        if not self.nested:
            return None
        mine = self.units.loc[self.units["number"] == number, "community"]
        return int(row["community_zone_id"] or mine.to_list()[0])

    def versions_of(self, zones: Sequence[int]) -> list[int]:
        """Versions that hold at the moment, of zones of the plan."""
        wanted = set(zones)
        return [
            row["version_id"] for row in self.draft.zones if row["zone_id"] in wanted and row["version_id"]
        ]


def touched_zones(draft: Draft, roots: Mapping[int, int]) -> dict[int, PlannedZone]:
    """Zones that are not left as they are, by number."""
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
    return {row["number"]: planned(row) for row in draft.zones if row["number"] in numbers}


def planned(row: Mapping[str, Any]) -> PlannedZone:
    """A zone of a plan as checks want it."""
    community = row["community_zone_id"] or row["parent_zone_id"]
    code = row["code"] or row["zone_code"]
    return PlannedZone(
        row["number"], row["zone_id"], code, row["name_zh"], row["name_en"], community,
        row["dissolved"],
    )  # fmt: skip


def lost(draft: Draft, roots: Mapping[int, int]) -> Iterator[Fault]:
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


def listed(codes: Sequence[str]) -> str:
    """A few codes, and whether there are more."""
    return ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
