"""The department's desk over HTTP: shapes of answers, what is refused and how, both sides of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.case_work import Worker, problem, to_filed

Json = dict[str, Any]


def square(west: float, south: float, size: float = 0.01) -> Json:
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture(scope="module")
def street(get: Callable[..., Json]) -> str:
    return str(get("/api/zones", layer="subdistrict", limit=1)["items"][0]["code"])


def test_numbers_of_the_desk_are_those_of_the_list(
    client: TestClient, get: Callable[..., Json], street: str
) -> None:
    told = get("/api/department/summary", zone=f"subdistrict/{street}")
    assert told == get("/api/department/summary", zone=f"subdistrict:{street}") | {"as_of": told["as_of"]}
    assert told["open"] > 0
    for name, query in told["opens"].items():
        listed = client.get(f"/api/incidents?{query}&limit=500").json()
        assert len(listed["items"]) == told[name], name
    assert sum(each["count"] for each in told["by_category"]) == told["open"]


def test_a_course_and_hours_add_up(get: Callable[..., Json]) -> None:
    span = {"from": "2026-01-01", "to": "2026-07-01"}
    total = get("/api/statistics/incidents", layer="base_grid", **span)["total"]
    months = get("/api/department/trends", bucket="month", **span)["items"]
    assert [each["from"][:7] for each in months] == [f"2026-0{month}" for month in range(1, 7)]
    assert sum(each["count"] for each in months) == total
    hours = get("/api/department/hours", **span)["counts"]
    assert [len(day) for day in hours] == [24] * 7
    assert sum(map(sum, hours)) == total
    kinds = get("/api/department/categories", **span)["items"]
    assert sum(each["count"] for each in kinds) == total


def test_facilities_as_list_geojson_and_tile(client: TestClient, get: Callable[..., Json]) -> None:
    first = get("/api/department/facilities", limit=5)
    assert [each["code"] for each in first["items"]] == sorted(each["code"] for each in first["items"])
    second = get("/api/department/facilities", limit=5, after=first["next"])
    assert second["items"][0]["code"] > first["items"][-1]["code"]
    owner = first["items"][0]["owner"]["code"]
    theirs = get("/api/department/facilities", limit=5, organisation=owner, relation="owned")
    assert {each["owner"]["code"] for each in theirs["items"]} == {owner}
    assert {each["relation"] for each in theirs["items"]} <= {"owned", "both"}
    assert (
        get("/api/department/facilities", organisation=owner, relation="maintained", state="lost")["next"]
        is None
    )
    drawn = client.get("/api/department/facilities.geojson", params={"limit": 5})
    assert drawn.headers["content-type"] == "application/geo+json"
    assert [each["id"] for each in drawn.json()["features"]] == [each["code"] for each in first["items"]]
    lon, lat = first["items"][0]["place"]["coordinates"]
    x, y = tile_of(lon, lat, 15)
    tile = client.get(f"/api/department/facilities/15/{x}/{y}.mvt", params={"organisation": owner})
    assert tile.status_code == 200
    assert b"facilities" in tile.content
    again = client.get(
        f"/api/department/facilities/15/{x}/{y}.mvt",
        params={"organisation": owner},
        headers={"If-None-Match": tile.headers["etag"]},
    )
    assert again.status_code == 304
    assert problem(client.get("/api/department/facilities/2/9/9.mvt"), "not-found", 404) == []


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    from math import asinh, pi, radians, tan

    n = 2**zoom
    return int((lon + 180) / 360 * n), int((1 - asinh(tan(radians(lat))) / pi) / 2 * n)


def test_pages_of_overlaps_and_people(client: TestClient, get: Callable[..., Json], street: str) -> None:
    first = get("/api/department/overlap", layer="police", limit=1)
    assert len(first["items"]) == 1
    second = get("/api/department/overlap", layer="police", limit=1, after=first["next"])
    assert second["items"][0]["zone"]["code"] > first["items"][0]["zone"]["code"]
    assert sum(part["of_zone"] for part in first["items"][0]["grids"]) == pytest.approx(1, abs=0.02)
    refused = client.get("/api/department/overlap", params={"after": "nothing"})
    assert problem(refused, "bad-parameter", 400) == [("after", "string-pattern-mismatch")]
    people = get("/api/department/people", zone=f"subdistrict/{street}")
    assert {each["kind"] for each in people["templates"]} >= {"grid_lead", "police", "full_time", "part_time"}
    load = get("/api/department/load", zone=f"subdistrict/{street}")
    assert load["grids"][0]["open"] >= load["grids"][-1]["open"]


def test_an_area_over_http(client: TestClient, inside: Any, street: str) -> None:
    area = square(inside.lon - 0.005, inside.lat - 0.005)
    answer = client.post("/api/zone-query", json={"area": {"polygon": area}})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["area"]["type"] == "MultiPolygon"
    assert told["incidents"]["total"] == sum(told["incidents"]["by_state"].values()) > 0
    assert sum(step["count"] for step in told["incidents"]["trend"]) == told["incidents"]["total"]
    some = told["incidents"]["by_category"][0]
    narrowed = client.post(
        "/api/zone-query",
        json={"area": {"polygon": area}, "categories": [some["category"]["key"]], "states": ["open"]},
    ).json()
    assert narrowed["incidents"]["total"] == narrowed["incidents"]["open"] <= some["count"]
    zones = [{"layer": "subdistrict", "code": street}]
    whole = client.post("/api/zone-query", json={"area": {"zones": zones}}).json()
    assert whole["area"] is None
    listed = client.get("/api/statistics/incidents", params={"layer": "subdistrict"}).json()
    assert whole["incidents"]["total"] == next(z["total"] for z in listed["zones"] if z["code"] == street)
    assert all(grid["share"] == 1 for grid in whole["grids"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "area"),
        ({"area": {}}, "area"),
        ({"area": {"polygon": square(120.5, 36.1), "road": "X", "buffer_m": 5}}, "area"),
        ({"area": {"road": "X"}}, "area.road"),
        ({"area": {"road": None, "zones": [{"layer": "district", "code": "370212"}]}}, "area"),
        ({"area": {"road": "X", "buffer_m": 0}}, "area.buffer_m"),
        ({"area": {"road": "X", "buffer_m": 5_001}}, "area.buffer_m"),
        ({"area": {"road": "X", "buffer_m": "50"}}, "area.buffer_m"),
        ({"area": {"road": "nowhere", "buffer_m": 50}}, "area.road"),
        ({"area": {"facility": "nothing", "buffer_m": 50}}, "area.facility"),
        ({"area": {"zones": []}}, "area.zones"),
        ({"area": {"zones": [{"layer": "district", "code": "999999"}]}}, "area.zones.0"),
        ({"area": {"polygon": {"type": "Polygon", "coordinates": [[[120.5, 36.1]]]}}}, "area.polygon"),
        ({"area": {"polygon": square(185, 36.1)}}, "area.polygon"),
        ({"area": {"polygon": square(121.5, 36.1)}}, "area.polygon"),
        ({"area": {"polygon": square(120.4, 36.1, 1e-7)}}, "area.polygon"),
        ({"area": {"polygon": square(117, 33, 4)}}, "area.polygon"),
        ({"area": {"polygon": square(120.5, 36.1)}, "from": "yesterday"}, "from"),
        ({"area": {"polygon": square(120.5, 36.1)}, "states": ["gone"]}, "states.0"),
        ({"area": {"polygon": square(120.5, 36.1)}, "more": 1}, "more"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(client: TestClient, body: Json, field: str) -> None:
    faults = problem(client.post("/api/zone-query", json=body), "bad-parameter", 400)
    assert any(name == field or name.startswith(f"{field}.") for name, _ in faults), faults


def test_an_unknown_category_is_named_by_its_place(client: TestClient) -> None:
    body = {"area": {"polygon": square(120.5, 36.1)}, "categories": ["no:such:thing"]}
    assert problem(client.post("/api/zone-query", json=body), "unknown-category", 400)[0][0] == "categories.0"


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"organisation": "NOBODY"}, "unknown-organisation", "organisation"),
        ({"concerned": "NOBODY"}, "unknown-organisation", "concerned"),
        ({"zone": "district/999999"}, "unknown-zone", "zone"),
        ({"zone": "nothing"}, "unknown-zone", "zone"),
    ],
)
def test_whose_desk_it_is_must_exist(client: TestClient, query: Json, code: str, field: str) -> None:
    assert problem(client.get("/api/department/summary", params=query), code, 400)[0][0] == field


def test_lists_tell_what_was_sent_back_and_who_was_concerned(
    client: TestClient, get: Callable[..., Json], worker: Callable[..., Worker]
) -> None:
    case = worker()
    to_filed(case)
    case.take("dispatch", "dispatcher", "李派遣", lead="LS-HW", supporting=["LS-CG"])
    case.take("send_back", "officer", "赵处置", "LS-HW", reason="不属本单位")

    def listed(**query: Any) -> bool:
        items = get("/api/incidents", state="open", limit=500, q=case.number, **query)["items"]
        return case.number in {each["number"] for each in items}

    assert listed(sent_back=True)
    assert not listed(reworked=True)
    assert listed(concerned="LS-HW")
    assert listed(concerned="LS-CG")
    assert not listed(concerned="LS-HW", handled_from="2020-01-01")
    case.take("dispatch", "dispatcher", "李派遣", lead="LS-HW")
    case.take("start", "officer", "赵处置", "LS-HW")
    case.take("feed_back", "officer", "赵处置", "LS-HW", result="已清运")
    assert listed(handled_from="2020-01-01")
    assert not listed(handled_to="2020-01-01")


def test_both_sides_of_a_border_and_of_a_dispute(
    client: TestClient,
    get: Callable[..., Json],
    worker: Callable[..., Worker],
    grid: Json,
    database: psycopg.Connection,
) -> None:
    row = database.execute(
        """SELECT ST_X(point.geom), ST_Y(point.geom)
           FROM zone JOIN zone_version AS version ON version.zone_id = zone.id
           JOIN zone_version AS other ON other.layer_id = version.layer_id AND other.id <> version.id
               AND other.valid @> now() AND ST_Intersects(other.lattice, version.lattice)
           CROSS JOIN LATERAL (SELECT ST_LineInterpolatePoint((ST_Dump(ST_LineMerge(ST_CollectionExtract(
               ST_Intersection(other.geom, version.geom), 2)))).geom, 0.5) AS geom) AS point
           WHERE zone.code = %s AND version.valid @> now() LIMIT 1""",
        [grid["code"]],
    ).fetchone()
    assert row is not None
    case = worker(place={"type": "Point", "coordinates": [row[0], row[1]]}, accuracy_m=8)
    sides = get(f"/api/cases/{case.number}/sides")
    border = next(each for each in sides["borders"] if each["layer"]["code"] == "base_grid")
    assert sides["is_border_case"]
    assert border["within_accuracy"]
    codes = {border["own"]["zone"]["code"], *(each["zone"]["code"] for each in border["others"])}
    assert grid["code"] in codes
    assert len(codes) >= 2
    assert 0 <= border["own"]["distance_m"] < 8
    assert "responsible" in sides["parties"][0]["why"]
    to_filed(case)
    case.take("dispatch", "dispatcher", "李派遣", lead="LS-HW")
    case.take("object", "officer", "赵处置", "LS-HW", reason="在界线另一侧", lead="LS-CG")
    sides = get(f"/api/cases/{case.number}/sides")
    assert sides["objection"]["proposes"] == "LS-CG"
    why = {each["organisation"]["code"]: set(each["why"]) for each in sides["parties"]}
    assert {"leads", "objects"} <= why["LS-HW"]
    assert "proposed" in why["LS-CG"]
    case.take("adjudicate", "sorter", "孙分拣", reason="按界线归属", lead="LS-CG")
    case.take("hand_over", "dispatcher", "李派遣", reason="专业对口", lead="LS-HW")
    told = get(f"/api/cases/{case.number}/sides")
    assert told["objection"] is None
    assert told["lead"]["code"] == "LS-HW"
    assert told["hand_overs"] == 2
    found = [
        (
            each["kind"],
            each["by"],
            (each["lead_before"] or {}).get("code"),
            (each["lead_after"] or {}).get("code"),
        )
        for each in told["disputes"]
    ]
    assert found == [
        ("object", "赵处置", None, "LS-CG"),
        ("adjudicate", "孙分拣", "LS-HW", "LS-CG"),
        ("hand_over", "李派遣", "LS-CG", "LS-HW"),
    ]


def test_a_case_that_is_not_there_has_no_sides(client: TestClient) -> None:
    assert client.get("/api/cases/3702122026010199999/sides").status_code == 404
