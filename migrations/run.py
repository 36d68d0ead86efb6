"""Migrations from Python: up and down."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

__all__ = ["configuration", "downgrade", "revisions", "upgrade"]


def configuration(url: str | None = None) -> Config:
    """Alembic's configuration for this package; no ini file is needed."""
    configuration = Config()
    # Config reads a percent sign as the start of an interpolation.
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["url"] = url
    return configuration


def revisions() -> list[str]:
    """All revisions, the oldest first."""
    script = ScriptDirectory.from_config(configuration())
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


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
