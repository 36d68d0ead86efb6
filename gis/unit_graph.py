"""Land units as a graph: what each carries, and who borders whom along what.

The units of a city are the atoms of its grids. Everything that balances, judges or moves grids works on this
value; geometry is needed only where a unit itself is cut. A zone's area is the sum of its units', and its
perimeter the sum of theirs less twice the borders inside, so shape measures need no polygon either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["Barrier", "Neighbours", "UnitGraph"]

Ints: TypeAlias = NDArray[np.integer]
Floats: TypeAlias = NDArray[np.float64]


class Barrier(IntEnum):
    """What runs along the border of two units, from the worst place for a grid border to the best."""

    COMPOUND = 0
    """Nothing: the border of two building cells of one block or compound."""
    LAND = 1
    """Open land: fields, hills, a community border without a road."""
    STREET = 2
    ARTERIAL = 3
    """A main road (trunk, primary, secondary) or a motorway."""
    RAIL = 4
    RIVER = 5


@dataclass(frozen=True)
class Neighbours:
    """Rows of a compressed adjacency: the neighbours of unit ``i`` are ``unit[start[i]:start[i + 1]]``.

    Attributes
    ----------
    start
        int64 (n + 1,).
    unit, edge
        int64 (2 m,): the neighbour, and the number of the edge that leads to it.
    """

    start: NDArray[np.int64]
    unit: NDArray[np.int64]
    edge: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class UnitGraph:
    """``n`` land units and the ``m`` borders between them. Arrays are not to be changed.

    Attributes
    ----------
    households, residents, buildings
        int32 (n,): what each unit carries.
    area_m2, perimeter_m
        float64 (n,): of the unit's polygon in the city's metric zone.
    community
        int32 (n,): number of the community the unit lies in; grids never cross it.
    ends
        int32 (m, 2): the two units of a border, the smaller first; sorted, each pair once.
    length_m
        float64 (m,): length of the common border; 0 for a link that is no border (a bridge, a ferry).
    barrier
        uint8 (m,): `Barrier` along the border; where several run, the one with the longest share.
    joined
        bool (m,): whether a grid may hold together by this border alone. False across a river or a fenced
        road without a crossing; True for a link.
    """

    households: NDArray[np.int32]
    residents: NDArray[np.int32]
    buildings: NDArray[np.int32]
    area_m2: Floats
    perimeter_m: Floats
    community: NDArray[np.int32]
    ends: NDArray[np.int32]
    length_m: Floats
    barrier: NDArray[np.uint8]
    joined: NDArray[np.bool_]

    def __post_init__(self) -> None:
        n, m = len(self.households), len(self.ends)
        for name in ("residents", "buildings", "area_m2", "perimeter_m", "community"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"{name} has {len(getattr(self, name))} values for {n} units")
        for name in ("length_m", "barrier", "joined"):
            if len(getattr(self, name)) != m:
                raise ValueError(f"{name} has {len(getattr(self, name))} values for {m} borders")
        if m and (self.ends.shape != (m, 2) or self.ends.min() < 0 or self.ends.max() >= n):
            raise ValueError("ends name units that do not exist")
        if m and not (self.ends[:, 0] < self.ends[:, 1]).all():
            raise ValueError("ends name the smaller unit first, and two different units")

    def __len__(self) -> int:
        return len(self.households)

    def part(self, kept: NDArray[np.bool_]) -> UnitGraph:
        """Some of the units, and the borders between them.

        >>> line = UnitGraph.row([100, 200, 300])
        >>> part = line.part(np.array([False, True, True]))
        >>> part.households.tolist(), part.ends.tolist()
        ([200, 300], [[0, 1]])
        """
        row = np.cumsum(kept) - 1
        inner = kept[self.ends].all(axis=1)
        of_units = ("households", "residents", "buildings", "area_m2", "perimeter_m", "community")
        of_borders = ("length_m", "barrier", "joined")
        return UnitGraph(
            ends=row[self.ends[inner]].astype(np.int32),
            **{name: getattr(self, name)[kept] for name in of_units},
            **{name: getattr(self, name)[inner] for name in of_borders},
        )

    @cached_property
    def neighbours(self) -> Neighbours:
        """All borders and links, from each of their two sides."""
        return self._rows(np.arange(len(self.ends)))

    @cached_property
    def joined_neighbours(self) -> Neighbours:
        """Only those by which a grid holds together."""
        return self._rows(np.flatnonzero(self.joined))

    def _rows(self, edges: NDArray[np.int64]) -> Neighbours:
        a, b = self.ends[edges, 0].astype(np.int64), self.ends[edges, 1].astype(np.int64)
        origin, other, edge = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([edges, edges])
        order = np.lexsort((other, origin))
        start = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(np.bincount(origin, minlength=len(self)), out=start[1:])
        return Neighbours(start, other[order], edge[order].astype(np.int64))

    def parts(self, zone: Ints) -> tuple[int, NDArray[np.int32]]:
        """Connected parts of zones.

        Parameters
        ----------
        zone
            (n,): number of each unit's zone.

        Returns
        -------
        count, part
            How many parts there are, and the part of each unit; a zone is connected if it has one.

        >>> units = UnitGraph.row([300, 200, 100])
        >>> units.parts(np.array([0, 1, 0]))[0]
        3
        """
        same = self.joined & (zone[self.ends[:, 0]] == zone[self.ends[:, 1]])
        a, b = self.ends[same, 0], self.ends[same, 1]
        graph = scipy.sparse.coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(self), len(self)))
        count, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
        return int(count), part.astype(np.int32)

    @classmethod
    def row(cls, households: list[int], *, side_m: float = 100.0) -> UnitGraph:
        """Square units side by side in one community, for examples and tests."""
        n = len(households)
        ones = np.ones(n, dtype=np.int32)
        ends = np.column_stack([np.arange(n - 1), np.arange(1, n)]).astype(np.int32)
        return cls(
            households=np.array(households, dtype=np.int32),
            residents=np.array(households, dtype=np.int32) * 3,
            buildings=ones,
            area_m2=np.full(n, side_m**2),
            perimeter_m=np.full(n, 4 * side_m),
            community=ones * 0,
            ends=ends,
            length_m=np.full(n - 1, side_m),
            barrier=np.full(n - 1, Barrier.STREET, dtype=np.uint8),
            joined=np.ones(n - 1, dtype=np.bool_),
        )
