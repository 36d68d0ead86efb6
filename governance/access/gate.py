"""The gate: what a session or a token opens, as a principal.

It is asked at every request. The answer is found by one statement, and kept for a second: whoever is shut out
is out within that time, in the process that shuts them out at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from governance.access.principals import Grant, Holding, Principal
from governance.access.roles import CITY_WIDE, PERMISSIONS, Permission, Role
from governance.access.secrets import TOKEN_PREFIX, digest
from governance.access.sight import Sight
from grid_data.database import Database
from grid_data.sign_in import Granted, Sighted, session_sight, token_sight

__all__ = ["FRESH_S", "Entered", "Gatekeeper", "principal_for"]

FRESH_S = 1.0
"""Seconds for which an answer is kept."""
MOST_KEPT = 4096


@dataclass(frozen=True)
class Entered:
    """Somebody who was let in.

    Attributes
    ----------
    principal
        Whom transactions run for.
    account_id
        None: a machine.
    session_id
        None: a token.
    """

    principal: Principal
    account_id: int | None = None
    session_id: int | None = None


def principal_for(sighted: Sighted) -> Principal:
    """A session or token as principal: each grant opens the doors of its role, in its own scope.

    >>> granted = Granted("officer", False, frozenset({3}), frozenset({3}), frozenset(), ("FIRE",))
    >>> principal = principal_for(Sighted(1, "li", 7, False, (granted,)))
    >>> principal.sight.zones, principal.sight.account, principal.may(Permission.CASES_STEP)
    (frozenset({3}), 7, True)
    """
    if sighted.permissions is None:
        holdings = [_holding(each, sighted.account_id) for each in sighted.grants]
        return Principal.holding(sighted.name, sighted.account_id, holdings)
    (granted,) = sighted.grants
    # A permission that a later version dropped opens nothing.
    permissions = frozenset(each for each in Permission if each.value in sighted.permissions)
    if not granted.everything:
        permissions -= CITY_WIDE
    name = f"token:{sighted.name}"
    roles = () if granted.role is None else tuple(Grant(Role(granted.role), code) for code in granted.codes)
    return Principal(
        name=name,
        sight=_sight(granted, None, permissions),
        permissions=permissions,
        grants=roles,
        on_behalf=sighted.on_behalf,
        through=name if sighted.on_behalf else None,
    )


def _holding(granted: Granted, account: int | None) -> Holding:
    role = Role(granted.role or Role.PROGRAM)
    permissions = PERMISSIONS[role] if granted.everything else PERMISSIONS[role] - CITY_WIDE
    return Holding(role, _sight(granted, account, permissions), permissions, granted.codes)


def _sight(granted: Granted, account: int | None, permissions: frozenset[Permission]) -> Sight:
    households = Permission.HOUSEHOLDS_READ in permissions
    if granted.everything:
        return Sight(everything=True, account=account, households=households)
    return Sight(
        zones=granted.zones,
        roots=granted.roots,
        organisations=granted.organisations,
        account=account,
        households=households,
    )


class Gatekeeper:
    """Knows people by their session and machines by their token.

    Parameters
    ----------
    idle_s
        Seconds without a request after which a session ends.
    demo
        Whether accounts of the demo are let in.
    """

    def __init__(
        self,
        database: Database,
        *,
        idle_s: float,
        demo: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._idle_s = idle_s
        self._demo = demo
        self._clock = clock
        self._kept: dict[tuple[str, bytes], tuple[float, asyncio.Task[Entered | None]]] = {}

    async def by_session(self, secret: str) -> Entered | None:
        """Who a session's cookie is of; None: of nobody any more."""
        key = digest(secret)
        return await self._asked(("session", key), lambda: session_sight(self._database, key, self._idle_s))

    async def by_token(self, secret: str) -> Entered | None:
        """Which machine a bearer token is of; None: of none any more."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        key = digest(secret)
        return await self._asked(("token", key), lambda: token_sight(self._database, key))

    def forget(self) -> None:
        """Ask again for everybody: somebody was shut out, or may more or less than before."""
        self._kept.clear()

    async def _asked(
        self, key: tuple[str, bytes], ask: Callable[[], Awaitable[Sighted | None]]
    ) -> Entered | None:
        now = self._clock()
        kept = self._kept.get(key)
        if kept is None or kept[0] <= now:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            # One question for all requests that come together; it goes on when the first of them is given up.
            task = asyncio.ensure_future(self._found(ask))
            task.add_done_callback(_looked_at)
            kept = self._kept[key] = (now + FRESH_S, task)
        try:
            return await asyncio.shield(kept[1])
        except Exception:
            if self._kept.get(key) is kept:
                del self._kept[key]
            raise

    async def _found(self, ask: Callable[[], Awaitable[Sighted | None]]) -> Entered | None:
        sighted = await ask()
        if sighted is None or (sighted.demo and not self._demo):
            return None
        session = None if sighted.account_id is None else sighted.key
        return Entered(principal_for(sighted), sighted.account_id, session)


def _looked_at(task: asyncio.Task[Entered | None]) -> None:
    """A fault is told to who waits; where nobody waits any more it is no news."""
    if not task.cancelled():
        task.exception()
