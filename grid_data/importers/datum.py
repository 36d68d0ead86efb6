"""GCJ-02 or BD-09 passed off as WGS 84 (or the reverse), noticed at borders that are stored already.

Nothing in a file of places tells the systems apart: they differ by half a kilometre, not out of the city.
Only where the new outline ought to be one that is stored does the difference show: read under each
system in turn, the right reading lies some metres from it, the wrong ones some hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.crs import from_wgs84, geometry_to_metric, to_metric, to_wgs84
from gis.words import Words
from grid_data.importers.batch import Request, Rows
from grid_data.importers.city import City

__all__ = ["check_datum", "medians"]

READINGS = ("wgs84", "gcj02", "bd09")
_SAMPLE = 2_000
_WORTH_TELLING_M = 50.0


def check_datum(request: Request, table: Rows, reference: Sequence[Any], city: City, *, told: bool) -> None:
    """Compare the outline of the file's areas with one stored; a finding if another system fits far better.

    ``told``: the operator named the system, so that it is a warning and no error.
    """
    good = table.good
    if table.system not in (*READINGS, "cgcs2000") or not len(good) or not len(reference):
        return
    found = medians(good["geometry"].to_numpy(dtype=object), table.system, reference, city.metric_srid)
    declared = "wgs84" if table.system == "cgcs2000" else table.system
    best = min(found, key=lambda system: found[system])
    if best == declared or found[declared] < _WORTH_TELLING_M or found[best] > found[declared] / 3:
        return
    zh = (
        f"边界与已存边界相差约 {found[declared]:.0f} 米；若按 {best} 读取则为 {found[best]:.0f} 米："
        f"坐标疑似 {best}，而不是 {table.system}"
    )
    en = (
        f"the outline lies about {found[declared]:.0f} m from the one stored, read as {best} "
        f"{found[best]:.0f} m: the coordinates look like {best}, not {table.system}"
    )
    add = table.findings.warn if told else table.findings.error
    add("datum", zh, en, field="geometry", suggestion=Words(f"请用 --crs {best}", f"use --crs {best}"))


def medians(shapes: Any, system: str, reference: Sequence[Any], metric_srid: int) -> dict[str, float]:
    """Median distance in metres between two outlines, with the first read under each system.

    ``shapes`` were converted to EPSG:4326 from ``system``; ``reference`` is in EPSG:4326.
    """
    outline = shapely.boundary(shapely.union_all(np.asarray(shapes, dtype=object)))
    vertices = shapely.get_coordinates(outline)
    vertices = vertices[:: -(-len(vertices) // _SAMPLE)]
    given = from_wgs84(vertices[:, 0], vertices[:, 1], system)
    border = shapely.boundary(
        shapely.union_all(geometry_to_metric(np.asarray(reference, dtype=object), metric_srid))
    )
    shapely.prepare(border)
    found: dict[str, float] = {}
    for reading in READINGS:
        east, north = to_metric(*to_wgs84(given[0], given[1], reading), metric_srid)
        found[reading] = float(np.median(shapely.distance(border, shapely.points(east, north))))
    return found
