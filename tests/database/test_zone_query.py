"""Any area asked about: what is told equals what all rows say, for everybody's sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from gis.area_cells import AreaCells
from gis.crs import geometry_to_metric
from gis.lattice import snap_geometry
from governance.access import EVERYTHING, Sight
from governance.department.zone_query import AreaAsked, AreaFault, find_ground, query_zone
from governance.department.zone_query_answers import ZoneAnswer
from grid_data.cluster.private import Cluster
from grid_data.incidents import IncidentFilter
from tests.support import databases
from tests.support.plain_city import PlainCity, PlainIncident, enliven, inside, read_plain_city
from tests.support.sights import KINDS, Asking, asking, some_sights

ALL = IncidentFilter()
SHANGHAI = ZoneInfo("Asia/Shanghai")
FEW = settings(max_examples=15)


@pytest.fixture(scope="module")
def city_url(cluster: Cluster) -> Iterator[str]:
    """A sample of this module alone, with cases in every state."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        enliven(url)
        yield url


@pytest.fixture(scope="module")
def city(city_url: str) -> PlainCity:
    return read_plain_city(city_url)


@pytest.fixture(scope="module")
def ask(city_url: str) -> Iterator[Asking]:
    with asking(city_url) as answering:
        yield answering


@pytest.fixture(scope="module")
def sights(city: PlainCity) -> dict[str, Sight]:
    return some_sights(city)


def told(ask: Asking, sight: Sight, asked: AreaAsked, wanted: IncidentFilter = ALL) -> ZoneAnswer:
    return ask(sight, lambda connection: query_zone(connection, asked, wanted, one_by_one=sight.households))


def agrees(answer: ZoneAnswer, there: list[PlainIncident]) -> None:
    """Every figure about incidents is that of the rows."""
    found = answer.incidents
    assert found.total == len(there)
    assert found.open == sum(each.is_open for each in there)
    assert found.overdue == sum(each.is_open and each.clock == "overdue" for each in there)
    assert {each.category.key: each.count for each in found.by_category} == Counter(
        each.family for each in there
    )
    assert found.by_state == Counter(each.state for each in there)
    assert found.by_source == Counter(each.source for each in there)
    assert sum(step.count for step in found.trend) == len(there)
    begins = [step.from_ for step in found.trend]
    for number, step in enumerate(found.trend):
        until = begins[number + 1] if number + 1 < len(begins) else answer.at
        assert step.count == sum(step.from_ <= each.reported_at < until for each in there), step
    local = [each.reported_at.astimezone(SHANGHAI) for each in there]
    assert {
        (day, hour): n for day, hours in enumerate(found.hours) for hour, n in enumerate(hours) if n
    } == Counter((moment.weekday(), moment.hour) for moment in local)
    again = repeated(there, answer.at - timedelta(days=90))
    assert {frozenset(place.numbers) for place in answer.repeat_places} <= again
    most = sorted(map(len, again), reverse=True)[:20]
    assert [place.count for place in answer.repeat_places] == most


def repeated(there: list[PlainIncident], since: datetime) -> set[frozenset[str]]:
    """Numbers of incidents of one category that hang together by steps of at most 30 m, three or more."""
    groups: set[frozenset[str]] = set()
    lately = [each for each in there if each.place is not None and each.reported_at >= since]
    for category in {each.category for each in lately}:
        same = [each for each in lately if each.category == category]
        points = geometry_to_metric(shapely.points([each.place for each in same]), 4549)
        near = shapely.distance(points[:, None], points[None, :]) <= 30
        label = np.arange(len(same))
        while (new := np.where(near, label, len(same)).min(axis=1)).tolist() != label.tolist():
            label = new
        for one in set(label.tolist()):
            members = [same[k].number for k in np.flatnonzero(label == one)]
            if len(members) >= 3:
                groups.add(frozenset(members))
    return groups


def share(zone: Any, area: Any) -> float:
    """What part of a zone an area holds, in square metres."""
    metric = geometry_to_metric(np.array([zone, area]), 4549)
    return float(shapely.intersection(*metric).area / metric[0].area)


def facilities_agree(answer: ZoneAnswer, there: list[dict[str, Any]]) -> None:
    standing = [each for each in there if each["state"] != "removed"]
    assert answer.facilities.total == len(standing)
    assert {(each.standard_ref, each.class_): each.count for each in answer.facilities.by_class} == Counter(
        (each["standard_ref"], each["class"]) for each in standing
    )


