"""The weekly report against a real mail server: once a week for each subscriber, with what they see."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from governance.access import NIGHTLY, VISITOR
from governance.errors import InvalidValue
from governance.incidents.intake import Report, report
from governance.owners import Owners
from governance.reports import subscribing
from governance.reports.mail_plan import MailPlan
from governance.reports.weekly import send_due_reports, week_due
from grid_data.database import Database
from tests.support import toy_city
from tests.support.webhooks import EAST, WEST, person

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Post:
    """A mail server that keeps what it takes.

    ``refusals``: answers given to the next messages instead of taking them.
    """

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [str(message["To"])]
        self.taken.append(message)
        return "250 OK"


@contextmanager
def post_office() -> Iterator[Post]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post = Post(port=free.getsockname()[1])
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as running:
        yield running


@pytest.fixture
def plan(post: Post) -> MailPlan:
    # Due every minute of the day the test runs on: the week is the one before.
    return MailPlan(
        host="127.0.0.1",
        port=post.port,
        security="none",
        sender="gridgov@example.org",
        report_at="* * * * *",
        backoff_s=(0.0, 0.0),
        public_url="https://grid.example.org",
    )


def last_week() -> datetime:
    """A moment in the week before this one, by the city's clock."""
    now = datetime.now(SHANGHAI)
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    return (monday - timedelta(days=3)).astimezone(UTC)


async def reported(database: Database, at: tuple[float, float], when: datetime | None = None) -> None:
    async with database.transaction(VISITOR) as connection:
        sent = Report(
            toy_city.GARBAGE, "垃圾", "hotline", lon=at[0], lat=at[1], reported_at=when or last_week()
        )
        await report(connection, VISITOR, sent)


async def subscribed(
    database: Database, recipient: str, *, language: str = "zh", query: str = "", account: int | None = None
) -> int:
    """A subscription that was there a day ago."""
    async with database.transaction(VISITOR) as connection:
        made = await subscribing.subscribe(
            connection, VISITOR, recipient=recipient, language=language, query=query
        )
        await connection.execute(
            "UPDATE report_subscription SET created_at = now() - interval '1 day', account_id = %s"
            " WHERE id = %s",
            (account, made["id"]),
        )
    return int(made["id"])


