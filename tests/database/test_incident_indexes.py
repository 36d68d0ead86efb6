"""What is asked of incidents finds its index."""

from __future__ import annotations

import numpy as np
import pytest
from psycopg import AsyncRawCursor
from psycopg.rows import tuple_row

from governance.access import OPERATOR
from grid_data.bulk.incidents import store_incidents
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, Database
from grid_data.incidents import IncidentFilter, incidents_page
from grid_data.statements import numbered_with
from tests.database.test_bulk_routing import frame_of
from tests.support.toy_city import SOUTH, STEP, WEST

ADDRESSES = ["麦岛路 1 号", "Maidao Road 2", "东海路 3 号 B 座", None]


@pytest.fixture
async def addressed(toy_database: Database) -> Database:
    """A city with incidents at told addresses, every second one closed."""
    places = [(WEST + STEP * x, SOUTH + STEP * y) for x in (0.5, 1.5) for y in (0.5, 1.5, 2.5, 3.5)]
    frame = frame_of(places)
    frame["address"] = [ADDRESSES[k % 4] for k in range(len(frame))]
    frame["state"] = np.where(np.arange(len(frame)) < 4, "handling", "closed")
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame)
    return toy_database


@pytest.mark.parametrize(
    ("text", "found"),
    [("麦岛路", 2), ("maidao road", 2), ("MAIDAO", 2), ("b 座", 2), ("3 号", 2), ("路", 4), ("%", 0)],
)
async def test_part_of_an_address_finds_open_and_closed_ones_in_any_case(
    addressed: Database, text: str, found: int
) -> None:
    async with addressed.transaction(OPERATOR) as connection:
        page = await incidents_page(connection, IncidentFilter(text=text), {}, after=None, limit=50)
        assert len(page.items) == found
        wanted = IncidentFilter(text=text, states=OPEN_STATES)
        page = await incidents_page(connection, wanted, {}, after=None, limit=50)
        assert len(page.items) == found // 2


async def plan(connection: Connection, statement: str, parameters: dict[str, object]) -> str:
    await connection.execute("SET LOCAL enable_seqscan = off")
    cursor = await connection.execute("EXPLAIN " + statement, parameters, prepare=False)
    return "\n".join(str(row["QUERY PLAN"]) for row in await cursor.fetchall())


@pytest.mark.parametrize("states", [None, list(OPEN_STATES), ["closed"]])
@pytest.mark.parametrize("name", ["address", "address_as_told"])
async def test_incidents_of_any_state_are_found_by_part_of_their_address(
    addressed: Database, name: str, states: list[str] | None
) -> None:
    statement = numbered_with(
        "incidents/page", ("chosen", "incidents/newest"), ("filter", "incidents/filter")
    )
    asked = IncidentFilter(states=states).parameters() | dict.fromkeys(("address", "address_as_told"))
    asked |= {name: "%麦岛路%", "problem_words": None, "after_at": None, "after_id": None, "limit": 50}
    async with addressed.transaction(OPERATOR) as connection:
        # A few rows are read in any order; a million are not.
        await connection.execute("SET LOCAL enable_indexscan = off")
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = AsyncRawCursor(connection, row_factory=tuple_row)
        values = [asked[key] for key in statement.names]
        await cursor.execute(b"EXPLAIN " + statement.text, values, prepare=False)
        told = "\n".join(str(row[0]) for row in await cursor.fetchall())
        assert "ix_incident_address" in told


async def test_incidents_of_a_tile_are_found_by_their_place(addressed: Database) -> None:
    """And many of them at one coordinate, as a geocoder that gives up leaves them."""
    async with addressed.transaction(OPERATOR) as connection:
        heap = frame_of([(WEST + STEP / 2, SOUTH + STEP / 2)] * 2000)
        heap["source_ref"] = [f"heap {k}" for k in range(len(heap))]
        await store_incidents(connection, heap)
        told = await plan(
            connection,
            "SELECT count(*) FROM incident WHERE place && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326)",
            {"w": WEST, "s": SOUTH, "e": WEST + STEP, "n": SOUTH + STEP},
        )
        assert "ix_incident_place" in told
        cursor = await connection.execute(
            "SELECT count(*) AS n FROM incident WHERE place && ST_Point(%s, %s, 4326)",
            [WEST + STEP / 2, SOUTH + STEP / 2],
        )
        row = await cursor.fetchone()
        assert row is not None
        assert row["n"] == 2001