def drawn_area(city: PlainCity, seed: int) -> Any:
    """A star, hull, ring, strip or pair round a place where something happened, also half out of the city."""
    rng = np.random.default_rng(seed)
    located = [each.place for each in city.incidents if each.place is not None]
    lon, lat = located[int(rng.integers(len(located)))]
    size = float(rng.choice((0.0005, 0.004, 0.02, 0.1)))
    middle = shapely.Point(lon, lat)
    match int(rng.integers(5)):
        case 0:
            shape = shapely.convex_hull(shapely.multipoints(rng.normal((lon, lat), size, (8, 2))))
        case 1:
            shape = middle.buffer(size).difference(middle.buffer(size / 2))
        case 2:
            shape = middle.buffer(size / 3).union(shapely.Point(lon + size, lat).buffer(size / 4))
        case 3:
            line = shapely.LineString([(lon - size, lat - size), (lon, lat), (lon + size, lat + size / 3)])
            shape = line.buffer(size / 30)
        case _:
            turns = np.sort(rng.uniform(0, 2 * np.pi, 12))
            reach = rng.uniform(0.2, 1, 12) * size
            ring = np.column_stack([lon + reach * np.cos(turns), lat + reach * np.sin(turns)])
            parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(ring))).tolist()
            shape = max(parts, key=lambda part: float(part.area))
    return snap_geometry(shape)


SEEDS = st.integers(0, 2**32 - 1)
WHO = st.sampled_from(KINDS)


