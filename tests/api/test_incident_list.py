"""Lists of incidents: each filter compared with the table, paging complete under any page size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.schemas import IncidentPage
from grid_data.column_words import OPEN_STATES
from grid_data.incidents import IncidentFilter
from grid_data.statements import numbered_with
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]


def listed(client: TestClient, limit: int = 500, *, since: str | None = None, **filters: Any) -> list[str]:
    """Numbers of all incidents that fit, in the order of the pages; ``since`` is the parameter ``from``."""
    if since is not None:
        filters["from"] = since
    numbers: list[str] = []
    after: dict[str, str] = {}
    while True:
        response = client.get("/api/incidents", params=filters | {"limit": limit} | after)
        assert response.status_code == 200, response.text
        page = IncidentPage.model_validate_json(response.content)
        numbers += [item.number for item in page.items]
        if page.next is None:
            return numbers
        assert len(page.items) == limit, "only the last page is short"
        after = {"after": page.next}


def stored(database: psycopg.Connection, condition: str = "true", *parameters: Any) -> list[str]:
    """Numbers of the incidents that fit, newest first."""
    statement = f"SELECT number FROM incident i WHERE {condition} ORDER BY reported_at DESC, id DESC"
    return [row[0] for row in database.execute(statement.encode(), parameters).fetchall()]


@pytest.fixture
def recent(database: psycopg.Connection) -> str:
    """A moment after which some hundred incidents were reported."""
    row = database.execute(
        "SELECT reported_at FROM incident ORDER BY reported_at DESC, id DESC OFFSET 300 LIMIT 1"
    ).fetchone()
    assert row is not None
    return str(row[0].isoformat())


def test_all_of_them_once(client: TestClient, database: psycopg.Connection) -> None:
    numbers = listed(client)
    assert len(numbers) == len(set(numbers))
    assert numbers == stored(database)


@settings(max_examples=12)
@given(limit=st.integers(1, 120), state=st.sampled_from(["open", "closed", None]))
def test_pages_of_any_size_hold_every_incident_once(
    client: TestClient, database: psycopg.Connection, recent: str, limit: int, state: str | None
) -> None:
    states = list(OPEN_STATES) if state == "open" else [state]
    expected = stored(
        database, "reported_at >= %s AND (%s OR state = ANY(%s))", recent, state is None, states
    )
    assert listed(client, limit, since=recent, state=state or []) == expected


def test_reports_of_the_same_instant_are_not_lost_between_pages(
    client: TestClient, body: dict[str, Any], database: psycopg.Connection
) -> None:
    at = "2026-05-05T05:05:05.123456Z"
    for number in range(5):
        sent = body | {"reported_at": at, "source_ref": f"{body['source_ref']}-{number}"}
        assert client.post("/api/incidents", json=sent).status_code == 201
    found = listed(client, 2, since=at, to="2026-05-05T05:05:05.123457Z")
    assert found == stored(database, "reported_at = %s", at)


@pytest.mark.parametrize("layer", ["base_grid", "community", "police", "district"])
def test_zone(client: TestClient, database: psycopg.Connection, recent: str, layer: str) -> None:
    row = database.execute(
        "SELECT z.id, z.code FROM incident i JOIN zone z ON z.id = ANY(i.zone_ids)"
        " JOIN layer l ON l.id = z.layer_id"
        " WHERE l.code = %s GROUP BY z.id, z.code ORDER BY count(*) DESC, z.code LIMIT 1",
        (layer,),
    ).fetchone()
    assert row is not None
    since = recent if layer == "district" else None
    expected = stored(
        database, "%s = ANY(zone_ids) AND (%s OR reported_at >= %s)", row[0], layer != "district", recent
    )
    assert expected
    assert listed(client, zone=f"{layer}:{row[1]}", since=since) == expected


def test_states(client: TestClient, database: psycopg.Connection, recent: str) -> None:
    expected = stored(database, "state = ANY(%s) AND reported_at >= %s", list(OPEN_STATES), recent)
    assert listed(client, state="open", since=recent) == expected
    both = stored(database, "state IN ('archived', 'reported') AND reported_at >= %s", recent)
    assert listed(client, state=["archived", "reported"], since=recent) == both


def test_category_and_those_below(client: TestClient, database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT p.id, p.standard_ref || ':' || p.kind || ':' || p.code"
        " FROM incident i JOIN category c ON c.id = category_id"
        " JOIN category p ON p.id = c.parent_id GROUP BY p.id ORDER BY count(*), 2 LIMIT 1"
    ).fetchone()
    assert row is not None
    below = (
        "WITH RECURSIVE b AS (SELECT %s::bigint AS id UNION SELECT c.id FROM category c"
        " JOIN b ON c.parent_id = b.id) SELECT id FROM b"
    )
    expected = stored(database, f"category_id IN ({below})", row[0])
    assert listed(client, category=row[1]) == expected != []


def test_organisation_and_those_below(client: TestClient, database: psycopg.Connection, recent: str) -> None:
    row = database.execute(
        "SELECT p.id, p.code FROM incident i JOIN organisation o ON o.id = organisation_id"
        " JOIN organisation p ON p.id = o.parent_id GROUP BY p.id ORDER BY count(*), 2 LIMIT 1"
    ).fetchone()
    assert row is not None
    below = (
        "WITH RECURSIVE b AS (SELECT %s::bigint AS id UNION SELECT o.id FROM organisation o"
        " JOIN b ON o.parent_id = b.id) SELECT id FROM b"
    )
    expected = stored(database, f"organisation_id IN ({below})", row[0])
    assert listed(client, organisation=row[1]) == expected != []


def test_bbox(client: TestClient, database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT ST_X(place), ST_Y(place) FROM incident WHERE place IS NOT NULL LIMIT 1"
    ).fetchone()
    assert row is not None
    lon, lat = row
    west, south, east, north = (round(value, 7) for value in (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01))
    inside = "ST_X(place) BETWEEN %s AND %s AND ST_Y(place) BETWEEN %s AND %s"
    expected = stored(database, inside, west, east, south, north)
    assert listed(client, bbox=f"{west},{south},{east},{north}") == expected != []
    # Eastwards from here round the globe and back to just west of here.
    around = stored(database, f"NOT (ST_X(place) > %s AND ST_X(place) < %s) AND {inside}",
                    west, east, -180, 180, -90, 90)  # fmt: skip
    assert listed(client, bbox=f"{east},-90,{west},90") == around


def test_place_status_source_and_text(client: TestClient, database: psycopg.Connection, recent: str) -> None:
    assert listed(client, place_status="unlocated") == stored(database, "place IS NULL")
    assert listed(client, place_status="located", since=recent) == stored(
        database, "place IS NOT NULL AND reported_at >= %s", recent
    )
    sources = ["video", "sensor"]
    assert listed(client, source=sources) == stored(database, "source = ANY(%s)", sources)
    row = database.execute(
        "SELECT number, address FROM incident WHERE address IS NOT NULL LIMIT 1"
    ).fetchone()
    assert row is not None
    number, address = row
    assert listed(client, q=number) == [number]
    for length in (10, 12, 14, 16):
        prefix = number[:length]
        assert listed(client, q=prefix) == stored(database, "starts_with(number, %s)", prefix)
    assert listed(client, q=address[1:]) == stored(
        database, "position(lower(%s) in lower(address)) > 0", address[1:]
    )
    assert listed(client, q="%") == stored(database, "position('%%' in address) > 0", *())


def test_an_empty_span(client: TestClient) -> None:
    assert listed(client, since="2026-02-01", to="2026-01-01") == []


def test_filters_add_up(client: TestClient, database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT z.code, z.id FROM incident i JOIN zone z ON z.id = i.base_grid_id"
        " GROUP BY z.id ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    assert row is not None
    expected = stored(
        database, "%s = ANY(zone_ids) AND state = ANY(%s) AND urgency = 'normal' AND source = 'hotline'",
        row[1], list(OPEN_STATES),
    )  # fmt: skip
    found = listed(client, zone=f"base_grid:{row[0]}", state="open", source="hotline")
    assert set(expected) <= set(found)
    assert found == stored(
        database, "%s = ANY(zone_ids) AND state = ANY(%s) AND source = 'hotline'", row[1], list(OPEN_STATES)
    )


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("zone=base_grid:nonsense", "unknown-zone", "zone"),
        ("zone=nonsense", "unknown-zone", "zone"),
        ("organisation=nonsense", "unknown-organisation", "organisation"),
        ("category=nonsense", "unknown-category", "category"),
        ("state=sleeping", "bad-parameter", "state.0"),
        ("source=rumour", "bad-parameter", "source.0"),
        ("place_status=lost", "bad-parameter", "place_status"),
        ("from=yesterday", "bad-parameter", "from"),
        ("to=2026-13-01", "bad-parameter", "to"),
        ("bbox=1,2,3", "bad-parameter", "bbox"),
        ("bbox=1,2,3,nan", "bad-parameter", "bbox"),
        ("bbox=120,37,121,36", "bad-parameter", "bbox"),
        ("bbox=200,36,201,37", "bad-parameter", "bbox"),
        ("limit=0", "bad-parameter", "limit"),
        ("limit=501", "bad-parameter", "limit"),
        ("after=nonsense", "bad-parameter", "after"),
        ("after=", "bad-parameter", "after"),
        ("after=WyJ6b25lcyIsMSwieCJd", "bad-parameter", "after"),
        ("after=WyJpbmNpZGVudHMiLCJub3ciLDFd", "bad-parameter", "after"),
        ("page=2", "unknown-parameter", "page"),
    ],
)
def test_bad_filters(client: TestClient, query: str, code: str, field: str) -> None:
    assert_problem(client.get(f"/api/incidents?{query}"), 400, code, field)


@pytest.mark.parametrize(
    ("part", "index"), [("newest", "ix_incident_open_reported_at"), ("due", "ix_incident_clock_due_order")]
)
def test_large_lists_use_an_index(database: psycopg.Connection, part: str, index: str) -> None:
    """The plan of the most frequent questions does not read the table from end to end."""
    statement = numbered_with(
        "incidents/page", ("chosen", f"incidents/{part}"), ("filter", "incidents/filter")
    )
    asked = IncidentFilter(states=OPEN_STATES).parameters()
    asked |= {"problem_words": None, "after_at": None, "after_id": None, "limit": 50}
    with database.transaction():
        # The small sample is small enough to be read whole; a large one is not.
        database.execute("SET LOCAL enable_seqscan = off")
        database.execute("SET LOCAL enable_sort = off")
        plan = psycopg.RawCursor(database).execute(
            b"EXPLAIN " + statement.text, [asked[name] for name in statement.names]
        )
        lines = "\n".join(row[0] for row in plan.fetchall())
    assert index in lines
    assert "Seq Scan on incident " not in lines
