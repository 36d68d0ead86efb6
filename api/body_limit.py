"""Bodies over a limit are refused before anything reads them."""

from __future__ import annotations

import re

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.principal import whole_principal_of
from api.problems import PROBLEMS, Problem, answer
from governance.access import Permission

__all__ = ["BODY_LIMIT_BYTES", "UPLOADS", "BodyLimit"]

BODY_LIMIT_BYTES = 256_000
FILE_LIMIT_BYTES = 32_000_000
"""For files: the units of a city with their shapes."""
UPLOADS = "/api/attachments"
"""Takes photos and files; it reads the body piece by piece and counts itself."""
_TAKES_FILES = re.compile(r"/api/plans/[^/]+/import")


class BodyLimit:
    """ASGI middleware that takes in a body of at most ``limit`` bytes, else answers 413.

    The body is read here, whole: a declared length may lie, and every body we take is small. Plans as files
    may be larger, from who may draw plans; photos and files are never held whole.
    """

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT_BYTES) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if (
            scope["type"] != "http"
            or scope["method"] in ("GET", "HEAD", "OPTIONS")
            or scope["path"] == UPLOADS
        ):
            await self.app(scope, receive, send)
            return
        files = _TAKES_FILES.fullmatch(scope["path"]) is not None
        limit = max(self.limit, FILE_LIMIT_BYTES) if files and await _draws_plans(scope) else self.limit
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                # The rest is not read; the connection cannot be used again.
                response = answer(
                    Request(scope), PROBLEMS["too-large"], None, headers={"Connection": "close"}
                )
                await response(scope, receive, send)
                return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


async def _draws_plans(scope: Scope) -> bool:
    """Whether a request is for somebody who may send a plan: what is read here comes before any door asks."""
    try:
        me = await whole_principal_of(Request(scope))
    except (Problem, psycopg.Error, PoolTimeout):
        # Why they may not, or that the database is away, is told by the door itself.
        return False
    return me.may(Permission.PLANS_DRAW)
