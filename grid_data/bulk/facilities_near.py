"""The facility each of many incidents concerns: the nearest of its class within the place's accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric
from grid_data.bulk.around import Around
from grid_data.bulk.point_lookup import PointLookup
from grid_data.database import Connection, one
from grid_data.routing import FACILITY_RADIUS_M

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# A point as WKB in the server's byte order, if that is the usual one: 01, type 1 in four bytes, x, y.
_POINT_BYTES = 21
_POINT_HEAD = np.array([1, 1, 0, 0, 0], dtype=np.uint8)
# Some 125 m: a search reaches 20 m, seldom 100, and facilities stand close together.
_CELL_DEGREES = 0.00125
_NUMBERS = ("id", "category_id", "owning_id", "maintaining_id", "size")


@dataclass(frozen=True)
class NearFacilities:
    """Per point: the facility, its distance in metres, its owner and keeper; 0 and NaN for none."""

    id: Ints
    distance_m: Floats
    owning_id: Ints
    maintaining_id: Ints


class FacilityIndex:
    """The facilities of some classes, ready to be asked for the one nearest to a place."""

    def __init__(
        self,
        columns: Mapping[str, Ints],
        lon: Floats,
        lat: Floats,
        drawn: NDArray[np.object_],
        metric_srid: int,
        component: Mapping[int, int],
    ) -> None:
        """Index facilities.

        Parameters
        ----------
        columns
            id, category_id, owning_id, maintaining_id (0 for none), in the order of category, then code.
        lon, lat
            Where those are that are points, EPSG:4326; NaN for the others.
        drawn
            Shapes of the others, EPSG:4326, in the same order.
        metric_srid
            EPSG code of the metric system.
        component
            Component class each category is about, 0 for none.
        """
        self._srid = metric_srid
        self._component = component
        self._columns = columns
        self._classes, group = np.unique(columns["category_id"], return_inverse=True)
        plain = np.isfinite(lon)
        self._plain, self._drawn = np.flatnonzero(plain), np.flatnonzero(~plain)
        self._points = PointLookup.of(group[plain], *to_metric(lon[plain], lat[plain], metric_srid))
        # Few: lines and areas.
        self._shapes = geometry_to_metric(drawn, metric_srid)
        self._trees = {
            number: (members, shapely.STRtree(self._shapes[members]))
            for number in np.unique(group[~plain]).tolist()
            if len(members := np.flatnonzero(group[~plain] == number))
        }

    def nearest(self, lon: Floats, lat: Floats, accuracy_m: Floats, category_id: Ints) -> NearFacilities:
        """Find the facility concerned, as the routing statement does: whole millimetres, then lowest code."""
        n = len(lon)
        found = NearFacilities(
            np.zeros(n, np.int64), np.full(n, np.nan), np.zeros(n, np.int64), np.zeros(n, np.int64)
        )
        categories, inverse = np.unique(category_id, return_inverse=True)
        component = np.array([self._component[c] for c in categories.tolist()], dtype=np.int64)
        group = np.where(np.isin(component, self._classes), np.searchsorted(self._classes, component), -1)
        group = group[inverse]
        asked = np.flatnonzero(group >= 0)
        if not len(asked):
            return found
        group, radius = group[asked], _radius(accuracy_m[asked])
        x, y = to_metric(lon[asked], lat[asked], self._srid)
        position, metres = self._points.nearest(group, x, y, radius)
        best = np.where(position >= 0, np.append(self._plain, -1)[position], -1)
        self._nearer_drawn(group, x, y, radius, best, metres)
        there = np.flatnonzero(best >= 0)
        where, best = asked[there], best[there]
        found.id[where] = self._columns["id"][best]
        found.distance_m[where] = metres[there]
        found.owning_id[where] = self._columns["owning_id"][best]
        found.maintaining_id[where] = self._columns["maintaining_id"][best]
        return found

    def _nearer_drawn(
        self, group: Ints, x: Floats, y: Floats, radius: Floats, best: Ints, metres: Floats
    ) -> None:
        """Put lines and areas in the place of points that are further, or as far with a later code."""
        for number, (members, tree) in self._trees.items():
            asked = np.flatnonzero(group == number)
            places = shapely.points(x[asked], y[asked])
            place, shape = tree.query(places, predicate="dwithin", distance=radius[asked])
            distance = shapely.distance(places[place], self._shapes[members[shape]])
            place, facility = asked[place], self._drawn[members[shape]]
            # Facilities come in the order of their codes, so the position breaks ties.
            order = np.lexsort((facility, np.round(distance * 1000), place))
            place, first = np.unique(place[order], return_index=True)
            facility, distance = facility[order][first], distance[order][first]
            mine, theirs = np.round(distance * 1000), np.round(metres[place] * 1000)
            nearer = np.isnan(theirs) | (mine < theirs) | ((mine == theirs) & (facility < best[place]))
            best[place[nearer]], metres[place[nearer]] = facility[nearer], distance[nearer]


async def read_facilities(
    connection: Connection,
    category_id: Ints,
    tree: Mapping[int, dict[str, Any]],
    metric_srid: int,
    places: tuple[Floats, Floats, Floats] | None = None,
) -> FacilityIndex:
    """The facilities that incidents of some categories can be about.

    Only those near the incidents, if their places (lon, lat, accuracy_m; EPSG:4326, NaN for none) are given.
    """
    component = {category: component_of(row) for category, row in tree.items()}
    wanted = sorted({component[category] for category in np.unique(category_id).tolist()} - {0})
    if places is None:
        row = await one(connection, "bulk/facilities_of", {"categories": wanted})
    else:
        lon, lat, accuracy_m = places
        numbers = np.array([component[category] for category in category_id.tolist()], dtype=np.int64)
        asked = np.flatnonzero((numbers > 0) & np.isfinite(lon) & np.isfinite(lat))
        radius = _radius(accuracy_m[asked])
        boxes, box = Around.grouped(lon[asked], lat[asked], radius, _CELL_DEGREES)
        # Of each box only the classes that are asked there.
        pairs = np.unique(np.stack([box, numbers[asked]]), axis=1)
        classes = np.split(pairs[1], np.flatnonzero(np.diff(pairs[0])) + 1)
        near = {"classes": ["{" + ",".join(map(str, each)) + "}" for each in classes], **boxes.parameters()}
        row = await one(connection, "bulk/facilities_near", near)
    assert row is not None
    columns = {name: np.frombuffer(row[name] or b"", dtype=">i8").astype(np.int64) for name in _NUMBERS}
    lon, lat, drawn = _unpacked(bytes(row["shape"] or b""), columns.pop("size"))
    return FacilityIndex(columns, lon, lat, drawn, metric_srid, component)


def _unpacked(packed: bytes, size: Ints) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Coordinates of the points among shapes (WKB after WKB), NaN for the others, and the others."""
    data, ends = np.frombuffer(packed, dtype=np.uint8), np.cumsum(size)
    begins = ends - size
    plain = np.flatnonzero(size == _POINT_BYTES)
    fields = data[begins[plain, None] + np.arange(_POINT_BYTES)]
    usual = (fields[:, :5] == _POINT_HEAD).all(axis=1)
    plain, places = plain[usual], fields[usual, 5:].copy().view("<f8")
    lon, lat = np.full(len(size), np.nan), np.full(len(size), np.nan)
    lon[plain], lat[plain] = places.T
    rest = np.flatnonzero(np.isnan(lon))
    shapes = shapely.from_wkb([packed[begins[k] : ends[k]] for k in rest.tolist()])
    return lon, lat, np.asarray(shapes, dtype=object)


def _radius(accuracy_m: Floats) -> Floats:
    least, usual, greatest = FACILITY_RADIUS_M
    return np.clip(np.where(np.isnan(accuracy_m), usual, accuracy_m), least, greatest)


def component_of(category: Mapping[str, Any]) -> int:
    """The component class an incident of this category is about, 0 for none."""
    if category["component_id"] is not None:
        return int(category["component_id"])
    return int(category["id"]) if category["kind"] == "component" else 0
