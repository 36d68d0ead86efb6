"""Vector tiles: what is in them, their validators, what does not exist."""

from __future__ import annotations

import gzip
import math
import time
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from starlette.testclient import TestClient

from api.schemas import TileJson
from tests.api.conftest import Place
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]
MVT = "application/vnd.mapbox-vector-tile"
ZONES = ("district", "subdistrict", "community", "base_grid", "police", "environment")
SETS = ("land", "water", "roads", "buildings", "land_units", "facilities", "incidents")


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * n), int(y * n)


def decode(content: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return decoded


@pytest.fixture
def tile(client: TestClient) -> Callable[..., dict[str, Any]]:
    """A decoded tile; empty for 204."""

    def fetch(layer: str, z: int, x: int, y: int, **parameters: str) -> dict[str, Any]:
        response = client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt", params=parameters)
        assert response.status_code in (200, 204), response.text
        if response.status_code == 204:
            assert response.content == b""
            return {}
        assert response.headers["content-type"] == MVT
        return decode(response.content)

    return fetch


@pytest.fixture
def busy(database: psycopg.Connection) -> Place:
    """Where most of everything is: the middle of the buildings."""
    row = database.execute(
        "SELECT ST_X(c), ST_Y(c)"
        " FROM (SELECT ST_GeometricMedian(ST_Collect(ST_PointOnSurface(geom))) AS c FROM building) m"
    ).fetchone()
    assert row is not None
    return Place(*row)


@pytest.mark.parametrize("layer", [*ZONES, *SETS])
def test_tilejson(client: TestClient, get: Get, layer: str) -> None:
    document = TileJson.model_validate(get(f"/tiles/{layer}.json"))
    assert document.tiles == [f"http://testserver/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"]
    assert 0 <= document.minzoom <= document.maxzoom <= 22
    assert document.vector_layers[0].id == layer
    assert ([each.id for each in document.vector_layers[1:]] == [f"{layer}_label"]) == (layer in ZONES)
    assert "OpenStreetMap" in document.attribution


@pytest.mark.parametrize("layer", ZONES)
def test_zones(tile: Callable[..., Any], get: Get, layer: str, busy: Place) -> None:
    at = tile_at(busy.lon, busy.lat, 13)
    content = tile(layer, *at)
    shapes = content[layer]
    assert shapes["extent"] == 4096
    listed = {item["code"]: item for item in get("/api/zones", layer=layer, limit=500)["items"]}
    for feature in shapes["features"]:
        assert feature["id"] > 0
        properties = feature["properties"]
        assert set(properties) <= {"code", "name_zh", "name_en", "parent"}
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        if len(listed) < 500:
            assert listed[properties["code"]]["name"]["zh"] == properties["name_zh"]


def test_each_zone_is_labelled_in_exactly_one_tile(tile: Callable[..., Any], get: Get) -> None:
    west, south, east, north = get("/api/city")["bounds"]
    _, left, top = tile_at(west, north, 12)
    _, right, bottom = tile_at(east, south, 12)
    labels: list[str] = []
    for x in range(left - 1, right + 2):
        for y in range(top - 1, bottom + 2):
            content = tile("community", 12, x, y)
            for feature in content.get("community_label", {}).get("features", []):
                assert feature["geometry"]["type"] == "Point"
                assert all(0 <= value <= 4096 for value in feature["geometry"]["coordinates"])
                labels.append(feature["properties"]["code"])
    expected = next(layer["zones"] for layer in get("/api/layers")["items"] if layer["code"] == "community")
    assert len(labels) == len(set(labels)) == expected


def test_zones_of_another_moment(tile: Callable[..., Any], client: TestClient, get: Get) -> None:
    west, south, east, north = get("/api/city")["bounds"]
    at = tile_at((west + east) / 2, (south + north) / 2, 7)
    now = {feature["id"] for feature in tile("base_grid", *at)["base_grid"]["features"]}
    then = {feature["id"] for feature in tile("base_grid", *at, at="2025-03-01")["base_grid"]["features"]}
    assert now != then
    assert tile("base_grid", *at, at="1949-10-01") == {}
    path = "/tiles/base_grid/{}/{}/{}.mvt".format(*at)
    tags = {
        client.get(path, params=p).headers["etag"] for p in ({}, {"at": "2025-03-01"}, {"at": "1949-10-01"})
    }
    assert len(tags) == 3
    same = {client.get(path, params={"at": day}).headers["etag"] for day in ("2025-03-01", "2025-03-02")}
    assert len(same) == 1, "nothing began or ended between the two days"


@pytest.mark.parametrize(
    ("layer", "zoom", "keys", "kinds"),
    [
        ("land", 10, set(), {"Polygon", "MultiPolygon"}),
        ("water", 10, {"kind"}, {"Polygon", "MultiPolygon", "LineString", "MultiLineString"}),
        ("roads", 14, {"road_class"}, {"LineString", "MultiLineString"}),
        ("buildings", 14, {"code", "kind", "floors", "address"}, {"Polygon", "MultiPolygon"}),
        ("land_units", 13, {"code", "kind"}, {"Polygon", "MultiPolygon"}),
        (
            "facilities",
            15,
            {"code", "category", "class_code", "name_zh", "state"},
            {"Point", "Polygon", "LineString"},
        ),
    ],
)
def test_context(
    tile: Callable[..., Any], busy: Place, layer: str, zoom: int, keys: set[str], kinds: set[str]
) -> None:
    found = [
        feature
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        for z, x, y in [tile_at(busy.lon, busy.lat, zoom)]
        for feature in tile(layer, z, x + dx, y + dy).get(layer, {"features": []})["features"]
    ]
    assert found
    for feature in found:
        assert feature["id"] > 0
        assert keys <= set(feature["properties"])
        assert feature["geometry"]["type"] in kinds


def test_nothing_below_the_first_zoom(tile: Callable[..., Any], busy: Place) -> None:
    assert tile("buildings", *tile_at(busy.lon, busy.lat, 13)) == {}
    assert tile("facilities", *tile_at(busy.lon, busy.lat, 14)) == {}


def test_small_streets_only_close_by(tile: Callable[..., Any], busy: Place) -> None:
    def classes(zoom: int) -> set[str]:
        content = tile("roads", *tile_at(busy.lon, busy.lat, zoom))
        return {
            feature["properties"]["road_class"] for feature in content.get("roads", {}).get("features", [])
        }

    assert not {"residential", "path"} & classes(12)
    assert "residential" in classes(13)


def around(get: Get, zoom: int) -> list[tuple[int, int, int]]:
    west, south, east, north = get("/api/city")["bounds"]
    _, left, top = tile_at(west - 0.05, north + 0.05, zoom)
    _, right, bottom = tile_at(east + 0.05, south - 0.05, zoom)
    return [(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


@pytest.mark.parametrize("zoom", [0, 3, 9, 12])
@pytest.mark.parametrize("state", ["open", "all"])
def test_clusters_count_every_incident_once(
    tile: Callable[..., Any], get: Get, database: psycopg.Connection, zoom: int, state: str
) -> None:
    clusters = [
        feature["properties"]
        for address in around(get, zoom)
        for feature in tile("incidents", *address, state=state).get("incidents", {"features": []})["features"]
    ]
    row = database.execute(
        "SELECT count(*) FILTER (WHERE s OR is_open_state(state)),"
        " count(*) FILTER (WHERE is_open_state(state)),"
        " count(*) FILTER (WHERE urgency = 'urgent' AND (s OR is_open_state(state)))"
        " FROM incident, (VALUES (%s)) AS v (s) WHERE place IS NOT NULL",
        (state == "all",),
    ).fetchone()
    assert row is not None
    assert tuple(sum(each[key] for each in clusters) for key in ("count", "open", "urgent")) == row
    assert all(each["class_code"] for each in clusters)


def test_single_incidents_each_in_one_tile(
    tile: Callable[..., Any], database: psycopg.Connection, busy: Place
) -> None:
    z, x, y = tile_at(busy.lon, busy.lat, 15)
    numbers = [
        feature["properties"]["number"]
        for dx in range(2)
        for dy in range(2)
        for feature in tile("incidents", z, x + dx, y + dy, state="all").get("incidents", {"features": []})[
            "features"
        ]
    ]
    assert len(numbers) == len(set(numbers)) > 0
    row = database.execute(
        "SELECT array_agg(number) FROM incident WHERE ST_Covers(ST_Union(ARRAY["
        + ", ".join(f"ST_TileEnvelope(15, {x + dx}, {y + dy})" for dx in range(2) for dy in range(2))
        + "]), ST_Transform(place, 3857))"
    ).fetchone()
    assert row is not None
    assert set(numbers) == set(row[0])


def test_a_new_incident_appears_at_once(client: TestClient, body: dict[str, Any], inside: Place) -> None:
    point = "/tiles/incidents/{}/{}/{}.mvt".format(*tile_at(inside.lon, inside.lat, 16))
    cluster = "/tiles/incidents/{}/{}/{}.mvt".format(*tile_at(inside.lon, inside.lat, 11))
    before = {path: client.get(path).headers["etag"] for path in (point, cluster)}
    number = client.post("/api/incidents", json=body).json()["number"]
    for path, tag in before.items():
        response = client.get(path, headers={"If-None-Match": tag})
        assert response.status_code == 200
    features = decode(client.get(point).content)["incidents"]["features"]
    mine = next(feature for feature in features if feature["properties"]["number"] == number)
    assert {"category", "category_name_zh", "class_code", "state", "urgency", "reported_at"} <= set(
        mine["properties"]
    )


@pytest.mark.parametrize("layer", ["base_grid", "roads", "incidents", "water"])
def test_unchanged_is_answered_without_making_a_tile(
    client: TestClient, busy: Place, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/tiles/{}/{}/{}/{}.mvt".format(layer, *tile_at(busy.lon, busy.lat, 11))
    first = client.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"

    async def never(*_: object, **__: object) -> bytes:
        raise AssertionError("the tile was made")

    monkeypatch.setattr("api.tiles.tile", never)
    for given in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": given})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    # Asked for again in full it comes from memory.
    assert client.get(path).content == first.content


def test_compressed_once_when_accepted(client: TestClient, busy: Place) -> None:
    path = "/tiles/roads/{}/{}/{}.mvt".format(*tile_at(busy.lon, busy.lat, 13))
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert gzip.decompress(raw) == plain.content
    assert plain.headers.get("content-encoding", "identity") == "identity"
    refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.headers.get("content-encoding", "identity") == "identity"


@pytest.mark.parametrize(
    "path", ["3/8/0", "3/0/8", "23/0/0", "-1/0/0", "3/-1/0", "99/1/1", "a/0/0", f"{'9' * 5000}/0/0"]
)
def test_tiles_outside_the_pyramid(client: TestClient, path: str) -> None:
    assert_problem(client.get(f"/tiles/water/{path}.mvt"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("0/0/0.mvt?at=yesterday", "at"), ("0/0/0.mvt?state=sleeping", "state"),
    ],
)  # fmt: skip
def test_bad_tiles(client: TestClient, path: str, field: str) -> None:
    assert_problem(client.get(f"/tiles/base_grid/{path}"), 400, "bad-parameter", field)


def test_a_change_of_a_layer_changes_its_tiles(
    client: TestClient, laoshan_database: str, busy: Place
) -> None:
    """Seen by a connection of its own, rolled back afterwards: the validator is back where it was."""
    path = "/tiles/police/{}/{}/{}.mvt".format(*tile_at(busy.lon, busy.lat, 12))
    before = client.get(path).headers["etag"]
    with psycopg.connect(laoshan_database, autocommit=True) as connection:
        connection.execute("UPDATE layer SET edition = edition + 1 WHERE code = 'police'")
        assert client.get(path).headers["etag"] != before
        connection.execute("UPDATE layer SET edition = edition - 1 WHERE code = 'police'")
    assert client.get(path).headers["etag"] == before


def test_a_writer_that_commits_late_is_not_missed(client: TestClient, laoshan_database: str) -> None:
    """The lower sequence number becomes visible after the higher one: the highest alone would not tell."""
    mark = "INSERT INTO history (actor, action) VALUES ('test', 'test.mark')"
    with (
        psycopg.connect(laoshan_database) as late,
        psycopg.connect(laoshan_database, autocommit=True) as early,
    ):
        late.execute(mark)
        early.execute(mark)
        before = client.get("/tiles/incidents/0/0/0.mvt").headers["etag"]
        late.commit()
    assert client.get("/tiles/incidents/0/0/0.mvt").headers["etag"] != before


def test_a_change_of_roads_changes_their_tiles(
    client: TestClient, laoshan_database: str, busy: Place
) -> None:
    path = "/tiles/roads/{}/{}/{}.mvt".format(*tile_at(busy.lon, busy.lat, 13))
    before = client.get(path).headers["etag"]
    water = client.get("/tiles/water/0/0/0.mvt").headers["etag"]
    with psycopg.connect(laoshan_database, autocommit=True) as connection:
        connection.execute("UPDATE road SET name_zh = name_zh WHERE id = (SELECT min(id) FROM road)")
    # PostgreSQL tells its statistics when the session ends, at the latest.
    for _ in range(1000):
        if client.get(path).headers["etag"] != before:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the validator of the tile did not change")
    assert client.get("/tiles/water/0/0/0.mvt").headers["etag"] == water
