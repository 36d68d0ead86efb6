"""Everybody hears of every commit, once, soon, whatever the order of commits is and whoever goes away."""

from __future__ import annotations

import random
import threading
import time

import psycopg
import pytest

from governance.live import events
from grid_data.event_cursor import Cursor
from tests.support.live import Reader, Served, add_entry, serving


def test_a_commit_is_told_at_once_and_not_when_somebody_looks(
    city: str, writer: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody looks by themselves: what is told was told by its commit.
    monkeypatch.setattr(events, "UNTOLD_S", 3600.0)
    with serving(city) as served, Reader(served.port) as reader:
        for number in range(1, 6):
            seq = add_entry(writer)
            reader.wait("change", count=number)
            assert reader.numbers[-1] == seq


def test_a_lower_number_that_commits_later_is_told(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        low = add_entry(slow)
        high = add_entry(writer)
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
            low = add_entry(slow)
            high = add_entry(writer)
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
        low = add_entry(slow)
        high = add_entry(writer)
        reader.wait("change")
        assert reader.last_id == f"{high}~{low}"
        slow.rollback()
    give_up = time.monotonic() + 60
    while (cursor := served.server._app.state.events.cursor).missing and time.monotonic() < give_up:
        time.sleep(0.02)
    assert cursor == Cursor(high)


def test_a_savepoint_taken_back_loses_nothing_of_its_transaction(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        kept = add_entry(slow)
        with slow.transaction(force_rollback=True):
            add_entry(slow)
        high = add_entry(writer)
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
        add_entry(slow)
        seq = add_entry(writer)
        slow.rollback()
    reader.wait("change")
    assert reader.numbers == [seq]


def test_writers_beside_each_other_do_not_wait_for_each_others_notices(city: str) -> None:
    """A notice takes a lock of the whole cluster until the commit is on the disk: one at a time has it."""
    with psycopg.connect(city) as first, psycopg.connect(city) as second:
        add_entry(first)
        add_entry(second)
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
            add_entry(gone)
            gone.rollback()
        high = add_entry(writer)
        reader.wait("change")
        give_up = time.monotonic() + 60
        while served.server._app.state.events.cursor.missing and time.monotonic() < give_up:
            time.sleep(0.02)
        # Nor does it keep a number waited for that will never come.
        assert served.server._app.state.events.cursor == Cursor(high)
        long.rollback()


def test_many_writers_at_once_lose_nothing(city: str, reader: Reader) -> None:
    kept: list[int] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        with psycopg.connect(city) as connection:
            for _ in range(40):
                numbers = [add_entry(connection) for _ in range(chance.randint(1, 3))]
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
        low = add_entry(slow)
        with writer.transaction():
            middle = [add_entry(writer) for _ in range(3)]
        reader.wait("change", count=3)
        slow.commit()
    reader.wait("change", count=4)
    order = [*middle, low]
    assert reader.numbers == order
    ids = [key for name, key, *_ in reader.heard if name == "change"]
    for told, key in enumerate(ids, start=1):
        with Reader(served.port, "?follow=false", last_event_id=key) as back:
            assert back.numbers == sorted(order[told:])


def test_a_lost_connection_to_the_database_loses_nothing(
    city: str, reader: Reader, writer: psycopg.Connection
) -> None:
    with psycopg.connect(city) as slow:
        low = add_entry(slow)
        high = add_entry(writer)
        reader.wait("change")
        writer.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'gridgov events' AND datname = current_database()"
        )
        missed = add_entry(writer)
        reader.wait("change", count=2)
        slow.commit()
        reader.wait("change", count=3)
    assert reader.numbers == [high, missed, low]


def test_nothing_is_lost_while_the_server_is_away(city: str, writer: psycopg.Connection) -> None:
    with psycopg.connect(city) as slow:
        with serving(city) as first, Reader(first.port) as before:
            early = add_entry(slow)
            told = add_entry(writer)
            before.wait("change")
            assert before.numbers == [told]
            left_with = before.last_id
        missed = [add_entry(writer) for _ in range(3)]
        with serving(city) as second, Reader(second.port, last_event_id=left_with) as back:
            assert back.numbers == missed
            slow.commit()
            back.wait("change", count=4)
            assert back.numbers == [*missed, early]
