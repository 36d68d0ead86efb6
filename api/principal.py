"""Whom a request is for: found once per request, before anything else is done for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.problems import Problem
from governance.access import VISITOR, Principal
from governance.answers import Name

__all__ = ["Me", "principal_of"]

UNKNOWN = Name(
    zh="请先登录，或以 Authorization: Bearer 送上令牌",
    en="sign in, or send a token as Authorization: Bearer",
)


async def principal_of(request: Request) -> Principal:
    """Whom the request is for. On an open server that is anybody.

    Raises
    ------
    Problem
        ``sign-in-needed``: nobody that is known.
    """
    found: Principal | None = getattr(request.state, "principal", None)
    if found is None:
        gate = request.app.state.gate
        found = VISITOR if gate is None else await gate.principal(request)
        if found is None:
            raise Problem("sign-in-needed", UNKNOWN)
        request.state.principal = found
    return found


Me = Annotated[Principal, Depends(principal_of)]
