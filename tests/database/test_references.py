"""Incidents and routings name only what is there, and what they name stays: as strict as foreign keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pandas as pd
import psycopg
import pytest
from psycopg import errors

from governance.access import OPERATOR
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Database
from tests.database.test_bulk_routing import frame_of

LAMP = (120.405, 36.105)
NOWHERE = 987_654_321


@pytest.fixture
async def owner(toy_database: Database) -> AsyncIterator[psycopg.AsyncConnection]:
    """The login role, in a city with two incidents at the lamp, one of them about it."""
    async with toy_database.transaction(OPERATOR) as connection:
        at_lamp = frame_of([LAMP, LAMP, LAMP], reporter_name=pd.Series([None, "王", None], dtype=object))
        await store_incidents(connection, at_lamp.iloc[1:])
        cursor = await connection.execute("SELECT current_database() AS name")
        row = await cursor.fetchone()
        assert row is not None
    async with await psycopg.AsyncConnection.connect(connect_to(toy_database)) as opened:
        await opened.set_autocommit(True)
        yield opened


def connect_to(database: Database) -> str:
    conninfo = database._pool.conninfo
    assert isinstance(conninfo, str)
    return conninfo


INCIDENT = (
    "source, appeal_kind, category_id, text, place_problem, state_since, reported_at, organisation_id, "
    "land_unit_id, base_grid_id, facility_id"
)


@pytest.mark.parametrize(
    "column", ["category_id", "organisation_id", "land_unit_id", "base_grid_id", "facility_id"]
)
@pytest.mark.parametrize("rows", [1, 500])
async def test_an_incident_names_what_is_there(
    owner: psycopg.AsyncConnection, column: str, rows: int
) -> None:
    values = INCIDENT.replace(column, str(NOWHERE)).replace("place_problem", "'none_given'")
    insert = f"""INSERT INTO incident (number, {INCIDENT})
        SELECT '370212209901010000' || n, {values}
        FROM (SELECT * FROM incident LIMIT 1) AS incident, generate_series(1, {rows}) AS n"""
    with pytest.raises(errors.ForeignKeyViolation) as refused:
        await owner.execute(insert.encode())
    assert refused.value.diag.constraint_name == f"fk_incident_{column}"
    with pytest.raises(errors.ForeignKeyViolation, match=f"fk_incident_{column}"):
        await owner.execute(f"UPDATE incident SET {column} = {NOWHERE}".encode())


@pytest.mark.parametrize(
    "column", ["incident_id", "land_unit_id", "facility_id", "rule_id", "organisation_id"]
)
async def test_a_routing_names_what_is_there(owner: psycopg.AsyncConnection, column: str) -> None:
    columns = (
        "incident_id, at, method, zone_version_ids, land_unit_id, facility_id, facility_distance_m, rule_id"
    )
    values = columns.replace(column, str(NOWHERE)).replace("facility_distance_m", "1")
    last = str(NOWHERE) if column == "organisation_id" else "organisation_id"
    with pytest.raises(errors.ForeignKeyViolation, match=f"fk_routing_{column}"):
        await owner.execute(
            f"INSERT INTO routing ({columns}, organisation_id) SELECT {values}, {last} FROM routing".encode()
        )


async def test_routings_of_a_run_of_incidents_with_a_hole_are_refused(owner: psycopg.AsyncConnection) -> None:
    """The quick check over a run of ids does not take a missing one for a present one."""
    with pytest.raises(errors.ForeignKeyViolation, match="fk_routing_incident_id"):
        await owner.execute(
            """INSERT INTO routing (incident_id, at, method, zone_version_ids)
               SELECT id, now(), 'memory', '{}'
               FROM (SELECT min(id) AS low, max(id) AS high FROM incident) AS run,
                    generate_series(low, high + 1) AS id"""
        )


async def test_a_reporter_belongs_to_an_incident(owner: psycopg.AsyncConnection) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match="fk_reporter_incident_id"):
        await owner.execute("INSERT INTO reporter (incident_id, name) VALUES (%s, '张')", [NOWHERE])


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("category", "id IN (SELECT category_id FROM incident)"),
        ("land_unit", "id IN (SELECT land_unit_id FROM incident)"),
        ("facility", "id IN (SELECT facility_id FROM incident)"),
    ],
)
async def test_what_is_named_is_not_removed(owner: psycopg.AsyncConnection, table: str, named: str) -> None:
    async with owner.transaction():
        # Other tables' foreign keys are not what is tested here.
        cursor = await owner.execute(
            """SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname)
               FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass""",
            [table],
        )
        for (statement,) in await cursor.fetchall():
            await owner.execute(statement.encode())
        with pytest.raises(errors.ForeignKeyViolation, match='on table "incident"'):
            async with owner.transaction():
                await owner.execute(f"DELETE FROM {table} WHERE {named}".encode())


async def test_what_nothing_names_can_be_removed(owner: psycopg.AsyncConnection) -> None:
    await owner.execute(
        """INSERT INTO facility (code, category_id, state, geom)
           SELECT 'mistake', category_id, state, geom FROM facility"""
    )
    cursor = await owner.execute("DELETE FROM facility WHERE code = 'mistake'")
    assert cursor.rowcount == 1


@pytest.mark.parametrize("table", ["category", "organisation", "land_unit", "facility", "incident"])
async def test_what_can_be_named_keeps_its_id(owner: psycopg.AsyncConnection, table: str) -> None:
    with pytest.raises(errors.RestrictViolation):
        await owner.execute(f"UPDATE {table} SET id = id + 1000000".encode())
    with pytest.raises(errors.RestrictViolation):
        await owner.execute(f"TRUNCATE {table} CASCADE".encode())


async def test_a_stricter_isolation_level_is_refused(owner: psycopg.AsyncConnection) -> None:
    await owner.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    with pytest.raises(errors.FeatureNotSupported, match="read committed"):
        async with owner.transaction():
            await owner.execute("UPDATE incident SET state = 'closed'")


@pytest.mark.parametrize("first", ["removal", "intake"])
async def test_of_a_removal_and_an_intake_at_once_one_sees_the_other(
    toy_database: Database, owner: psycopg.AsyncConnection, first: str
) -> None:
    await owner.execute(
        """INSERT INTO facility (code, category_id, state, geom)
           SELECT 'mistake', category_id, state, geom FROM facility"""
    )
    name_it = "UPDATE incident SET facility_id = (SELECT id FROM facility WHERE code = 'mistake')"
    steps = {"removal": "DELETE FROM facility WHERE code = 'mistake'", "intake": name_it}
    second = next(name for name in steps if name != first)
    async with await psycopg.AsyncConnection.connect(connect_to(toy_database)) as other:
        async with owner.transaction():
            await owner.execute(steps[first].encode())
            late = asyncio.create_task(_try(other, steps[second]))
            await asyncio.sleep(0.3)
            assert not late.done(), "it must wait for the other's commit"
        outcome = await late
    if first == "removal":
        # The facility is gone: nothing is named any more.
        assert outcome is None
        cursor = await owner.execute("SELECT count(*) FROM incident WHERE facility_id IS NOT NULL")
        assert await cursor.fetchone() == (0,)
    else:
        assert isinstance(outcome, errors.ForeignKeyViolation)


async def _try(connection: psycopg.AsyncConnection, statement: str) -> Exception | None:
    try:
        async with connection.transaction():
            await connection.execute(statement.encode())
    except psycopg.Error as problem:
        return problem
    return None
