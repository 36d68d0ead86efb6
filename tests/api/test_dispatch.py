"""The dispatcher's queries agree with each other and with the tables, and do not read the whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from starlette.testclient import TestClient

from grid_data.cluster.private import Cluster
from grid_data.column_words import OPEN_STATES
from grid_data.incidents import IncidentFilter
from grid_data.statements import numbered_with
from grid_data.tiles import Address
from tests.api.problems import assert_problem
from tests.support import databases
from tests.support.served import asking, english_client

Json = dict[str, Any]
Get = Callable[..., Json]

# What every third, fifth … open incident is like, so that each kind is there and known.
STAGED = """
    TRUNCATE incident_clock CASCADE;
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, paused_at)
    SELECT id, kind, reported_at, CASE WHEN kind IS NOT NULL THEN now() + shift END,
           CASE WHEN kind IS NOT NULL THEN now() + shift - interval '2 hours' END,
           CASE WHEN n % 7 = 0 THEN now() END
    FROM (SELECT id, reported_at, n, CASE WHEN n % 11 > 0 THEN 'urgent_hour' END AS kind,
                 (n % 13 - 6) * interval '1 hour' - interval '1 minute' * (n / 13) AS shift
          FROM (SELECT id, reported_at, row_number() OVER (ORDER BY id) AS n
                FROM incident WHERE is_open) AS open
          WHERE n % 17 > 0) AS staged;
    UPDATE case_state SET supervised_at = now() WHERE incident_id % 19 = 0;
    UPDATE case_state SET level = 'community', direct_reason = 'outside_list' WHERE incident_id % 23 = 0;
    UPDATE case_state SET objection = '{"by": "x"}' WHERE incident_id % 29 = 0;
    UPDATE incident SET organisation_id = NULL WHERE id % 31 = 0 AND is_open;
    UPDATE incident SET place = NULL, place_problem = 'none_given' WHERE id % 37 = 0 AND is_open;
"""


@pytest.fixture(scope="module")
def staged(cluster: Cluster) -> Iterator[str]:
    """Address of a small sample whose open incidents have clocks of every kind."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(STAGED.encode())
            connection.execute("ANALYZE")
        yield url


@pytest.fixture(scope="module")
def desk(staged: str) -> Iterator[TestClient]:
    with english_client(staged) as client:
        yield client


@pytest.fixture(scope="module")
def get(desk: TestClient) -> Get:
    return asking(desk)


