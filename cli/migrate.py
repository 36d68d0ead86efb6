"""``gridgov migrate``: the schema of the database, brought up to this version of the program."""

from __future__ import annotations

from cli.console import say
from cli.place import database_url
from governance.settings import Settings

__all__ = ["migrate", "migrate_database"]


def migrate() -> None:
    """Bring the database's schema up to this version; nothing happens when it is there."""
    with database_url(Settings()) as url:
        migrate_database(url)


def migrate_database(url: str) -> None:
    """Run what is missing and say so."""
    from migrations.run import current, head, upgrade

    before, newest = current(url), head()
    if before == newest:
        say(f"schema: at {newest}, up to date")
        return
    say(f"schema: from {before or 'nothing'} to {newest}")
    upgrade(url)
