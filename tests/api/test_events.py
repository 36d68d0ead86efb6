"""Live events: everybody hears of every commit, once, soon, whatever the order of commits is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import anyio
import httpx2 as httpx
import psycopg
import pytest

from governance import events as live
from governance.access import OPERATOR, Principal
from governance.events import sight_of
from grid_data import events as reading
from grid_data.database import Database
from grid_data.embedded import Cluster
from grid_data.event_cursor import Cursor
from tests.api.problems import assert_problem
from tests.support import databases, toy_city
from tests.support.live import Reader, Served, serving
from tests.support.served import english_client
from tests.support.toy_city import GARBAGE

ENTRY = "INSERT INTO history (actor, action) VALUES (%s, 'test.entry') RETURNING seq"


@pytest.fixture(scope="module")
def city(cluster: Cluster) -> Iterator[str]:
    """Address of a toy city for the tests of this module."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await toy_city.load(connection)
            await database.close()

        anyio.run(fill)
        yield url


@pytest.fixture(scope="module")
def served(city: str) -> Iterator[Served]:
    with serving(city) as server:
        yield server


@pytest.fixture
def reader(served: Served) -> Iterator[Reader]:
    with Reader(served.port) as reading:
        yield reading


def add(connection: psycopg.Connection, actor: str = "somebody") -> int:
    """An entry, not committed unless the connection does so by itself; returns its number."""
    row = connection.execute(ENTRY, (actor,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def writer(city: str) -> Iterator[psycopg.Connection]:
    """A connection that commits each statement."""
    with psycopg.connect(city, autocommit=True) as connection:
        yield connection


def report(served: Served, text: str = "垃圾") -> str:
    """Report an incident over HTTP; returns its number."""
    import json
    from urllib.request import Request, urlopen

    body = {
        "category": GARBAGE,
        "text": text,
        "place": {"type": "Point", "coordinates": [120.415, 36.125]},
        "source": "hotline",
    }
    asked = Request(
        f"http://127.0.0.1:{served.port}/api/incidents",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(asked) as answer:
        return str(json.load(answer)["number"])


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


def test_a_commit_is_told_within_a_fraction_of_a_second(reader: Reader, writer: psycopg.Connection) -> None:
    waits = []
    for _ in range(5):
        committed = time.monotonic()
        seq = add(writer)
        reader.wait("change", count=len(waits) + 1)
        assert reader.numbers[-1] == seq
        waits.append(reader.heard[-1][3] - committed)
    assert sorted(waits)[2] < 0.5


def test_a_lower_number_that_commits_later_is_told(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        low = add(slow)
        high = add(writer)
        reader.wait("change")
        assert reader.numbers == [high]
        slow.commit()
        reader.wait("change", count=2)
        assert reader.numbers == [high, low]


def test_whoever_comes_back_gets_the_number_that_was_open_when_they_left(
    city: str, served: Served, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        with Reader(served.port) as before:
            low = add(slow)
            high = add(writer)
            before.wait("change")
            left_with = before.last_id
        assert left_with == f"{high}~{low}"
        slow.commit()
    with Reader(served.port, last_event_id=left_with) as back:
        assert back.numbers == [low]
    with Reader(served.port, f"?after={left_with}") as back:
        assert back.numbers == [low]


def test_a_number_that_was_rolled_back_is_waited_for_no_longer(
    city: str, reader: Reader, writer: psycopg.Connection, served: Served
) -> None:
    with psycopg.connect(city) as slow:
        low = add(slow)
        high = add(writer)
        reader.wait("change")
        assert reader.last_id == f"{high}~{low}"
        slow.rollback()
    give_up = time.monotonic() + 10
    while (cursor := served.server._app.state.events.cursor).missing and time.monotonic() < give_up:
        time.sleep(0.02)
    assert cursor == Cursor(high)


def test_a_savepoint_taken_back_loses_nothing_of_its_transaction(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        kept = add(slow)
        with slow.transaction(force_rollback=True):
            add(slow)
        high = add(writer)
        reader.wait("change")
        time.sleep(0.5)  # some looks go by
        slow.commit()
        reader.wait("change", count=2)
        assert reader.numbers == [high, kept]


def test_what_is_committed_beside_a_writer_that_is_rolled_back_is_told(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    """One writer at a time wakes the readers, and this one will not."""
    with psycopg.connect(city) as slow:
        add(slow)
        committed = time.monotonic()
        seq = add(writer)
        slow.rollback()
    reader.wait("change", patience_s=5)
    assert reader.numbers == [seq]
    assert reader.heard[-1][3] - committed < 2


def test_writers_beside_each_other_do_not_wait_for_each_others_notices(city: str) -> None:
    """A notice takes a lock of the whole cluster until the commit is on the disk: one at a time has it."""
    with psycopg.connect(city) as first, psycopg.connect(city) as second:
        add(first)
        add(second)
        held = first.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
        assert held == (1,)
        second.commit()
        first.commit()


def test_a_long_transaction_of_another_table_holds_nothing_up(
    city: str, served: Served, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as long:
        long.execute("UPDATE organisation SET name_en = name_en WHERE code = 'GOV'")
        with psycopg.connect(city) as gone:
            add(gone)
            gone.rollback()
        high = add(writer)
        reader.wait("change", patience_s=5)
        give_up = time.monotonic() + 10
        while served.server._app.state.events.cursor.missing and time.monotonic() < give_up:
            time.sleep(0.02)
        # Nor does it keep a number waited for that will never come.
        assert served.server._app.state.events.cursor == Cursor(high)
        long.rollback()


def test_many_writers_at_once_lose_nothing(city: str, reader: Reader) -> None:
    import random
    import threading

    kept: list[int] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        with psycopg.connect(city) as connection:
            for _ in range(40):
                numbers = [add(connection) for _ in range(chance.randint(1, 3))]
                time.sleep(chance.random() * 0.01)
                if chance.random() < 0.3:
                    connection.rollback()
                else:
                    connection.commit()
                    kept.extend(numbers)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    reader.wait("change", count=len(kept))
    time.sleep(0.2)
    assert sorted(reader.numbers) == sorted(kept)


def test_every_id_on_the_way_leads_back_to_exactly_the_rest(
    city: str, served: Served, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        low = add(slow)
        with writer.transaction():
            middle = [add(writer) for _ in range(3)]
        reader.wait("change", count=3)
        slow.commit()
    reader.wait("change", count=4)
    order = [*middle, low]
    assert reader.numbers == order
    ids = [key for name, key, *_ in reader.heard if name == "change"]
    for told, key in enumerate(ids, start=1):
        with Reader(served.port, "?follow=false", last_event_id=key) as back:
            assert back.numbers == sorted(order[told:])


def test_plans_and_incidents_can_be_followed_alone(served: Served, writer: psycopg.Connection) -> None:
    with Reader(served.port, "?about=incidents") as incidents, Reader(served.port, "?about=plans") as plans:
        add(writer)
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
    seq = add(writer)
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

    async def slow_and_quick() -> None:
        hub = live.EventHub(database, database_url)
        await database.open()
        async with hub.watch(None) as slow, hub.watch(None) as quick:
            told: list[int] = []
            for watcher in (slow, quick):
                assert isinstance(await watcher.next(), live.Beat)
            for _ in range(12):
                add(writer)
                message = await quick.next()
                assert isinstance(message, live.Batch)
                told += [event.seq for event, _ in message.events]
            assert len(told) == 12
            behind = await slow.next()
            assert behind == live.Resync(hub.cursor)
            seq = add(writer)
            after = await slow.next()
            assert isinstance(after, live.Batch)
            assert [event.seq for event, _ in after.events] == [seq]
        await hub.closed()
        await database.close()

    database_url = writer.info.dsn
    database = Database(database_url, size=2)
    anyio.run(slow_and_quick)


def test_readers_alike_share_one_text(served: Served) -> None:
    from api.event_stream import text_of

    event = reading.Event(
        1,
        live.datetime.now(live.UTC),
        "x",
        "incident.report",
        "1",
        None,
        *(None,) * 6,  # type: ignore[arg-type]
    )
    batch = live.Batch([(event, Cursor(1))])
    everything = live.Sight(everything=True)
    assert text_of(batch, everything, None) is text_of(batch, everything, None)
    assert text_of(batch, everything, "plans") == b""
    assert text_of(batch, live.Sight(), None) == b""


def test_who_is_not_known_sees_nothing() -> None:
    event = reading.Event(
        1,
        live.datetime.now(live.UTC),
        "x",
        "incident.report",
        "1",
        None,
        *(None,) * 6,  # type: ignore[arg-type]
    )
    assert not sight_of(Principal("stranger")).shows(event)


def test_the_server_stops_at_once_though_streams_are_open(city: str, writer: psycopg.Connection) -> None:
    with serving(city) as server:
        readers = [Reader(server.port) for _ in range(3)]
        for each in readers:
            each.wait("ready")
        assert server.stop() < 1
        assert all(each.ended() for each in readers)


def test_a_lost_connection_to_the_database_loses_nothing(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        low = add(slow)
        high = add(writer)
        reader.wait("change")
        writer.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'gridgov events' AND datname = current_database()"
        )
        missed = add(writer)
        reader.wait("change", count=2)
        slow.commit()
        reader.wait("change", count=3)
    assert reader.numbers == [high, missed, low]


def test_one_connection_listens_however_many_read(served: Served, writer: psycopg.Connection) -> None:
    with Reader(served.port), Reader(served.port), Reader(served.port):
        row = writer.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE application_name = 'gridgov events' AND datname = current_database()"""
        ).fetchone()
    assert row == (1,)


def test_nothing_is_lost_while_the_server_is_away(city: str, writer: psycopg.Connection) -> None:
    with psycopg.connect(city) as slow:
        with serving(city) as first, Reader(first.port) as before:
            early = add(slow)
            told = add(writer)
            before.wait("change")
            assert before.numbers == [told]
            left_with = before.last_id
        missed = [add(writer) for _ in range(3)]
        with serving(city) as second, Reader(second.port, last_event_id=left_with) as back:
            assert back.numbers == missed
            slow.commit()
            back.wait("change", count=4)
            assert back.numbers == [*missed, early]


def test_head_gives_headers_and_ends(served: Served) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    for _ in range(2):
        connection.request("HEAD", "/api/events")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read() == b""
    connection.close()
    assert not served.server._app.state.events._watchers


def test_a_reader_who_leaves_is_forgotten(served: Served) -> None:
    with Reader(served.port):
        assert len(served.server._app.state.events._watchers) == 1
    give_up = time.monotonic() + 5
    while served.server._app.state.events._watchers and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not served.server._app.state.events._watchers


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
