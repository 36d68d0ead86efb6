"""Halving many polygons at once across their long sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from grid_data.sample.lattice import Floats, Geometries, Ints

OVERSHOOT_M = 0.05
"""Lines run on by this much where they end on another, so that rounding leaves no gap."""


@dataclass(frozen=True)
class Halves:
    """Cuts, and the parts with the index of the polygon each comes from."""

    cuts: Geometries
    parts: Geometries
    parent: Ints


def frames(polygons: Geometries) -> tuple[Floats, Floats, Floats]:
    """Origin, long side and short side vector of each smallest enclosing rectangle, shapes (n, 2)."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    swap = np.hypot(*first.T) < np.hypot(*second.T)
    long_side = np.where(swap[:, None], second, first)
    short_side = np.where(swap[:, None], first, second)
    return corners[:, 0], long_side, short_side


def halve(polygons: Geometries, random: np.random.Generator, wiggle: float, jitter: float) -> Halves:
    """Cut each metric polygon across its smallest rectangle's long side.

    Parameters
    ----------
    polygons
        Polygons in metres, shape (n,).
    random
        Where the cuts lie and how they bend is drawn from here.
    wiggle, jitter
        Standard deviation of the bends and of the position, as shares of the long side.
    """
    count = len(polygons)
    origin, long_side, short_side = frames(polygons)
    share = 0.5 + np.clip(random.normal(0.0, jitter, count), -0.25, 0.25)
    ticks = np.linspace(-0.03, 1.03, 17 if wiggle > 0.0 else 2)
    bends = np.zeros((count, len(ticks)))
    if wiggle > 0.0:
        for wave in (1, 2, 3):
            size = random.normal(0.0, wiggle / wave, (count, 1))
            bends += size * np.sin(np.pi * wave * ticks + random.uniform(0.0, 6.28, (count, 1)))
    path = (
        origin[:, None]
        + short_side[:, None] * ticks[:, None]
        + long_side[:, None] * (share[:, None] + bends)[..., None]
    )
    far = np.stack([path[:, -1] + 2.0 * long_side, path[:, 0] + 2.0 * long_side], axis=1)
    beyond = shapely.polygons(np.concatenate([path, far], axis=1))
    lines = shapely.intersection(shapely.linestrings(path), shapely.buffer(polygons, OVERSHOOT_M))
    pieces = np.concatenate([shapely.intersection(polygons, beyond), shapely.difference(polygons, beyond)])
    parts, index = shapely.get_parts(pieces, return_index=True)
    parent = np.tile(np.arange(count), 2)[index]
    solid = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1.0)
    order = np.argsort(parent[solid], kind="stable")
    return Halves(lines, parts[solid][order], parent[solid][order])


def sample_points(polygons: Geometries, side: int = 7) -> tuple[Floats, Ints]:
    """Up to ``side`` x ``side`` points inside each metric polygon, at least one: points and owners."""
    bounds = shapely.bounds(polygons)
    ticks = (np.arange(side) + 0.5) / side
    xs = bounds[:, 0, None] + (bounds[:, 2] - bounds[:, 0])[:, None] * ticks
    ys = bounds[:, 1, None] + (bounds[:, 3] - bounds[:, 1])[:, None] * ticks
    grid = np.stack([np.repeat(xs, side, axis=1), np.tile(ys, (1, side))], axis=-1)
    shapely.prepare(polygons)
    inside = shapely.contains_xy(polygons[:, None], grid[..., 0], grid[..., 1])
    anchor = shapely.get_coordinates(shapely.point_on_surface(polygons))
    points = np.concatenate([anchor, grid[inside]])
    owner = np.concatenate([np.arange(len(polygons)), np.nonzero(inside)[0]])
    return points, owner


def mean_over(owner: Ints, values: Floats, count: int) -> Floats:
    """Mean of values per owner 0..count-1."""
    return np.asarray(
        np.bincount(owner, weights=values, minlength=count) / np.bincount(owner, minlength=count)
    )
