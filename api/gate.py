"""Who comes in: what a request brings to show who it is, turned into a principal.

People bring the cookie of their session, machines a bearer token. With the cookie alone, which browsers send
by themselves, nothing is changed: a page must also send what only it can know (``X-CSRF-Token``).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import Depends, Request

from api.dependencies import opened
from api.principal import Me, at_door
from api.problems import Problem
from governance.access import Permission, Principal
from governance.access.gate import Entered, Gatekeeper
from governance.access.secrets import csrf_of
from governance.access.sessions import SessionRules
from governance.incidents.answers import Name
from governance.settings import Settings
from grid_data.database import Connection, Database
from grid_data.sign_in import Gate as GateRole

__all__ = ["CSRF_HEADER", "SESSION_COOKIE", "Gate", "GateTransaction", "StillIn", "entered_of", "gate_of"]

SESSION_COOKIE = "gridgov_session"
CSRF_HEADER = "x-csrf-token"
AGAIN_S = 5.0
"""After how many seconds a stream asks again whom it is for."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_FROM_HERE = Name(
    zh="请求缺少 X-CSRF-Token，或它不是此会话的（见 GET /api/me 的 csrf）",
    en="X-CSRF-Token is missing, or is not that of this session (`csrf` of GET /api/me)",
)


class Gate:
    """Knows people and machines by what they bring."""

    def __init__(self, keeper: Gatekeeper, rules: SessionRules, *, secure: bool) -> None:
        self.keeper = keeper
        self.rules = rules
        self.secure = secure

    async def principal(self, request: Request) -> Principal | None:
        """Whom a request is for; None: nobody that is known.

        Raises
        ------
        Problem
            ``csrf-token``: something is to be changed, and the request may come from another page.
        """
        entered = await self.entered(request)
        return None if entered is None else entered.principal

    async def entered(self, request: Request) -> Entered | None:
        """The same, with session and account."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            scheme, _, secret = authorization.partition(" ")
            return await self.keeper.by_token(secret.strip()) if scheme.lower() == "bearer" else None
        cookie = request.cookies.get(SESSION_COOKIE)
        if not cookie:
            return None
        entered = await self.keeper.by_session(cookie)
        if entered is not None and request.method not in SAFE:
            sent = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), csrf_of(cookie).encode()):
                raise Problem("csrf-token", NOT_FROM_HERE)
        return entered

    def forget(self) -> None:
        """Ask again for everybody."""
        self.keeper.forget()


def gate_of(settings: Settings, database: Database, *, demo: bool = False) -> Gate | None:
    """The gate of a server; None: it is open.

    Parameters
    ----------
    demo
        Whether accounts of the demo are let in.
    """
    if settings.access == "open":
        return None
    rules = settings.session_rules
    secure = (settings.public_url or "").startswith("https://")
    return Gate(Gatekeeper(database, idle_s=rules.idle_s, demo=demo), rules, secure=secure)


async def entered_of(request: Request) -> Entered | None:
    """Who has a session or a token; None: nobody, or the server is open."""
    gate: Gate | None = request.app.state.gate
    return None if gate is None else await gate.entered(request)


class StillIn:
    """Who an answer that goes on for hours is for: asked again while it goes on.

    A session that ended, or a grant that was taken away, ends or narrows what a stream tells.
    """

    def __init__(
        self, request: Request, me: Principal, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._request = request
        self._began = me
        self._me: Principal | None = me
        self._clock = clock
        self._asked = clock()

    async def principal(self) -> Principal | None:
        """Whom it is for now; None: it has to end."""
        gate: Gate | None = self._request.app.state.gate
        if gate is not None and self._clock() - self._asked >= AGAIN_S:
            self._asked = self._clock()
            now = await gate.principal(self._request)
            self._me = None if now is None else at_door(self._request, now)
        return self._me

    async def holds(self, permission: Permission) -> bool:
        """Whether they still see all that they saw when it began, and may still have it."""
        now = await self.principal()
        return now is not None and now.may(permission) and now.sight.covers(self._began.sight)


async def gate_transaction(request: Request, me: Me) -> AsyncIterator[Connection]:
    """A transaction of the gate, in the name of who asks; in this process its changes hold at once."""
    database: Database = request.app.state.database
    async with AsyncExitStack() as stack:
        yield await opened(stack, database.transaction(GateRole(me.name)))
    if request.method not in SAFE and request.app.state.gate is not None:
        request.app.state.gate.forget()


GateTransaction = Annotated[Connection, Depends(gate_transaction, scope="function")]
