"""Where people can and do live: a synthetic height field and the density that follows from it.

Summits stand where Laoshan's stand, with invented flanks; settlements where its villages are. Values are
only good for placing synthetic things.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grid_data.sample.lattice import Floats, Geometries, degrees_to_metric
from grid_data.sample.splitting import mean_over, sample_points
from grid_data.sample.tables import read_table, rows

URBAN = ("370212001", "370212005")
"""The two subdistricts that are city all over their low land."""

_CELL_M = 60.0


@dataclass(frozen=True)
class Terrain:
    """Summits and settlements in metres (EPSG:4549)."""

    summits: Floats
    places: pd.DataFrame

    def height(self, points: Floats) -> Floats:
        """Height in metres, shape (n,), of metric points (n, 2)."""
        total = np.zeros(len(points))
        for east, north, height, spread_east, spread_north in self.summits:
            x = (points[:, 0] - east) / spread_east
            y = (points[:, 1] - north) / spread_north
            total = np.maximum(total, height * np.exp(-0.5 * (x * x + y * y)))
        ripple = np.sin(points[:, 0] / 610.0) * np.sin(points[:, 1] / 540.0 + 1.0)
        return np.asarray(total * (1.0 + 0.12 * ripple))

    def density(self, points: Floats) -> Floats:
        """Relative density of homes, 0 to about 1, shape (n,), of metric points (n, 2)."""
        settled = np.zeros(len(points))
        city = np.zeros(len(points))
        for place in rows(self.places):
            gap = np.hypot(points[:, 0] - place.east, points[:, 1] - place.north)
            if place.subdistrict in URBAN:
                city = np.maximum(city, place.weight * np.exp(-0.5 * (gap / (2.0 * place.radius)) ** 2))
            else:
                settled = np.maximum(
                    settled, (0.28 + 0.72 * place.weight) * np.exp(-((gap / place.radius) ** 4))
                )
        flat = 1.0 / (1.0 + np.exp((self.height(points) - 95.0) / 16.0))
        return np.maximum(city * flat, settled * (0.75 + 0.25 * flat))


@dataclass(frozen=True)
class Field:
    """Density looked up in a raster of 60 m cells: fast, and smooth enough to place things by."""

    west: float
    south: float
    values: Floats

    def at(self, points: Floats) -> Floats:
        """Density, shape (n,), of metric points (n, 2)."""
        rows, columns = self.values.shape
        column = np.clip(((points[:, 0] - self.west) / _CELL_M).astype(int), 0, columns - 1)
        row = np.clip(((points[:, 1] - self.south) / _CELL_M).astype(int), 0, rows - 1)
        return np.asarray(self.values[row, column])

    def mean(self, polygons: Geometries) -> Floats:
        """Mean density over a few points of each metric polygon, shape (n,)."""
        points, owner = sample_points(polygons)
        return mean_over(owner, self.at(points), len(polygons))


def density_field(terrain: Terrain, bounds: tuple[float, float, float, float]) -> Field:
    """Raster of the density over metric bounds."""
    west, south, east, north = bounds
    xs, ys = np.meshgrid(np.arange(west, east + _CELL_M, _CELL_M), np.arange(south, north + _CELL_M, _CELL_M))
    points = np.column_stack([xs.ravel(), ys.ravel()]) + _CELL_M / 2.0
    return Field(west, south, terrain.density(points).reshape(xs.shape))


def read_terrain() -> Terrain:
    """Terrain from the shipped tables."""
    summits = read_table("summits")
    places = read_table("places", text=("subdistrict", "name_zh", "name_en"))
    peaks = degrees_to_metric(summits[["lon", "lat"]].to_numpy(float))
    at = degrees_to_metric(places[["lon", "lat"]].to_numpy(float))
    shape = summits[["height_m", "spread_east_m", "spread_north_m"]].to_numpy(float)
    return Terrain(np.column_stack([peaks, shape]), places.assign(east=at[:, 0], north=at[:, 1]))
