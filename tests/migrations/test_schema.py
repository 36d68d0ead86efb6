"""Migrations make exactly the declared tables, go down and up again, and may be started twice."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from grid_data.tables import metadata
from migrations.run import configuration, downgrade, revisions, upgrade
from migrations.standing import current, head, known
from tests.support.databases import ROOT

OBJECTS = """
SELECT 'relation', relname FROM pg_class
WHERE relnamespace::regnamespace::text IN ('public', 'task_queue') AND relkind IN ('r', 'p', 'v', 'm', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
UNION ALL
SELECT 'function', proname || ' ' || md5(prosrc) FROM pg_proc
WHERE pronamespace::regnamespace::text IN ('public', 'task_queue')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL
SELECT 'index', pg_get_indexdef(pg_index.indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace::regnamespace::text IN ('public', 'task_queue')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = indrelid AND deptype = 'e')
UNION ALL
SELECT 'column', attrelid::regclass::text || '.' || attname
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace::regnamespace::text IN ('public', 'task_queue') AND relkind IN ('r', 'p') AND attnum > 0
  AND NOT attisdropped AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = attrelid AND deptype = 'e')
ORDER BY 1, 2
"""

# Everything a table declaration can say, in PostgreSQL's own words.
DESCRIPTION = """
SELECT 'column', attrelid::regclass::text, attname,
       concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
                 attidentity::text, attgenerated::text, nullif(attcollation::regcollation::text, '"default"'),
                 pg_get_expr(adbin, adrelid))
FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
WHERE attrelid = ANY (%(tables)s::regclass[]) AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype <> 't'
UNION ALL
SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[])
ORDER BY 1, 2, 3
"""


def description(url: str) -> list[tuple[str, ...]]:
    """Columns, constraints and indexes of the declared tables as they are in a database."""
    with psycopg.connect(url) as connection:
        return connection.execute(DESCRIPTION, {"tables": list(metadata.tables)}).fetchall()


def objects(url: str) -> list[tuple[str, str]]:
    """Relations, functions with their bodies and indexes in the schema that belong to no extension."""
    with psycopg.connect(url) as connection:
        return connection.execute(OBJECTS).fetchall()


def test_migrated_schema_equals_the_declared_tables(empty_database: str, blank_database: str) -> None:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(blank_database), poolclass=NullPool
    )
    with engine.begin() as connection:
        for extension in ("postgis", "btree_gist", "pg_trgm"):
            connection.exec_driver_sql(f"CREATE EXTENSION {extension}")
        metadata.create_all(connection)
    declared, migrated = set(description(blank_database)), set(description(empty_database))
    assert sorted(declared - migrated) == [], "declared but not migrated"
    assert sorted(migrated - declared) == [], "migrated but not declared"


# Alembic cannot compare generated columns; the test above does.
@pytest.mark.filterwarnings("ignore:Computed default on .* cannot be modified:UserWarning")
def test_autogenerate_finds_nothing_to_do(empty_database: str) -> None:
    command.check(configuration(empty_database))  # raises with the list of differences


@pytest.mark.parametrize("revision", revisions())
def test_every_migration_goes_down_and_up_again(blank_database: str, revision: str) -> None:
    before = revisions()[: revisions().index(revision)]
    if before:
        upgrade(blank_database, before[-1])
    without = objects(blank_database)
    upgrade(blank_database, revision)
    with_it = objects(blank_database)
    assert with_it != without
    downgrade(blank_database, before[-1] if before else "base")
    left = [found for found in objects(blank_database) if "alembic_version" not in found[1]]
    assert left == [found for found in without if "alembic_version" not in found[1]]
    upgrade(blank_database, revision)
    assert objects(blank_database) == with_it


def test_two_servers_may_migrate_at_once(blank_database: str) -> None:
    program = "import sys; from migrations.run import upgrade; upgrade(sys.argv[1])"
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", program, blank_database], stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    assert [server.communicate()[1] for server in servers] == ["", ""]
    assert [server.returncode for server in servers] == [0, 0]
    assert current(blank_database) == head()


def test_the_task_queue_is_that_of_the_library() -> None:
    """A newer version of the library needs a revision that runs its migrations: this fails first."""
    from procrastinate.schema import SchemaManager

    taken_in = (ROOT / "migrations" / "functions" / "0024" / "task_queue.sql").read_text(encoding="utf-8")
    assert taken_in.endswith(SchemaManager.get_schema())


def test_requests_cannot_reach_the_task_queue(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("SET ROLE gridgov_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT count(*) FROM task_queue.procrastinate_jobs")


def test_the_revisions_told_without_alembic_are_those_alembic_goes_through() -> None:
    assert list(known()) == revisions()
