"""Incidents routed in memory and incidents routed by the database get the same answer, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.lattice import SCALE, from_lattice, to_lattice
from governance.access import OPERATOR
from governance.incidents.routing import Question, explain
from governance.incidents.stored import get_incident
from grid_data.bulk import rules as bulk_rules
from grid_data.bulk import zones as bulk_zones
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Connection, Database
from tests.support import toy_city
from tests.support.toy_city import GARBAGE, LAMP_BROKEN, PARKING, SINCE, SOUTH, STEP, WEST, box, multi

CATEGORIES = (
    GARBAGE,
    PARKING,
    LAMP_BROKEN,
    "GRIDGOV social:social:S0101",
    "GB/T 47678.5-2026:component:01037",
)


def frame_of(points: Sequence[tuple[float | None, float | None]], **columns: Any) -> pd.DataFrame:
    """Incidents at points, categories in turn."""
    keys = [CATEGORIES[i % len(CATEGORIES)].split(":") for i in range(len(points))]
    return pd.DataFrame(
        {
            "source": "import",
            "source_ref": [f"B{i}" for i in range(len(points))],
            "appeal_kind": "livelihood",
            "standard_ref": [key[0] for key in keys],
            "category_kind": [key[1] for key in keys],
            "category": [key[2] for key in keys],
            "text": "测试",
            "address": None,
            "lon": [point[0] for point in points],
            "lat": [point[1] for point in points],
            "crs": "wgs84",
            "accuracy_m": None,
            "urgency": "normal",
            "reported_at": pd.Timestamp("2026-05-01T08:00:00+08:00"),
            "state": "reported",
            "state_since": pd.Timestamp("2026-05-01T08:00:00+08:00"),
        }
        | columns
    )


async def assert_equal_to_the_dry_run(connection: Connection, frame: pd.DataFrame) -> None:
    await store_incidents(connection, frame)
    cursor = await connection.execute("SELECT number, source_ref FROM incident WHERE source = 'import'")
    numbers = {row["source_ref"]: row["number"] for row in await cursor.fetchall()}
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        incident = await get_incident(connection, numbers[row["source_ref"]])
        assert incident is not None
        key = f"{row['standard_ref']}:{row['category_kind']}:{row['category']}"
        question = Question(
            row["lon"], row["lat"], row["crs"], row["accuracy_m"], key, row["reported_at"].to_pydatetime()
        )
        dry = await explain(connection, question)
        stored = incident.routing.model_copy(update={"method": "sql", "at": dry.at})
        assert stored.model_dump() == dry.model_dump(), row


LATTICE_POINTS = [
    (round(WEST + STEP * column / 4, 7), round(SOUTH + STEP * row / 4, 7))
    for row in range(-1, 18)
    for column in range(-1, 18)
]
NEAR_MISSES = [
    (120.39985, 36.105), (120.3998, 36.12), (120.39999, 36.10), (120.405, 36.1199), (120.405, 36.12001),
    (120.42, 36.1150001), (120.4200001, 36.115), (120.4051, 36.105), (120.40515, 36.105), (120.39, 36.105),
    (116.4, 39.9), (36.1, 120.41), (0.0, 0.0), (120.4205, 36.1195), (None, None), (120.38, 36.0799),
]  # fmt: skip


async def test_every_vertex_edge_and_quarter_of_the_toy_city(connection: Connection) -> None:
    await assert_equal_to_the_dry_run(connection, frame_of(LATTICE_POINTS + NEAR_MISSES))


async def test_a_layer_that_allows_many_zones_at_a_place(connection: Connection) -> None:
    """Overlapping zones all answer, each with its own border, and a rule may name any of them."""
    layer = toy_city.LAYERS[toy_city.LAYERS["code"] == "market"].assign(
        code="festival", cardinality="many", precedence=70
    )
    await bulk_zones.store_layers(connection, layer)
    shapes = {"F-A": box(0, 0, 3, 3), "F-B": box(1, 1, 3, 3), "F-C": box(1, 0, 1, 4)}
    frame = gpd.GeoDataFrame(
        {
            "code": list(shapes),
            "name_zh": list(shapes),
            "organisation": ["PO1", "PO2", None],
            "valid_from": SINCE,
            "geometry": [multi(shape) for shape in shapes.values()],
        },
        crs=4326,
    )
    await bulk_zones.store_zone_identities(connection, "festival", frame["code"])
    await bulk_zones.store_zone_versions(connection, "festival", frame, parent_layer=None)
    named = toy_city.RULES.iloc[:2].assign(
        code=["R-FESTIVAL", "R-FESTIVAL-B"],
        standard_ref="GB/T 47678.5-2026",
        category_kind="matter",
        category="09009",
        layer="festival",
        zone=pd.Series([None, "F-B"], dtype="object").array,
    )
    await bulk_rules.store_assignment_rules(connection, named)
    points = [*LATTICE_POINTS, (120.415, 36.1199), (120.4251, 36.1251), (120.42999, 36.115)]
    await assert_equal_to_the_dry_run(connection, frame_of(points))
    question = Question(120.415, 36.115, category=PARKING, at=datetime(2026, 5, 1, tzinfo=UTC))
    answer = await explain(connection, question)
    assert [z.zone.code for z in answer.zones if z.layer == "festival" and z.zone] == ["F-A", "F-B", "F-C"]
    assert answer.rule is not None
    assert answer.rule.code == "R-FESTIVAL-B"


async def test_accuracy_and_shifted_systems(connection: Connection) -> None:
    points = [(120.405, 36.12001), (120.4051, 36.105), (120.41, 36.13)] * 4
    accuracy = [None, 0.5, 30.0, 100.0] * 3
    systems = ["wgs84", "gcj02", "bd09", "cgcs2000", "gcj02", "wgs84"] * 2
    await assert_equal_to_the_dry_run(connection, frame_of(points, accuracy_m=accuracy, crs=systems))


async def test_each_incident_is_routed_in_the_edition_of_its_day(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE zone_version SET valid = tstzrange(lower(valid), '2025-01-01T00:00+08') "
            "WHERE name_zh = '西片区'"
        )
        days = ["2023-06-01", "2024-06-01", "2024-12-31T23:59:59", "2025-01-01T00:00:00", "2025-06-01"]
        moments = [pd.Timestamp(day).tz_localize("Asia/Shanghai") for day in days]
        frame = frame_of([(120.405, 36.105)] * 5, reported_at=moments, state_since=moments)
        frame[["standard_ref", "category_kind", "category"]] = GARBAGE.split(":")
        await assert_equal_to_the_dry_run(connection, frame)
        cursor = await connection.execute(
            """SELECT source_ref, organisation.code FROM incident LEFT JOIN organisation
               ON organisation.id = organisation_id ORDER BY source_ref"""
        )
        # Before the first edition nobody; then the rule for the western market zone, until the zone ends.
        assert [row["code"] for row in await cursor.fetchall()] == [None, "CM1", "CM1", "MKT", "MKT"]


async def test_numbers_follow_the_order_of_reports_and_continue_the_days_count(
    connection: Connection,
) -> None:
    moments = [pd.Timestamp(f"2026-05-01T{hour:02d}:00+08:00") for hour in (9, 7, 8)]
    await store_incidents(
        connection, frame_of([(120.405, 36.105)] * 3, reported_at=moments, state_since=moments)
    )
    again = frame_of([(120.405, 36.105)], source_ref=["X"])
    await store_incidents(connection, again)
    cursor = await connection.execute("SELECT source_ref, number FROM incident")
    assert {row["source_ref"]: row["number"] for row in await cursor.fetchall()} == {
        "B1": "3702122026050100001",
        "B2": "3702122026050100002",
        "B0": "3702122026050100003",
        "X": "3702122026050100004",
    }


@st.composite
def coverages(draw: st.DrawFn) -> list[shapely.Polygon]:
    """A coverage of the toy city's square by Voronoi cells, snapped to the lattice as one noded whole."""
    seeds = draw(
        st.lists(st.tuples(st.integers(1, 39), st.integers(1, 39)), min_size=2, max_size=7, unique=True)
    )
    square = to_lattice(shapely.box(WEST, SOUTH, WEST + 4 * STEP, SOUTH + 4 * STEP))
    points = shapely.MultiPoint([(WEST * SCALE + x * 10_007, SOUTH * SCALE + y * 9_973) for x, y in seeds])
    cells = shapely.voronoi_polygons(points, extend_to=square)
    lines = shapely.union_all(
        [shapely.boundary(cell) for cell in cells.geoms] + [shapely.boundary(square)], grid_size=1
    )
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = [part for part in parts if shapely.contains(shapely.buffer(square, 2), part)]
    return [from_lattice(part) for part in inside]


