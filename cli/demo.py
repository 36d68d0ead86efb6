"""The demo's city: generate the sample of Laoshan and load it, once."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import anyio

from cli.console import in_words, progress, say
from governance.access import OPERATOR
from governance.attachments.files import Attachments
from governance.deadlines.watch import start_missing_clocks
from governance.sample_lives import tell_lives
from governance.sample_photos import hang_photos
from governance.settings import Settings
from grid_data.bulk.sample import is_loaded, load_sample
from grid_data.database import Connection, Database
from grid_data.planning.stored import plan_row
from grid_data.sample import DEFAULT_SEED, Sample, generate
from grid_data.sample.calendar import reports_until
from grid_data.sample.plans import PLAN

__all__ = ["load_demo"]


def load_demo(url: str, *, small: bool, settings: Settings | None = None) -> str | None:
    """Make sure that the database holds a city; generates and loads the sample into an empty one.

    The load is one transaction: interrupted, it leaves nothing behind and is made anew next time.

    Parameters
    ----------
    settings
        Where pictures of incidents are kept; None: there are none.

    Returns
    -------
    plan
        Code of the plan by which the sample was redrawn, to be looked at first; None where the database
        holds another city.
    """
    return anyio.run(_load_demo, url, small, settings)


async def _load_demo(url: str, small: bool, settings: Settings | None) -> str | None:
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            if await is_loaded(connection):
                say(in_words("示例城市已在库中", "the sample city is loaded"))
                return await _plan(connection)
        started = time.perf_counter()
        now = datetime.now(UTC)
        sample = _generate(small, now)
        say(
            in_words(
                "导入示例城市并为全部事件确定网格与责任部门",
                "loading the sample city, routing every incident",
            )
        )
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, sample, _tell_table)
            started_clocks = time.perf_counter()
            clocks = await start_missing_clocks(connection)
            _tell_table("clocks", clocks, time.perf_counter() - started_clocks)
            await _tell_lives(connection, now)
            plan = await _plan(connection)
        if settings is not None:
            await _hang_photos(database, settings)
        seconds = time.perf_counter() - started
        say(in_words(f"示例城市就绪，用时 {seconds:.0f} 秒", f"sample city ready after {seconds:.0f} s"))
        return plan
    finally:
        await database.close()


async def _hang_photos(database: Database, settings: Settings) -> None:
    """Pictures of some open incidents, where the server will look for them."""
    started = time.perf_counter()
    photos = await hang_photos(database, Attachments(settings.attachment_place, settings.file_limits))
    _tell_table("photos", photos, time.perf_counter() - started)


async def _tell_lives(connection: Connection, now: datetime) -> None:
    """What the cases have been through until now."""
    last = time.perf_counter()

    def told(name: str, rows: int) -> None:
        nonlocal last
        _tell_table(name, rows, time.perf_counter() - last)
        last = time.perf_counter()

    await tell_lives(connection, reports_until(now).end, told)


async def _plan(connection: Connection) -> str | None:
    """The redraw of the sample; one that an earlier version loaded holds no units, and shows nothing."""
    row = await plan_row(connection, PLAN)
    return PLAN if row is not None and row["units"] else None


def _generate(small: bool, now: datetime) -> Sample:
    say(
        in_words(
            "生成示例城市崂山区（区与街道边界为真实数据 © OpenStreetMap 贡献者，其余均为合成）",
            "generating the sample city of Laoshan (district and subdistrict borders are real, "
            "© OpenStreetMap contributors; everything else is synthetic)",
        )
    )
    return generate(small=small, seed=DEFAULT_SEED, progress=_tell_step, now=now)


def _tell_step(name: str, seconds: float) -> None:
    progress.print(f"  [dim]{seconds:6.1f} s[/dim]  {name}", soft_wrap=True)


def _tell_table(name: str, rows: int, seconds: float) -> None:
    progress.print(f"  [dim]{seconds:6.1f} s[/dim]  {name}: {rows:,}", soft_wrap=True)
