"""Whom a request is for: found once per request, before anything else is done for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.permissions import need_of
from api.problems import Problem
from governance.access import VISITOR, Permission, Principal
from governance.incidents.answers import Name

__all__ = ["Me", "at_door", "principal_of", "whole_principal_of"]

UNKNOWN = Name(
    zh="请先登录，或以 Authorization: Bearer 送上令牌",
    en="sign in, or send a token as Authorization: Bearer",
)


async def principal_of(request: Request) -> Principal:
    """Whom the request is for, with those of their grants that open its door. On an open server: anybody.

    Raises
    ------
    Problem
        ``sign-in-needed``: nobody that is known.
    """
    found: Principal | None = getattr(request.state, "principal", None)
    if found is None:
        found = request.state.principal = at_door(request, await whole_principal_of(request))
    return found


def at_door(request: Request, whole: Principal) -> Principal:
    """Somebody at the door of a request: a grant whose role does not open it counts for nothing there."""
    need = need_of(request)
    return whole.asking(need) if isinstance(need, Permission) else whole


async def whole_principal_of(request: Request) -> Principal:
    """Whom the request is for, with all their grants: before it is known which door it comes to.

    Raises
    ------
    Problem
        ``sign-in-needed``: nobody that is known.
    """
    found: Principal | None = getattr(request.state, "whole", None)
    if found is None:
        gate = request.app.state.gate
        found = VISITOR if gate is None else await gate.principal(request)
        if found is None:
            raise Problem("sign-in-needed", UNKNOWN)
        request.state.whole = found
    return found


Me = Annotated[Principal, Depends(principal_of)]
