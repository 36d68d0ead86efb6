"""Incidents imported in batches: killed in the middle and started again, nothing is lost or doubled.

Indexes are set aside meanwhile, and are all there in the end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from governance.access import OPERATOR
from grid_data.casework import open_cases
from grid_data.cluster.private import Cluster
from grid_data.column_words import STATES
from grid_data.database import Database
from grid_data.importers.incident_batches import import_incidents
from migrations.run import upgrade
from tests.support.databases import ROOT
from tests.support.importing import bring, codes, look, request, row_counts
from tests.support.indexes import index_definitions, noted
from tests.support.toy_city import LAMP_BROKEN, SOUTH, STEP, WEST
from tests.support.toy_city import load as load_toy_city

CATEGORIES = ("06010", "09009", LAMP_BROKEN, "GRIDGOV social:social:S0101")


def reports(folder: Path, n: int) -> Path:
    """A file of n incidents, some without a believable place, spread over two years."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "source": rng.choice(["hotline", "app", "grid_worker"], n),
            "source_ref": [f"R{k}" for k in range(n)],
            "category": rng.choice(CATEGORIES, n),
            "text": [f"第 {k} 件，“引号”与, 逗号" for k in range(n)],
            "lon": (WEST + rng.uniform(-0.001, 4 * STEP, n)).round(7),
            "lat": (SOUTH + rng.uniform(0, 4 * STEP, n)).round(7),
            "accuracy_m": rng.choice([np.nan, 3.0, 30.0, 900.0], n),
            "reporter_phone": rng.choice(["", "13800000000"], n),
            "reported_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 63_000_000, n), "s"),
        }
    )
    frame.loc[rng.random(n) < 0.02, ["lon", "lat"]] = None
    path = folder / "reports.csv"
    frame.to_csv(path, index=False)
    return path


async def test_batches_store_what_one_transaction_would(
    toy_database: Database, tmp_path: Path, cluster: Cluster, toy_template: str
) -> None:
    path = reports(tmp_path, 1000)
    told: list[tuple[int, int]] = []
    report = await import_incidents(
        toy_database, OPERATOR, request(path), None, lambda *step: told.append(step), batch=130
    )
    assert codes(report) == []
    assert report.plan.new == 1000
    assert sorted(told)[-1] == (1000, 1000)
    assert len(told) == 8
    in_batches = await _everything(toy_database)
    name = f"{toy_template}_whole"
    cluster.create_database(name, toy_template)
    whole = Database(cluster.url(name), size=2)
    await whole.open()
    try:
        await bring(whole, "incidents", path)
        assert await _everything(whole) == in_batches
    finally:
        await whole.close()
        cluster.drop_database(name)


async def _everything(database: Database) -> list[dict[str, Any]]:
    """Incidents and routings without their keys; numbers and all else must agree."""
    return await look(
        database,
        """SELECT to_jsonb(incident) - 'id' - 'recorded_at' AS incident,
                  to_jsonb(reporter) - 'incident_id' AS reporter,
                  to_jsonb(routing) - 'id' - 'incident_id' - 'routed_at' AS routing
           FROM incident JOIN routing ON incident_id = incident.id
           LEFT JOIN reporter ON reporter.incident_id = incident.id ORDER BY source_ref""",
    )


async def test_each_batch_is_one_action_that_names_its_rows(toy_database: Database, tmp_path: Path) -> None:
    path = reports(tmp_path, 300)
    await import_incidents(toy_database, OPERATOR, request(path), batch=100)
    entries = await look(
        toy_database, "SELECT actor, after FROM history WHERE action = 'import.incidents' ORDER BY seq"
    )
    assert [entry["after"]["file"] for entry in entries] == ["reports.csv"] * 3
    assert {entry["after"]["batch"]["number"] for entry in entries} == {1, 2, 3}
    for entry in entries:
        batch = entry["after"]["batch"]
        low, high = batch["ids"]
        (found,) = await look(
            toy_database, "SELECT count(*) AS n FROM incident WHERE id BETWEEN %s AND %s", low, high
        )
        assert (found["n"], batch["rows"], batch["of"]) == (100, 100, 3)


async def test_a_faulty_file_changes_nothing_in_batches_too(toy_database: Database, tmp_path: Path) -> None:
    path = reports(tmp_path, 300)
    frame = pd.read_csv(path, dtype=str)
    frame.loc[250, "category"] = "99999"
    frame.to_csv(path, index=False)
    before = await row_counts(toy_database)
    report = await import_incidents(toy_database, OPERATOR, request(path), batch=100)
    assert codes(report) == [("unknown_category", 252)]
    assert report.refused
    assert await row_counts(toy_database) == before
    left_out = await import_incidents(toy_database, OPERATOR, request(path, skip_bad=True), batch=100)
    assert (left_out.plan.new, left_out.rejected) == (299, frozenset({252}))


async def test_what_fails_in_one_batch_is_told_as_it_is(toy_database: Database, tmp_path: Path) -> None:
    """A batch that the database refuses ends the import with its own error; earlier batches stay."""
    path = reports(tmp_path, 300)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        await connection.execute("ALTER TABLE incident ADD CONSTRAINT odd CHECK (source_ref <> 'R150')")
    with pytest.raises(psycopg.errors.CheckViolation, match="odd"):
        await import_incidents(toy_database, OPERATOR, request(path), batch=20)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        await connection.execute("ALTER TABLE incident DROP CONSTRAINT odd")
    await import_incidents(toy_database, OPERATOR, request(path), batch=20)
    await _exactly(toy_database, 300)


