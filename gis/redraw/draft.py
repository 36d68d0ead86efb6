"""A draft: the part of a plan that a move concerns, its rules, and the step that brings units to zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.measures import NOWHERE, Band, UnitCounts, ZoneMeasures, measure_zones
from gis.redraw.steps import DraftZone, RedrawRefused, Step
from gis.unit_graph import UnitGraph

__all__ = ["Draft", "fresh_zone", "step_of"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draft:
    """Units and zones as they are now; row ``i`` of everything is unit ``i`` of the graph.

    Attributes
    ----------
    ids
        int64 (n,): identifiers of the units, ascending.
    graph
        The units; ``graph.community`` counts ``communities``.
    communities
        Identifiers of the communities.
    zone
        int32 (n,): number of each unit's zone; `NOWHERE`: in none, or not there.
    counts
        What else units carry, and where they were.
    zones
        Zones by number: all that a unit here is in, was in, or may go to.
    next_number
        The first number no zone of the plan ever had.
    nested
        Whether zones stay inside their community.
    shapes
        object (n,): the units' polygons in EPSG:4326, on the lattice; None where they were not read.
    """

    ids: Ints
    graph: UnitGraph
    communities: Sequence[int]
    zone: NDArray[np.int32]
    counts: UnitCounts
    zones: Mapping[int, DraftZone]
    next_number: int
    nested: bool = True
    shapes: NDArray[np.object_] | None = field(default=None, repr=False)

    @cached_property
    def row(self) -> Mapping[int, int]:
        """Row of each unit by identifier."""
        return {unit: row for row, unit in enumerate(self.ids.tolist())}

    def rows_of(self, units: Iterable[int]) -> Ints:
        """Rows of units that are there.

        Raises
        ------
        RedrawRefused
            A unit is not part of this draft, or has been cut.
        """
        found = []
        for unit in dict.fromkeys(units):
            row = self.row.get(unit)
            if row is None or self.zone[row] == NOWHERE:
                raise RedrawRefused(
                    "unknown-unit",
                    f"方案中没有地块 {unit}，或已被切分",
                    f"the plan has no unit {unit}, or it has been cut",
                    unit=unit,
                )
            found.append(row)
        return np.array(found, dtype=np.int64)

    def community_of(self, row: int) -> int:
        """Identifier of the community a unit lies in."""
        return int(self.communities[int(self.graph.community[row])])

    def living(self, number: int) -> DraftZone:
        """A zone that may hold units.

        Raises
        ------
        RedrawRefused
            There is no such zone, or it is dissolved.
        """
        zone = self.zones.get(number)
        if zone is None:
            raise RedrawRefused(
                "unknown-zone",
                f"方案中没有编号 {number} 的网格",
                f"the plan has no zone {number}",
                zone=number,
            )
        if zone.dissolved:
            label = zone.named
            raise RedrawRefused(
                "zone-dissolved", f"{label.zh}已撤销", f"{label.en} has been dissolved", zone=number
            )
        return zone

    def members(self, number: int) -> Ints:
        """Rows of the units of a zone."""
        return np.flatnonzero(self.zone == number)

    def measures(self, band: Band, zones: Iterable[int], metric: Any = None) -> list[ZoneMeasures]:
        """Figures of zones; ``metric`` are the units' polygons in the metric zone, for Reock's measure."""
        return measure_zones(self.graph, self.zone, self.counts, band=band, zones=zones, shapes=metric)

    def made(self, step: Step) -> Draft:
        """The draft after a step whose units are all part of it.

        Raises
        ------
        RedrawRefused
            The step would break a rule: see `check`.
        """
        self.check(step)
        zone = self.zone.copy()
        for unit, after in zip(step.units, step.after, strict=True):
            zone[self.row[unit]] = NOWHERE if after is None else after
        zones = {**self.zones, **{number: now for number, (_, now) in step.zones.items()}}
        shapes = self.shapes
        if step.shapes and shapes is not None:
            shapes = shapes.copy()
            for unit, (_, after_shape) in step.shapes.items():
                if unit in self.row:
                    shapes[self.row[unit]] = after_shape
        held = {int(number) for number in np.unique(zone)}
        for number in held:
            held_zone = zones.get(number)
            if held_zone is not None and held_zone.dissolved:
                label = held_zone.named
                raise RedrawRefused(
                    "zone-dissolved",
                    f"{label.zh}仍有地块，不能撤销",
                    f"{label.en} still has units and cannot be dissolved",
                    zone=number,
                )
        return replace(
            self,
            zone=zone,
            zones=zones,
            shapes=shapes,
            next_number=max(self.next_number, max(zones, default=0) + 1),
        )

    def check(self, step: Step) -> None:
        """Whether a step keeps the rules.

        Raises
        ------
        RedrawRefused
            A unit would leave its community, enter a zone that does not take any, or break a lock.
        """
        zones = {**self.zones, **{number: now for number, (_, now) in step.zones.items()}}
        parents = self._zones_of_cut(step)
        for unit, before, after in zip(step.units, step.before, step.after, strict=True):
            # A piece comes from where the unit was that it is cut from.
            source = before if before is not None else parents.get(unit)
            if after is None or source == after:
                continue
            zone = zones.get(after)
            if zone is None:
                raise RedrawRefused(
                    "unknown-zone",
                    f"方案中没有编号 {after} 的网格",
                    f"the plan has no zone {after}",
                    zone=after,
                )
            self._check_locks(self.zones.get(source) if source else None, self.zones.get(after), unit)
            row = self.row[unit]
            if self.nested and zone.community is not None and self.community_of(row) != zone.community:
                label = zone.named
                raise RedrawRefused(
                    "crosses-community",
                    f"地块 {unit} 不在{label.zh}所属的社区内，网格不得跨社区",
                    f"unit {unit} lies outside the community of {label.en}; a grid never leaves it",
                    zone=after,
                    unit=unit,
                )

    def _zones_of_cut(self, step: Step) -> dict[int, int | None]:
        """Of each piece that appears, or is taken back: the zone it is compared with."""
        cut = {
            unit: was
            for unit, was, now in zip(step.units, step.before, step.after, strict=True)
            if now is None
        }
        if not cut or self.shapes is None:
            return {}
        found: dict[int, int | None] = {}
        for unit, before in zip(step.units, step.before, strict=True):
            if before is None and unit in self.row:
                middle = self.shapes[self.row[unit]].representative_point()
                for parent, was in cut.items():
                    if parent in self.row and self.shapes[self.row[parent]].covers(middle):
                        found[unit] = was
        return found

    def _check_locks(self, source: DraftZone | None, target: DraftZone | None, unit: int) -> None:
        for zone, modes, zh, en in (
            (source, ("out", "both"), "已锁定，不得移出", "is locked: nothing may leave it"),
            (target, ("in", "both"), "已锁定，不得移入", "is locked: nothing may enter it"),
        ):
            if zone is not None and zone.lock in modes:
                label = zone.named
                raise RedrawRefused(
                    "zone-locked", f"{label.zh}{zh}", f"{label.en} {en}", zone=zone.number, unit=unit
                )


def step_of(
    draft: Draft,
    kind: str,
    rows: Ints,
    targets: Iterable[int],
    zones: Mapping[int, tuple[DraftZone | None, DraftZone]] | None = None,
) -> Step:
    """The step that brings units to zones; those already there are left out. Checked.

    Raises
    ------
    RedrawRefused
        The step breaks a rule, or changes nothing.
    """
    pairs = [
        (int(draft.ids[row]), int(draft.zone[row]), int(target))
        for row, target in zip(rows.tolist(), targets, strict=True)
        if draft.zone[row] != target
    ]
    pairs.sort()
    step = Step(
        kind,
        tuple(unit for unit, _, _ in pairs),
        tuple(before for _, before, _ in pairs),
        tuple(after for _, _, after in pairs),
        zones or {},
    )
    if step.empty:
        raise RedrawRefused("nothing-to-do", "没有需要改动的内容", "there is nothing to change")
    draft.check(step)
    return step


def fresh_zone(
    draft: Draft, number: int, row: int, name_zh: str | None = None, name_en: str | None = None
) -> DraftZone:
    """A new zone round a unit; without a name it is called by its number."""
    return DraftZone(
        number=number,
        community=draft.community_of(row) if draft.nested else None,
        code=None,
        name_zh=name_zh or f"新网格{number}",
        name_en=name_en or (None if name_zh else f"New grid {number}"),
    )
