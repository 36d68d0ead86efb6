"""Live events: what happens, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from psycopg_pool import PoolTimeout

from api.dependencies import WAIT_S, known_parameters
from api.doors import demand
from api.event_stream import AGAIN_MS, EVENT_STREAM, EventStream, text_of
from api.formats import EventCursor
from api.gate import StillIn
from api.openapi import problems
from api.principal import Me
from api.problems import Problem, bad_parameter
from governance.access import Permission
from governance.incidents.answers import Name
from governance.live.events import EventHub, Watcher
from governance.live.messages import About, Beat
from grid_data.event_cursor import Cursor

router = APIRouter(tags=["events"], dependencies=[Depends(known_parameters)])

ONE_EVENT = {
    "type": "object",
    "description": "Each event of the stream.",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "Where to go on from."},
        "event": {"type": "string", "enum": ["ready", "change", "beat", "resync"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
UNREADABLE = Cursor(-1)
"""Before everything: nobody can say what was missed."""


@router.get(
    "/api/events",
    summary="Follow what happens",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events, without an end.",
            "content": {EVENT_STREAM: {"schema": ONE_EVENT}},
        },
        **problems("bad-parameter", "unknown-parameter", "database-away"),
    },
)
async def follow_events(
    request: Request,
    me: Me,
    about: Annotated[
        About | None, Query(description="Only what is about `incidents` or `plans`. Default: everything.")
    ] = None,
    after: Annotated[
        EventCursor | None,
        Query(
            min_length=1, description="Begin with what happened since: the `id` of the last event received."
        ),
    ] = None,
    follow: Annotated[
        bool, Query(description="`false`: end when everything that has happened is told.")
    ] = True,
    last_event_id: Annotated[
        str | None,
        Header(description="The same as `after`, sent by a browser that comes back; it goes before."),
    ] = None,
) -> Response:
    """A stream of server-sent events (`text/event-stream`): `ready` once everything missed is told, then a
    `change` for every entry of the history, within a fraction of a second after its commit.

    `change` says what happened (`action`), to which incident or plan, and how the incident stands now.
    `resync` says that too much was missed: read everything anew. `beat` comes every 15 seconds. Every event
    has an `id`; whoever comes back with it misses nothing. Order is that of commits, not always of `seq`.
    What is about incidents is told to who may read them.
    """
    if about == "incidents":
        demand(me, Permission.INCIDENTS_READ)
    elif not me.may(Permission.INCIDENTS_READ):
        about = "plans"
    cursor = None
    lost = False
    if last_event_id:
        # One that no longer means anything must not keep a browser from coming back.
        cursor = Cursor.read(last_event_id)
        lost = cursor is None
    elif after is not None:
        cursor = Cursor.read(after)
        if cursor is None:
            raise bad_parameter(
                "after", "不是本接口给出的标记", "not an id this stream gave out", code="bad-token"
            )
    hub: EventHub = request.app.state.events
    held = AsyncExitStack()
    try:
        async with asyncio.timeout(WAIT_S):
            watcher = await held.enter_async_context(hub.watch(UNREADABLE if lost else cursor))
    except (TimeoutError, psycopg.OperationalError):
        raise Problem(
            "database-away", Name(zh="数据库暂不可达", en="the database cannot be reached")
        ) from None
    return EventStream(_pieces(hub, StillIn(request, me), watcher, about, follow=follow), held)


async def _pieces(
    hub: EventHub, still: StillIn, watcher: Watcher, about: About | None, *, follow: bool
) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % AGAIN_MS
    while (message := await watcher.next()) is not None:
        try:
            if (me := await still.principal()) is None:
                return
            sight = await hub.sight(me, message, me.asking(Permission.INCIDENTS_READ))
        except (TimeoutError, psycopg.OperationalError, PoolTimeout):
            # Whoever is cut off comes back with the last id received, and misses nothing.
            return
        if text := text_of(message, sight, about):
            yield text
        if not follow and isinstance(message, Beat):
            return
