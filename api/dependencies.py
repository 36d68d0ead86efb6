"""What routes ask for: a transaction, a moment, an area, and that no parameter is unknown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Query, Request

from api.field_errors import FieldError
from api.formats import BoundingBox, Moment
from api.principal import principal_of
from api.problems import Problem, bad_parameter
from governance.incidents.answers import Name
from governance.incidents.intake import Report, report_transaction
from grid_data.city import city_timezone
from grid_data.database import Connection, Database
from grid_data.routing import Asked

__all__ = [
    "At",
    "Bbox",
    "Limit",
    "PlaceTransaction",
    "Transaction",
    "area_of",
    "known_parameters",
    "moment",
    "opened",
    "report_turn",
    "request_transaction",
]

WAIT_S = 5.0
"""How long a request waits for a database connection before it is told that there is none."""

Opened = TypeVar("Opened")

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


@asynccontextmanager
async def report_turn(request: Request, sent: Report) -> AsyncIterator[tuple[Connection, Asked]]:
    """The turn of a report and its transaction."""
    me = await principal_of(request)
    async with AsyncExitStack() as stack:
        yield await opened(stack, report_transaction(_database(request), me, sent))


@asynccontextmanager
async def request_transaction(request: Request) -> AsyncIterator[Connection]:
    """A transaction for part of a request, where not all of it needs one."""
    me = await principal_of(request)
    async with AsyncExitStack() as stack:
        yield await opened(stack, _database(request).transaction(me))


async def transaction(request: Request) -> AsyncIterator[Connection]:
    """One transaction for the request: committed before the answer leaves, rolled back on a problem."""
    me = await principal_of(request)
    async with AsyncExitStack() as stack:
        yield await opened(stack, _database(request).transaction(me))


async def place_transaction(request: Request) -> AsyncIterator[Connection]:
    """The same for a request about one place or one incident: statements are planned once for all of them."""
    me = await principal_of(request)
    async with AsyncExitStack() as stack:
        yield await opened(stack, _database(request).transaction(me, plans="generic"))


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def opened(stack: AsyncExitStack, opening: AbstractAsyncContextManager[Opened]) -> Opened:
    """What a context manager of the database gives, or the problem that there is no free connection."""
    try:
        async with asyncio.timeout(WAIT_S):
            return await stack.enter_async_context(opening)
    except TimeoutError:
        raise Problem("database-away", Name(zh="没有空闲的数据库连接", en="no free connection")) from None


# "function": the commit happens before the client hears of success.
Transaction = Annotated[Connection, Depends(transaction, scope="function")]
PlaceTransaction = Annotated[Connection, Depends(place_transaction, scope="function")]


async def known_parameters(request: Request) -> None:
    """Refuse query parameters that the API description does not list for this route.

    A coroutine, though it waits for nothing: a plain function would be sent to a thread for every request.
    """
    paths, route = request.app.openapi()["paths"], request.scope["route"].path
    if request.url.path != route and request.url.path in paths:
        # The address has a route of its own that does not take this method; one with a place for anything
        # was found instead.
        raise HTTPException(405)
    given = set(request.query_params)
    if not given:
        return
    operation = paths[route][request.method.lower()]
    known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    if unknown := sorted(given - known):
        listed = ", ".join(sorted(known)) or "-"
        why = Name(
            zh=f"本接口没有此参数；可用：{listed}", en=f"not a parameter of this route; known: {listed}"
        )
        errors = [FieldError(name, why, "unknown-parameter") for name in unknown]
        names = ", ".join(unknown)
        raise Problem("unknown-parameter", Name(zh=f"未知参数：{names}", en=f"unknown: {names}"), *errors)


Limit = Annotated[int, Query(ge=1, le=500, description="Most items to return.")]

At = Annotated[
    Moment | None,
    Query(
        description="Moment asked about: an ISO 8601 date or time; without an offset in the city's own time. "
        "Default: now.",
        examples=["2025-12-31", "2026-03-01T08:00:00+08:00"],
    ),
]


async def moment(connection: Connection, text: str | None, field: str) -> datetime | None:
    """An ISO 8601 date or time as a moment; without an offset it is read in the city's time zone."""
    if text is None:
        return None
    # A plus sign in a query string arrives as a space.
    repaired = re.sub(r"^(.{10}[Tt ].+) (\d{2}:?\d{2})$", r"\1+\2", text)
    try:
        parsed = datetime.fromisoformat(repaired.upper())
    except ValueError:
        raise bad_parameter(field, "应为 ISO 8601 时间", "expected an ISO 8601 date or time") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=ZoneInfo(await city_timezone(connection)))
    return clamped(parsed)


def clamped(at: datetime) -> datetime:
    """The moment in UTC, within the years a datetime can hold in every zone (nothing was valid beyond)."""
    if at.year < 2:
        return EARLIEST
    if at.year > 9998:
        return LATEST
    return at.astimezone(UTC)


Bbox = Annotated[
    BoundingBox | None,
    Query(
        description="Area `west,south,east,north` in degrees (EPSG:4326). West greater than east means the "
        "area crosses the antimeridian.",
        examples=["120.40,36.05,120.50,36.15"],
    ),
]


def area_of(bbox: str | None) -> str | None:
    """A bounding box as EWKT; one that crosses the antimeridian becomes two boxes.

    Raises
    ------
    Problem
        Beyond the globe, or south above north.
    """
    if bbox is None:
        return None
    west, south, east, north = (float(number) for number in bbox.split(","))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise bad_parameter("bbox", "超出经纬度范围", "beyond the range of longitude and latitude")
    if south > north:
        raise bad_parameter(
            "bbox", "南纬大于北纬（顺序为西，南，东，北）", "south lies above north (west,south,east,north)"
        )
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    boxes = ",".join(f"(({w} {south},{e} {south},{e} {north},{w} {north},{w} {south}))" for w, e in spans)
    return f"SRID=4326;MULTIPOLYGON({boxes})"
