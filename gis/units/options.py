"""What the cutting of land units is given, how it is tuned, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.unit_graph import UnitGraph
from gis.units.graph import GraphOptions

__all__ = ["KINDS", "Homes", "LandUnits", "UnitOptions"]

Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

KINDS = ("block", "building_cell", "open_land", "water_front")
"""Kinds of units; the numbers of `LandUnits.kind` are positions here."""


@dataclass(frozen=True)
class UnitOptions:
    """Sizes that decide.

    Attributes
    ----------
    smallest_m2
        Smaller faces are slivers: they are absorbed by the neighbour with the longest common border.
    thin_m
        So are faces narrower than this (twice the area by the perimeter), up to ``thin_m2``.
    keep_households
        A small face with as many households is no sliver.
    largest_block_m2, most_households
        Larger blocks, and blocks with more households, are cut into building cells.
    smallest_cell_m2
        Building cells below this size are joined with their neighbour.
    gap_m
        Gaps between communities that are narrower are closed; wider ones stay open.
    close_m
        Streets that end within this distance of another line are led on to it.
    graph
        Tolerances of the graph.
    """

    smallest_m2: float = 1500.0
    thin_m: float = 12.0
    thin_m2: float = 50_000.0
    keep_households: int = 20
    largest_block_m2: float = 40_000.0
    most_households: int = 100
    smallest_cell_m2: float = 600.0
    gap_m: float = 1.0
    close_m: float = 10.0
    graph: GraphOptions = field(default_factory=GraphOptions)


@dataclass(frozen=True, eq=False)
class Homes:
    """Households at places: one row may stand for several.

    Attributes
    ----------
    lon, lat
        Degrees WGS 84, (n,).
    households, residents
        How many, (n,).
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    households: Ints
    residents: Ints

    @classmethod
    def none(cls) -> Homes:
        """Nobody."""
        empty = np.empty(0, dtype=np.int64)
        return cls(np.empty(0), np.empty(0), empty, empty)


@dataclass(frozen=True, eq=False)
class LandUnits:
    """A clean coverage of land units.

    Attributes
    ----------
    codes
        Code of each unit: that of its community, U and a running number, from north to south.
    shapes
        Polygons, EPSG:4326 on the lattice, (n,).
    community
        Position of each unit's community among the codes given, (n,).
    kind
        uint8 (n,): position in `KINDS`.
    block
        Number of the block each unit belongs to; the cells of one block share it, (n,).
    graph
        Who borders whom, with what each unit carries.
    homes_outside
        Households that lie in no community.
    buildings_cut
        Buildings that the border of two communities runs through: only these are ever cut.
    mended_m2
        Ground on which communities overlapped or left narrow gaps.
    seconds
        Time per step.
    """

    codes: Sequence[str]
    shapes: Shapes
    community: NDArray[np.int32]
    kind: NDArray[np.uint8]
    block: Ints
    graph: UnitGraph
    homes_outside: int
    buildings_cut: int
    mended_m2: float
    seconds: Mapping[str, float]

    def __len__(self) -> int:
        return len(self.codes)