IMPORT = """
import sys
from pathlib import Path
import anyio
from governance.access import OPERATOR
from grid_data.database import Database
from grid_data.importers.batch import Request
from grid_data.importers.incident_batches import import_incidents
from grid_data.importers.reading import read_source

async def go():
    database = Database(sys.argv[1], size=4, statement_timeout_s=0, name="gridgov import")
    await database.open()
    request = Request(read_source(Path(sys.argv[2])))
    told = 0

    def advance(done, whole):
        nonlocal told
        print(done, flush=True)
        told += 1
        if told == int(sys.argv[3]):
            sys.stdin.read()  # whoever kills it has all the time they need

    report = await import_incidents(database, OPERATOR, request, None, advance, batch=200, indexes="aside")
    await database.close()
    print("finished", report.plan.new, report.plan.unchanged, flush=True)

anyio.run(go)
"""


def _import(url: str, path: Path, *, held_after: int = 0) -> subprocess.Popen[str]:
    """The command in a process of its own; it waits after so many batches, with 0 never."""
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, url, str(path), str(held_after)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


async def test_killed_and_started_again_every_incident_is_there_once(
    toy_database: Database, tmp_path: Path
) -> None:
    """The command dies at its hardest, again and again; each start goes on where the last one stopped."""
    path = reports(tmp_path, 3000)
    url = str(toy_database._pool.conninfo)
    indexes = await index_definitions(toy_database)
    seen = []
    for _ in range(3):
        with _import(url, path, held_after=3) as process:
            assert process.stdout is not None
            process.stdout.readline()  # a batch is committed; some more may be
            process.send_signal(signal.SIGKILL)
        (row,) = await look(toy_database, "SELECT count(*) AS n FROM incident")
        seen.append(row["n"])
        assert len(await index_definitions(toy_database)) < len(indexes)
    assert 0 < seen[0] < 3000
    assert seen == sorted(seen)
    with _import(url, path) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.splitlines()[-1] == f"finished {3000 - seen[-1]} {seen[-1]}"
    await _exactly(toy_database, 3000)
    again = await import_incidents(toy_database, OPERATOR, request(path))
    assert (again.plan.new, again.plan.unchanged, again.stored) == (0, 3000, False)
    assert await index_definitions(toy_database) == indexes


async def test_the_server_killed_in_the_middle_keeps_whole_batches(tmp_path: Path) -> None:
    """Of a cluster whose every process dies at once, committed batches are there after recovery."""
    path = reports(tmp_path, 3000)
    cluster = Cluster(tmp_path / "postgres")
    try:
        with cluster.use():
            cluster.create_database("killed")
            url = cluster.url("killed")
            upgrade(url)
            await _fill(url)
            with _import(url, path, held_after=3) as process:
                assert process.stdout is not None
                done = int(process.stdout.readline())
                os.kill(_postmaster(cluster), signal.SIGKILL)
                out, err = process.communicate()
            assert process.returncode != 0
            assert "finished" not in out, err
            done = max([done, *(int(line) for line in out.split())])
        with cluster.use():
            database = Database(url, size=4)
            await _opened(database)
            (row,) = await look(database, "SELECT count(*) AS n FROM incident")
            assert row["n"] >= done, "what was told as stored is stored"
            assert row["n"] % 200 == 0, "a batch is there as a whole or not at all"
            assert await noted(database)
            await import_incidents(database, OPERATOR, request(path), batch=200)
            await _exactly(database, 3000)
            assert not await noted(database)
            await database.close()
    finally:
        cluster.delete()


def _postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


async def _opened(database: Database) -> None:
    """Open a pool; the server may still be recovering."""
    deadline = time.monotonic() + 300
    await database.open()
    while True:
        try:
            await look(database, "SELECT 1 AS one")
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


async def _fill(url: str) -> None:
    database = Database(url, size=1)
    await database.open()
    async with database.transaction(OPERATOR) as connection:
        await load_toy_city(connection)
    await database.close()


async def _exactly(database: Database, n: int) -> None:
    """n incidents with n references, each with one routing; all batches in the history, each once."""
    (row,) = await look(
        database,
        """SELECT (SELECT count(*) FROM incident) AS incidents,
                  (SELECT count(DISTINCT (source, source_ref)) FROM incident) AS refs,
                  (SELECT count(DISTINCT number) FROM incident) AS numbers,
                  (SELECT count(*) FROM routing) AS routings,
                  (SELECT count(DISTINCT incident_id) FROM routing) AS routed,
                  (SELECT sum((after -> 'batch' ->> 'rows')::int) FROM history
                   WHERE action = 'import.incidents') AS told""",
    )
    assert row == dict.fromkeys(("incidents", "refs", "numbers", "routings", "routed", "told"), n)


async def test_imported_incidents_have_the_cases_that_their_states_ask_for(
    toy_database: Database, tmp_path: Path
) -> None:
    """Cases come in bulk; they are those that opening them one statement at a time would give."""
    path = reports(tmp_path, 400)
    frame = pd.read_csv(path, dtype=str)
    frame["state"] = np.random.default_rng(7).choice(STATES, len(frame))
    frame.to_csv(path, index=False)
    await import_incidents(toy_database, OPERATOR, request(path), batch=150)
    (row,) = await look(toy_database, "SELECT count(DISTINCT state) AS n FROM incident")
    assert row["n"] > 8
    in_bulk = await _cases(toy_database)
    assert len(in_bulk) == 400
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        for table in ("work_order", "case_state"):
            await connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
            await connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
        found = await connection.execute("SELECT id FROM incident")
        assert await open_cases(connection, [row["id"] for row in await found.fetchall()]) == 400
    assert await _cases(toy_database) == in_bulk


async def _cases(database: Database) -> list[dict[str, Any]]:
    return await look(
        database,
        """SELECT to_jsonb(case_state) AS its, to_jsonb(work_order) - 'id' AS work
           FROM case_state LEFT JOIN work_order USING (incident_id) ORDER BY incident_id""",
    )
