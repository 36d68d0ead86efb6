"""Counts per map cell of many incidents at a time: exact, and added when their transaction commits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from psycopg.rows import tuple_row

from governance.access import OPERATOR
from grid_data.bulk.incidents import Prepared, open_intake, store_incidents
from grid_data.database import Connection, Database
from tests.database.test_bulk_routing import frame_of
from tests.support.toy_city import SOUTH, STEP, WEST

MANY = 1200
KEPT = """SELECT x, y, class_id, open, open_urgent, total, total_urgent,
                 open_lon, open_lat, total_lon, total_lat
          FROM incident_cell WHERE total <> 0 ORDER BY 1, 2, 3"""
COUNTED = """SELECT cell_x(ST_X(place)), cell_y(ST_Y(place)), coalesce(category.parent_id, category.id),
                    count(*) FILTER (WHERE is_open),
                    count(*) FILTER (WHERE is_open AND incident.urgency = 'urgent'),
                    count(*), count(*) FILTER (WHERE incident.urgency = 'urgent'),
                    coalesce(sum(round(ST_X(place) * 1e7)::bigint) FILTER (WHERE is_open), 0),
                    coalesce(sum(round(ST_Y(place) * 1e7)::bigint) FILTER (WHERE is_open), 0),
                    sum(round(ST_X(place) * 1e7)::bigint), sum(round(ST_Y(place) * 1e7)::bigint)
             FROM incident JOIN category ON category.id = incident.category_id
             WHERE place IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


async def prepared(database: Database, name: str, n: int = MANY) -> Prepared:
    """Incidents over the toy city, open and closed, urgent and not, with identifiers of their own."""
    rng = np.random.default_rng(len(name))
    lon = (WEST + rng.uniform(0, 4 * STEP, n)).round(7).tolist()
    lat = (SOUTH + rng.uniform(0, 4 * STEP, n)).round(7).tolist()
    frame = frame_of(
        list(zip(lon, lat, strict=True)),
        source_ref=[f"{name}{k}" for k in range(n)],
        state=rng.choice(["reported", "closed"], n),
        urgency=rng.choice(["normal", "urgent"], n),
    )
    async with database.transaction(OPERATOR) as connection:
        intake = await open_intake(connection, frame)
    return intake.prepare(0, n)


async def counts(connection: Connection) -> tuple[list[Any], list[Any]]:
    """Cells as they are kept and as they are counted from the incidents."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        kept = await (await cursor.execute(KEPT)).fetchall()
        counted = await (await cursor.execute(COUNTED)).fetchall()
    return kept, counted


async def test_two_loads_at_a_time_do_not_wait_for_each_other_and_both_are_counted(
    toy_database: Database,
) -> None:
    first, second = await prepared(toy_database, "a"), await prepared(toy_database, "bb")
    async with toy_database.transaction(OPERATOR) as one:
        await first.store(one)
        async with toy_database.transaction(OPERATOR) as other:
            # The cells are the same: waiting for the first, which waits for this one, would last for ever.
            await other.execute("SET LOCAL lock_timeout = '2s'")
            await second.store(other)
    async with toy_database.transaction(OPERATOR) as connection:
        kept, counted = await counts(connection)
        assert kept == counted
        assert sum(row[5] for row in kept) == 2 * MANY
        await connection.execute("RESET ROLE")
        left = await (await connection.execute("SELECT count(*) AS n FROM incident_cell_change")).fetchone()
    assert left == {"n": 0}


async def test_steps_and_moves_after_a_load_in_its_own_transaction_are_counted(
    toy_database: Database,
) -> None:
    batch = await prepared(toy_database, "a")
    async with toy_database.transaction(OPERATOR) as connection:
        await batch.store(connection)
        await connection.execute("UPDATE incident SET state = 'closed' WHERE id % 3 = 0")
        await connection.execute("UPDATE incident SET place = ST_Point(120.41, 36.11, 4326) WHERE id % 5 = 0")
        # A few more, which are added at once.
        await store_incidents(connection, frame_of([(WEST + STEP / 2, SOUTH + STEP / 2)] * 7))
    async with toy_database.transaction(OPERATOR) as connection:
        kept, counted = await counts(connection)
    assert kept == counted


async def test_a_load_that_is_rolled_back_is_not_counted(toy_database: Database) -> None:
    batch = await prepared(toy_database, "a")
    with pytest.raises(RuntimeError):
        async with toy_database.transaction(OPERATOR) as connection:
            await batch.store(connection)
            raise RuntimeError
    async with toy_database.transaction(OPERATOR) as connection:
        assert await counts(connection) == ([], [])
