"""The stream: what is told, to whom, how much at most, and how it ends."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import anyio
import httpx2 as httpx
import psycopg
import pytest
from starlette.types import Message

from api import event_stream
from api.event_stream import text_of
from governance.live import events as live
from governance.live.messages import Batch, Beat, Resync, Sight
from grid_data import events as reading
from grid_data.database import Database
from grid_data.event_cursor import Cursor
from tests.api.problems import assert_problem
from tests.support.live import Reader, Served, add_entry, serving
from tests.support.served import english_client
from tests.support.toy_city import GARBAGE


def report(served: Served) -> str:
    """Report an incident over HTTP; returns its number."""
    body = {
        "category": GARBAGE,
        "text": "垃圾",
        "place": {"type": "Point", "coordinates": [120.415, 36.125]},
        "source": "hotline",
    }
    answer = httpx.post(f"http://127.0.0.1:{served.port}/api/incidents", json=body, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["number"])


def test_a_report_is_told_with_what_places_it(served: Served, reader: Reader) -> None:
    number = report(served)
    (told,) = reader.wait("change")
    assert told.pop("seq") > 0
    assert told.pop("at").startswith("20")
    assert told == {
        "by": "visitor",
        "action": "incident.report",
        "incident": number,
        "plan": None,
        "state": "reported",
        "urgency": "normal",
        "lead": "CM1",
        "place": [120.415, 36.125],
        "category": GARBAGE,
        "base_grid": "370212001001002",
    }


def test_the_answer_is_one_no_proxy_keeps_or_packs(reader: Reader) -> None:
    headers = reader.answer.headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers
    assert "content-encoding" not in headers


def test_plans_and_incidents_can_be_followed_alone(served: Served, writer: psycopg.Connection) -> None:
    with Reader(served.port, "?about=incidents") as incidents, Reader(served.port, "?about=plans") as plans:
        add_entry(writer)
        report(served)
        writer.execute(
            """WITH made AS (
                   INSERT INTO plan (code, layer_id, name_zh, state, author)
                   SELECT 'LIVE', id, '方案', 'draft', 'x' FROM layer WHERE code = 'base_grid' RETURNING id)
               INSERT INTO history (actor, action, plan_id) SELECT 'x', 'plan.create', id FROM made"""
        )
        assert plans.wait("change")[0]["plan"] == "LIVE"
        assert incidents.wait("change")[0]["action"] == "incident.report"
        assert (len(plans.numbers), len(incidents.numbers)) == (1, 1)


def test_what_is_too_much_to_tell_is_read_anew(
    served: Served, reader: Reader, writer: psycopg.Connection
) -> None:
    left_with = reader.last_id
    writer.execute(
        "INSERT INTO history (actor, action) SELECT 'bulk', 'test.entry' FROM generate_series(1, %s)",
        (reading.LIMIT + 1,),
    )
    reader.wait("resync")
    seq = add_entry(writer)
    reader.wait("change")
    assert reader.numbers == [seq]
    with Reader(served.port, last_event_id=left_with) as back:
        assert [name for name, *_ in back.heard] == ["resync", "ready"]


@pytest.mark.parametrize("cursor", ["9000000000000000000", "not a cursor", "10~11", "1" * 5000])
def test_an_id_nobody_gave_out_means_reading_anew(served: Served, cursor: str) -> None:
    with Reader(served.port, last_event_id=cursor) as back:
        assert [name for name, *_ in back.heard] == ["resync", "ready"]


def test_a_reader_who_takes_nothing_is_told_to_read_anew(
    served: Served, writer: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "QUEUE", 5)
    monkeypatch.setattr(live, "BEAT_S", 3600.0)

    async def slow_and_quick() -> None:
        hub = live.EventHub(database, database_url)
        await database.open()
        async with hub.watch(None) as slow, hub.watch(None) as quick:
            told: list[int] = []
            for watcher in (slow, quick):
                assert isinstance(await watcher.next(), Beat)
            for _ in range(12):
                add_entry(writer)
                message = await quick.next()
                assert isinstance(message, Batch)
                told += [event.seq for event, _ in message.events]
            assert len(told) == 12
            behind = await slow.next()
            assert behind == Resync(hub.cursor)
            seq = add_entry(writer)
            after = await slow.next()
            assert isinstance(after, Batch)
            assert [event.seq for event, _ in after.events] == [seq]
        await hub.closed()
        await database.close()

    database_url = writer.info.dsn
    database = Database(database_url, size=2)
    anyio.run(slow_and_quick)


def test_readers_alike_share_one_text(served: Served) -> None:
    event = reading.Event(
        1,
        datetime.now(UTC),
        "x",
        "incident.report",
        "1",
        None,
        *(None,) * 6,
    )
    batch = Batch([(event, Cursor(1))])
    everything = Sight(everything=True)
    assert text_of(batch, everything, None) is text_of(batch, everything, None)
    assert text_of(batch, everything, "plans") == b""
    assert text_of(batch, Sight(), None) == b""


def test_who_is_not_known_sees_nothing() -> None:
    event = reading.Event(
        1,
        datetime.now(UTC),
        "x",
        "incident.report",
        "1",
        None,
        *(None,) * 6,
    )
    assert not Sight().shows(event)
    assert not Sight(seen=frozenset({2})).shows(event)
    assert Sight(seen=frozenset({1})).shows(event)


def test_the_server_stops_at_once_though_streams_are_open(city: str, writer: psycopg.Connection) -> None:
    with serving(city) as server:
        readers = [Reader(server.port) for _ in range(3)]
        for each in readers:
            each.wait("ready")
        # Nothing else would end them: it waits for its clients as long as they stay.
        server.stop()
        assert all(each.ended() for each in readers)


def test_one_connection_listens_however_many_read(served: Served, writer: psycopg.Connection) -> None:
    with Reader(served.port), Reader(served.port), Reader(served.port):
        row = writer.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE application_name = 'gridgov events' AND datname = current_database()"""
        ).fetchone()
    assert row == (1,)


