"""A small town of crooked land units with buildings, for moves without a database.

Twelve units in three rows and four columns, their corners shifted off the raster so that no border is
straight; two communities (columns 0 and 1, columns 2 and 3), two zones in each, two or three buildings on
every unit.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely

from gis.crs import geometry_to_metric
from gis.lattice import from_lattice
from gis.measures import UnitCounts
from gis.redraw.draft import Draft
from gis.redraw.pieces import Contents, Footprint
from gis.redraw.steps import DraftZone
from gis.units.graph import unit_graph

SRID = 4549
WEST, SOUTH, SIDE = 1_204_000_000, 361_000_000, 20_000
ROWS, COLUMNS = 3, 4


def polygons() -> np.ndarray:
    """The units as lattice geometry, row by row from the south."""
    random = np.random.default_rng(3)
    shift = random.integers(-2500, 2500, (ROWS + 1, COLUMNS + 1, 2))
    y, x = np.mgrid[0 : ROWS + 1, 0 : COLUMNS + 1]
    corner = np.stack([WEST + x * SIDE, SOUTH + y * SIDE], axis=-1) + shift
    return np.array(
        [
            shapely.Polygon([corner[r, c], corner[r, c + 1], corner[r + 1, c + 1], corner[r + 1, c]])
            for r in range(ROWS)
            for c in range(COLUMNS)
        ],
        dtype=object,
    )


def town() -> tuple[Draft, Mapping[int, Contents]]:
    """The draft, units numbered from 100, and what stands on each unit."""
    shapes = polygons()
    random = np.random.default_rng(4)
    half = np.array([900, 700])
    contents: dict[int, Contents] = {}
    for at, shape in enumerate(shapes):
        middle = np.array(shape.centroid.coords[0])
        spots = [
            middle + shift for shift in np.array([[-4500, -3000], [4000, 3500], [-3500, 4000]])[: 2 + at % 2]
        ]
        buildings = tuple(
            Footprint(
                f"B{at}-{number}",
                shapely.box(*np.round(spot - half), *np.round(spot + half)),
                int(random.integers(20, 120)),
                int(random.integers(50, 300)),
            )
            for number, spot in enumerate(spots)
        )
        points = [shapely.Point(np.round(middle + random.integers(-6000, 6000, 2))) for _ in range(4)]
        contents[100 + at] = Contents(buildings, tuple(points[:3]), tuple(points[3:]))
    column = np.arange(ROWS * COLUMNS) % COLUMNS
    row = np.arange(ROWS * COLUMNS) // COLUMNS
    community = (column >= 2).astype(np.int32)
    zone = (1 + community * 2 + (row == 2)).astype(np.int32)
    held = list(contents.values())
    graph = unit_graph(
        geometry_to_metric(from_lattice(shapes), SRID),
        [sum(each.households for each in one.buildings) for one in held],
        [sum(each.residents for each in one.buildings) for one in held],
        [len(one.buildings) for one in held],
        community,
    )
    zones = {
        number: DraftZone(
            number, 1000 + (number > 2), f"37021200100{1 + (number > 2)}00{1 + (number - 1) % 2}",
            f"第{number}网格", base=True,
        )
        for number in range(1, 5)
    }  # fmt: skip
    draft = Draft(
        ids=np.arange(100, 100 + len(shapes)),
        graph=graph,
        communities=[1000, 1001],
        zone=zone,
        counts=UnitCounts(
            np.array([len(one.incidents) for one in held]),
            np.array([len(one.facilities) for one in held]),
            zone.copy(),
        ),
        zones=zones,
        next_number=5,
        shapes=np.asarray(from_lattice(shapes), dtype=object),
    )
    return draft, contents


def footprints(contents: Mapping[int, Contents]) -> dict[int, tuple[Footprint, ...]]:
    """Buildings by unit."""
    return {unit: tuple(one.buildings) for unit, one in contents.items()}
