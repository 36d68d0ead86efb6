"""Migrations from Python: up, down, and where a database stands."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

__all__ = ["configuration", "current", "downgrade", "head", "revisions", "upgrade"]


def configuration(url: str | None = None) -> Config:
    """Alembic's configuration for this package; no ini file is needed."""
    configuration = Config()
    # Config reads a percent sign as the start of an interpolation.
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["url"] = url
    return configuration


def head() -> str:
    """The newest revision of the program."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    if revision is None:
        raise RuntimeError("the package holds no migrations")
    return revision


def revisions() -> list[str]:
    """All revisions, the oldest first."""
    script = ScriptDirectory.from_config(configuration())
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def current(url: str) -> str | None:
    """The revision of a database; None when it was never migrated.

    Raises
    ------
    psycopg.OperationalError
        The database cannot be reached.
    """
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as problem:
        raise problem.orig or problem from None


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision; nothing happens when it is there.

    Parameters
    ----------
    url
        Any address that libpq knows; the user must own the schema.
    """
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision; ``base`` removes everything."""
    command.downgrade(configuration(url), revision)