async def last(database: Database, key: int) -> dict[str, Any] | None:
    async with database.transaction(NIGHTLY) as connection:
        (row,) = await subscribing.listed(connection, key)
    found: dict[str, Any] | None = row["last"]
    return found


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_each_subscriber_gets_the_week_once_however_often_and_by_how_many_it_is_looked_for(
    toy_database: Database, post: Post, plan: MailPlan
) -> None:
    await reported(toy_database, WEST)
    await reported(toy_database, WEST, datetime.now(UTC) - timedelta(days=40))
    key = await subscribed(toy_database, "li@example.org")
    await subscribed(toy_database, "ann@example.org", language="en", query="source=hotline&state=open")
    owners = Owners(toy_database, open=True)
    await asyncio.gather(*(send_due_reports(toy_database, owners, plan) for _ in range(3)))
    await send_due_reports(toy_database, owners, plan)
    assert sorted(str(message["To"]) for message in post.taken) == ["ann@example.org", "li@example.org"]
    chinese, english = sorted(post.taken, key=lambda message: str(message["To"]), reverse=True)
    assert str(chinese["Subject"]).startswith("每周事件报告")
    assert "事件: 1\n" in text_of(chinese)
    assert "incidents: 1\n" in text_of(english)
    assert "source: 12345 hotline" in text_of(english)
    assert "https://grid.example.org" in text_of(english)
    (attached,) = list(chinese.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content().startswith(b"%PDF-")
    found = await last(toy_database, key)
    assert found is not None
    assert (found["state"], found["attempts"], found["last_error"]) == ("sent", 1, None)
    assert found["week"].weekday() == 0
    async with toy_database.transaction(NIGHTLY) as connection:
        rows = await (
            await connection.execute(
                "SELECT after ->> 'format' AS form FROM history WHERE action = 'export.download'"
            )
        ).fetchall()
    assert [row["form"] for row in rows] == ["mail", "mail"]


async def test_a_subscriber_is_told_what_they_see_and_no_more(
    toy_database: Database, post: Post, plan: MailPlan
) -> None:
    west = await person(toy_database, "west", "community_lead", "community:370212001001")
    gone = await person(toy_database, "gone", "community_lead", "community:370212001001")
    for _ in range(2):
        await reported(toy_database, WEST)
    await reported(toy_database, EAST)
    await subscribed(toy_database, "west@example.org", account=west)
    withheld = await subscribed(toy_database, "gone@example.org", account=gone)
    nobodys = await subscribed(toy_database, "nobody@example.org")
    async with toy_database.maintenance() as connection:
        await connection.execute("UPDATE account SET disabled_at = now() WHERE id = %s", (gone,))
    await send_due_reports(toy_database, Owners(toy_database), plan)
    assert [str(message["To"]) for message in post.taken] == ["west@example.org"]
    assert "事件: 2\n" in text_of(post.taken[0])
    for key in (withheld, nobodys):
        found = await last(toy_database, key)
        assert found is not None
        assert found["state"] == "withheld"


async def test_a_failure_is_tried_again_shown_and_given_up_in_the_end(
    toy_database: Database, post: Post, plan: MailPlan
) -> None:
    key = await subscribed(toy_database, "li@example.org")
    owners = Owners(toy_database, open=True)
    post.refusals = ["451 later"]
    await send_due_reports(toy_database, owners, plan)
    assert len(post.taken) == 1
    found = await last(toy_database, key)
    assert found is not None
    assert (found["state"], found["attempts"]) == ("sent", 2)
    other = await subscribed(toy_database, "ann@example.org")
    post.refusals = ["451 later"] * 9
    await send_due_reports(toy_database, owners, plan)
    found = await last(toy_database, other)
    assert found is not None
    assert (found["state"], found["attempts"]) == ("failed", 3)
    assert "451" in found["last_error"]
    assert len(post.taken) == 1


async def test_a_server_that_is_not_there_is_waited_for(toy_database: Database, plan: MailPlan) -> None:
    key = await subscribed(toy_database, "li@example.org")
    away = replace(plan, port=1, backoff_s=(3600.0,))
    await send_due_reports(toy_database, Owners(toy_database, open=True), away)
    found = await last(toy_database, key)
    assert found is not None
    assert (found["state"], found["attempts"]) == ("waiting", 1)
    assert found["last_error"]


async def test_without_a_mail_server_nothing_is_due(toy_database: Database, plan: MailPlan) -> None:
    key = await subscribed(toy_database, "li@example.org")
    told = await send_due_reports(toy_database, Owners(toy_database, open=True), replace(plan, host=None))
    assert told == "no mail server"
    assert await last(toy_database, key) is None


async def test_who_subscribed_after_it_was_due_and_who_ended_it_get_nothing(
    toy_database: Database, post: Post, plan: MailPlan
) -> None:
    monthly = replace(plan, report_at="0 0 1 1 *")
    await subscribed(toy_database, "new@example.org")
    ended = await subscribed(toy_database, "ended@example.org")
    async with toy_database.transaction(VISITOR) as connection:
        assert await subscribing.unsubscribe(connection, VISITOR, ended)
        assert not await subscribing.unsubscribe(connection, VISITOR, ended)
    await send_due_reports(toy_database, Owners(toy_database, open=True), monthly)
    assert post.taken == []


@pytest.mark.parametrize(
    "query", ["staet=open", "state=unheard", "zone=district:0", "from=x", "state", "supervised=2"]
)
async def test_a_query_that_is_no_filter_is_refused(toy_database: Database, query: str) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        with pytest.raises(InvalidValue) as refused:
            await subscribing.subscribe(connection, VISITOR, recipient="a@b.org", language="zh", query=query)
    assert refused.value.field == "query"


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-30T06:59+08:00", "2026-11-16"),
        ("2026-11-30T07:00:01+08:00", "2026-11-23"),
        ("2026-12-06T23:59+08:00", "2026-11-23"),
        ("2027-01-04T08:00+08:00", "2026-12-28"),
    ],
)
def test_the_week_before_is_due_on_monday_morning_of_the_city(now: str, week: str) -> None:
    at = datetime.fromisoformat(now).astimezone(SHANGHAI)
    assert week_due(at, "0 7 * * 1")[0] == date.fromisoformat(week)
