"""A server that others manage: who migrates owns the database and may make roles, and is no superuser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from grid_data.cluster.private import Cluster
from migrations.run import downgrade, upgrade
from migrations.standing import current, head

KEEPER = f"keeper_{os.getpid()}"


@pytest.fixture
def managed(cluster: Cluster, blank_database: str) -> Iterator[str]:
    """Address of a database as its keeper reaches it; the provider has installed the extensions."""
    name = conninfo_to_dict(blank_database)["dbname"]
    with psycopg.connect(blank_database, autocommit=True) as provider:
        provider.execute(f"CREATE ROLE {KEEPER} LOGIN CREATEROLE".encode())
        provider.execute(f"ALTER DATABASE {name} OWNER TO {KEEPER}".encode())
        provider.execute(f"ALTER SCHEMA public OWNER TO {KEEPER}".encode())
        for extension in ("postgis", "btree_gist", "pg_trgm"):
            provider.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}".encode())
    yield make_conninfo(blank_database, user=KEEPER)
    with psycopg.connect(blank_database, autocommit=True) as provider:
        provider.execute(f"REASSIGN OWNED BY {KEEPER} TO CURRENT_USER".encode())
        provider.execute(f"DROP OWNED BY {KEEPER}".encode())
        provider.execute(f"DROP ROLE {KEEPER}".encode())


def test_an_owner_without_superuser_rights_migrates_and_sights_hold(managed: str) -> None:
    upgrade(managed)
    assert current(managed) == head()
    with psycopg.connect(managed) as keeper:
        told = keeper.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert told == (False, False)
        keeper.execute(
            "INSERT INTO history (actor, action) VALUES ('own', 'test.note'), ('other', 'test.note')"
        )
        for role, actor, seen in (
            ("gridgov_app", "own", 2),
            ("gridgov_scoped", "own", 1),
            ("gridgov_scoped", "", 0),
        ):
            keeper.execute("SELECT set_config('gridgov.actor', %s, true)", (actor,))
            keeper.execute(f"SET LOCAL ROLE {role}".encode())
            told = keeper.execute("SELECT count(*) FROM history WHERE action = 'test.note'").fetchone()
            assert told == (seen,), (role, actor)
            keeper.execute("RESET ROLE")
        keeper.execute("SET LOCAL ROLE gridgov_scoped")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            keeper.execute("SELECT count(*) FROM session")
    downgrade(managed, "base")
    assert current(managed) is None