@pytest.fixture(scope="module")
def tables(staged: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(staged, autocommit=True) as connection:
        yield connection


def numbers(get: Get, path: str = "/api/incidents", **filters: Any) -> list[str]:
    """Numbers of all pages of a list, in their order."""
    found: list[str] = []
    after = None
    while True:
        page = get(path, limit=173, after=after, **filters) if after else get(path, limit=173, **filters)
        found += [item["number"] for item in page["items"]]
        after = page["next"]
        if after is None:
            return found


def stored(tables: psycopg.Connection, where: str) -> set[str]:
    """Numbers of the open incidents of which something is true."""
    rows = tables.execute(
        f"""SELECT number FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
            LEFT JOIN case_state ON case_state.incident_id = incident.id
            WHERE is_open AND ({where})""".encode()
    )
    return {row[0] for row in rows.fetchall()}


CLOCKS = {
    "paused": "clock.due_at IS NOT NULL AND paused_at IS NOT NULL",
    "overdue": "paused_at IS NULL AND now() > clock.due_at",
    "due_soon": "paused_at IS NULL AND now() BETWEEN soon_at AND clock.due_at",
    "running": "paused_at IS NULL AND now() < soon_at",
}
FILTERS = [
    *(({"clock": clock}, where) for clock, where in CLOCKS.items()),
    ({"clock": ["overdue", "paused"]}, f"{CLOCKS['overdue']} OR {CLOCKS['paused']}"),
    ({"supervised": True}, "supervised_at IS NOT NULL"),
    ({"level": "community"}, "level = 'community'"),
    ({"level": ["street", "district"], "clock": "overdue"}, f"level <> 'community' AND {CLOCKS['overdue']}"),
    ({"urgency": "urgent"}, "urgency = 'urgent'"),
    ({"state": "filed", "source": "hotline"}, "state = 'filed' AND source = 'hotline'"),
]


@pytest.mark.parametrize(("filters", "where"), FILTERS, ids=str)
def test_list_counts_times_and_map_agree(
    get: Get, desk: TestClient, tables: psycopg.Connection, filters: Json, where: str
) -> None:
    expected = stored(tables, where)
    asked = {"state": "open", **filters}
    assert set(numbers(get, **asked)) == expected
    assert set(numbers(get, order="due", **asked)) == expected
    assert get("/api/dispatch/summary", **asked)["total"] == len(expected)
    bars = get("/api/dispatch/histogram", **asked, **{"from": "2021-12-01", "to": "2026-12-01"})["items"]
    assert sum(bar["count"] for bar in bars) == len(expected)
    placed = len(stored(tables, f"place IS NOT NULL AND ({where})"))
    assert sum(each["count"] for each in clusters(desk, 9, **asked)) == placed


def clusters(desk: TestClient, zoom: int, **filters: Any) -> list[Json]:
    """Clusters of all tiles over the city at a zoom."""
    found = []
    width = 360 / 2**zoom
    for x in range(int((120.2 + 180) / width), int((120.9 + 180) / width) + 1):
        for y in range(*rows_over_the_city(zoom)):
            answer = desk.get(f"/tiles/open_incidents/{zoom}/{x}/{y}.mvt", params=filters)
            if answer.status_code == 200:
                layer = mapbox_vector_tile.decode(answer.content)["clusters"]
                found += [feature["properties"] for feature in layer["features"]]
    return found


def rows_over_the_city(zoom: int) -> tuple[int, int]:
    """First row and the one behind the last, by the latitudes 35.9 to 36.5."""
    inside = [y for y in range(2**zoom) if 35.9 < Address(zoom, 0, y).latitude(0.5) < 36.5]
    return min(inside) - 1, max(inside) + 2


def test_every_zoom_counts_each_incident_once(desk: TestClient, tables: psycopg.Connection) -> None:
    placed = stored(tables, "place IS NOT NULL")
    overdue = stored(tables, f"place IS NOT NULL AND {CLOCKS['overdue']}")
    for zoom in (8, 11):
        found = clusters(desk, zoom)
        assert sum(each["count"] for each in found) == len(placed)
        assert sum(each["overdue"] for each in found) == len(overdue)
        assert all(each["overdue"] + each["due_soon"] <= each["count"] for each in found)


def test_a_deep_tile_holds_single_incidents_as_the_list_tells_them(desk: TestClient, get: Get) -> None:
    item = next(
        each for each in get("/api/incidents", state="open", clock="overdue")["items"] if each["place"]
    )
    lon, lat = item["place"]["coordinates"]
    zoom = 16
    x = int((lon + 180) / 360 * 2**zoom)
    y = next(
        y for y in range(2**zoom) if Address(zoom, x, y).latitude(0) >= lat > Address(zoom, x, y).latitude(1)
    )
    answer = desk.get(f"/tiles/open_incidents/{zoom}/{x}/{y}.mvt")
    features = mapbox_vector_tile.decode(answer.content)["incidents"]["features"]
    told = next(each["properties"] for each in features if each["properties"]["number"] == item["number"])
    assert told["clock"] == item["clock"]["state"] == "overdue"
    assert (told["state"], told["urgency"]) == (item["state"], item["urgency"])


def test_what_is_due_first_is_first_and_what_stands_is_last(get: Get, tables: psycopg.Connection) -> None:
    listed = []
    after: Json = {}
    while True:
        page = get("/api/incidents", state="open", order="due", limit=211, **after)
        listed += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    clocks = [item["clock"] for item in listed]
    running = [clock["due_at"] for clock in clocks if clock["state"] in ("running", "due_soon", "overdue")]
    assert running == sorted(running)
    assert {clock["state"] for clock in clocks[len(running) :]} == {"paused", "none"}
    assert len({item["number"] for item in listed}) == len(listed) == len(stored(tables, "true"))


def test_the_clock_is_told_in_the_list(get: Get) -> None:
    for state in CLOCKS:
        clock = get("/api/incidents", state="open", clock=state, limit=1)["items"][0]["clock"]
        assert clock["state"] == state
        assert clock["due_at"] >= clock["soon_at"]
        if state != "paused":
            assert (clock["remaining_s"] < 0) == (state == "overdue")
    closed = get("/api/incidents", state="closed", limit=1)["items"][0]
    assert (closed["clock"]["state"], closed["clock"]["remaining_s"]) == ("stopped", None)


def test_a_page_goes_on_in_the_order_of_the_one_before(desk: TestClient, get: Get) -> None:
    due = [each["number"] for each in get("/api/incidents", state="open", order="due", limit=3)["items"]]
    token = get("/api/incidents", state="open", order="due", limit=1)["next"]
    following = get("/api/incidents", state="open", limit=2, after=token)["items"]
    assert [each["number"] for each in following] == due[1:]
    for forged in ("WyJkdWUiLCJub3ciLDFd", "WyJkdWUiLCIyMDI2LTAxLTAxIiwxXQ"):
        answer = desk.get("/api/incidents", params={"order": "due", "after": forged})
        assert_problem(answer, 400, "bad-parameter", "after")


def test_the_summary_counts_by_everything(get: Get, tables: psycopg.Connection) -> None:
    told = get("/api/dispatch/summary")
    total = len(stored(tables, "true"))
    assert told["total"] == total
    for part in ("state", "clock", "urgency", "level", "source"):
        assert sum(told[part].values()) == total, part
    assert sum(each["count"] for each in told["category"]) == total
    for clock, where in CLOCKS.items():
        assert told["clock"][clock] == len(stored(tables, where))
    nobody = next((each for each in told["organisation"] if each["code"] is None), None)
    assert nobody is not None
    assert nobody["count"] == len(stored(tables, "incident.organisation_id IS NULL"))
    counts = [each["count"] for each in told["organisation"]]
    assert counts == sorted(counts, reverse=True)


def test_the_summary_of_nothing_is_zero(get: Get) -> None:
    told = get("/api/dispatch/summary", q="999999")
    assert (told["total"], told["state"], told["organisation"]) == (0, {}, [])


QUEUES = {
    "unrouted": "place IS NOT NULL AND incident.organisation_id IS NULL",
    "distrusted": "place IS NULL",
    "direct_report": "direct_reason IS NOT NULL",
    "objection": "objection IS NOT NULL",
    "unassigned": "state IN ('reported', 'accepted', 'verified', 'filed')",
}


@pytest.mark.parametrize("kind", QUEUES)
def test_the_sorting_desk_lists_what_it_counts(get: Get, tables: psycopg.Connection, kind: str) -> None:
    expected = stored(tables, QUEUES[kind])
    assert expected
    assert set(numbers(get, "/api/dispatch/queue", kind=kind)) == expected
    assert get("/api/dispatch/summary", clock="overdue")["sorting"][kind] == len(expected)


def test_the_alarm_compares_the_whole_city_with_its_limits(get: Get, tables: psycopg.Connection) -> None:
    queue = get("/api/dispatch/summary", source="sensor")["queue"]
    assert queue["unassigned"] == len(stored(tables, QUEUES["unassigned"]))
    assert queue["near_due"] == len(stored(tables, CLOCKS["due_soon"]))
    assert queue["thresholds"] == {"unassigned": 100, "near_due": 100}
    assert queue["alarm"] is (queue["unassigned"] >= 100 or queue["near_due"] >= 100)


def test_bars_follow_the_days_of_the_city_without_a_gap(get: Get, tables: psycopg.Connection) -> None:
    span = {"from": "2026-01-30", "to": "2026-02-03"}
    bars = get("/api/dispatch/histogram", **span)["items"]
    assert [bar["from"] for bar in bars] == [
        f"{day}T16:00:00+00:00" for day in ("2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01")
    ]
    for bar, day in zip(bars, ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"), strict=True):
        here = f"(reported_at AT TIME ZONE 'Asia/Shanghai')::date = '{day}'"
        assert bar["count"] == len(stored(tables, here))
        assert bar["overdue"] == len(stored(tables, f"{here} AND {CLOCKS['overdue']}"))
    hours = get("/api/dispatch/histogram", bucket="hour", **span)["items"]
    assert len(hours) == 96
    assert sum(bar["count"] for bar in hours) == sum(bar["count"] for bar in bars)


def test_of_a_long_span_the_last_bars_are_told(get: Get) -> None:
    bars = get("/api/dispatch/histogram", bucket="hour", **{"from": "2020-01-01", "to": "2026-02-01"})[
        "items"
    ]
    assert len(bars) == 2_000
    assert bars[-1]["from"] == "2026-01-31T15:00:00+00:00"
    assert get("/api/dispatch/histogram", **{"from": "2026-02-02", "to": "2026-02-01"})["items"] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/dispatch/histogram?bucket=week", "bucket"),
        ("/api/dispatch/summary?clock=late", "clock.0"),
        ("/api/dispatch/summary?level=city", "level.0"),
        ("/api/dispatch/summary?bbox=1,2,3", "bbox"),
        ("/api/dispatch/queue?kind=everything", "kind"),
        ("/api/dispatch/queue", "kind"),
        ("/tiles/open_incidents/9/426/201.mvt?urgency=very", "urgency"),
    ],
)
def test_bad_questions(desk: TestClient, path: str, field: str) -> None:
    assert_problem(desk.get(path), 400, "bad-parameter", field)


