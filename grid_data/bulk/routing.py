"""Many incidents routed in memory, with the answers and the evidence the routing statement would give.

Zones, land units, facilities and rules are read once; points are routed by :mod:`gis.router`, rules are
ranked by :mod:`gis.assignment`, each combination of category, zones and facility once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric
from gis.places import CityFrame, judge_places, problem_code
from gis.router import Method, Router, ZoneLayer
from grid_data.bulk.evidence import keep_zones
from grid_data.bulk.facilities_near import nearest_facilities
from grid_data.bulk.ranking import RuleBook, assign
from grid_data.bulk.routed import Ints, LayerZones, Objects, RoutedColumns
from grid_data.city import read_city
from grid_data.database import Connection, rows
from grid_data.routing import uncertainty_m


@dataclass(frozen=True)
class _Asked:
    """Points to route: their position among all, and what was said of each."""

    point: Ints
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    uncertain_m: NDArray[np.float64]
    category_id: Ints

    def of(self, positions: Ints) -> _Asked:
        """Some of them."""
        return _Asked(*(getattr(self, field.name)[positions] for field in fields(self)))


async def route_points(
    connection: Connection,
    *,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    crs: Sequence[str],
    at: pd.Series[Any],
    category_id: Ints,
) -> RoutedColumns:
    """Route n points, each at its own moment.

    Parameters
    ----------
    lon, lat
        EPSG:4326 on the lattice; NaN where no place was given.
    accuracy_m
        Stated accuracy, NaN where none.
    crs
        The system the coordinates were declared in, for the least uncertainty.
    at
        Moments (time zone aware).
    category_id
        Identifiers of categories.
    """
    n = len(lon)
    city = (await read_city(connection)).frame
    given = np.isfinite(lon) & np.isfinite(lat)
    problem = np.full(n, None, dtype=object)
    problem[~given] = "none_given"
    judged = judge_places(lon[given], lat[given], accuracy_m[given], city)
    problem[given] = [problem_code(int(code)) for code in judged]
    uncertain = np.array(
        [uncertainty_m(None if np.isnan(a) else a, c) for a, c in zip(accuracy_m, crs, strict=True)]
    )
    result = RoutedColumns.empty(problem)
    asked = _Asked(np.arange(n), lon, lat, accuracy_m, uncertain, category_id)
    organisations = {row["id"]: row["code"] for row in await rows(connection, "bulk/organisation_ids")}
    tree = {row["id"]: row for row in await rows(connection, "bulk/category_tree")}
    moments = pd.to_datetime(at, utc=True).reset_index(drop=True)
    for when, members in await _spans(connection, moments):
        inside = members[[problem[i] is None for i in members]]
        if len(inside):
            book = RuleBook(await rows(connection, "bulk/rules_at", {"at": when}), tree, organisations)
            await _route_span(connection, result, asked.of(inside), when, city, book)
    return result


async def _spans(connection: Connection, moments: pd.Series[Any]) -> list[tuple[datetime, Ints]]:
    """Groups of points between two changes of zones or rules, each with one moment that stands for all."""
    if moments.empty:
        return []
    first, last = moments.min(), moments.max()
    changes = await rows(connection, "bulk/change_moments", {"first": first, "last": last})
    cuts = pd.DatetimeIndex([change["moment"] for change in changes]).as_unit("us")
    stamps = pd.DatetimeIndex(moments).as_unit("us")
    span = np.searchsorted(cuts.asi8, stamps.asi8, side="right") if len(cuts) else np.zeros(len(moments), int)
    return [
        (moments[members[0]].to_pydatetime(), members)
        for members in (np.flatnonzero(span == k) for k in np.unique(span))
    ]


async def _route_span(
    connection: Connection,
    result: RoutedColumns,
    asked: _Asked,
    when: datetime,
    city: CityFrame,
    book: RuleBook,
) -> None:
    """Route points for which one moment stands."""
    points, lon, lat = asked.point, asked.lon, asked.lat
    layers, zone_layers = await _read_layers(connection, when)
    units = await rows(connection, "bulk/land_units_at", {"at": when})
    unit_layer = ZoneLayer("land_unit", [u["code"] for u in units], _shapes(units), "at_most_one")
    router = Router.build([*zone_layers, unit_layer], city.metric_srid)
    answers = router.route(lon, lat)

    covered = np.zeros(len(points), dtype=bool)
    for layer in layers:
        covered |= np.isin(answers[layer.code].method, (Method.INSIDE, Method.ON_BORDER))
    away = _outside_m(lon, lat, covered, [shape for z in zone_layers for shape in z.geometries], city)
    far = away > city.outside_limit_m
    result.problem[points[far]] = "outside_city"

    keep = np.flatnonzero(~far)
    keep_zones(result, points, keep, layers, answers, asked.uncertain_m)
    base = next((layer for layer in layers if layer.kind == "base_grid"), None)
    if base is not None:
        grids = base.column("zone_id")[answers[base.code].zone]
        result.base_grid_id[points[keep]] = grids[keep]
        owner = np.array([u["zone_id"] for u in units], dtype=np.int64)
        wanted = np.where(np.isin(answers[base.code].method, (Method.INSIDE, Method.ON_BORDER)), grids, -1)
        unit = answers["land_unit"].agreeing_with(owner, wanted)
        ids = np.array([u["id"] for u in units] + [0], dtype=np.int64)
        result.land_unit_id[points[keep]] = ids[unit[keep]]
    kept = asked.of(keep)
    near = await nearest_facilities(
        connection,
        kept.lon,
        kept.lat,
        kept.accuracy_m,
        kept.category_id,
        dict(book.categories),
        city.metric_srid,
    )
    result.facility_id[kept.point], result.facility_distance_m[kept.point] = near.id, near.distance_m
    assign(result, points, keep, layers, answers, book, asked.category_id, near)


async def _read_layers(connection: Connection, when: datetime) -> tuple[list[LayerZones], list[ZoneLayer]]:
    found: dict[str, LayerZones] = {}
    for row in await rows(connection, "bulk/zone_versions_at", {"at": when}):
        layer = found.setdefault(
            row["layer"],
            LayerZones(row["layer"], row["kind"], row["cardinality"], row["nearest_tolerance_m"], []),
        )
        if row["code"] is not None:
            layer.zones.append(row)
    layers = list(found.values())
    zone_layers = [
        ZoneLayer(
            layer.code,
            [zone["code"] for zone in layer.zones],
            _shapes(layer.zones),
            layer.cardinality,
            layer.nearest_tolerance_m,
        )
        for layer in layers
    ]
    return layers, zone_layers


def _shapes(found: Sequence[dict[str, Any]]) -> Objects:
    return np.asarray(shapely.from_wkb([bytes(row["shape"]) for row in found]), dtype=object)


def _outside_m(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    covered: NDArray[np.bool_],
    shapes: Sequence[Any],
    city: CityFrame,
) -> NDArray[np.float64]:
    """Metres to the nearest zone of any layer; 0 where one covers the point, or where there are no zones."""
    away = np.zeros(len(lon))
    left = np.flatnonzero(~covered)
    if len(left) and len(shapes):
        tree = shapely.STRtree(geometry_to_metric(np.asarray(shapes, dtype=object), city.metric_srid))
        metric = shapely.points(*to_metric(lon[left], lat[left], city.metric_srid))
        (point, _), distance = tree.query_nearest(metric, all_matches=False, return_distance=True)
        away[left[point]] = distance
    return away
