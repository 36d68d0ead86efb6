"""Eight specialist layers: perturbed cells about weighted seeds, independent of grids and communities."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from grid_data.sample.boundary import DISTRICT
from grid_data.sample.communities import Communities, reading_order
from grid_data.sample.lattice import Floats, Geometries, Ints, dissolve
from grid_data.sample.mesh import Mesh
from grid_data.sample.names import chinese_number
from grid_data.sample.tables import read_table
from grid_data.sample.terrain import Field

_SMOOTHING_STEPS = 17_000.0
"""Tolerance of the border simplification: lattice steps, about 170 m (area of a spike ~ its square)."""


@dataclass(frozen=True)
class SpecialistLayer:
    """One layer's zones in the order of their codes; ``place`` is the name of what each lies around."""

    row: pd.Series
    codes: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    place_zh: tuple[str, ...]
    place_en: tuple[str, ...]
    lattice: Geometries


def draw_specialist_layers(
    mesh: Mesh,
    communities: Communities,
    community_points: Floats,
    density: Field,
    share: float,
    random: np.random.Generator,
) -> list[SpecialistLayer]:
    """All eight layers.

    Parameters
    ----------
    community_points
        Metric centres of the communities, which name the zones.
    share
        Part of the full number of zones to draw (a part of the district needs fewer).
    """
    table = read_table("specialist_layers", text=("object_code",))
    area = shapely.area(mesh.cells) * 0.0089938 * 0.011096
    people = density.at(mesh.centre) * area
    return [
        _draw(row, mesh, area, people, communities, community_points, share, random)
        for _, row in table.iterrows()
    ]


def _draw(
    row: pd.Series,
    mesh: Mesh,
    area: Floats,
    people: Floats,
    communities: Communities,
    community_points: Floats,
    share: float,
    random: np.random.Generator,
) -> SpecialistLayer:
    count = max(4, round(int(row["zones"]) * share))
    weight = row["people_weight"] * people / people.sum() + (1.0 - row["people_weight"]) * area / area.sum()
    label = _cells(mesh, weight, count, random)
    label = _connected(mesh, label)
    zones = _smoothed(dissolve(mesh.cells, label, count))
    centre = (
        np.column_stack(
            [
                np.bincount(label, weights=(weight + 1e-12) * mesh.centre[:, axis], minlength=count)
                for axis in (0, 1)
            ]
        )
        / np.bincount(label, weights=weight + 1e-12, minlength=count)[:, None]
    )
    nearest = np.argmin(np.hypot(*(centre[:, None] - community_points[None]).transpose(2, 0, 1)), axis=1)
    street = communities.subdistrict[nearest]
    order = np.lexsort((reading_order(centre, street), street))
    # Zones cut across communities, therefore their community part is a merged one (601 onwards).
    codes, zh, en = [], [], []
    running: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for zone in order.tolist():
        code = communities.codes[nearest[zone]]
        running[code[6:9]] += 1
        codes.append(f"{row['object_code']}{DISTRICT}{code[6:9]}{600 + running[code[6:9]]}00")
        place = communities.name_zh[nearest[zone]].removesuffix("社区")
        place_en = communities.name_en[nearest[zone]].removesuffix(" Community")
        named[place] += 1
        zh.append(place + (chinese_number(named[place]) if named[place] > 1 else ""))
        en.append(place_en + (f" {named[place]}" if named[place] > 1 else ""))
    return SpecialistLayer(
        row=row,
        codes=tuple(codes),
        name_zh=tuple(f"{name}{row['zone_zh']}" for name in zh),
        name_en=tuple(f"{name} {row['zone_en']}" for name in en),
        place_zh=tuple(zh),
        place_en=tuple(en),
        lattice=zones[order],
    )


def _cells(mesh: Mesh, weight: Floats, count: int, random: np.random.Generator) -> Ints:
    """Label each mesh cell by its nearest seed, after some rounds of balancing weighted centres."""
    seeds = mesh.centre[random.choice(len(weight), count, replace=False, p=weight / weight.sum())]
    warped = mesh.centre + _warp(mesh.centre, random)
    label = np.zeros(len(weight), dtype=np.int64)
    for _ in range(6):
        label = np.argmin(((warped[:, None] - seeds[None]) ** 2).sum(axis=2), axis=1)
        total = np.bincount(label, weights=weight, minlength=count)
        moved = np.column_stack(
            [np.bincount(label, weights=weight * warped[:, axis], minlength=count) for axis in (0, 1)]
        )
        filled = total > 0
        seeds[filled] = moved[filled] / total[filled, None]
    return np.asarray(label)


def _warp(points: Floats, random: np.random.Generator) -> Floats:
    """A smooth displacement of some hundred metres, so that borders bend."""
    offset = np.zeros_like(points)
    for _ in range(10):
        length = random.uniform(900.0, 5_000.0)
        angle, phase = random.uniform(0.0, 6.28, 2)
        wave = np.sin((points[:, 0] * np.cos(angle) + points[:, 1] * np.sin(angle)) / length * 6.28 + phase)
        direction = random.uniform(0.0, 6.28)
        offset += 0.035 * length * wave[:, None] * [np.cos(direction), np.sin(direction)]
    return offset


def _connected(mesh: Mesh, label: Ints) -> Ints:
    """Give stray pieces to the zone they share most border with; islets keep their zone."""
    label = label.copy()
    for _ in range(20):
        same = label[mesh.left] == label[mesh.right]
        graph = coo_array(
            (np.ones(int(same.sum())), (mesh.left[same], mesh.right[same])), shape=(len(label),) * 2
        )
        _, piece = connected_components(graph, directed=False)
        size = np.bincount(piece)
        largest = np.zeros(int(label.max()) + 1, dtype=np.int64)
        np.maximum.at(largest, label, size[piece])
        stray = size[piece] < largest[label]
        a, b = np.concatenate([mesh.left, mesh.right]), np.concatenate([mesh.right, mesh.left])
        touching = stray[a] & (label[a] != label[b])
        if not touching.any():
            return label
        a, b = a[touching], b[touching]
        length = np.concatenate([mesh.length, mesh.length])[touching]
        votes = coo_array((length, (piece[a], label[b])), shape=(len(size), len(largest))).toarray()
        winner = votes.argmax(axis=1)
        changes = np.isin(piece, np.unique(piece[a]))
        label[changes] = winner[piece[changes]]
    return label


def _smoothed(zones: Geometries) -> Geometries:
    """Straighten the zigzag of the mesh inside; shared borders stay shared, the border of the land stays."""
    simple = shapely.coverage_simplify(zones, _SMOOTHING_STEPS, simplify_boundary=False)
    return np.asarray(shapely.normalize(simple))