def test_unknown_names_are_told_though_answers_are_shared(desk: TestClient) -> None:
    for _ in range(2):
        answer = desk.get("/api/dispatch/summary?zone=police:NOWHERE")
        assert_problem(answer, 400, "unknown-zone", "zone")
    assert desk.get("/tiles/open_incidents/9/99999/0.mvt").status_code == 404


def test_a_tile_is_not_sent_twice(desk: TestClient) -> None:
    found = desk.get("/tiles/open_incidents/9/427/200.mvt")
    assert found.status_code == 200
    again = desk.get("/tiles/open_incidents/9/427/200.mvt", headers={"If-None-Match": found.headers["etag"]})
    assert again.status_code == 304


def test_a_change_is_in_the_next_answer(desk: TestClient, get: Get, tables: psycopg.Connection) -> None:
    before = get("/api/dispatch/summary")["total"]
    (number,) = tables.execute(
        """WITH ended AS (
               UPDATE incident SET state = 'cancelled' WHERE id = (SELECT max(id) FROM incident WHERE is_open)
               RETURNING id, number), told AS (
               INSERT INTO history (actor, action, incident_id) SELECT 'x', 'incident.cancel', id FROM ended)
           SELECT number FROM ended"""
    ).fetchone() or ("",)
    assert get("/api/dispatch/summary")["total"] == before - 1
    assert number not in numbers(get, state="open")


