"""The land unit each facility stands on: found once, when it or the units change, so that counting is a sum.

A facility is where a point on it is; on the border of units it stands on the one with the lowest code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.lattice import to_lattice
from grid_data.database import Connection, rows, run

__all__ = ["locate_facilities", "units_under"]


async def units_under(connection: Connection, shapes: NDArray[np.object_]) -> pd.Series[Any]:
    """Identifier of today's land unit under a point on each shape (EPSG:4326); empty out of the city."""
    units = await rows(connection, "imports/units_now")
    points = to_lattice(shapely.point_on_surface(shapes))
    found = np.full(len(points), -1, dtype=np.int64)
    if units:
        areas = to_lattice(shapely.from_wkb([unit["geometry"] for unit in units]))
        # From the last code to the first: the first has the last word.
        unit, point = shapely.STRtree(points).query(areas[::-1], predicate="intersects")
        order = np.argsort(unit, kind="stable")
        found[point[order]] = len(units) - 1 - unit[order]
    ids = np.array([*(unit["id"] for unit in units), 0], dtype=np.int64)
    return pd.Series(ids[found]).astype("Int64").where(found >= 0)


async def locate_facilities(
    connection: Connection, codes: Sequence[str] = (), units: Sequence[int] = ()
) -> int:
    """Find anew the units of facilities: of those named, those on given units, and all on no living unit.

    Returns
    -------
    int
        How many stand on another unit now.
    """
    return await run(connection, "units/locate_facilities", {"codes": list(codes), "units": list(units)})
