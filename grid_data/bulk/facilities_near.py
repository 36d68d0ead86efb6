"""The facility each of many incidents concerns: the nearest of its class within the place's accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric
from grid_data.database import Connection, rows
from grid_data.routing import facility_radius_m

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NearFacilities:
    """Per point: the facility, its distance in metres, its owner and keeper; 0 and NaN for none."""

    id: Ints
    distance_m: Floats
    owning_id: Ints
    maintaining_id: Ints


async def nearest_facilities(
    connection: Connection,
    lon: Floats,
    lat: Floats,
    accuracy_m: Floats,
    category_id: Ints,
    tree: dict[int, dict[str, Any]],
    metric_srid: int,
) -> NearFacilities:
    """Find the facility concerned, as the routing statement does: whole millimetres, then the lowest code."""
    n = len(lon)
    found = NearFacilities(
        np.zeros(n, np.int64), np.full(n, np.nan), np.zeros(n, np.int64), np.zeros(n, np.int64)
    )
    component = np.array([_component(tree[int(c)]) for c in category_id], dtype=np.int64)
    wanted = sorted(set(component.tolist()) - {0})
    if not wanted:
        return found
    by_class: dict[int, list[dict[str, Any]]] = {}
    for row in await rows(connection, "bulk/facilities_of", {"categories": wanted}):
        by_class.setdefault(row["category_id"], []).append(row)
    radius = np.array([facility_radius_m(None if np.isnan(a) else a) for a in accuracy_m])
    for category, facilities in by_class.items():
        members = np.flatnonzero(component == category)
        shapes = geometry_to_metric(
            np.asarray(shapely.from_wkb([bytes(f["shape"]) for f in facilities]), dtype=object), metric_srid
        )
        points = shapely.points(*to_metric(lon[members], lat[members], metric_srid))
        index = shapely.STRtree(shapes)
        point, facility = index.query(points, predicate="dwithin", distance=radius[members])
        distance = shapely.distance(points[point], shapes[facility])
        # Facilities come in the order of their codes, so the position breaks ties.
        order = np.lexsort((facility, np.round(distance * 1000), point))
        point, facility, distance = point[order], facility[order], distance[order]
        point, first = np.unique(point, return_index=True)
        where, best = members[point], facility[first]
        found.id[where] = _column(facilities, "id")[best]
        found.distance_m[where] = distance[first]
        found.owning_id[where] = _column(facilities, "owning_id")[best]
        found.maintaining_id[where] = _column(facilities, "maintaining_id")[best]
    return found


def _component(category: dict[str, Any]) -> int:
    """The component class an incident of this category is about, 0 for none."""
    if category["component_id"] is not None:
        return int(category["component_id"])
    return int(category["id"]) if category["kind"] == "component" else 0


def _column(facilities: list[dict[str, Any]], name: str) -> Ints:
    return np.array([facility[name] or 0 for facility in facilities], dtype=np.int64)