@FEW
@given(seed=SEEDS, who=WHO)
def test_a_drawn_area_counts_what_lies_in_it(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    shape, sight = drawn_area(city, seed), sights[who]
    answer = told(ask, sight, AreaAsked(polygon=mapping(shape)))
    agrees(answer, inside(city, shape, city.seen(sight)))
    shapely.prepare(shape)
    facilities_agree(
        answer, [each for each in city.facilities_seen(sight) if shapely.intersects(shape, each["point"])]
    )
    grids = city.layer("base_grid")
    by_code = {each.code: each for each in answer.grids}
    for grid in grids:
        if grid["code"] in by_code:
            assert by_code[grid["code"]].share == pytest.approx(share(grid["shape"], shape), abs=2e-6)
        elif shapely.intersects(grid["shape"], shape):
            assert share(grid["shape"], shape) * grid["area_m2"] < 1
    if sight.everything:
        there = [each for each in city.buildings if shapely.intersects(shape, each["point"])]
        assert answer.households.count == sum(each["households"] for each in there)


@FEW
@given(seed=SEEDS, who=WHO)
def test_zones_count_what_was_routed_to_any_of_them(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    rng, sight = np.random.default_rng(seed), sights[who]
    zones = rng.choice(sorted(city.zones), int(rng.integers(1, 7)), replace=False).tolist()
    keys = [(city.zones[zone]["layer"], city.zones[zone]["code"]) for zone in zones]
    answer = told(ask, sight, AreaAsked(zones=keys))
    there = [each for each in city.seen(sight) if each.zone_ids & set(zones)]
    agrees(answer, there)
    facilities_agree(answer, [each for each in city.facilities_seen(sight) if each["zone_ids"] & set(zones)])
    whole = shapely.union_all([city.zones[zone]["shape"] for zone in zones])
    alone = len({city.zones[zone]["layer"] for zone in zones}) == 1
    if alone:
        assert answer.area_m2 == pytest.approx(sum(city.zones[zone]["area_m2"] for zone in zones), abs=1)
    for grid in answer.grids:
        shape = next(each["shape"] for each in city.layer("base_grid") if each["code"] == grid.code)
        assert grid.share == pytest.approx(share(shape, whole), abs=2e-6)
    if sight.everything:
        households = sum(each["households"] for each in city.buildings if each["zone_ids"] & set(zones))
        assert answer.households.count == households


def test_filters_narrow_what_is_counted(city: PlainCity, ask: Asking) -> None:
    zone = city.layer("district")[0]
    since, until = city.now - timedelta(days=90), city.now - timedelta(days=20)
    wanted = IncidentFilter(from_time=since, to_time=until, sources=["hotline", "app"], states=["closed"])
    answer = told(ask, EVERYTHING, AreaAsked(zones=[("district", zone["code"])]), wanted)
    there = [
        each
        for each in city.incidents
        if since <= each.reported_at < until
        and each.source in ("hotline", "app")
        and each.state == "closed"
        and zone["id"] in each.zone_ids
    ]
    assert there
    found = answer.incidents
    assert (found.total, found.open, found.overdue) == (len(there), 0, 0)
    assert sum(step.count for step in found.trend) == len(there)


def test_households_are_told_per_grid_to_who_may_not_see_them(city: PlainCity, ask: Asking) -> None:
    grids = city.layer("base_grid")
    counts = {
        grid["id"]: sum(each["households"] for each in city.buildings if grid["id"] in each["zone_ids"])
        for grid in grids
    }
    community = max(city.layer("community"), key=lambda zone: len(city.below[zone["id"]]))
    own = [grid for grid in grids if grid["id"] in city.below[community["id"]]]
    sight = Sight(zones=city.below[community["id"]])
    answer = told(ask, sight, AreaAsked(zones=[("community", community["code"])]))
    assert answer.households.estimated
    assert answer.households.count == sum(
        counts[grid["id"]] for grid in own if not 0 < counts[grid["id"]] < 10
    )
    # A corner of a grid is told by its share of the ground, not by the houses that stand in it.
    grid = max(own, key=lambda each: counts[each["id"]])
    west, south, east, north = grid["shape"].bounds
    corner = snap_geometry(shapely.box(west, south, (west + east) / 2, north))
    ground = ask(EVERYTHING, lambda c: find_ground(c, AreaAsked(polygon=mapping(corner))))
    expected = sum(
        counts[row["id"]] * share
        for row, share in ground.shares
        if row["id"] in city.below[community["id"]] and not 0 < counts[row["id"]] < 10
    )
    answer = told(ask, sight, AreaAsked(polygon=mapping(corner)))
    assert answer.households.count == (None if 0 < round(expected) < 10 else round(expected))
    # Somebody elsewhere learns nothing of it.
    elsewhere = next(z for z in city.layer("community") if z["id"] != community["id"])
    other = told(
        ask, Sight(zones=city.below[elsewhere["id"]]), AreaAsked(zones=[("community", community["code"])])
    )
    assert (other.households.count, other.households.suppressed) == (0, True)


def test_ground_round_a_road_and_a_facility(city: PlainCity, ask: Asking, city_url: str) -> None:
    with psycopg.connect(city_url) as connection:
        row = connection.execute(
            """SELECT min(code), name_zh, count(*) FROM road WHERE name_zh IS NOT NULL
               GROUP BY name_zh ORDER BY 3 DESC, 2 LIMIT 1"""
        ).fetchone()
        assert row is not None
        code, name, _ = row
        metric = connection.execute(
            "SELECT ST_AsBinary(ST_Transform(ST_Buffer(ST_Transform(ST_Collect(geom), 4549), 80, 8), 4326)) "
            "FROM road WHERE name_zh = %s",
            (name,),
        ).fetchone()
    assert metric is not None
    answer = told(ask, EVERYTHING, AreaAsked(road=code, buffer_m=80))
    assert answer.area is not None
    shape = shapely.geometry.shape(answer.area)
    expected = shapely.from_wkb(metric[0])
    assert shapely.symmetric_difference(shape, expected).area < 1e-3 * expected.area
    agrees(answer, inside(city, shape, list(city.incidents)))
    facility = city.facilities[0]
    answer = told(ask, EVERYTHING, AreaAsked(facility=facility["code"], buffer_m=200))
    assert answer.area_m2 == pytest.approx(np.pi * 200**2, rel=0.01)
    assert answer.facilities.total >= (facility["state"] != "removed")


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (AreaAsked(polygon={"type": "Point", "coordinates": [120.4, 36.1]}), "area.polygon", "not a Polygon"),
        (
            AreaAsked(
                polygon={
                    "type": "Polygon",
                    "coordinates": [
                        [[120.4, 36.1], [120.5, 36.2], [120.5, 36.1], [120.4, 36.2], [120.4, 36.1]]
                    ],
                }
            ),
            "area.polygon",
            "Self-intersection",
        ),
        (
            AreaAsked(polygon=mapping(shapely.box(120.5, 36.1, 120.5000001, 36.1000001))),
            "area.polygon",
            "smaller than 1 m²",
        ),
        (AreaAsked(polygon=mapping(shapely.box(116, 33, 121, 38))), "area.polygon", "larger than 20,000 km²"),
        (
            AreaAsked(polygon=mapping(shapely.box(121.5, 36.1, 121.6, 36.2))),
            "area.polygon",
            "outside of the city",
        ),
        (
            AreaAsked(polygon=mapping(shapely.Point(120.5, 36.1).buffer(0.01, 4_000))),
            "area.polygon",
            "vertices",
        ),
        (AreaAsked(road="nothing", buffer_m=50), "area.road", "no road"),
        (AreaAsked(facility="nothing", buffer_m=50), "area.facility", "no facility"),
        (AreaAsked(zones=[("district", "370212"), ("district", "999999")]), "area.zones.1", "no zone"),
    ],
)
def test_an_area_that_cannot_be_asked_about_is_named(
    ask: Asking, asked: AreaAsked, field: str, words: str
) -> None:
    with pytest.raises(AreaFault, match=words) as refused:
        ask(EVERYTHING, lambda connection: find_ground(connection, asked))
    assert refused.value.field == field


@FEW
@given(seed=SEEDS, most=st.sampled_from((4, 30, 160)))
def test_cells_hold_every_point_once_and_nothing_else(city: PlainCity, seed: int, most: int) -> None:
    shape = drawn_area(city, seed)
    cells = AreaCells.of(shape, most)
    assert 0 < len(cells.west) <= max(most, 4)
    rng = np.random.default_rng(1)
    west, south, east, north = shape.bounds
    inner = np.round(rng.uniform((west, south), (east, north), (300, 2)), 7)
    points = np.concatenate([inner, shapely.get_coordinates(shape)])
    lon, lat = points.T
    there = (
        (lon[:, None] >= cells.west)
        & (lon[:, None] < cells.east)
        & (lat[:, None] >= cells.south)
        & (lat[:, None] < cells.north)
    )
    held = there.sum(axis=1)
    within = shapely.intersects(shape, shapely.points(points))
    assert held.max() <= 1
    assert (held[within] == 1).all()
    certain = (there & cells.inside).any(axis=1)
    assert within[certain].all()
