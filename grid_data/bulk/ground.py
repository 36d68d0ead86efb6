"""Zones, land units and rules of one span of time, ready to route points of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric
from gis.places import CityFrame
from gis.router import LayerAnswer, Method, Router, ZoneLayer
from grid_data.bulk.around import Around
from grid_data.bulk.evidence import evidence, zones_of
from grid_data.bulk.facilities_near import FacilityIndex
from grid_data.bulk.ranking import Ranking, RuleBook
from grid_data.bulk.routed import Floats, Ints, LayerZones, Objects, RoutedColumns
from grid_data.database import Connection, rows

__all__ = ["Asked", "Ground", "read_ground"]

_UNITS = "land_unit"
_COVERED = (Method.INSIDE, Method.ON_BORDER)


@dataclass(frozen=True)
class Asked:
    """Points to route and what was said of each: arrays of one length."""

    lon: Floats
    lat: Floats
    accuracy_m: Floats
    uncertain_m: Floats
    category_id: Ints

    def of(self, positions: Ints) -> Asked:
        """Some of them."""
        return Asked(*(getattr(self, field.name)[positions] for field in fields(self)))


class Ground:
    """What decides about a point at a time: the zones of all active layers, land units, rules.

    Nothing of it changes after it was made; threads may share it.
    """

    def __init__(
        self,
        city: CityFrame,
        layers: Sequence[tuple[LayerZones, Objects]],
        units: Sequence[dict[str, Any]],
        book: RuleBook,
        around: Around | None = None,
    ) -> None:
        """Index the zones; each layer comes with their shapes.

        If it is said around which points there are, only zones near these are indexed. How far points are
        from the city is told by all zones.
        """
        self._city = city
        self._outline = np.array([shape for _, shapes in layers for shape in shapes], dtype=object)
        unit_shapes = _shapes(units)
        if around is not None:
            layers = [_near(layer, shapes, around) for layer, shapes in layers]
        self._layers = [layer for layer, _ in layers]
        drawn = [
            ZoneLayer(
                layer.code,
                [zone["code"] for zone in layer.zones],
                shapes,
                layer.cardinality,
                layer.nearest_tolerance_m,
            )
            for layer, shapes in layers
        ]
        unit_layer = ZoneLayer(_UNITS, [unit["code"] for unit in units], unit_shapes, "at_most_one")
        # Below some ten million points finer cells take longer to make than they save.
        self.router = Router.build([*drawn, unit_layer], city.metric_srid, memory="lean")
        self._unit_id = np.array([unit["id"] for unit in units] + [0], dtype=np.int64)
        self._unit_grid = np.array([unit["zone_id"] for unit in units], dtype=np.int64)
        self._base = next((layer for layer in self._layers if layer.kind == "base_grid"), None)
        self._ranking = Ranking(book, self._layers)

    def route(self, asked: Asked, facilities: FacilityIndex) -> RoutedColumns:
        """Route points whose places are believed so far; those far from every zone are believed no longer."""
        result = RoutedColumns.empty(np.full(len(asked.lon), None, dtype=object))
        answers = self.router.route(asked.lon, asked.lat)
        self._fill(result, asked, answers, facilities)
        far = np.flatnonzero(self._far(asked, answers))
        if len(far):
            result.put(far, RoutedColumns.empty(np.full(len(far), "outside_city", dtype=object)))
        return result

    def _fill(
        self,
        result: RoutedColumns,
        asked: Asked,
        answers: Mapping[str, LayerAnswer],
        facilities: FacilityIndex,
    ) -> None:
        n = len(asked.lon)
        result.zone_version_ids = zones_of(self._layers, answers, "version_id", n)
        result.zone_ids = zones_of(self._layers, answers, "zone_id", n)
        result.border_evidence = evidence(self._layers, answers, asked.uncertain_m)
        if self._base is not None:
            base = answers[self._base.code]
            result.base_grid_id = self._base.column("zone_id")[base.zone]
            wanted = np.where(np.isin(base.method, _COVERED), result.base_grid_id, -1)
            result.land_unit_id = self._unit_id[answers[_UNITS].agreeing_with(self._unit_grid, wanted)]
        near = facilities.nearest(asked.lon, asked.lat, asked.accuracy_m, asked.category_id)
        result.facility_id, result.facility_distance_m = near.id, near.distance_m
        self._ranking.assign(result, answers, asked.category_id, near)

    def _far(self, asked: Asked, answers: Mapping[str, LayerAnswer]) -> NDArray[np.bool_]:
        """Which points no zone covers and which are farther from all than the city's limit."""
        covered = np.zeros(len(asked.lon), dtype=np.bool_)
        for layer in self._layers:
            covered |= np.isin(answers[layer.code].method, _COVERED)
        far = np.zeros(len(asked.lon), dtype=np.bool_)
        left = np.flatnonzero(~covered)
        if len(left) and len(self._outline):
            far[left] = True
            metric = shapely.points(*to_metric(asked.lon[left], asked.lat[left], self._city.metric_srid))
            limit_m = self._city.outside_limit_m
            near = Around.of(asked.lon[left], asked.lat[left]).grown(limit_m).meets(self._outline)
            if len(near):
                # Zones that are not near cannot be within the limit.
                tree = shapely.STRtree(geometry_to_metric(self._outline[near], self._city.metric_srid))
                (point, _), distance = tree.query_nearest(metric, all_matches=False, return_distance=True)
                far[left[point]] = distance > limit_m
        return far


async def read_ground(
    connection: Connection,
    when: datetime,
    city: CityFrame,
    categories: Mapping[int, dict[str, Any]],
    organisations: Mapping[int, str],
    around: Around | None = None,
) -> Ground:
    """Read the zones, land units and rules of a moment; index what points in some boxes need, if given."""
    found: dict[str, LayerZones] = {}
    for row in await rows(connection, "bulk/zone_versions_at", {"at": when}):
        layer = found.setdefault(
            row["layer"],
            LayerZones(row["layer"], row["kind"], row["cardinality"], row["nearest_tolerance_m"], []),
        )
        if row["code"] is not None:
            layer.zones.append(row)
    book = RuleBook(await rows(connection, "bulk/rules_at", {"at": when}), categories, organisations)
    if around is None:
        units = await rows(connection, "bulk/land_units_at", {"at": when})
    else:
        units = await rows(connection, "bulk/land_units_near", {"at": when, **around.grown(0).parameters()})
    return Ground(city, [(layer, _shapes(layer.zones)) for layer in found.values()], units, book, around)


def _near(layer: LayerZones, shapes: Objects, around: Around) -> tuple[LayerZones, Objects]:
    """The zones of a layer that can cover points in some boxes, or be the nearest to them."""
    tolerance = layer.nearest_tolerance_m if layer.cardinality == "exactly_one" else 0.0
    here = around.grown(tolerance).meets(shapes)
    return replace(layer, zones=[layer.zones[k] for k in here.tolist()]), shapes[here]


def _shapes(found: Sequence[dict[str, Any]]) -> Objects:
    return np.asarray(shapely.from_wkb([bytes(row["shape"]) for row in found]), dtype=object)
