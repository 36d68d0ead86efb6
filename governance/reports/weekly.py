"""The weekly report: due once for every week and subscriber, sent with the subscriber's own sight.

What is due is written down first (one row for a subscription and a week, however many workers look), then
taken for the time of a lease and sent. A worker that dies in between is waited for; the next one sends the
same message, under the same Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.access import NIGHTLY, Permission, Principal
from governance.errors import GovernanceError
from governance.exports.export import file_name, told
from governance.exports.filter_words import filters_in_words
from governance.exports.stored_query import parsed, read_query
from governance.owners import Owners
from governance.reports.document import report_pdf
from governance.reports.facts import ReportFacts, read_facts
from governance.reports.font import FontMissing, report_font
from governance.reports.mail_plan import MailPlan
from governance.reports.mailing import MailFailed, report_message, send_mail
from grid_data.city import city_timezone
from grid_data.database import Connection, Database
from grid_data.reports import DueReport, claim_report, finish_report, make_due

__all__ = ["next_report", "send_due_reports", "send_report", "week_due", "week_facts"]

log = logging.getLogger(__name__)
WEEK = timedelta(days=7)


def week_due(now: datetime, report_at: str) -> tuple[date, datetime]:
    """The week whose report was due last, by its Monday, and the moment it was due.

    >>> noon = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> week_due(noon, "0 7 * * 1")[0].isoformat()
    '2026-11-16'
    """
    from croniter import croniter

    due: datetime = croniter(report_at, now).get_prev(datetime)
    return due.date() - timedelta(days=due.weekday()) - WEEK, due


def next_report(plan: MailPlan, now: datetime) -> datetime | None:
    """When reports go out next; None: no e-mail is sent.

    >>> noon = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> next_report(MailPlan("mail.example.org"), noon).isoformat(), next_report(MailPlan(), noon)
    ('2026-11-30T07:00:00+08:00', None)
    """
    from croniter import croniter

    if plan.host is None:
        return None
    due: datetime = croniter(plan.report_at, now).get_next(datetime)
    return due


async def send_due_reports(database: Database, owners: Owners, plan: MailPlan) -> str:
    """Send what is due, one after another; returns what was done, for the log of tasks."""
    if plan.host is None:
        return "no mail server"
    async with database.transaction(NIGHTLY) as connection:
        zone = ZoneInfo(await city_timezone(connection))
        week, due = week_due(datetime.now(zone), plan.report_at)
        await make_due(connection, week, due.astimezone(UTC))
    sent = failed = 0
    while True:
        async with database.transaction(NIGHTLY) as connection:
            report = await claim_report(connection, plan.lease_s)
        if report is None:
            return f"{sent} sent, {failed} failed"
        done = await _sent(database, owners, plan, report)
        sent, failed = sent + done, failed + (not done)


async def _sent(database: Database, owners: Owners, plan: MailPlan, report: DueReport) -> bool:
    owner = await owners.principal(report.account_id, Permission.EXPORT)
    state, error, wait_s = "sent", None, 0.0
    if owner is None:
        state, error = "withheld", "the subscriber is gone, or may not export any more"
    else:
        try:
            await send_report(database, owner, plan, report)
        except (MailFailed, FontMissing, GovernanceError) as problem:
            error = str(problem) or type(problem).__name__
            lasting = isinstance(problem, GovernanceError) or getattr(problem, "lasting", False)
            if lasting or report.attempts > len(plan.backoff_s):
                state = "failed"
            else:
                state, wait_s = "waiting", plan.backoff_s[report.attempts - 1]
            log.warning("weekly report %s of %s: %s", report.subscription_id, report.week, error)
    async with database.transaction(NIGHTLY) as connection:
        await finish_report(connection, report, state, error=error, wait_s=wait_s)
    return state == "sent"


async def send_report(database: Database, owner: Principal, plan: MailPlan, report: DueReport) -> None:
    """Make and send one report.

    Raises
    ------
    MailFailed, FontMissing, GovernanceError
        It was not sent.
    """
    font = report_font(plan.font)
    async with database.transaction(owner) as connection:
        facts = await week_facts(connection, owner.name, report.query, report.week)
        await told(connection, owner.name, "report", "mail", facts.about.query, facts.about.rows)
    pdf = await asyncio.to_thread(report_pdf, facts, font, report.language)
    message = report_message(
        plan,
        report.recipient,
        facts,
        pdf,
        report.language,
        key=f"gridgov-report-{report.subscription_id}-{report.week}",
        file_name=file_name(facts.about, "report", "pdf"),
    )
    await send_mail(plan, message)


async def week_facts(connection: Connection, by: str, query: str, week: date) -> ReportFacts:
    """What the report of a week tells: incidents of a filter that were reported in it."""
    zone = ZoneInfo(await city_timezone(connection))
    begin = datetime(week.year, week.month, week.day, tzinfo=zone)
    end = begin + WEEK
    last = week + timedelta(days=6)
    title = Words(f"每周事件报告 {week} 至 {last}", f"Weekly incident report, {week} to {last}")
    kept = [(name, value) for name, value in parsed(query) if name not in ("from", "to")]
    wanted = replace(await read_query(connection, query), from_time=begin, to_time=end)
    filters = filters_in_words([*kept, ("from", str(week)), ("to", str(last + timedelta(days=1)))])
    return await read_facts(connection, wanted, title, by, query, filters)
