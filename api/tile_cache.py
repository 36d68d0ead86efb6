"""Finished tiles in memory: asked for twice at once, made once; compressed once, served often."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

__all__ = ["FinishedTile", "TileCache", "finished"]

COMPRESS_FROM = 200
"""Bytes below which compressing gains nothing."""


@dataclass(frozen=True)
class FinishedTile:
    """A tile as bytes, and gzipped where that is worth it."""

    plain: bytes
    gzipped: bytes | None

    @property
    def size(self) -> int:
        """Bytes it holds in memory."""
        return len(self.plain) + len(self.gzipped or b"")


async def finished(plain: bytes) -> FinishedTile:
    """A tile, packed where that is worth it."""
    packed = await asyncio.to_thread(_pack, plain) if len(plain) >= COMPRESS_FROM else None
    return FinishedTile(plain, packed)


class TileCache:
    """The most recently used tiles, up to ``limit`` bytes. Keys hold the edition: nothing gets stale."""

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self._limit = limit
        self._tiles: OrderedDict[Hashable, FinishedTile] = OrderedDict()
        self._size = 0
        self._making: dict[Hashable, asyncio.Future[FinishedTile]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> FinishedTile:
        """The tile under this key, made if it is not there. A failure is told to all who wait, never kept."""
        if (tile := self._tiles.get(key)) is not None:
            self._tiles.move_to_end(key)
            return tile
        if (waiting := self._making.get(key)) is not None:
            try:
                return await asyncio.shield(waiting)
            except asyncio.CancelledError:
                if not waiting.cancelled():
                    raise  # this request was cancelled, not the one that makes the tile
            return await self.get(key, make)
        future = self._making[key] = asyncio.get_running_loop().create_future()
        # Nobody may be waiting: then a failure is only the maker's.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            tile = await finished(await make())
        except asyncio.CancelledError:
            future.cancel()
            raise
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            del self._making[key]
        future.set_result(tile)
        self._keep(key, tile)
        return tile

    def _keep(self, key: Hashable, tile: FinishedTile) -> None:
        if tile.size > self._limit // 8:
            return
        self._tiles[key] = tile
        self._size += tile.size
        while self._size > self._limit:
            _, oldest = self._tiles.popitem(last=False)
            self._size -= oldest.size


def _pack(plain: bytes) -> bytes:
    return gzip.compress(plain, compresslevel=5, mtime=0)
