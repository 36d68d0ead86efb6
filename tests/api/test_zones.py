"""Zones: lists, details, the past, homes counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import shapely
from shapely.geometry import Point, shape
from starlette.testclient import TestClient

from api.schemas import Zone, ZonePage
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]


def test_detail_has_its_shape(get: Get, grid: dict[str, Any]) -> None:
    zone = Zone.model_validate(grid)
    assert zone.geometry is not None
    outline = shape(zone.geometry)
    assert outline.covers(Point(zone.centre))
    assert outline.bounds == pytest.approx(tuple(zone.bounds), abs=1e-6)
    assert zone.parent is not None
    assert zone.parent.layer == "community"
    assert zone.code.startswith(zone.parent.code)
    assert "geometry" not in get(f"/api/zones/base_grid/{zone.code}")


def test_homes_add_up_the_levels(get: Get, database: psycopg.Connection) -> None:
    """A district has what all its grids have; all agree with the tables."""
    district = Zone.model_validate(get("/api/zones/district/370212"))
    row = database.execute(
        "SELECT count(*), coalesce(sum(residents), 0), (SELECT count(*) FROM building) FROM household"
    ).fetchone()
    assert row is not None
    assert (district.households, district.residents, district.buildings) == row
    street = get("/api/zones", layer="subdistrict", limit=1)["items"][0]
    community = get("/api/zones", layer="community", parent=street["code"], limit=1)["items"][0]
    whole = Zone.model_validate(get(f"/api/zones/community/{community['code']}"))
    grids = get("/api/zones", layer="base_grid", parent=community["code"], limit=500)["items"]
    parts = [Zone.model_validate(get(f"/api/zones/base_grid/{each['code']}")) for each in grids]
    assert parts
    for attribute in ("households", "residents", "buildings"):
        assert getattr(whole, attribute) == sum(getattr(part, attribute) for part in parts)


def test_homes_of_a_specialist_zone_are_those_inside(get: Get, database: psycopg.Connection) -> None:
    listed = get("/api/zones", layer="police", limit=1)["items"][0]
    zone = Zone.model_validate(get(f"/api/zones/police/{listed['code']}", geometry=True))
    outline = shape(zone.geometry)
    rows = database.execute(
        "SELECT ST_AsText(ST_PointOnSurface(geom)) FROM building"
        " WHERE geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)",
        tuple(zone.bounds),
    ).fetchall()
    assert zone.buildings == sum(outline.covers(shapely.from_wkt(text)) for (text,) in rows)


def test_a_date_is_meant_in_the_citys_time(get: Get, database: psycopg.Connection) -> None:
    """Midnight in Shanghai is 16:00 of the day before in UTC."""
    row = database.execute(
        "SELECT z.code, lower(v.valid) FROM zone_version v JOIN zone z ON z.id = v.zone_id"
        " JOIN layer l ON l.id = v.layer_id WHERE l.code = 'base_grid'"
        " AND lower(v.valid) = (SELECT max(lower(valid)) FROM zone_version"
        "                       WHERE layer_id = l.id AND lower(valid) < now())"
        " AND NOT EXISTS (SELECT FROM zone_version e"
        "                 WHERE e.zone_id = v.zone_id AND lower(e.valid) < lower(v.valid))"
        " ORDER BY 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    code, since = row
    assert since.strftime("%H:%M") in ("16:00", "00:00")
    day = since.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (day.hour, day.minute) == (0, 0)
    found = get("/api/zones", layer="base_grid", q=code, at=f"{day:%Y-%m-%d}")
    assert [item["code"] for item in found["items"]] == [code]
    before = get("/api/zones", layer="base_grid", q=code, at=f"{day:%Y-%m-%d}T00:00:00+08:30")
    assert before["items"] == []


def test_lists_filter(get: Get) -> None:
    page = ZonePage.model_validate(get("/api/zones", layer="subdistrict"))
    assert [item.code for item in page.items] == sorted(item.code for item in page.items)
    layers = {layer["code"]: layer for layer in get("/api/layers")["items"]}
    assert len(page.items) == layers["subdistrict"]["zones"] > 1
    assert page.next is None
    name = page.items[0].name.zh
    found = ZonePage.model_validate(get("/api/zones", layer="subdistrict", q=name)).items
    assert [item.code for item in found] == [page.items[0].code]
    assert get("/api/zones", layer="subdistrict", q="100%")["items"] == []
    assert get("/api/zones", layer="nonsense")["items"] == []


def test_pages_hold_every_zone_once(get: Get) -> None:
    seen: list[tuple[str, str]] = []
    after = None
    while True:
        page = get("/api/zones", limit=37, **({"after": after} if after else {}))
        seen += [(item["layer"], item["code"]) for item in page["items"]]
        after = page["next"]
        if after is None:
            break
        assert len(page["items"]) == 37
    layers = get("/api/layers")["items"]
    assert len(seen) == len(set(seen)) == sum(layer["zones"] for layer in layers)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("after=nonsense", "after"),
        ("after=WyJpbmNpZGVudHMiLCJ4IiwxXQ", "after"),
        ("at=yesterday", "at"),
        ("at=2026-02-30", "at"),
        ("at=20260101", "at"),
        (f"q={'x' * 101}", "q"),
    ],
)
def test_bad_parameters(client: TestClient, query: str, field: str) -> None:
    assert_problem(client.get(f"/api/zones?{query}"), 400, "bad-parameter", field)


@pytest.mark.parametrize(
    "at", ["2026-03-01T08:00:00+08:00", "2026-03-01T08:00:00%2B08:00", "2026-03-01t00:00:00z"]
)
def test_moments_as_people_write_them(client: TestClient, at: str) -> None:
    """A bare plus sign in an address is a space; it is meant as a plus."""
    response = client.get(f"/api/zones?layer=district&at={at}")
    assert response.status_code == 200
    assert [item["code"] for item in response.json()["items"]] == ["370212"]
