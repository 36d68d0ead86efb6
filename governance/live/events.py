"""Live events: the history as it grows, to everybody who watches and may see it.

One reader per process follows the history and hands what it finds to all who watch; nobody asks the database
for themselves but once, for what happened while they were away.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psycopg

from governance.access import EVERYTHING, Principal
from governance.live.messages import Batch, Beat, Message, Resync, Sight, is_about
from grid_data.database import Connection, Database
from grid_data.event_cursor import Cursor, Ledger
from grid_data.events import (
    LIMIT,
    WINDOW,
    Event,
    Listener,
    entries_in_sight,
    entries_since,
    history_stand,
    look,
)

__all__ = ["EventHub", "Watcher"]

log = logging.getLogger(__name__)

FOLLOWER = Principal("events", EVERYTHING)
"""Reads for all who watch; what each may see is asked under their own sight (`EventHub.sight`)."""

SPACING_S = 0.05
"""Least time between two looks: a lone change is told at once, a stream of them in bundles."""
BEAT_S = 15.0
"""Everybody hears something at least so often."""
WRITERS_S = (0.05, 0.2)
"""Shortest and longest time between two looks while a number that was drawn has not come."""
UNTOLD_S = 0.5
"""Time between two looks though nobody told: a transaction that should have may have been rolled back."""
AGAIN_S = (0.1, 2.0)
"""Shortest and longest time between two tries to reach the database."""
READY_S = 5.0
"""How long somebody who begins to watch waits for the first connection."""
ASKING = 2
"""Connections at a time that ask what watchers may see."""
QUEUE = 2 * LIMIT
"""Most events kept for somebody who reads too slowly."""


class Watcher:
    """Somebody who watches: what waits for them, in order, never more than `QUEUE` events."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub
        self._waiting: deque[Message] = deque()
        self._kept = 0
        self._behind = False
        self._ended = False
        self._something = asyncio.Event()

    def push(self, message: Message) -> None:
        """Keep a message; when there are too many events, only that something was missed."""
        if self._behind or self._ended:
            return
        self._kept += len(message.events) if isinstance(message, Batch) else 0
        if self._kept > QUEUE or isinstance(message, Resync):
            self.forget()
            self._behind = True
        else:
            self._waiting.append(message)
        self._something.set()

    def begin(self, first: Sequence[Message]) -> None:
        """Put messages before what came in meanwhile."""
        self._waiting.extendleft(reversed(first))
        self._kept += sum(len(message.events) for message in first if isinstance(message, Batch))

    def forget(self) -> None:
        """Drop what waits."""
        self._waiting.clear()
        self._kept, self._behind = 0, False

    def end(self) -> None:
        """Nothing more comes."""
        self._ended = True
        self._something.set()

    async def next(self) -> Message | None:
        """What comes next; None at the end."""
        while not self._ended:
            if self._behind:
                self._behind = False
                return Resync(self._hub.cursor)
            if self._waiting:
                message = self._waiting.popleft()
                self._kept -= len(message.events) if isinstance(message, Batch) else 0
                return message
            self._something.clear()
            await self._something.wait()
        return None


