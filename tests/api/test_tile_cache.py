"""The cache of finished tiles: one maker, a limit, no failure kept."""

from __future__ import annotations

import asyncio
import gzip
import os

import pytest

from api.tile_cache import TileCache

pytestmark = pytest.mark.anyio


async def test_asked_twice_at_once_made_once() -> None:
    cache = TileCache()
    made = 0

    async def make() -> bytes:
        nonlocal made
        made += 1
        await asyncio.sleep(0.02)
        return b"x" * 1000

    tiles = await asyncio.gather(*(cache.get("key", make) for _ in range(10)))
    assert made == 1
    assert {tile.plain for tile in tiles} == {b"x" * 1000}
    assert tiles[0].gzipped is not None
    assert gzip.decompress(tiles[0].gzipped) == b"x" * 1000
    await cache.get("key", make)
    assert made == 1


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    cache = TileCache()

    async def fail() -> bytes:
        await asyncio.sleep(0.02)
        raise ValueError("no")

    results = await asyncio.gather(*(cache.get("key", fail) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError] * 3

    async def succeed() -> bytes:
        return b"ok"

    assert (await cache.get("key", succeed)).plain == b"ok"


async def test_a_maker_that_leaves_is_replaced() -> None:
    cache = TileCache()

    async def slow() -> bytes:
        await asyncio.sleep(10)
        return b"never"

    async def fast() -> bytes:
        return b"made"

    first = asyncio.create_task(cache.get("key", slow))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(cache.get("key", fast))
    await asyncio.sleep(0.01)
    first.cancel()
    assert (await second).plain == b"made"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_it_forgets_the_least_used() -> None:
    cache = TileCache(limit=40_000)
    made: list[int] = []

    async def get(key: int) -> None:
        async def make() -> bytes:
            made.append(key)
            return os.urandom(1000)

        await cache.get(key, make)

    for key in range(10):
        await get(key)
    for key in range(100, 115):
        await get(0)
        await get(key)
    assert made.count(0) == 1, "used all the time, it stays"
    await get(1)
    assert made.count(1) == 2, "not used, it was forgotten"
