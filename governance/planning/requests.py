"""Moves as they are asked for: what each concerns, and the step it becomes on a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from gis.redraw.draft import Draft
from gis.redraw.ground import Buildings, move_border, split_by_line, transfer_building
from gis.redraw.moves import assign, change_zone, dissolve, merge, new_zone, paint
from gis.redraw.parts import split_into_parts
from gis.redraw.pieces import Division
from gis.redraw.steps import Lock, Step

__all__ = [
    "Assign",
    "Border",
    "ChangeZone",
    "Dissolve",
    "DrawnMove",
    "Merge",
    "NewZone",
    "Paint",
    "SplitLine",
    "SplitParts",
    "TransferBuilding",
    "WholeMove",
]


class WholeMove(Protocol):
    """A move of whole units: nothing is cut."""

    @property
    def units(self) -> Sequence[int]:
        """Units it names."""
        ...

    @property
    def zones(self) -> Sequence[int]:
        """Zones it names."""
        ...

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """What it does; ``unknown`` are zones made after the caller looked."""
        ...


@dataclass(frozen=True)
class Paint:
    """Units to a zone."""

    units: Sequence[int]
    zone: int

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.paint`."""
        return paint(draft, self.units, self.zone)


@dataclass(frozen=True)
class NewZone:
    """Units to a zone of their own."""

    units: Sequence[int]
    name: tuple[str, str | None]
    zones: ClassVar[Sequence[int]] = ()

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.new_zone`."""
        return new_zone(draft, self.units, *self.name)


@dataclass(frozen=True)
class Merge:
    """Zones into one."""

    merged: Sequence[int]
    into: int
    units: ClassVar[Sequence[int]] = ()

    @property
    def zones(self) -> Sequence[int]:
        """All of them."""
        return [*self.merged, self.into]

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.merge`."""
        return merge(draft, self.merged, self.into)


@dataclass(frozen=True)
class Dissolve:
    """A zone among its neighbours."""

    zone: int
    units: ClassVar[Sequence[int]] = ()

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.dissolve`."""
        return dissolve(draft, self.zone)


@dataclass(frozen=True)
class ChangeZone:
    """A zone's name, lock, or exemption from the band."""

    kind: str
    zone: int
    name: tuple[str, str | None] | None = None
    lock: Lock | None = None
    exempt: bool | None = None
    units: ClassVar[Sequence[int]] = ()

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.change_zone`."""
        return change_zone(draft, self.kind, self.zone, name=self.name, lock=self.lock, exempt=self.exempt)


@dataclass(frozen=True)
class Assign:
    """Many units to many zones: a proposal, or an imported plan."""

    units: Sequence[int]
    targets: Sequence[int]

    @property
    def zones(self) -> Sequence[int]:
        """All zones named."""
        return sorted(set(self.targets))

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.moves.assign`."""
        return assign(draft, self.units, self.targets, unknown)


@dataclass(frozen=True)
class SplitParts:
    """A zone into balanced parts."""

    zone: int
    parts: int
    seed: int = 1
    units: ClassVar[Sequence[int]] = ()

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def step(self, draft: Draft, unknown: frozenset[int]) -> Step:
        """See `gis.redraw.parts.split_into_parts`."""
        return split_into_parts(draft, self.zone, self.parts, seed=self.seed)


class DrawnMove(Protocol):
    """A move that may cut units."""

    @property
    def zones(self) -> Sequence[int]:
        """Zones it names."""
        ...

    @property
    def building(self) -> str | None:
        """The building it names."""
        ...

    def division(self, draft: Draft, buildings: Buildings) -> Division:
        """What it does, before its pieces are counted."""
        ...


@dataclass(frozen=True)
class SplitLine:
    """A zone in two along a line (EPSG:4326); ``along``: from point to point of it by roads and rivers."""

    zone: int
    line: Any
    name: tuple[str, str | None] | None = None
    cut: bool = True
    along: bool = False
    building: ClassVar[str | None] = None

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def division(self, draft: Draft, buildings: Buildings) -> Division:
        """See `gis.redraw.ground.split_by_line`."""
        return split_by_line(draft, self.zone, self.line, buildings, name=self.name, cut=self.cut)


@dataclass(frozen=True)
class Border:
    """A border of two zones on a new course (EPSG:4326); ``along`` as in `SplitLine`."""

    pair: tuple[int, int]
    line: Any
    cut: bool = True
    along: bool = False
    building: ClassVar[str | None] = None

    @property
    def zones(self) -> Sequence[int]:
        """Both."""
        return self.pair

    def division(self, draft: Draft, buildings: Buildings) -> Division:
        """See `gis.redraw.ground.move_border`."""
        return move_border(draft, self.pair, self.line, buildings, cut=self.cut)


@dataclass(frozen=True)
class TransferBuilding:
    """A building to a zone."""

    building: str
    zone: int

    @property
    def zones(self) -> Sequence[int]:
        """The zone."""
        return [self.zone]

    def division(self, draft: Draft, buildings: Buildings) -> Division:
        """See `gis.redraw.ground.transfer_building`."""
        return transfer_building(draft, self.building, self.zone, buildings)