def test_head_gives_headers_and_ends(served: Served) -> None:
    # Streams of other tests may not have noticed yet that nobody listens.
    before = set(served.server._app.state.events._watchers)
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    for _ in range(2):
        connection.request("HEAD", "/api/events")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read() == b""
    connection.close()
    assert served.server._app.state.events._watchers <= before


def test_a_reader_who_leaves_is_forgotten(served: Served) -> None:
    # Streams of other tests may not have noticed yet that nobody listens.
    before = set(served.server._app.state.events._watchers)
    with Reader(served.port):
        (new,) = served.server._app.state.events._watchers - before
    give_up = time.monotonic() + 60
    while new in served.server._app.state.events._watchers:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_without_a_database_there_is_a_problem_and_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "READY_S", 0.3)
    with english_client("postgresql://nobody@127.0.0.1:1/nothing") as client:
        for address in ("/api/events", "/api/events?follow=false&after=5"):
            assert_problem(client.get(address), 503, "database-away")
        assert not client.app.state.events._watchers  # type: ignore[attr-defined]


@pytest.mark.parametrize("after", ["10~11", "x", "5~3-2", "1" * 30])
def test_a_bad_cursor_in_the_address_is_refused(served: Served, after: str) -> None:
    asked = httpx.get(f"http://127.0.0.1:{served.port}/api/events", params={"after": after}, timeout=60)
    assert_problem(asked, 400, "bad-parameter", "after")


async def test_a_reader_who_takes_nothing_for_long_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SEND_S", 0.05)
    sent: list[str] = []
    held = AsyncExitStack()
    held.callback(sent.append, "let go")

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"data: x\n\n"

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            # The buffers of the connection are full.
            await asyncio.sleep(60)

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    stream = event_stream.EventStream(pieces(), held)
    async with asyncio.timeout(50):
        await stream({"type": "http", "method": "GET"}, receive, send)
    assert sent == ["http.response.start", "http.response.body", "let go"]
