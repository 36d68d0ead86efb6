"""The dispatcher's desk: open incidents counted, over time, and what waits at the sorting desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import EARLIEST, Limit, Transaction, known_parameters, request_transaction
from api.dispatch_schemas import DeskSummary, Histogram
from api.fresh_cache import FreshCache
from api.incident_filters import Desk
from api.openapi import problems
from api.paging import AfterIncident, incident_token, read_incident_token
from api.principal import principal_of
from api.rendering import JsonText, json_page
from api.schemas import IncidentPage
from governance.access import NIGHTLY
from governance.incidents.reasons import place_problem_words
from governance.supervision.alarm_limits import AlarmLimits
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, Database
from grid_data.dispatch import QueueCounts, histogram, history_edition, queue_counts, summary
from grid_data.incidents import IncidentFilter, Queue, incidents_page

router = APIRouter(tags=["dispatch"], dependencies=[Depends(known_parameters)])

Answer = TypeVar("Answer")

SPAN = timedelta(days=30)
"""What a histogram shows when nobody says."""
BUCKETS = 2_000
"""Most bars of a histogram."""
FILTERED = problems(
    "bad-parameter",
    "unknown-parameter",
    "unknown-category",
    "unknown-zone",
    "unknown-organisation",
    "database-away",
    "too-slow",
)


async def shared(request: Request, key: object, make: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """An answer that everybody who asks the same gets alike, in a transaction of its own."""
    cache: FreshCache = request.app.state.fresh

    async def answer() -> Answer:
        async with request_transaction(request) as connection:
            return await make(connection)

    me = await principal_of(request)
    return await cache.get((me.sight, key), answer)


async def current_edition(database: Database) -> str:
    """What is stored now; changes with everything that is recorded."""
    async with database.transaction(NIGHTLY, plans="generic") as connection:
        return await history_edition(connection)


@router.get(
    "/api/dispatch/summary",
    summary="Count open incidents",
    responses={200: {"model": DeskSummary}, **FILTERED},
    response_class=JsonText,
)
async def read_summary(request: Request, desk: Desk) -> JsonText:
    """Open incidents by everything a dispatcher chooses from, with the filters of the list.

    `sorting` and `queue` are those of the whole city, whatever the filter: what waits at the sorting desk,
    and whether the alarm is raised because too much waits or is due soon.
    """

    async def counted(connection: Connection) -> str:
        return await summary(connection, await desk.read(connection))

    document = await shared(request, ("summary", desk), counted)
    queue: QueueCounts = await shared(request, "queue", queue_counts)
    limits: AlarmLimits = request.app.state.alarm_limits
    waiting = asdict(queue)
    alarm: dict[str, Any] = {
        "unassigned": queue.unassigned,
        "near_due": waiting.pop("near_due"),
        "thresholds": asdict(limits),
        "alarm": limits.exceeded(queue),
    }
    rest = orjson.dumps({"sorting": waiting, "queue": alarm}).decode()
    return JsonText(f"{document[:-1]},{rest[1:]}")


@router.get(
    "/api/dispatch/histogram",
    summary="Open incidents over time",
    responses={200: {"model": Histogram}, **FILTERED},
    response_class=JsonText,
)
async def read_histogram(
    request: Request,
    desk: Desk,
    bucket: Annotated[
        Literal["hour", "day"], Query(description="Width of a bar, on the city's clock.")
    ] = "day",
) -> JsonText:
    """How many of the open incidents were reported when, and how many of those are overdue now.

    `from` and `to` say the span, by default the last 30 days; of more than 2,000 bars the last ones are told.
    """

    async def counted(connection: Connection) -> str:
        wanted = await desk.read(connection)
        until = wanted.to_time or datetime.now(UTC)
        # There is no time before the first that a datetime can hold.
        longest = until - EARLIEST
        since = wanted.from_time or until - min(SPAN, longest)
        since = max(since, until - min(BUCKETS * timedelta(**{f"{bucket}s": 1}), longest))
        return await histogram(connection, wanted, bucket, since, until)

    return JsonText(f'{{"items":{await shared(request, ("histogram", bucket, desk), counted)}}}')


@router.get(
    "/api/dispatch/queue",
    summary="What waits at the sorting desk",
    responses={
        200: {"model": IncidentPage},
        **problems("bad-parameter", "unknown-parameter", "database-away", "too-slow"),
    },
    response_class=JsonText,
)
async def read_queue(
    connection: Transaction,
    kind: Annotated[
        Queue,
        Query(
            description="`unrouted`: routing found nobody. `distrusted`: no believed place. `direct_report`: "
            "handed up by a community. `objection`: waits for adjudication. `unassigned`: nobody has it yet."
        ),
    ],
    limit: Limit = 50,
    after: AfterIncident = None,
) -> JsonText:
    """Open incidents that wait for somebody's decision, what is due first at the top."""
    page = await incidents_page(
        connection,
        IncidentFilter(states=OPEN_STATES, queue=kind),
        place_problem_words(),
        order="due",
        after=read_incident_token(after),
        limit=limit,
    )
    return json_page(page.items, incident_token(page.last))
