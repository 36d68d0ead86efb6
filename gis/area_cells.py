"""An area cut into cells, so that points in it are found by an index and mostly without asking the area.

A long road with ground around it has a box that is half the city: an index that knows boxes only would offer
everything in it. Cells follow the shape; in those that lie wholly inside, a point needs no further test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import SCALE

__all__ = ["MOST_CELLS", "AreaCells"]

MOST_CELLS = 160
"""More cells take longer to look up than they save."""
_LEVELS = 9
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class AreaCells:
    """Half-open cells in degrees (EPSG:4326), ``[west, east)`` by ``[south, north)``: no point is in two.

    Attributes
    ----------
    west, south, east, north
        float64 (n,), canonical values of the lattice.
    inside
        bool (n,): whether every point of the cell is in the area; in the others the area decides.
    """

    west: NDArray[np.float64]
    south: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    inside: NDArray[np.bool_]

    @classmethod
    def of(cls, area: Any, most: int = MOST_CELLS) -> AreaCells:
        """Cells that together hold an area (Polygon or MultiPolygon, EPSG:4326, on the lattice).

        >>> cells = AreaCells.of(shapely.box(120.4, 36.1, 120.5, 36.2), most=16)
        >>> len(cells.west) <= 16, float(cells.west.min()), float(cells.north.max())
        (True, 120.4, 36.2000001)
        """
        steps = np.round(np.array(shapely.bounds(area)) * SCALE).astype(np.int64)
        # The last column and row belong to it as well.
        border = (steps + np.array((0, 0, 1, 1))).reshape(1, 4)
        within = np.empty((0, 4), dtype=np.int64)
        shapely.prepare(area)
        for _ in range(_LEVELS):
            quarters = _quartered(border)
            boxes = shapely.box(*(quarters / SCALE).T)
            touched = shapely.intersects(area, boxes)
            quarters, boxes = quarters[touched], boxes[touched]
            whole = shapely.covers(area, boxes)
            if len(within) + len(quarters) > most:
                break
            within = np.concatenate([within, quarters[whole]])
            border = quarters[~whole]
            if not len(border):
                break
        cells = np.concatenate([within, border])
        inside = np.arange(len(cells)) < len(within)
        west, south, east, north = (cells / SCALE).T
        return cls(west, south, east, north, inside)

    def parameters(self) -> dict[str, list[Any]]:
        """The cells as a statement takes them."""
        return {name: values.tolist() for name, values in vars(self).items()}


def _quartered(cells: Ints) -> Ints:
    """Every cell cut in four; one that is a step wide or high is cut the other way only."""
    west, south, east, north = cells.T
    x, y = (west + east) // 2, (south + north) // 2
    parts = np.concatenate(
        [
            np.column_stack(part)
            for part in (
                (west, south, x, y),
                (x, south, east, y),
                (west, y, x, north),
                (x, y, east, north),
            )
        ]
    )
    return parts[(parts[:, 0] < parts[:, 2]) & (parts[:, 1] < parts[:, 3])]
