"""Where many points lie, as boxes: what is near them can be read without the rest of the city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from grid_data.bulk.routed import Floats, Ints, Objects

__all__ = ["Around"]

# Some 500 m: about a base grid. Smaller cells read less and make more boxes to look up.
_CELL_DEGREES = 0.005
_STEP_DEGREES = 1e-7


@dataclass(frozen=True, eq=False)
class Around:
    """Boxes in degrees (EPSG:4326), borders included, that together hold points: arrays of one length."""

    west: Floats
    south: Floats
    east: Floats
    north: Floats

    @classmethod
    def of(cls, lon: Floats, lat: Floats, metres: Floats | None = None) -> Around:
        """Boxes that hold points: one for each cell of a grid in which there are any.

        ``metres`` is the margin that each point wants to have round it.

        >>> around = Around.of(np.array([120.001, 120.002, 120.4]), np.array([36.001, 36.003, 36.1]))
        >>> around.west.tolist(), around.north.tolist()
        ([120.001, 120.4], [36.003, 36.1])
        """
        return cls.grouped(lon, lat, metres)[0]

    @classmethod
    def grouped(
        cls, lon: Floats, lat: Floats, metres: Floats | None = None, cell_degrees: float = _CELL_DEGREES
    ) -> tuple[Around, Ints]:
        """The boxes, of cells of a chosen size, and for each point the position of the box that holds it."""
        column, row = (np.floor(degrees / cell_degrees).astype(np.int64) for degrees in (lon, lat))
        order = np.lexsort((row, column))
        column, row = column[order], row[order]
        new = (np.diff(column, prepend=column[:1] - 1) != 0) | (np.diff(row, prepend=row[:1] - 1) != 0)
        begins = np.flatnonzero(new)
        box = np.empty(len(lon), dtype=np.int64)
        box[order] = np.cumsum(new) - 1
        if not len(begins):
            return cls(*(np.empty(0) for _ in range(4))), box
        each = cls(lon, lat, lon, lat)
        if metres is not None:
            each = each.grown(metres)
        boxes = cls(
            np.minimum.reduceat(each.west[order], begins),
            np.minimum.reduceat(each.south[order], begins),
            np.maximum.reduceat(each.east[order], begins),
            np.maximum.reduceat(each.north[order], begins),
        )
        return boxes, box

    def grown(self, metres: float | Floats) -> Around:
        """The boxes with a margin of at least so many metres, and never less than a step of the lattice."""
        # A degree of latitude is never shorter than 110,574 m; of longitude, that times the cosine. A metric
        # system stretches by less than a twentieth.
        up = 1.05 * metres / 110_574 + _STEP_DEGREES
        widest = np.minimum(89.0, np.maximum(np.abs(self.south), np.abs(self.north)) + up)
        across = up / np.cos(np.radians(widest))
        return Around(self.west - across, self.south - up, self.east + across, self.north + up)

    def parameters(self) -> dict[str, str]:
        """The boxes as a statement takes them: arrays as PostgreSQL writes them, faster than lists."""
        return {name: "{" + ",".join(map(repr, side.tolist())) + "}" for name, side in vars(self).items()}

    def meets(self, shapes: Objects) -> Ints:
        """Positions of the shapes (EPSG:4326) whose own boxes meet one of these boxes."""
        boxes = shapely.STRtree(shapely.box(self.west, self.south, self.east, self.north))
        return np.unique(boxes.query(shapely.box(*shapely.bounds(shapes).T))[0]).astype(np.int64)
