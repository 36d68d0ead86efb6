"""Answers that many ask for alike and that must not be stale: made once for all of them, and seldom."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

__all__ = ["FreshCache"]

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Kept(Generic[Answer]):
    answer: Answer
    edition: Hashable
    started: float


class FreshCache:
    """Answers by question, each of an edition: what was stored when it was begun.

    A question is answered at most once in ``spacing_s``, however many ask it and however fast the edition
    changes: who needs a newer answer than there is waits for the next one, together with all others. An
    answer never lacks what was stored before it was asked for. After ``life_s`` it is made anew though
    nothing was stored: what it says of time limits moves with the clock.

    Parameters
    ----------
    edition
        What is stored now; asked with every question.
    """

    def __init__(
        self,
        edition: Callable[[], Awaitable[Hashable]],
        *,
        spacing_s: float = 0.5,
        life_s: float = 5.0,
        limit: int = 500,
    ) -> None:
        self._edition = edition
        self._spacing_s = spacing_s
        self._life_s = life_s
        self._limit = limit
        self._kept: OrderedDict[Hashable, _Kept[Any]] = OrderedDict()
        self._next: dict[Hashable, asyncio.Task[Any]] = {}
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to a question; a failure is told to all who wait, and not kept."""
        edition = await self._edition()
        kept = self._kept.get(key)
        if kept is not None and kept.edition == edition and time.monotonic() - kept.started < self._life_s:
            self._kept.move_to_end(key)
            return cast(Answer, kept.answer)
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._make(key, make))
            # Everybody who waits may have left.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Who leaves does not take the answer away from the others.
        return cast(Answer, await asyncio.shield(task))

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        before = self._running.get(key)
        if before is not None:
            await asyncio.wait([before])
        kept = self._kept.get(key)
        if kept is not None:
            await asyncio.sleep(max(0.0, kept.started + self._spacing_s - time.monotonic()))
        task = asyncio.current_task()
        assert task is not None
        # Whoever asks from here on may know of something newer.
        del self._next[key]
        self._running[key] = task
        started = time.monotonic()
        try:
            edition = await self._edition()
            answer = await make()
        finally:
            if self._running.get(key) is task:
                del self._running[key]
        self._kept[key] = _Kept(answer, edition, started)
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return answer