class EventHub:
    """Follows the history and tells all watchers of this process.

    Begins with the first watcher. A lost database is waited for; what was added meanwhile is told afterwards.
    """

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url
        self._watchers: set[Watcher] = set()
        self._ledger = Ledger()
        self._horizon = 0
        self._begun = asyncio.Event()
        self._live = False
        self._looking = asyncio.Lock()
        self._asking = asyncio.Semaphore(ASKING)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def cursor(self) -> Cursor:
        """What was told already."""
        return self._ledger.cursor

    def close(self) -> None:
        """End every stream; from the event loop's own thread."""
        self._closed = True
        for watcher in self._watchers:
            watcher.end()
        for task in self._tasks:
            task.cancel()

    async def closed(self) -> None:
        """Close, and wait until nothing uses the database any more."""
        self.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def sight(
        self, principal: Principal, message: Message, of_incidents: Principal | None = None
    ) -> Sight:
        """What a principal may see of a message, by the policies of the database, as they are seen now.

        Parameters
        ----------
        of_incidents
            The same with the grants that show incidents, where they are not all.

        Raises
        ------
        TimeoutError, psycopg.OperationalError
            There is no database to ask.
        """
        if of_incidents is not None and of_incidents.sight != principal.sight:
            if not isinstance(message, Batch):
                return Sight()
            mine = await self.sight(of_incidents, message)
            rest = await self.sight(principal, message)
            told = (event for event, _ in message.events)
            return Sight(
                seen=frozenset(
                    event.seq
                    for event in told
                    if (mine if is_about(event, "incidents") else rest).shows(event)
                )
            )
        if principal.sight.everything:
            return Sight(everything=True)
        if not isinstance(message, Batch):
            return Sight()

        async def ask(numbers: Sequence[int]) -> frozenset[int]:
            async with self._asking, self._database.transaction(principal) as connection:
                return await entries_in_sight(connection, numbers)

        return Sight(seen=await message.seen(principal.sight, ask))

    @asynccontextmanager
    async def watch(self, cursor: Cursor | None) -> AsyncIterator[Watcher]:
        """Watch from now on, or from where a cursor says.

        The first messages are what happened since; when that is too much, or cannot be told any more, a
        `Resync`; then a `Beat`.

        Raises
        ------
        TimeoutError, psycopg.OperationalError
            There is no database.
        """
        watcher = Watcher(self)
        await self._begin()
        alone = not self._watchers
        self._watchers.add(watcher)
        try:
            if alone or (cursor is not None and cursor.high > self.cursor.high):
                # While nobody watched nothing was read; and another process may have been quicker.
                async with self._database.transaction(FOLLOWER) as connection:
                    await self._advance(connection)
                # What was found was told to all, and is no news to who begins now.
                watcher.forget()
            await self._greet(watcher, cursor)
            yield watcher
        finally:
            self._watchers.discard(watcher)
            watcher.end()

    async def _greet(self, watcher: Watcher, cursor: Cursor | None) -> None:
        """Put what was missed before what came in meanwhile."""
        known = self.cursor
        first: list[Message] = []
        if cursor is not None:
            missed = await self._missed(cursor, known)
            if missed is None:
                first.append(Resync(known))
            elif missed:
                first.append(Batch(_with_cursors(missed, cursor)))
        first.append(Beat(known, datetime.now(UTC), self._live, first=True))
        watcher.begin(first)

    async def _missed(self, cursor: Cursor, known: Cursor) -> list[Event] | None:
        """What is known here and not to a cursor; None when nobody can say, or it is too much."""
        floor = min([cursor.high, *(first - 1 for first, _ in cursor.missing[:1])])
        if floor < self._horizon or cursor.high > known.high:
            return None
        async with self._database.transaction(FOLLOWER) as connection:
            found = await entries_since(connection, cursor)
        # The others come by themselves.
        return None if found is None else [event for event in found if known.knows(event.seq)]

    # --- following ---------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        if not self._tasks and not self._closed:
            self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._beat())]
        async with asyncio.timeout(READY_S):
            await self._begun.wait()

    async def _follow(self) -> None:
        pause = AGAIN_S[0]
        while True:
            try:
                async with Listener.connected(self._url) as listener:
                    async with listener.transaction(FOLLOWER) as connection:
                        await self._rejoin(connection)
                    self._live, pause = True, AGAIN_S[0]
                    self._begun.set()
                    await self._listen(listener)
            except psycopg.Error as problem:
                log.warning("live events: the database is away (%s)", problem)
            except Exception:
                log.exception("live events: following the history failed; it begins again")
            self._live = False
            await asyncio.sleep(pause)
            pause = min(2 * pause, AGAIN_S[1])

    async def _listen(self, listener: Listener) -> None:
        patience = WRITERS_S[0]
        while True:
            heard = await listener.told(UNTOLD_S if self._ledger.quiet or not self._watchers else patience)
            if not self._watchers:
                continue
            async with listener.transaction(FOLLOWER) as connection:
                found = await self._advance(connection)
            patience = WRITERS_S[0] if heard or found else min(2 * patience, WRITERS_S[1])
            if found:
                await asyncio.sleep(SPACING_S)

    async def _rejoin(self, connection: Connection) -> None:
        """Go on after a lost connection; begin, where the history is not the one that was followed."""
        async with self._looking:
            stand = await history_stand(connection)
            if not self._begun.is_set() or stand.cursor.high < self.cursor.high:
                self._start(stand)
            else:
                self._ledger.doubt()
        await self._advance(connection)

    async def _advance(self, connection: Connection) -> bool:
        """Read what is new and tell it; whether there was anything."""
        async with self._looking:
            before = self.cursor
            found = await look(connection, self._ledger)
            if found is None:
                self._start(await history_stand(connection))
            elif found:
                self._tell(Batch(_with_cursors(found, before)))
            return found != []

    def _start(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._horizon = max(0, self.cursor.high - WINDOW)
        self._tell(Resync(self.cursor))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._tell(Beat(self.cursor, datetime.now(UTC), self._live))

    def _tell(self, message: Message) -> None:
        for watcher in self._watchers:
            watcher.push(message)


def _with_cursors(events: Sequence[Event], cursor: Cursor) -> list[tuple[Event, Cursor]]:
    """Each event with the cursor after it."""
    told = []
    for event in events:
        cursor = cursor.seen(event.seq)
        told.append((event, cursor))
    return told
