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
    """Run what is missing and say so; build the indexes that a dead import had set aside."""
    from migrations.run import current, head, upgrade

    if current(url) is not None:
        _restore_indexes(url)
    before, newest = current(url), head()
    if before == newest:
        say(f"schema: at {newest}, up to date")
        return
    say(f"schema: from {before or 'nothing'} to {newest}")
    upgrade(url)


def _restore_indexes(url: str) -> None:
    import anyio

    from governance.access import OPERATOR
    from grid_data.database import Database
    from grid_data.set_aside import MAINTENANCE, restore_unless_importing

    async def go() -> None:
        database = Database(url, size=3, statement_timeout_s=0, name=MAINTENANCE)
        await database.open()
        try:
            await restore_unless_importing(
                database, OPERATOR, lambda step, count, seconds: say(f"{step}: {count} in {seconds:.1f} s")
            )
        finally:
            await database.close()

    anyio.run(go)
