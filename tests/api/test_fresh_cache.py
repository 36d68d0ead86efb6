"""Shared answers: made once for all who ask, seldom, and never without what was stored before they asked."""

from __future__ import annotations

import asyncio
import time

import pytest

from api.fresh_cache import FreshCache

pytestmark = pytest.mark.anyio


class Store:
    """Something that changes, and how often it was read."""

    def __init__(self) -> None:
        self.value = 0
        self.read = 0
        self.takes_s = 0.02

    async def edition(self) -> int:
        return self.value

    async def answer(self) -> int:
        self.read += 1
        seen = self.value
        await asyncio.sleep(self.takes_s)
        return seen


async def test_many_who_ask_at_once_are_answered_by_one_reading() -> None:
    store = Store()
    cache = FreshCache(store.edition)
    answers = await asyncio.gather(*(cache.get("q", store.answer) for _ in range(50)))
    assert (set(answers), store.read) == ({0}, 1)
    assert await cache.get("q", store.answer) == 0
    assert store.read == 1
    assert await cache.get("other", store.answer) == 0
    assert store.read == 2


async def test_an_answer_has_what_was_stored_before_the_question() -> None:
    store = Store()
    cache = FreshCache(store.edition, spacing_s=0.05)

    async def ask_after_a_change() -> None:
        store.value += 1
        known = store.value
        assert await cache.get("q", store.answer) >= known

    async def one_after_the_other(pause_s: float) -> None:
        for _ in range(10):
            await ask_after_a_change()
            await asyncio.sleep(pause_s)

    await asyncio.gather(*(one_after_the_other(n * 0.003) for n in range(8)))


async def test_however_fast_it_changes_reading_is_seldom() -> None:
    store = Store()
    cache = FreshCache(store.edition, spacing_s=0.1)
    started = time.monotonic()

    async def restless() -> None:
        while time.monotonic() - started < 0.5:
            store.value += 1
            await cache.get("q", store.answer)

    await asyncio.gather(*(restless() for _ in range(20)))
    # One at the beginning, then one in a tenth of a second; the last round may end a little later.
    assert store.read <= 8


async def test_what_moves_with_the_clock_is_read_again_though_nothing_was_stored() -> None:
    store = Store()
    cache = FreshCache(store.edition, spacing_s=0.0, life_s=0.05)
    await cache.get("q", store.answer)
    await asyncio.sleep(0.06)
    await cache.get("q", store.answer)
    assert store.read == 2


async def test_who_leaves_does_not_take_the_answer_from_others() -> None:
    store = Store()
    store.takes_s = 0.05
    cache = FreshCache(store.edition)
    leaving = asyncio.create_task(cache.get("q", store.answer))
    await asyncio.sleep(0.01)
    staying = asyncio.create_task(cache.get("q", store.answer))
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert await staying == 0


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    store = Store()
    cache = FreshCache(store.edition, spacing_s=0.0)

    async def fail() -> int:
        store.read += 1
        await asyncio.sleep(0.01)
        raise ValueError("no")

    found = await asyncio.gather(*(cache.get("q", fail) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError] * 5
    assert store.read == 1
    assert await cache.get("q", store.answer) == 0


async def test_the_least_used_answers_are_forgotten() -> None:
    store = Store()
    cache = FreshCache(store.edition, limit=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        await cache.get(key, store.answer)
    # a, b, c, and b again: it was the one to go when c came.
    assert store.read == 4
