"""The dry run over HTTP: stated behaviour for every kind of place, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from gis.crs import from_wgs84
from governance.incidents.answers import Routing
from tests.api.conftest import Place
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]


def zone_of(routing: Routing, layer: str) -> Any:
    return next(each for each in routing.zones if each.layer == layer)


def test_inside(get: Get, inside: Place, grid: dict[str, Any], matter: dict[str, Any]) -> None:
    routing = Routing.model_validate(
        get("/api/routing", lon=inside.lon, lat=inside.lat, category=matter["key"])
    )
    assert routing.place_status == "located"
    found = zone_of(routing, "base_grid")
    assert (found.zone.code, found.method) == (grid["code"], "inside")
    assert zone_of(routing, "community").zone.code == grid["parent"]["code"]
    assert routing.responsible is not None
    assert routing.rule is not None
    assert routing.reason.zh
    assert routing.reason.en
    assert [step.level for step in routing.escalation] == ["community", "subdistrict", "district"]


def test_on_an_edge(get: Get, corner: Place) -> None:
    routing = Routing.model_validate(get("/api/routing", lon=corner.lon, lat=corner.lat))
    found = zone_of(routing, "base_grid")
    assert found.method == "on_border"
    assert found.on_border
    assert found.distance_m == 0
    codes = [candidate.code for candidate in found.candidates]
    assert all(found.zone.code < code for code in codes), "the lowest code wins"


def test_out_of_area(get: Get) -> None:
    routing = Routing.model_validate(get("/api/routing", lon=116.4, lat=39.9))
    assert routing.place_status == "unlocated"
    assert routing.place_problem is not None
    assert routing.place_problem.code == "outside_city"
    assert routing.zones == []
    assert routing.responsible is None


def test_swapped(get: Get, inside: Place) -> None:
    routing = Routing.model_validate(get("/api/routing", lon=inside.lat, lat=inside.lon))
    assert routing.place_problem is not None
    assert routing.place_problem.code == "swapped"


@pytest.mark.parametrize("system", ["gcj02", "bd09", "EPSG:4549", "cgcs2000"])
def test_declared_systems_lead_to_the_same_grid(
    get: Get, inside: Place, grid: dict[str, Any], system: str
) -> None:
    x, y = from_wgs84(inside.lon, inside.lat, system)
    routing = Routing.model_validate(get("/api/routing", lon=float(x), lat=float(y), crs=system))
    assert zone_of(routing, "base_grid").zone.code == grid["code"]
    assert routing.place is not None
    assert routing.place.coordinates == pytest.approx([inside.lon, inside.lat], abs=2e-7)


def test_an_earlier_moment_gives_the_zones_of_then(get: Get, database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT z.code, v.id, lower(v.valid), ST_X(p), ST_Y(p)"
        " FROM zone_version v JOIN zone z ON z.id = v.zone_id JOIN layer l ON l.id = v.layer_id"
        " CROSS JOIN LATERAL ST_PointOnSurface(v.geom) AS p"
        " WHERE l.code = 'base_grid' AND upper(v.valid) < now() ORDER BY z.code LIMIT 1"
    ).fetchone()
    assert row is not None, "the sample has an earlier edition of the base grids"
    code, version, since, lon, lat = row
    then = Routing.model_validate(get("/api/routing", lon=lon, lat=lat, at=since.isoformat()))
    assert (zone_of(then, "base_grid").zone.code, zone_of(then, "base_grid").version) == (code, version)
    now = Routing.model_validate(get("/api/routing", lon=lon, lat=lat))
    assert zone_of(now, "base_grid").version != version
    long_ago = Routing.model_validate(get("/api/routing", lon=lon, lat=lat, at="1949-10-01"))
    assert all(each.zone is None for each in long_ago.zones)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("lon=nan&lat=36", "bad-parameter", "lon"),
        ("lon=120&lat=Infinity", "bad-parameter", "lat"),
        ("lon=120&lat=-inf", "bad-parameter", "lat"),
        ("lon=here&lat=36", "bad-parameter", "lon"),
        ("lon=1e300&lat=36", "bad-parameter", "lon"),
        ("lon=120", "bad-parameter", "lat"),
        ("lon=120.4&lat=36.1&category=nonsense", "unknown-category", "category"),
        ("lon=120.4&lat=36.1&category=a:b:c", "unknown-category", "category"),
        ("lon=120.4&lat=36.1&crs=mars", "unknown-coordinate-system", "crs"),
        ("lon=120.4&lat=36.1&crs=EPSG:999999", "unknown-coordinate-system", "crs"),
        ("lon=120.4&lat=36.1&at=soon", "bad-parameter", "at"),
    ],
)
def test_bad_questions(client: TestClient, query: str, code: str, field: str) -> None:
    assert_problem(client.get(f"/api/routing?{query}"), 400, code, field)


def test_nothing_is_stored(get: Get, database: psycopg.Connection, inside: Place) -> None:
    count = b"SELECT (SELECT count(*) FROM incident), (SELECT count(*) FROM history)"
    before = database.execute(count).fetchone()
    get("/api/routing", lon=inside.lon, lat=inside.lat)
    assert database.execute(count).fetchone() == before
