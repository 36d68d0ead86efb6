"""Moves that are drawn, over HTTP: cut units, their pieces, undo after a restart, numbering."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from shapely.geometry import shape
from starlette.testclient import TestClient

from api.app import create_app
from gis.coverage import is_valid_coverage
from gis.lattice import to_lattice
from governance.settings import Settings

Json = dict[str, Any]


@pytest.fixture(scope="module")
def community(database: psycopg.Connection) -> str:
    """The community with most base grids."""
    row = database.execute(
        "SELECT parent.code FROM zone_version JOIN zone AS parent ON parent.id = parent_zone_id"
        " JOIN layer ON layer.id = zone_version.layer_id WHERE layer.kind = 'base_grid' AND upper_inf(valid)"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def plan(client: TestClient, community: str) -> Json:
    """A fresh draft on the community."""
    area = {"layer": "community", "code": community}
    body = {"layer": "base_grid", "name": {"zh": "划线方案"}, "area": area, "by": "王规划"}
    answer = client.post("/api/plans", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def read(client: TestClient, plan: Json) -> tuple[Json, dict[int, Any]]:
    """Columns, and polygons by unit."""
    units = client.get(f"/api/plans/{plan['code']}/units").json()
    features = client.get(f"/api/plans/{plan['code']}/shapes").json()["units"]["features"]
    return units, {feature["id"]: shape(feature["geometry"]) for feature in features}


def send(client: TestClient, plan: Json, revision: int, kind: str, **values: Any) -> Any:
    body = {"kind": kind, "revision": revision, "by": "王规划", **values}
    return client.post(f"/api/plans/{plan['code']}/moves", json=body)


def largest_zone(units: Json) -> int:
    zones = units["units"]["zone"]
    return int(max(set(zones), key=zones.count))


def through(shapes: list[Any]) -> list[list[float]]:
    """A crooked line from west to east through the middle of some polygons."""
    west, south, east, north = shapely.total_bounds(shapes)
    middle, rise = (south + north) / 2, (north - south) / 9
    return [[west - 0.001, middle], [(west + east) / 2, middle + rise], [east + 0.001, middle]]


def ground(shapes: Any) -> Any:
    return shapely.coverage_union_all(to_lattice(list(shapes)))


def split(client: TestClient, plan: Json) -> tuple[Json, Json, dict[int, Any]]:
    units, shapes = read(client, plan)
    zone = largest_zone(units)
    mine = [
        shapes[unit]
        for unit, of in zip(units["units"]["id"], units["units"]["zone"], strict=True)
        if of == zone
    ]
    answer = send(client, plan, 0, "split_line", zone=zone, line=through(mine))
    assert answer.status_code == 200, answer.text
    return answer.json(), units, shapes


def test_a_zone_is_split_along_a_line(client: TestClient, plan: Json, database: psycopg.Connection) -> None:
    answer, before, shapes = split(client, plan)
    assert answer["cut"], "the line was drawn through units"
    now, after = read(client, plan)
    assert is_valid_coverage(list(after.values()))
    assert shapely.equals(ground(shapes.values()), ground(after.values()))
    for name in ("households", "residents", "buildings", "incidents_year", "facilities"):
        assert sum(now["units"][name]) == sum(before["units"][name]), name
    pieces = [piece for cut in answer["cut"] for piece in cut["pieces"]]
    assert {piece["unit"] for piece in pieces} <= set(now["units"]["id"])
    assert not {cut["unit"] for cut in answer["cut"]} & set(now["units"]["id"])
    for piece in pieces:
        assert shapely.equals(shape(piece["geometry"]), after[piece["unit"]])
    borders = set(zip(answer["edges"]["a"], answer["edges"]["b"], strict=True))
    assert all(any(piece["unit"] in pair for pair in borders) for piece in pieces)
    cut = database.execute(
        "SELECT count(*) FROM building"
        " JOIN land_unit ON ST_Relate(land_unit.geom, building.geom, 'T********')"
        " WHERE land_unit.id = ANY (%s) AND building.land_unit_id = ANY (%s)"
        " GROUP BY building.id HAVING count(*) > 1",
        ([piece["unit"] for piece in pieces], [each["unit"] for each in answer["cut"]]),
    ).fetchall()
    assert cut == [], "a building is cut"


def test_pieces_live_in_the_draft_only(client: TestClient, plan: Json, database: psycopg.Connection) -> None:
    answer, _, _ = split(client, plan)
    piece = answer["cut"][0]["pieces"][0]
    row = database.execute(
        "SELECT isempty(valid), cut_from FROM land_unit WHERE id = %s", (piece["unit"],)
    ).fetchone()
    assert row is not None
    assert row == (True, answer["cut"][0]["unit"])
    place = shape(piece["geometry"]).representative_point()
    found = client.get("/api/routing", params={"lon": place.x, "lat": place.y}).json()
    whole = database.execute("SELECT code FROM land_unit WHERE id = %s", (row[1],)).fetchone()
    assert whole is not None
    assert found["land_unit"] == whole[0]


def test_a_cut_is_taken_back_after_a_restart(client: TestClient, plan: Json, laoshan_database: str) -> None:
    answer, before, shapes = split(client, plan)
    cut_now = read(client, plan)
    with TestClient(create_app(Settings(database_url=laoshan_database))) as restarted:
        path = f"/api/plans/{plan['code']}"
        undone = restarted.post(f"{path}/undo", json={"revision": 1, "by": "王规划"})
        assert undone.status_code == 200, undone.text
        units, back = read(restarted, plan)
        assert units["units"] == before["units"]
        assert units["edges"] == before["edges"]
        assert all(back[unit].equals_exact(shapes[unit], 0) for unit in shapes)
        again = restarted.post(f"{path}/redo", json={"revision": 2, "by": "王规划"})
        assert again.status_code == 200, again.text
        assert {move["unit"] for move in again.json()["moves"]} == {move["unit"] for move in answer["moves"]}
        units, shapes_again = read(restarted, plan)
        assert units["units"] == cut_now[0]["units"]
        assert all(shapes_again[unit].equals_exact(cut_now[1][unit], 0) for unit in shapes_again)


def test_a_border_moves_and_pieces_can_be_cut_again(client: TestClient, plan: Json) -> None:
    answer, _, whole = split(client, plan)
    old, new = (each["number"] for each in answer["measures"])
    units, shapes = read(client, plan)
    mine = [
        shapes[u]
        for u, z in zip(units["units"]["id"], units["units"]["zone"], strict=True)
        if z in (old, new)
    ]
    line = [[x, y + 0.0004] for x, y in through(mine)]
    moved = send(client, plan, 1, "border", zones=[old, new], line=line)
    assert moved.status_code == 200, moved.text
    now, after = read(client, plan)
    assert is_valid_coverage(list(after.values()))
    assert shapely.equals(ground(whole.values()), ground(after.values()))
    assert sum(now["units"]["households"]) == plan["households"]


def test_a_building_changes_its_zone(client: TestClient, plan: Json, database: psycopg.Connection) -> None:
    units, _ = read(client, plan)
    columns = units["units"]
    at = max(range(len(columns["id"])), key=lambda row: columns["buildings"][row])
    unit, here = columns["id"][at], columns["zone"][at]
    target = next(zone for zone in columns["zone"] if zone != here)
    codes = [
        row[0]
        for row in database.execute(
            "SELECT code FROM building WHERE land_unit_id = %s ORDER BY code", (unit,)
        ).fetchall()
    ]
    answer = send(client, plan, 0, "transfer_building", building=codes[0], zone=target)
    assert answer.status_code == 200, answer.text
    given = [move for move in answer.json()["moves"] if move["to"] == target]
    assert len(given) == 1
    refused = send(client, plan, 1, "transfer_building", building=codes[0], zone=target)
    assert [each["code"] for each in refused.json()["errors"]] == ["nothing-to-do"]
    unknown = send(client, plan, 1, "transfer_building", building="nothing", zone=target)
    assert [each["code"] for each in unknown.json()["errors"]] == ["unknown-building"]


def test_a_zone_is_split_into_balanced_parts(client: TestClient, plan: Json) -> None:
    units, _ = read(client, plan)
    zone = largest_zone(units)
    answer = send(client, plan, 0, "split_parts", zone=zone, parts=2)
    assert answer.status_code == 200, answer.text
    homes = [each["households"] for each in answer.json()["measures"]]
    assert all(each["connected"] for each in answer.json()["measures"])
    assert min(homes) > 0.7 * max(homes)


@pytest.mark.parametrize(
    ("line", "code"),
    [([[0, 0], [1, 1]], "line-misses"), ([[120.4, 36.1], [120.4, 36.1]], "line-misses")],
)
def test_lines_that_divide_nothing_are_refused(client: TestClient, plan: Json, line: Any, code: str) -> None:
    units, _ = read(client, plan)
    answer = send(client, plan, 0, "split_line", zone=largest_zone(units), line=line)
    assert (answer.status_code, answer.json()["code"]) == (409, "move-refused")
    assert [each["code"] for each in answer.json()["errors"]] == [code]
    assert client.get(f"/api/plans/{plan['code']}").json()["revision"] == 0


def test_grids_are_numbered_anew_and_old_codes_stay_known(
    client: TestClient, plan: Json, database: psycopg.Connection
) -> None:
    split(client, plan)
    preview = send(client, plan, 1, "renumber", preview=True).json()
    assert preview["seq"] is None
    assert client.get(f"/api/plans/{plan['code']}").json()["revision"] == 1
    made = send(client, plan, 1, "renumber").json()
    assert made["renumbered"] == preview["renumbered"]
    ever = {row[0] for row in database.execute("SELECT code FROM zone").fetchall()}
    new = [each["after"] for each in made["renumbered"]]
    assert len(set(new)) == len(new)
    assert not set(new) & ever
    for each in made["renumbered"]:
        if each["before"] is not None:
            assert client.get(f"/api/zones/base_grid/{each['before']}").status_code == 200
    zones = {
        zone["number"]: zone["code"]
        for zone in client.get(f"/api/plans/{plan['code']}/units").json()["zones"]
    }
    assert {each["number"]: each["after"] for each in made["renumbered"]}.items() <= zones.items()
    other = send(client, plan, 2, "renumber", communities=["nowhere"])
    assert [each["code"] for each in other.json()["errors"]] == ["unknown-community"]


def test_a_cut_follows_the_road_between_two_places(
    client: TestClient, plan: Json, database: psycopg.Connection
) -> None:
    units, shapes = read(client, plan)
    away = [[120.9, 36.0], [120.91, 36.0]]
    refused = send(client, plan, 0, "split_line", zone=largest_zone(units), along=True, line=away)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "off-the-way")
    columns = list(zip(units["units"]["id"], units["units"]["zone"], strict=True))
    for zone in sorted(set(units["units"]["zone"])):
        whole = shapely.union_all([shapes[unit] for unit, number in columns if number == zone])
        # A road that runs through the grid, and out of it at both ends.
        row = database.execute(
            "SELECT ST_AsText(line.geom) FROM road CROSS JOIN LATERAL ST_Dump(road.geom) AS line"
            " WHERE road_class <> 'path' AND ST_Crosses(line.geom, ST_GeomFromText(%s, 4326))"
            " ORDER BY ST_Length(ST_Intersection(line.geom, ST_GeomFromText(%s, 4326))) DESC LIMIT 1",
            [whole.wkt, whole.wkt],
        ).fetchone()
        if row is None:
            continue
        road = shapely.from_wkt(row[0])
        ends = [list(point) for point in (road.coords[0], road.coords[-1])]
        answer = send(client, plan, 0, "split_line", zone=zone, along=True, line=ends)
        if answer.status_code == 200:
            break
    # Roads along the border of a grid divide nothing; this one ran through.
    assert answer.status_code == 200, answer.text
    after, drawn = read(client, plan)
    new = max(after["units"]["zone"])
    pairs = zip(after["units"]["id"], after["units"]["zone"], strict=True)
    part = shapely.union_all([drawn[unit] for unit, number in pairs if number == new])
    # The border that is new; its ends, beside the old border, are left out.
    inner = shapely.boundary(part).difference(shapely.boundary(whole).buffer(2e-4))
    assert inner.length > 2e-4
    ways = database.execute(
        "SELECT ST_AsText(ST_Collect(geom)) FROM (SELECT geom FROM road WHERE road_class <> 'path'"
        " AND geom && ST_GeomFromText(%s, 4326)) AS near",
        [whole.wkt],
    ).fetchone()
    assert ways is not None
    off = [
        shapely.distance(shapely.Point(xy), shapely.from_wkt(ways[0]))
        for xy in shapely.get_coordinates(inner)
    ]
    # Where a building stands in the way the border goes round it.
    assert (float(np.median(off)) < 1e-6, max(off) < 3e-4) == (True, True)
