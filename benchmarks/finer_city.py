"""The sample city with smaller land units, for plans of more units than it has.

The largest units are cut along a diagonal from one of their vertices to another: no vertex is added, so
neighbours stay as they are and the units one coverage. Grids keep their ground.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grid_data.sample import Sample

__all__ = ["finer", "halved"]

TRIED = 60
"""Diagonals that are looked at in one polygon, those that halve the ring's vertices most evenly first."""


def halved(polygon: Any) -> tuple[Any, Any] | None:
    """Two parts of a polygon, the larger first, cut along one of its diagonals; None if it has none."""
    if len(polygon.interiors):
        return None
    ring = shapely.get_coordinates(polygon)[:-1]
    n = len(ring)
    one, two = np.triu_indices(n, 2)
    order = np.argsort(np.abs(np.abs(two - one) - n / 2), kind="stable")
    order = order[(two[order] - one[order]) < n - 1][:TRIED]
    best, least = None, 0.25 * polygon.area
    for i, j in zip(one[order].tolist(), two[order].tolist(), strict=True):
        within = shapely.LineString(ring[[i, j]])
        # Only its ends may touch the border.
        if not shapely.relate_pattern(within, polygon, "1FFF0F212"):
            continue
        parts = shapely.Polygon(ring[i : j + 1]), shapely.Polygon(np.r_[ring[j:], ring[: i + 1]])
        smaller = min(part.area for part in parts)
        if smaller > least:
            best, least = parts, smaller
    if best is None:
        return None
    smaller_part, larger = sorted(best, key=lambda part: part.area)
    return larger, smaller_part


def finer(sample: Sample, units: int) -> Sample:
    """The sample with so many land units, its largest ones halved again and again."""
    land = sample.frames["land_units"]
    shapes, code = list(land.geometry), list(land["code"])
    origin = list(range(len(shapes)))
    largest = [(-shape.area, number) for number, shape in enumerate(shapes)]
    heapq.heapify(largest)
    while len(shapes) < units and largest:
        _, number = heapq.heappop(largest)
        parts = halved(shapes[number])
        if parts is None:
            continue
        shapes[number] = parts[0]
        shapes.append(parts[1])
        origin.append(origin[number])
        code.append(f"{land['community'].iloc[origin[number]]}U{len(shapes):05d}")
        for each in (number, len(shapes) - 1):
            heapq.heappush(largest, (-shapes[each].area, each))
    cut = land.iloc[origin].assign(code=code).set_geometry(gpd.GeoSeries(shapes, index=land.index[origin]))
    old = np.array(land["code"])[origin]
    new_of = pd.DataFrame({"unit": old, "finer": code})
    zones = sample.frames["unit_zones"].merge(new_of, on="unit")
    buildings = sample.frames["buildings"]
    inside = shapely.point_on_surface(buildings.geometry.to_numpy())
    at, unit = shapely.STRtree(shapes).query(inside, predicate="intersects")
    # On a diagonal: the first.
    _, first = np.unique(at, return_index=True)
    stands = np.array(buildings["unit"], dtype=object)
    stands[at[first]] = np.array(code, dtype=object)[unit[first]]
    frames = {
        **sample.frames,
        "land_units": cut.reset_index(drop=True).set_crs(land.crs, allow_override=True),
        "unit_zones": zones.assign(unit=zones["finer"]).drop(columns="finer"),
        "buildings": buildings.assign(unit=stands),
    }
    return replace(sample, frames=frames)
