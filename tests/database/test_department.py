"""What departments are told equals what all rows say, for everybody's sight."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crs import geometry_to_metric
from governance.access import EVERYTHING, Sight
from governance.department.figures import HANDLED_DAYS, categories, hours, places_again, summary, trend
from governance.department.overlap import Chosen, Overlaps, overlap
from governance.department.people import TEMPLATE, Where, load, people
from governance.supervision.spans import steps
from grid_data.cluster.private import Cluster
from grid_data.column_words import OPEN_STATES
from grid_data.department.facilities import FacilityFilter, Relation, facilities_page
from grid_data.incidents import IncidentFilter, incidents_page
from grid_data.telephones import ToldWhole
from tests.support import databases
from tests.support.plain_city import PlainCity, PlainIncident, enliven, linked, metric, read_plain_city
from tests.support.sights import KINDS, Asking, asking, some_sights

SHANGHAI = ZoneInfo("Asia/Shanghai")
FEW = settings(max_examples=12)
WHO = st.sampled_from(KINDS)
SEEDS = st.integers(0, 2**32 - 1)


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
def sights(city: PlainCity) -> dict[str, Sight]:
    return some_sights(city)


@pytest.fixture(scope="module")
def ask(city_url: str) -> Iterator[Asking]:
    with asking(city_url) as answering:
        yield answering


def some_scope(city: PlainCity, seed: int) -> tuple[IncidentFilter, Callable[[PlainIncident], bool]]:
    """A filter of an organisation, of who is concerned, of a zone, or none; and the same in plain Python."""
    rng = np.random.default_rng(seed)
    organisations = city.organisations_below[int(rng.choice(sorted(city.organisations)))]
    zone = int(rng.choice(sorted(city.zones)))
    match int(rng.integers(4)):
        case 0:
            wanted = IncidentFilter(organisation_ids=sorted(organisations))
            return wanted, lambda each: each.organisation_id in organisations
        case 1:
            wanted = IncidentFilter(concerned_ids=sorted(organisations))
            return (
                wanted,
                lambda each: (
                    each.organisation_id in organisations or bool(each.concerned_ids & organisations)
                ),
            )
        case 2:
            return IncidentFilter(zone_id=zone), lambda each: zone in each.zone_ids
        case _:
            return IncidentFilter(), lambda each: True


def since_midnight(city: PlainCity, days: int) -> datetime:
    """Midnight in the city so many days ago."""
    day = city.now.astimezone(SHANGHAI) - timedelta(days=days)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


@FEW
@given(seed=SEEDS, who=WHO)
def test_the_summary_counts_what_stands_how(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    scope, fits = some_scope(city, seed)
    answer = ask(sights[who], lambda connection: summary(connection, scope, []))
    there = [each for each in city.seen(sights[who]) if fits(each)]
    still = [each for each in there if each.is_open]
    since = since_midnight(city, HANDLED_DAYS - 1)
    done = [each for each in there if any(moment >= since for moment in each.done)]
    assert answer.open == len(still)
    assert answer.due_soon == sum(each.clock == "due_soon" for each in still)
    assert answer.overdue == sum(each.clock == "overdue" for each in still)
    assert answer.handled == len(done)
    assert answer.sent_back == sum(each.send_backs > 0 for each in still)
    assert answer.reworked == sum(each.reworks > 0 for each in still)
    assert answer.by_urgency == Counter(each.urgency for each in still)
    told = {each.category.key: (each.count, each.overdue, each.handled) for each in answer.by_category}
    families = {each.family for each in still + done}
    assert told == {
        family: (
            sum(each.family == family for each in still),
            sum(each.family == family and each.clock == "overdue" for each in still),
            sum(each.family == family for each in done),
        )
        for family in families
    }


@pytest.mark.parametrize("name", ["open", "due_soon", "overdue", "handled", "sent_back", "reworked"])
def test_every_number_of_the_summary_opens_its_list(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, name: str
) -> None:
    answer = ask(sights["specialist"], lambda connection: summary(connection, IncidentFilter(), []))
    lists: dict[str, dict[str, Any]] = {
        "open": {},
        "due_soon": {"clocks": ["due_soon"]},
        "overdue": {"clocks": ["overdue"]},
        "handled": {"handled_from": since_midnight(city, HANDLED_DAYS - 1)},
        "sent_back": {"sent_back": True},
        "reworked": {"reworked": True},
    }
    wanted = lists[name] | ({} if name == "handled" else {"states": OPEN_STATES})
    listed = ask(
        sights["specialist"],
        lambda connection: incidents_page(connection, IncidentFilter(**wanted), {}, after=None, limit=5_000),
    )
    assert len(listed.items) == getattr(answer, name)
    assert getattr(answer, name) > 0
    assert answer.opens[name].startswith("handled_from" if name == "handled" else "state=open")


@FEW
@given(seed=SEEDS, who=WHO, bucket=st.sampled_from(("day", "week", "month")))
def test_the_course_holds_every_incident_in_its_step(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str, bucket: Any
) -> None:
    rng = np.random.default_rng(seed)
    scope, fits = some_scope(city, seed)
    since = city.now - timedelta(hours=float(rng.uniform(1, 9_000)))
    until = since + timedelta(hours=float(rng.uniform(1, 9_000)))
    spanned = IncidentFilter(**{**vars(scope), "from_time": since, "to_time": until})
    answer = ask(sights[who], lambda connection: trend(connection, spanned, bucket, done=True))
    bounds = steps(bucket, since, until, SHANGHAI)
    assert [step.from_ for step in answer.items] == bounds
    there = [each for each in city.seen(sights[who]) if fits(each)]
    for number, step in enumerate(answer.items):
        first = max(bounds[number], since)
        last = bounds[number + 1] if number + 1 < len(bounds) else until
        came = [each for each in there if first <= each.reported_at < min(last, until)]
        assert step.count == len(came)
        assert step.overdue == sum(each.late for each in came)
        assert step.handled == sum(
            any(first <= moment < min(last, until) for moment in each.done) for each in there
        )
        assert step.closed == sum(
            sum(first <= moment < min(last, until) for moment in each.ended) for each in there
        )


@FEW
@given(seed=SEEDS, who=WHO)
def test_hours_are_those_of_the_citys_clock(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    scope, fits = some_scope(city, seed)
    since = city.now - timedelta(days=200)
    spanned = IncidentFilter(**{**vars(scope), "from_time": since})
    answer = ask(sights[who], lambda connection: hours(connection, spanned))
    expected = [[0] * 24 for _ in range(7)]
    for each in city.seen(sights[who]):
        if fits(each) and each.reported_at >= since:
            local = each.reported_at.astimezone(SHANGHAI)
            expected[local.weekday()][local.hour] += 1
    assert answer.counts == expected


def test_categories_stand_beside_the_span_before(
    city: PlainCity, sights: dict[str, Sight], ask: Asking
) -> None:
    until = city.now - timedelta(days=10)
    since = until - timedelta(days=60)
    wanted = IncidentFilter(from_time=since, to_time=until)
    answer = ask(sights["specialist"], lambda connection: categories(connection, wanted))
    seen = city.seen(sights["specialist"])
    now = [each for each in seen if since <= each.reported_at < until]
    before = [each for each in seen if since - (until - since) <= each.reported_at < since]
    assert now
    assert before
    assert {each.category.key: each.count for each in answer.items if each.count} == Counter(
        each.category for each in now
    )
    assert {each.category.key: each.before for each in answer.items if each.before} == Counter(
        each.category for each in before
    )
    assert sum(each.open for each in answer.items) == sum(each.is_open for each in now)


@FEW
@given(seed=SEEDS, who=st.sampled_from(("everything", "region", "specialist")))
def test_places_that_come_again_are_linked_by_distance(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    rng = np.random.default_rng(seed)
    metres, least = float(rng.choice((15, 30, 120))), int(rng.integers(2, 5))
    since = city.now - timedelta(days=int(rng.choice((60, 400))))
    answer = ask(
        sights[who],
        lambda connection: places_again(
            connection, IncidentFilter(from_time=since), least=least, metres=metres, limit=500
        ),
    )
    by_category: dict[str, list[PlainIncident]] = defaultdict(list)
    for each in city.seen(sights[who]):
        if each.place is not None and each.reported_at >= since:
            by_category[each.category].append(each)
    expected: Counter[tuple[str, frozenset[str]]] = Counter()
    for category, members in by_category.items():
        points = metric(members)
        for group in linked(points, metres):
            if len(group) >= least:
                expected[category, frozenset(members[k].number for k in group)] += 1
    assert Counter(
        {(each.category.key, frozenset(each.numbers)): 1 for each in answer.items if each.count <= 50}
    ) == (Counter({key: 1 for key in expected if len(key[1]) <= 50}))
    assert [each.count for each in answer.items] == sorted((len(key[1]) for key in expected), reverse=True)


@FEW
@given(seed=SEEDS, who=WHO)
def test_facilities_of_a_department_and_what_happens_around(
    city: PlainCity, sights: dict[str, Sight], ask: Asking, seed: int, who: str
) -> None:
    rng = np.random.default_rng(seed)
    owners = Counter(each["owning_id"] for each in city.facilities if each["owning_id"])
    organisation = int(rng.choice(sorted(owners)))
    organisations = city.organisations_below[organisation]
    relations: tuple[Relation | None, ...] = ("owned", "maintained", None)
    relation = relations[int(rng.integers(3))]
    busy, within = bool(rng.integers(2)), float(rng.choice((20, 100, 300)))
    wanted = FacilityFilter(organisation_ids=sorted(organisations), relation=relation)
    found = ask(
        sights[who],
        lambda connection: facilities_page(
            connection, wanted, within_m=within, with_incidents=busy, latitude=36.1, after=None, limit=40
        ),
    )

    def theirs(each: dict[str, Any]) -> bool:
        owned, kept = each["owning_id"] in organisations, each["maintaining_id"] in organisations
        if relation is None:
            return owned or kept or each["supervising_id"] in organisations
        return owned if relation == "owned" else kept

    seen = city.seen(sights[who])
    still = [each for each in seen if each.is_open and each.place is not None]
    places = metric(still)
    tree = shapely.STRtree(shapely.points(places)) if still else None
    expected = []
    for each in city.facilities_seen(sights[who]):
        if not theirs(each):
            continue
        shape = geometry_to_metric(shapely.from_wkb(each["shape"]), 4549)
        near = [] if tree is None else tree.query(shape, predicate="dwithin", distance=within).tolist()
        if busy and not near:
            continue
        expected.append((each["code"], len(near), sum(still[k].clock == "overdue" for k in near)))
        if len(expected) > 40:
            break
    assert [(row["code"], row["incidents"], row["overdue"]) for row in found] == expected


def test_pages_of_facilities_go_on_where_they_ended(city: PlainCity, ask: Asking) -> None:
    codes: list[str] = []
    after = None
    while True:
        page = ask(
            EVERYTHING,
            lambda connection, after=after: facilities_page(  # type: ignore[misc]
                connection,
                FacilityFilter(states=["removed"]),
                within_m=50,
                with_incidents=False,
                latitude=36.1,
                after=after,
                limit=300,
            ),
        )
        codes += [row["code"] for row in page[:300]]
        if len(page) <= 300:
            break
        after = page[299]["code"]
    assert codes == [each["code"] for each in city.facilities if each["state"] == "removed"]


@pytest.mark.parametrize("one_by_one", [True, False])
def test_specialist_zones_over_base_grids(city: PlainCity, ask: Asking, one_by_one: bool) -> None:
    layer = "police"
    kept = Overlaps()
    chosen = Chosen(layer=layer)
    answer = ask(
        EVERYTHING,
        lambda c: overlap(c, kept, chosen, one_by_one=one_by_one, after=None, limit=3),
    )
    second = ask(
        EVERYTHING,
        lambda c: overlap(
            c, kept, chosen, one_by_one=one_by_one, after=(layer, answer.items[-1].zone.code), limit=100
        ),
    )
    assert answer.next == f"{layer}:{answer.items[-1].zone.code}"
    zones = city.layer(layer)
    assert [each.zone.code for each in [*answer.items, *second.items]] == [zone["code"] for zone in zones]
    grids = {grid["code"]: grid for grid in city.layer("base_grid")}
    households = {
        code: sum(each["households"] for each in city.buildings if grid["id"] in each["zone_ids"])
        for code, grid in grids.items()
    }
    for zone, told in zip(zones, [*answer.items, *second.items], strict=True):
        by_code = {part.grid.code: part for part in told.grids}
        for code, grid in grids.items():
            metric = geometry_to_metric(np.array([zone["shape"], grid["shape"]]), 4549)
            common = float(shapely.intersection(*metric).area)
            if code not in by_code:
                assert common < 1.001
                continue
            part = by_code[code]
            assert part.area_m2 == pytest.approx(common, rel=1e-6, abs=0.1)
            assert part.share == pytest.approx(common / metric[1].area, abs=2e-6)
            assert part.of_zone == pytest.approx(common / metric[0].area, abs=2e-6)
            both = {zone["id"], grid["id"]}
            assert part.incidents == sum(
                each.is_open and zone["id"] in each.zone_ids and each.base_grid_id == grid["id"]
                for each in city.incidents
            )
            exact = sum(each["households"] for each in city.buildings if both <= each["zone_ids"])
            estimate = round(households[code] * min(1.0, common / grid["area_m2"]))
            few = households[code] in range(1, 10) or estimate in range(1, 10)
            assert part.households == (exact if one_by_one else None if few else estimate)


def test_people_vacancies_and_what_they_bear(city: PlainCity, ask: Asking, city_url: str) -> None:
    with psycopg.connect(city_url) as connection:
        rows = connection.execute(
            """SELECT zone.code, layer.code, post.kind, person.name, zone.id
               FROM post JOIN zone ON zone.id = post.zone_id JOIN layer ON layer.id = zone.layer_id
               LEFT JOIN person ON person.id = post.person_id WHERE post.valid @> now()"""
        ).fetchall()
    community = max(city.layer("community"), key=lambda zone: len(city.below[zone["id"]]))
    below = city.below[community["id"]]
    where = Where(zone_id=community["id"])
    answer = ask(EVERYTHING, lambda connection: people(connection, where, whole=ToldWhole()))
    posts = [row for row in rows if row[4] in below]
    grids = [grid for grid in city.layer("base_grid") if grid["id"] in below]
    held: Counter[tuple[str, str]] = Counter((row[0], row[2]) for row in posts if row[3] is not None)
    there: Counter[tuple[str, str]] = Counter((row[0], row[2]) for row in posts)
    for kind in TEMPLATE:
        told = next(each for each in answer.templates if (each.layer, each.kind) == ("base_grid", kind))
        required = sum(max(1, there[grid["code"], kind]) for grid in grids)
        assert told.required == required
        assert told.filled == sum(held[grid["code"], kind] for grid in grids)
        assert told.vacant == required - told.filled
        vacant = Counter(each.zone.code for each in answer.vacancies if each.kind == kind)
        assert vacant.total() == told.vacant
    assert any(each.vacant for each in answer.templates)
    assert sum(len(each.posts) for each in answer.people) == sum(held.values())
    assert all(each.phone is None or "*" in each.phone for each in answer.people)
    # What they bear.
    bears = ask(EVERYTHING, lambda c: load(c, IncidentFilter(zone_id=community["id"]), where))
    still = [each for each in city.incidents if each.is_open and community["id"] in each.zone_ids]
    by_grid = {each.grid.code: each for each in bears.grids}
    assert set(by_grid) == {grid["code"] for grid in grids}
    for grid in grids:
        mine = [each for each in still if each.base_grid_id == grid["id"]]
        assert by_grid[grid["code"]].open == len(mine)
        assert by_grid[grid["code"]].overdue == sum(each.clock == "overdue" for each in mine)
    for person in bears.people:
        own = {row[4] for row in posts if row[3] == person.name and row[1] == "base_grid"}
        assert person.open == sum(each.base_grid_id in own for each in still)


def test_who_sees_nothing_is_told_nothing(ask: Asking) -> None:
    nothing = Sight()
    assert ask(nothing, lambda c: summary(c, IncidentFilter(), [])).open == 0
    nowhere, whole = Where(sees_grids=frozenset()), ToldWhole(everything=True)
    assert ask(nothing, lambda c: people(c, nowhere, whole=whole)).people == []
    told = ask(nothing, lambda c: load(c, IncidentFilter(), nowhere))
    assert (told.grids, told.people) == ([], [])
