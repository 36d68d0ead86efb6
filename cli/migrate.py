"""``gridgov migrate``: the schema of the database, brought up to this version of the program."""

from __future__ import annotations

import typer

from cli.console import in_words, progress, say
from cli.place import database_url
from governance.settings import Settings

__all__ = ["migrate", "migrate_database"]


def migrate() -> None:
    """Bring the database's schema up to this version; nothing happens when it is there."""
    with database_url(Settings()) as url:
        migrate_database(url)


def migrate_database(url: str) -> None:
    """Run what is missing and say so; build the indexes that a dead import had set aside."""
    from migrations.standing import current, head, known

    before, newest = current(url), head()
    if before is not None and before not in known():
        progress.print(_unknown(before), markup=False, soft_wrap=True)
        raise typer.Exit(1)
    if before is not None:
        _restore_indexes(url)
    if before == newest:
        say(f"schema: at {newest}, up to date")
        return
    # Loaded where there is something to do: Alembic and all tables.
    from migrations.run import upgrade

    say(f"schema: from {before or 'nothing'} to {newest}")
    upgrade(url)


def _unknown(revision: str) -> str:
    return in_words(
        f"数据库结构版本 {revision} 不属于本程序：它由更新的版本或首次发布前的版本建立。"
        "请使用相应的程序，或换一个空数据库（私有数据库：移走 GRIDGOV_HOME 指的文件夹）。",
        f"The database is at revision {revision}, which this program does not know: a newer one made "
        "it, or one from before the first release. Use that program, or an empty database (a private "
        "one: move the folder GRIDGOV_HOME names out of the way).",
    )


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
