"""Routing with only what is near the asked places gives the answers of routing with the whole city."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from grid_data.bulk.coded import Coded
from grid_data.bulk.ragged import Ragged
from grid_data.bulk.routed import RoutedColumns
from grid_data.bulk.routing import read_grounds
from grid_data.database import Connection
from tests.database.test_bulk_routing import LATTICE_POINTS, NEAR_MISSES
from tests.support.toy_city import SOUTH, WEST

AT = pd.Timestamp("2026-05-01T08:00:00+08:00")
# Covered by no zone: some metres, some hundred and farther than the limit from the city; no place at all.
OUTSIDE = [(WEST - metres / 90_000, SOUTH + 0.003) for metres in (5.0, 45.0, 400.0, 1900.0, 2500.0)]
NOWHERE = [(np.nan, np.nan), (0.0, 0.0)]


def as_lists(routed: RoutedColumns) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = {}
    for name, column in vars(routed).items():
        if isinstance(column, Ragged):
            told[name] = [column.counts.tolist(), column.values.tolist()]
        elif isinstance(column, Coded):
            told[name] = column.texts()
        else:
            told[name] = [None if value != value else value for value in column.tolist()]
    return told


async def test_answers_are_the_same_for_every_place_alone_and_for_few(connection: Connection) -> None:
    cursor = await connection.execute(
        "SELECT category_id, ST_X(ST_Centroid(geom)) AS x, ST_Y(ST_Centroid(geom)) AS y FROM facility"
    )
    facilities = [(row, step) for row in await cursor.fetchall() for step in (0, 1e-4, 3e-4)]
    lamps = [(row["x"] + step, row["y"]) for row, step in facilities]
    points = np.array([*LATTICE_POINTS, *NEAR_MISSES, *OUTSIDE, *NOWHERE, *lamps], dtype=np.float64)
    points = np.round(points * 1e7) / 1e7
    cursor = await connection.execute("SELECT id FROM category ORDER BY id")
    categories = np.array([row["id"] for row in await cursor.fetchall()], dtype=np.int64)
    chance = np.random.default_rng(7)
    category_id = chance.choice(categories, len(points))
    category_id[len(points) - len(lamps) :] = [row["category_id"] for row, _ in facilities]
    accuracy_m = chance.choice([np.nan, 2.0, 30.0, 90.0, 600.0], len(points))
    moments = pd.Series([AT] * len(points))
    whole = await read_grounds(connection, moments, category_id)
    n_lamps = len(lamps)
    parts = [
        *(np.array([k]) for k in range(0, len(points), 7)),
        *(chance.choice(len(points), 12, replace=False) for _ in range(15)),
        np.arange(len(points) - n_lamps, len(points)),
        np.arange(len(points)),
    ]
    found = 0
    for part in parts:
        asked: dict[str, Any] = {
            "lon": points[part, 0],
            "lat": points[part, 1],
            "accuracy_m": accuracy_m[part],
            "category_id": category_id[part],
        }
        places = (asked["lon"], asked["lat"], asked["accuracy_m"])
        near = await read_grounds(connection, moments.iloc[: len(part)], asked["category_id"], places)
        asked["shifted"] = np.zeros(len(part), dtype=np.bool_)
        asked["at_us"] = np.full(len(part), round(AT.timestamp() * 1_000_000))
        answers = near.route(**asked)
        assert as_lists(answers) == as_lists(whole.route(**asked))
        found += int((answers.facility_id > 0).sum())
    assert found > 0
