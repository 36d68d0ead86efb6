"""Incidents of a large file stored batch by batch: each batch is one transaction with one history entry.

The whole file is checked first, and a faulty one changes nothing. Then two lanes take batch after batch:
while the server stores one, the next is prepared, so that both cores work. A batch is there as a whole or not
at all; started again after an interruption, the import finds what it stored before and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import anyio
import anyio.to_thread

from grid_data.bulk.incidents import Intake, open_intake
from grid_data.database import Database, HasClaims
from grid_data.history import add_history
from grid_data.importers.batch import Checked, Progress, Report, Request, check_import
from grid_data.importers.incidents import IncidentPlan, prepare_incidents

__all__ = ["BATCH", "LANES", "import_incidents"]

BATCH = 25_000
"""Incidents per transaction: some seconds of work are lost at most, and its columns stay in memory."""
LANES = 2

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
) -> Report:
    """Check a file of incidents and, if it is clean or its bad rows are to be left out, store it in batches.

    The pool needs a connection per lane, and one that holds the place of this import meanwhile.

    Raises
    ------
    ImportRefused
        The import cannot begin.
    """
    async with database.transaction(principal) as connection:
        checked = await check_import(connection, "incidents", request, prepare_incidents, progress)
        plan = checked.plan
        assert isinstance(plan, IncidentPlan)
        if not checked.wanted:
            return checked.report(stored=False)
        started = time.perf_counter()
        # Identifiers and numbers are taken for good: lanes need not wait for each other's counters.
        async with database.transaction(principal) as taking:
            intake = await open_intake(taking, plan.fresh)
        stored = await _store(database, principal, checked, intake, advance, batch)
        if progress:
            progress("incidents, routed", stored, time.perf_counter() - started)
        return checked.report(stored=True)


async def _store(
    database: Database,
    principal: HasClaims,
    checked: Checked,
    intake: Intake,
    advance: Advance | None,
    batch: int,
) -> int:
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
    return done
