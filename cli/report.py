"""``gridgov report``: the weekly report by e-mail."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from cli.console import in_words, out, progress
from cli.import_run import fail, with_database
from gis.words import Words
from governance.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from grid_data.database import Database

__all__ = ["report"]

SENDING = Words("生成并发送", "making and sending")

report = typer.Typer(
    name="report",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Reports on incidents, by e-mail.",
)


@report.callback()
def _group() -> None:
    """Reports on incidents, by e-mail."""


@report.command()
def send(
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="E-mail address it goes to.")],
    query: Annotated[
        str, typer.Option("--query", metavar="QUERY", help="Filters of the list of incidents.")
    ] = "",
    language: Annotated[str, typer.Option("--language", metavar="zh|en", help="Its language.")] = "zh",
) -> None:
    """Send the report of last week now, to one address: a try of the mail settings.

    Subscribers get theirs by themselves; this one counts as none of them.
    """
    from governance.errors import GovernanceError
    from governance.reports.font import FontMissing
    from governance.reports.mailing import MailFailed

    plan = Settings().mail_plan
    if plan.host is None:
        fail("未设置邮件服务器：GRIDGOV_SMTP_HOST", "no mail server is set: GRIDGOV_SMTP_HOST")
    if "@" not in to or language not in ("zh", "en"):
        raise typer.BadParameter("--to: an e-mail address; --language: zh | en")

    async def go(database: Database) -> date:
        from datetime import datetime
        from zoneinfo import ZoneInfo

        from governance.access import OPERATOR
        from governance.reports.weekly import send_report, week_due
        from grid_data.city import city_timezone
        from grid_data.reports import DueReport

        async with database.transaction(OPERATOR) as connection:
            now = datetime.now(ZoneInfo(await city_timezone(connection)))
        week, _ = week_due(now, plan.report_at)
        chosen: Any = language
        # No subscription has this key: its Message-ID is that of no weekly report.
        key = -int(now.timestamp())
        with progress.status(in_words(*SENDING)):
            await send_report(
                database, OPERATOR, plan, DueReport(key, week, 1, to, chosen, query, OPERATOR.name, None)
            )
        return week

    try:
        week = with_database(go, size=2)
    except FontMissing as missing:
        fail(f"缺少中文字体：{missing}", f"a font with Chinese characters is missing: {missing}")
    except (MailFailed, GovernanceError) as problem:
        fail(f"未能发送：{problem}", f"not sent: {problem}")
    last = week + timedelta(days=6)
    out.print(escape(in_words(f"已发送 {week} 至 {last} 的报告", f"sent the report of {week} to {last}")))
