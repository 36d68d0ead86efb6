"""What watchers of live events are told, and what of it one may see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from grid_data.event_cursor import Cursor
from grid_data.events import Event

__all__ = ["About", "Batch", "Beat", "Message", "Resync", "Sight", "is_about"]

About = Literal["incidents", "plans"]
# Beginnings of actions that may be on many incidents at once.
_ON_MANY = ("incident.", "routing.", "fallback_place.", "import.incidents", "queue.")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Sight:
    """What somebody may see of a message. Two with the same sight get the same bytes.

    Attributes
    ----------
    seen
        Numbers of the entries they may see, where that is not everything.
    """

    everything: bool = False
    seen: frozenset[int] = frozenset()

    def shows(self, event: Event) -> bool:
        """Whether they may see this event."""
        return self.everything or event.seq in self.seen


def is_about(event: Event, about: About | None) -> bool:
    """Whether an event belongs to a subject; actions on many incidents at once name none of them."""
    if about is None:
        return True
    if about == "plans":
        return event.plan is not None
    return event.incident is not None or event.action.startswith(_ON_MANY)


@dataclass(frozen=True)
class Batch:
    """Events found in one look, each with the cursor of whoever has read up to it."""

    events: Sequence[tuple[Event, Cursor]]
    _made: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)
    _seen: dict[Hashable, asyncio.Task[frozenset[int]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def made(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What many make of it alike: the first one's work serves all with the same key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # type: ignore[return-value]

    async def seen(
        self, key: Hashable, ask: Callable[[Sequence[int]], Awaitable[frozenset[int]]]
    ) -> frozenset[int]:
        """Numbers of the events that somebody may see; asked once for all with the same key."""
        task = self._seen.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            numbers = [event.seq for event, _ in self.events]

            async def asked() -> frozenset[int]:
                return await ask(numbers)

            task = self._seen[key] = asyncio.create_task(asked())
            # Everybody who waits may have left.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)


@dataclass(frozen=True)
class Resync:
    """Too much was missed: read everything anew. The cursor is that of now."""

    cursor: Cursor


@dataclass(frozen=True)
class Beat:
    """A sign of life.

    Attributes
    ----------
    live
        Whether changes are heard of; False while the database is away.
    first
        The one that follows what was missed: from here on things are told as they happen.
    """

    cursor: Cursor
    at: datetime
    live: bool
    first: bool = False


Message = Batch | Resync | Beat
