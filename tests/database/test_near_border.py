"""``near_border``: the border is closer than the place is accurate; at least 1 m after GCJ-02 or BD-09."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import VENDOR_FLOOR_M, from_wgs84
from governance.access import OPERATOR
from governance.incidents.routing import Question, explain
from governance.incidents.stored import get_incident
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Database
from grid_data.routing import SHIFTED_FLOOR_M, USUAL_ACCURACY_M, uncertainty_m
from tests.support.incident_frames import incident_frame
from tests.support.toy_city import SINCE

# Degrees north of the border between two grids at 36.12; one step of 1e-7 degree is 1.1 cm.
NORTH = {0.8: 72e-7, 1.2: 108e-7, 4.0: 360e-7, 8.0: 721e-7, 29.0: 2613e-7, 31.0: 2793e-7}

CASES = [
    # metres to the border, stated accuracy, system, near
    (0.8, 0.5, "wgs84", False),
    (0.8, 0.5, "cgcs2000", False),
    (0.8, 0.5, "gcj02", True),
    (0.8, 0.5, "bd09", True),
    (1.2, 0.5, "gcj02", False),
    (1.2, 2.0, "gcj02", True),
    (4.0, None, "wgs84", True),
    (8.0, None, "wgs84", False),
    (8.0, None, "gcj02", False),
    (29.0, 100.0, "wgs84", True),
    # Borders farther than 30 m are not told, however poor the place.
    (31.0, 100.0, "wgs84", False),
]


def test_the_floor_is_the_difference_to_the_vendors() -> None:
    assert SHIFTED_FLOOR_M == VENDOR_FLOOR_M == 1.0


@given(st.floats(0.01, 1000), st.sampled_from(["wgs84", "cgcs2000", "EPSG:4549", "gcj02", "bd09"]))
def test_uncertainty_is_what_is_stated_or_the_floor(stated: float, system: str) -> None:
    shifted = system in ("gcj02", "bd09")
    assert uncertainty_m(stated, system) == (max(stated, 1.0) if shifted else stated)
    assert uncertainty_m(None, system) == USUAL_ACCURACY_M


@pytest.mark.parametrize("routing", ["sql", "memory"])
async def test_near_border_in_both_routings(toy_database: Database, routing: str) -> None:
    told: list[Any] = []
    async with toy_database.transaction(OPERATOR) as connection:
        questions = []
        for metres, accuracy_m, system, _ in CASES:
            lon, lat = (float(value) for value in from_wgs84(120.405, 36.12 + NORTH[metres], system))
            questions.append(Question(lon, lat, system, accuracy_m, at=SINCE.to_pydatetime()))
        if routing == "sql":
            answers = [await explain(connection, question) for question in questions]
        else:
            frame = incident_frame(
                [(question.lon, question.lat) for question in questions],
                [str(number) for number in range(len(CASES))],
                crs=[question.crs for question in questions],
                accuracy_m=[question.accuracy_m for question in questions],
            )
            await store_incidents(connection, frame)
            cursor = await connection.execute("SELECT number FROM incident ORDER BY source_ref::int")
            numbers = [row["number"] for row in await cursor.fetchall()]
            stored = [await get_incident(connection, number) for number in numbers]
            answers = [incident.routing for incident in stored if incident is not None]
            assert {answer.method for answer in answers} == {"memory"}
    for answer, case in zip(answers, CASES, strict=True):
        grid = next(zone for zone in answer.zones if zone.layer == "base_grid")
        told.append((case[0], grid.near_border))
        if case[0] < 30:
            assert grid.distance_m == pytest.approx(case[0], abs=0.02)
        else:
            assert grid.distance_m is None
    assert told == [(metres, near) for metres, _, _, near in CASES]
