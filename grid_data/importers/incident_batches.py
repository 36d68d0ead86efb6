"""Incidents of a large file stored batch by batch: each batch is one transaction with one history entry.

The whole file is checked first, and a faulty one changes nothing. Then three lanes take batch after batch:
while the server stores some, the next is prepared, so that both cores work. A batch is there as a whole or
not at all; started again after an interruption, the import finds what it stored before and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import anyio
import anyio.to_thread
import psycopg

from grid_data.bulk.incidents import open_intake
from grid_data.database import Database, HasClaims
from grid_data.history import add_history
from grid_data.importers.batch import Checked, Progress, Report, Request, check_import
from grid_data.importers.incidents import IncidentPlan, prepare_incidents
from grid_data.set_aside import Indexes, choose, restore, set_aside
from grid_data.statements import sql

__all__ = ["BATCH", "LANES", "import_incidents"]

BATCH = 50_000
"""Incidents per transaction: some seconds of work are lost at most, and its columns stay in memory."""
LANES = 3

Advance = Callable[[int, int], None]
"""Called after each batch with the incidents stored so far and those to store in all."""


async def import_incidents(
    database: Database,
    principal: HasClaims,
    request: Request,
    progress: Progress | None = None,
    advance: Advance | None = None,
    *,
    batch: int = BATCH,
    indexes: Indexes = "auto",
) -> Report:
    """Check a file of incidents and, if it is clean or its bad rows are to be left out, store it in batches.

    The pool needs a connection per lane, and one that holds the place of this import meanwhile. It should be
    named `grid_data.set_aside.MAINTENANCE`.

    Parameters
    ----------
    indexes
        Whether indexes that are dear to keep are set aside meanwhile: where it pays, never, or always.

    Raises
    ------
    ImportRefused
        The import cannot begin.
    """
    async with database.transaction(principal) as place:
        # By a transaction that reads nothing, so that no work on indexes waits for it: messages of the simple
        # protocol leave no snapshot behind.
        await place.execute(sql("imports/one_at_a_time"), prepare=False)
        async with database.transaction(principal) as connection:
            checked = await check_import(
                connection, "incidents", request, prepare_incidents, progress, placed=True
            )
            choice = await choose(connection, indexes, checked.plan.new)
        if checked.wanted and choice.aside:
            started = time.perf_counter()
            count = await set_aside(database, every=choice.every)
            if progress:
                words = f"indexes set aside ({choice.new:,} incidents to store, {choice.stored:,} stored)"
                progress(words, count, time.perf_counter() - started)
        else:
            # What an import before left behind.
            await restore(database, progress)
        if not checked.wanted:
            return checked.report(stored=False)
        try:
            await _store(database, principal, checked, advance, batch, progress)
        except psycopg.OperationalError:
            # Nobody there to build anything now; it is noted.
            raise
        except Exception:
            await restore(database, progress)
            raise
        await restore(database, progress)
        return checked.report(stored=True)


async def _store(
    database: Database,
    principal: HasClaims,
    checked: Checked,
    advance: Advance | None,
    batch: int,
    progress: Progress | None,
) -> None:
    started = time.perf_counter()
    plan = checked.plan
    assert isinstance(plan, IncidentPlan)
    # Identifiers and numbers are taken for good: lanes need not wait for each other's counters.
    async with database.transaction(principal) as taking:
        intake = await open_intake(taking, plan.fresh)
    whole = len(intake)
    spans = iter([(begin, min(begin + batch, whole)) for begin in range(0, whole, batch)])
    batches = -(-whole // batch)
    numbered, done = count(1), 0

    async def lane(spans: Iterator[tuple[int, int]]) -> None:
        nonlocal done
        for begin, end in spans:
            number = next(numbered)
            prepared = await anyio.to_thread.run_sync(intake.prepare, begin, end)
            async with database.transaction(principal) as connection:
                stored = await prepared.store(connection)
                note: dict[str, Any] = {
                    "number": number,
                    "of": batches,
                    "rows": stored,
                    "ids": [int(prepared.ids[0]), int(prepared.ids[-1])],
                }
                await add_history(
                    connection,
                    checked.request.actor,
                    "import.incidents",
                    after={**checked.note, "batch": note},
                )
            done += stored
            if advance:
                advance(done, whole)

    try:
        async with anyio.create_task_group() as lanes:
            for _ in range(min(LANES, batches)):
                lanes.start_soon(lane, spans)
    except BaseExceptionGroup as group:
        # One lane failed and stopped the other: its reason is the reason.
        raise group.exceptions[0] from None
    if progress:
        progress("incidents, routed", done, time.perf_counter() - started)
