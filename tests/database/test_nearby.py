"""Where a place is, in words: what is told as nearest is nearest, with its distance and direction."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator

import psycopg
import pytest

from gis.crs import wgs84_to_gcj02
from governance.access import VISITOR
from governance.errors import UnknownSystem
from governance.incidents.nearby import Nearby, direction_of, nearby
from grid_data.database import Connection, Database
from grid_data.nearby import things_near
from grid_data.statements import sql
from tests.support.processor import processor_s

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(laoshan_database: str) -> AsyncIterator[Connection]:
    database = Database(laoshan_database, size=1)
    await database.open()
    async with database.transaction(VISITOR, plans="generic") as opened:
        yield opened
    await database.close()


SOME_PLACES = """
(SELECT ST_X(ST_Centroid(geom)), ST_Y(ST_Centroid(geom)) FROM building ORDER BY code LIMIT 2000)
UNION ALL
(SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)) FROM zone_version)
"""
LONELY_BUILDING = """
SELECT coalesce(name_zh, address), coalesce(name_en, name_zh, address), address, ST_XMax(geom), ST_YMax(geom),
       ST_X(ST_Centroid(geom)), ST_Y(ST_Centroid(geom))
FROM building
WHERE ST_Area(ST_Envelope(geom)) < 1.05 * ST_Area(geom) AND NOT EXISTS (
    SELECT FROM building AS other
    WHERE other.id <> building.id AND other.geom && ST_Expand(building.geom, 0.0004))
ORDER BY code LIMIT 1
"""
BY_HAND = """
SELECT min(ST_Distance(ST_Transform(geom, 4549), ST_Transform(spot, 4549)))
FROM {table} CROSS JOIN (SELECT ST_Point(%s, %s, 4326) AS spot) AS asked WHERE geom && ST_Expand(spot, 0.008)
"""


@pytest.fixture(scope="module")
def places(laoshan_database: str) -> list[tuple[float, float]]:
    """Places beside buildings, on roads, and out in the hills."""
    draw = random.Random(7)
    with psycopg.connect(laoshan_database) as plain:
        found = plain.execute(SOME_PLACES.encode()).fetchall()
    return [(x + draw.uniform(-2e-3, 2e-3), y + draw.uniform(-2e-3, 2e-3)) for x, y in draw.sample(found, 60)]


async def around(connection: Connection, lon: float, lat: float, crs: str = "wgs84") -> Nearby:
    """What is around a place of the Earth."""
    found = await nearby(connection, lon, lat, crs)
    assert found is not None
    return found


async def test_the_nearest_by_metres_is_found_though_the_index_orders_by_degrees(
    connection: Connection, laoshan_database: str, places: list[tuple[float, float]]
) -> None:
    compared = 0
    with psycopg.connect(laoshan_database) as plain:
        for lon, lat in places:
            told = {row["kind"]: row for row in reversed(await things_near(connection, lon, lat, 500))}
            for kind, table in (("building", "building"), ("facility", "facility")):
                best = plain.execute(BY_HAND.format(table=table).encode(), (lon, lat)).fetchone()
                assert best is not None
                if best[0] is None or best[0] > 500:
                    assert kind not in told
                    continue
                assert told[kind]["distance_m"] == pytest.approx(best[0], abs=1e-3)
                compared += 1
    assert compared > 60


async def test_distance_direction_and_words_agree(connection: Connection, laoshan_database: str) -> None:
    with psycopg.connect(laoshan_database) as plain:
        row = plain.execute(LONELY_BUILDING.encode()).fetchone()
    assert row is not None
    chinese, english, address, east, north, x, y = row
    above = await around(connection, x, north + 12 / 111_000)
    assert above.building is not None
    assert above.building.direction == "n"
    assert above.building.distance_m == pytest.approx(12, abs=0.5)
    assert above.building.words.zh == f"{chinese}北方向 12 米"
    assert above.building.words.en == f"12 m north of {english}"
    assert above.address is not None
    assert above.address.zh == f"{address}附近"
    step = 20 / 111_000
    aside = await around(connection, east + step / math.cos(math.radians(y)), north + step)
    assert aside.building is not None
    assert aside.building.direction == "ne"
    inside = await around(connection, x, y)
    assert inside.building is not None
    assert (inside.building.distance_m, inside.building.direction) == (0, None)
    assert inside.building.words.zh == f"{chinese}内"
    assert inside.address is not None
    assert inside.address.zh == address
    assert inside.base_grid is not None


async def test_another_system_is_turned_into_ours(
    connection: Connection, places: list[tuple[float, float]]
) -> None:
    lon, lat = places[0]
    x, y = (float(each) for each in wgs84_to_gcj02(lon, lat))
    plain, turned = await around(connection, lon, lat), await around(connection, x, y, "gcj02")
    assert turned.place.coordinates == pytest.approx(plain.place.coordinates, abs=1e-6)
    with pytest.raises(UnknownSystem):
        await around(connection, lon, lat, "mars")


async def test_the_base_grid_is_the_one_routing_finds(
    connection: Connection, places: list[tuple[float, float]]
) -> None:
    from governance.incidents.routing import Question, explain

    for lon, lat in places[:20]:
        routed = await explain(connection, Question(lon, lat, "wgs84", None, None, None))
        expected = next(
            (z.zone for z in routed.zones if z.kind == "base_grid" and z.method != "nearest"), None
        )
        told = await around(connection, lon, lat)
        assert (told.base_grid and told.base_grid.code) == (expected and expected.code)


async def test_far_from_everything_nothing_is_told(connection: Connection) -> None:
    assert await nearby(connection, 500, 36) is None
    told = await around(connection, 121.5, 35.5)
    assert told.landmark is None
    assert told.address is None
    assert told.base_grid is None


@pytest.mark.parametrize(
    ("azimuth", "code"), [(0, "n"), (22.4, "n"), (22.6, "ne"), (90, "e"), (225, "sw"), (337.6, "n")]
)
def test_a_direction_is_an_eighth_of_the_compass(azimuth: float, code: str) -> None:
    assert direction_of(azimuth)[0] == code


async def test_all_of_it_comes_from_indexes(connection: Connection) -> None:
    cursor = await connection.execute(
        b"EXPLAIN " + sql("nearby/place").encode(), {"lon": 120.47, "lat": 36.11, "limit_m": 500}
    )
    plan = "\n".join(row["QUERY PLAN"] for row in await cursor.fetchall())
    for index in ("ix_building_geom", "ix_facility_geom", "ix_road_geom"):
        assert index in plan, plan
    assert "Seq Scan on building" not in plan
    assert "Seq Scan on facility" not in plan


async def test_a_place_takes_milliseconds(connection: Connection, places: list[tuple[float, float]]) -> None:
    begin = processor_s(connection)
    for lon, lat in places:
        await around(connection, lon, lat)
    # A few on a usual machine; ten times that on a slow one is still no scan.
    assert processor_s(connection) - begin < 0.05 * len(places)
