"""Indexes set aside during a large import: whatever dies, the next start finishes; readers go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from psycopg import errors
from psycopg.sql import SQL, Identifier

from cli.doctor import examine
from cli.migrate import migrate_database
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.database import Database
from grid_data.importers.incident_batches import import_incidents
from grid_data.set_aside import restore, restore_unless_importing, set_aside
from tests.database.test_import_batches import reports
from tests.support.databases import ROOT
from tests.support.importing import look, request
from tests.support.indexes import index_definitions, noted

DEAR = ["ix_incident_address", "ix_incident_place", "ix_incident_zone_ids"]


def url_of(database: Database) -> str:
    """Where a pool connects to."""
    return str(database._pool.conninfo)


async def owner(database: Database, statement: str, *names: str) -> None:
    """A statement with the owner's rights, outside of transactions."""
    async with database.maintenance() as connection:
        await connection.execute(SQL(statement).format(*map(Identifier, names)))


async def test_a_forced_load_says_what_it_does_and_leaves_every_index(
    toy_database: Database, tmp_path: Path
) -> None:
    before = await index_definitions(toy_database)
    steps: list[str] = []
    meanwhile: list[list[str]] = []

    async def watch() -> None:
        meanwhile.append(await noted(toy_database))

    def told(step: str, count: int, _: float) -> None:
        steps.append(f"{step}: {count}")

    path = reports(tmp_path, 400)
    async with anyio.create_task_group() as group:

        def advanced(*_: int) -> None:
            group.start_soon(watch)

        await import_incidents(
            toy_database, OPERATOR, request(path), told, advanced, batch=100,
            indexes="aside",
        )  # fmt: skip
    assert meanwhile[0] == DEAR
    assert [step for step in steps if "indexes" in step] == [
        "indexes set aside (400 incidents to store, 0 stored): 3", "indexes built again: 3",
    ]  # fmt: skip
    assert await index_definitions(toy_database) == before
    assert await noted(toy_database) == []
    plan = await look(
        toy_database, "EXPLAIN SELECT number FROM incident WHERE place && ST_MakeEnvelope(0, 0, 1, 1, 4326)"
    )
    assert "ix_incident_place" in str(plan)
    (row,) = await look(toy_database, "SELECT count(*) AS n FROM incident WHERE zone_ids <> '{}'")
    (found,) = await look(
        toy_database,
        "SELECT count(DISTINCT incident.id) AS n FROM zone JOIN incident ON zone_ids @> ARRAY[zone.id]",
    )
    assert found["n"] == row["n"] > 0


async def test_before_a_first_load_every_index_goes_but_those_that_keep_something_unique(
    toy_database: Database,
) -> None:
    before = await index_definitions(toy_database)
    gone = await set_aside(toy_database, every=True)
    left = await index_definitions(toy_database)
    assert left == [definition for definition in before if definition.startswith("CREATE UNIQUE")]
    assert gone == len(before) - len(left) > len(DEAR)
    assert await restore(toy_database) == gone
    assert await index_definitions(toy_database) == before
    assert await noted(toy_database) == []


async def test_a_small_load_keeps_its_indexes(toy_database: Database, tmp_path: Path) -> None:
    steps: list[str] = []
    await import_incidents(
        toy_database, OPERATOR, request(reports(tmp_path, 50)), lambda step, *_: steps.append(step)
    )
    assert not [step for step in steps if "indexes" in step]


@pytest.mark.parametrize("left", ["noted", "missing", "unfinished"])
@pytest.mark.parametrize("start", ["migrate", "import", "dry_run"])
async def test_whatever_a_dead_import_left_the_next_start_mends(
    toy_database: Database, tmp_path: Path, left: str, start: str
) -> None:
    """Noted but not dropped, dropped, or dropped or built by half: each is found and made whole."""
    before = await index_definitions(toy_database)
    await set_aside(toy_database)
    assert await noted(toy_database) == DEAR
    assert len(await index_definitions(toy_database)) == len(before) - 3
    if left != "missing":
        for definition in before:
            name = definition.split()[2]
            if name in DEAR:
                await owner(toy_database, definition.replace("{", "{{"))
                if left == "unfinished":
                    await owner(
                        toy_database,
                        f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass",
                    )
    if start == "migrate":
        await anyio.to_thread.run_sync(migrate_database, url_of(toy_database))
    else:
        await import_incidents(
            toy_database, OPERATOR, request(reports(tmp_path, 5), dry_run=start == "dry_run")
        )
    assert await index_definitions(toy_database) == before
    assert await noted(toy_database) == []


DYING = """
import os, signal, sys
from pathlib import Path
import anyio
from governance.access import OPERATOR
from grid_data import set_aside
from grid_data.database import Database
from grid_data.importers.batch import Request
from grid_data.importers.incident_batches import import_incidents
from grid_data.importers.reading import read_source

url, file, after = sys.argv[1:]
done = []
usual = set_aside._do

async def dying(connection, key, *others):
    await usual(connection, key, *others)
    done.append(key)
    if f"{key} {done.count(key)}" == after:
        os.kill(os.getpid(), signal.SIGKILL)

async def go():
    set_aside._do = dying
    database = Database(url, size=4, statement_timeout_s=0, name="gridgov import")
    await database.open()
    await import_incidents(
        database, OPERATOR, Request(read_source(Path(file))), batch=100, indexes="aside"
    )

anyio.run(go)
"""


@pytest.mark.parametrize("after", ["set_aside/drop 2", "set_aside/build_beside_writers 2"])
async def test_killed_while_indexes_go_or_come_the_next_start_finishes(
    toy_database: Database, tmp_path: Path, after: str
) -> None:
    before = await index_definitions(toy_database)
    path = reports(tmp_path, 200)
    dying = [sys.executable, "-c", DYING, url_of(toy_database), str(path), after]
    finished = await anyio.run_process(dying, cwd=ROOT, check=False, stderr=subprocess.PIPE)
    assert finished.returncode == -signal.SIGKILL, finished.stderr
    assert await noted(toy_database)
    assert any("set aside" in finding.en for finding in examine(_settings(toy_database)))
    await anyio.to_thread.run_sync(migrate_database, url_of(toy_database))
    assert await index_definitions(toy_database) == before
    assert not any("set aside" in finding.en for finding in examine(_settings(toy_database)))


def _settings(database: Database) -> Settings:
    return Settings(database_url=url_of(database))


async def test_readers_and_writers_go_on_while_indexes_go_and_come(toy_database: Database) -> None:
    """Neither dropping nor building stops anybody."""
    answers = []

    async def read_and_write() -> None:
        while True:
            await look(toy_database, "SELECT count(*) AS n FROM incident WHERE zone_ids @> ARRAY[1::bigint]")
            async with toy_database.transaction(OPERATOR) as connection:
                await connection.execute("LOCK TABLE incident IN ROW EXCLUSIVE MODE NOWAIT")
            answers.append(1)

    async with anyio.create_task_group() as group:
        group.start_soon(read_and_write)
        for _ in range(3):
            await set_aside(toy_database)
            assert await restore(toy_database) == 3
        group.cancel_scope.cancel()
    assert len(answers) > 5


async def test_while_an_import_is_under_way_nobody_else_builds(toy_database: Database) -> None:
    await set_aside(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gridgov.import'))", prepare=False)
        assert await restore_unless_importing(toy_database, OPERATOR) == 0
        assert await noted(toy_database) == DEAR
    assert await restore_unless_importing(toy_database, OPERATOR) == 3


async def test_the_note_of_an_index_is_not_written_by_the_serving_role(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            await connection.execute("DELETE FROM set_aside_index")