@given(
    zones=coverages(),
    # Drawn before the coroutine runs: what hypothesis raises while drawing must not pass the event loop.
    codes=st.permutations([f"Z{i:02d}" for i in range(40)]),
    wobbles=st.lists(st.tuples(st.floats(-0.002, 0.042), st.floats(-0.002, 0.042)), min_size=5, max_size=15),
)
@settings(max_examples=15)
async def test_random_coverages_their_vertices_and_edges(
    toy_database: Database, zones: list[shapely.Polygon], codes: list[str], wobbles: list[tuple[float, float]]
) -> None:
    names = codes[: len(zones)]
    vertices = np.unique(shapely.get_coordinates(zones), axis=0)
    middles = [
        shapely.line_interpolate_point(shapely.boundary(zone), 0.37, normalized=True) for zone in zones
    ]
    points = [
        *map(tuple, vertices.tolist()),
        *((round(point.x, 7), round(point.y, 7)) for point in middles),
        *((round(WEST + x, 7), round(SOUTH + y, 7)) for x, y in wobbles),
    ]
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            await connection.execute(
                """UPDATE zone_version SET valid = tstzrange(lower(valid), '2024-06-01')
                   WHERE layer_id = (SELECT id FROM layer WHERE code = 'police')"""
            )
            frame = gpd.GeoDataFrame(
                {
                    "code": names,
                    "name_zh": names,
                    "organisation": "PO1",
                    "valid_from": pd.Timestamp("2024-06-01T00:00Z"),
                    "geometry": [shapely.MultiPolygon([zone]) for zone in zones],
                },
                crs=4326,
            )
            await bulk_zones.store_zone_identities(connection, "police", frame["code"])
            await bulk_zones.store_zone_versions(connection, "police", frame, parent_layer=None)
            await assert_equal_to_the_dry_run(connection, frame_of(points))
            raise _Undo


class _Undo(Exception):
    """Leaves the transaction without a trace, for the next example."""


def test_the_toy_city_starts_before_the_incidents() -> None:
    assert datetime(2026, 1, 1, tzinfo=UTC) > SINCE
    assert len(toy_city.units()) == 16