FILTERED = ("filter", "incidents/filter")
DEEP, HIGH = Address(16, 54698, 25775), Address(9, 427, 200)
PLANS: dict[str, tuple[str, list[tuple[str, str]], Json]] = {
    "incidents/newest": ("incidents/page", [("chosen", "incidents/newest"), FILTERED], {}),
    "incidents/due": ("incidents/page", [("chosen", "incidents/due"), FILTERED], {}),
    "incidents/without_clock": ("incidents/page", [("chosen", "incidents/without_clock"), FILTERED], {}),
    "dispatch/summary": ("dispatch/summary", [FILTERED], {"top": 20}),
    "dispatch/queue": ("dispatch/queue", [], {}),
    "dispatch/histogram": (
        "dispatch/histogram",
        [FILTERED],
        {"bucket": "day", "timezone": "Asia/Shanghai", "from_time": "2026-01-01", "to_time": "2026-02-01"},
    ),
    "dispatch/clusters": ("dispatch/clusters", [FILTERED], {**HIGH.parameters(), **HIGH.cells()}),
    "dispatch/points": ("dispatch/points", [FILTERED], DEEP.parameters()),
    "dispatch/near": ("dispatch/near", [], {"incident_id": 1, "metres": 300, "limit": 100}),
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("clocks", [None, ["overdue"]])
def test_no_question_reads_the_table_of_incidents(
    tables: psycopg.Connection, name: str, clocks: list[str] | None
) -> None:
    """Open incidents are found by indexes of their own, however many closed ones there are."""
    key, parts, more = PLANS[name]
    statement = numbered_with(key, *parts)
    known = IncidentFilter(states=OPEN_STATES, clocks=clocks).parameters()
    known |= {"problem_words": None, "after_at": None, "after_id": None, "limit": 50, **more}
    with tables.transaction(force_rollback=True):
        # Of the small sample most are open, and reading all of it would be right. A large one is other.
        tables.execute("SET LOCAL enable_seqscan = off")
        tables.execute("SET LOCAL random_page_cost = 1.1")
        plan = psycopg.RawCursor(tables).execute(
            b"EXPLAIN " + statement.text, [known[name] for name in statement.names]
        )
        lines = [row[0] for row in plan.fetchall()]
    assert not [line for line in lines if "Seq Scan on incident" in line.replace("incident_clock", "clock")]
    used = [line for line in lines if "on incident" in line and "Index" in line]
    assert any("_open_" in line or "pk_incident" in line or "clock" in line for line in used), lines
