"""Alembic's environment: how a migration reaches the database.

The address comes from `migrations.run` (a configuration attribute), or from ``GRIDGOV_DATABASE_URL`` when the
``alembic`` command is used by hand. Offline mode (printing SQL) is not supported: triggers and functions are
executed from files as they are.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
from alembic import context
from geoalchemy2 import Geometry, alembic_helpers
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from grid_data.tables import metadata

# One migration at a time in a database, however many servers start together. The number means nothing.
LOCK = 7_301_982_446


def type_differs(
    _context: object, _there_column: object, _declared_column: object, there_type: Any, declared_type: Any
) -> bool | None:
    """Whether a geometry column differs: "none" reads back as SRID -1, is declared as 0. None: as usual."""
    if isinstance(there_type, Geometry) and isinstance(declared_type, Geometry):
        there, declared = (
            (kind.geometry_type or "GEOMETRY", max(kind.srid, 0)) for kind in (there_type, declared_type)
        )
        return there != declared
    return None


def migrate() -> None:
    """Run the asked-for migrations in one transaction."""
    url = context.config.attributes.get("url") or os.environ["GRIDGOV_DATABASE_URL"]
    # Connecting by psycopg itself takes every form of address that libpq knows.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=alembic_helpers.include_object,
            render_item=alembic_helpers.render_item,
            process_revision_directives=alembic_helpers.writer,
            compare_type=type_differs,
            compare_server_default=True,
        )
        with context.begin_transaction():
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            context.run_migrations()


migrate()
