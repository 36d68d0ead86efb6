"""Signing in by name and password, and the sessions that come of it."""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime

from gis.words import Words
from governance.access.accounts import canonical_name, change_password
from governance.access.errors import AccountRefused, SignInFailed, TooManyTries, UnknownAccount
from governance.access.passwords import Passwords
from governance.access.secrets import digest, new_secret
from grid_data.accounts import set_password
from grid_data.database import Connection, Database
from grid_data.history import add_history
from grid_data.sign_in import (
    Gate,
    OpenSession,
    account_to_open,
    end_sessions,
    forgive,
    open_session,
    sessions_of,
    take_turn,
)

__all__ = [
    "SessionRules",
    "SignedIn",
    "Visitor",
    "begin_session",
    "change_own_password",
    "neighbourhood",
    "own_sessions",
    "revoke_session",
    "sign_in",
    "sign_out",
]

log = logging.getLogger(__name__)

FREE_TRIES = {"account": 5, "address": 20}
"""Tries in a row without a wait; from then on each doubles it. Behind one address there may be an office."""
LONGEST_WAIT_S = 900.0
"""Longest wait: a hundred tries a day are left for an account, too few to guess and enough for its owner."""


@dataclass(frozen=True)
class SessionRules:
    """How long a session lasts.

    Attributes
    ----------
    idle_s
        Seconds without a request after which it ends.
    longest_s
        Seconds after which it ends at the latest.
    """

    idle_s: float
    longest_s: float


@dataclass(frozen=True)
class Visitor:
    """From where somebody comes: address and program, as far as known."""

    address: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A session that has begun; ``secret`` goes into the cookie and is stored nowhere."""

    name: str
    secret: str
    expires_at: datetime


def neighbourhood(address: str | None) -> str:
    """What counts as one address: of version 6 the first 64 bits, which one subscriber has.

    >>> neighbourhood("2001:db8:1:2:3:4:5:6"), neighbourhood("192.0.2.7"), neighbourhood(None)
    ('2001:db8:1:2::', '192.0.2.7', '')
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


async def sign_in(
    database: Database,
    passwords: Passwords,
    rules: SessionRules,
    visitor: Visitor,
    name: str,
    password: str,
    *,
    demo: bool = False,
) -> SignedIn:
    """Begin a session for who knows name and password.

    A try counts as failed from before it is looked at, in a transaction of its own; whoever tries many at one
    moment does not get more of them. Names that do not exist are counted and take as long as others.

    Parameters
    ----------
    demo
        Whether accounts of the demo are let in.

    Raises
    ------
    SignInFailed
        Name or password are wrong, or the account is closed.
    TooManyTries
        It is too early for another try.
    """
    keys = _keys(name, visitor)
    try:
        canonical = canonical_name(name)
    except AccountRefused:
        canonical = ""
    await _take_turns(database, keys)
    async with database.transaction(Gate()) as connection:
        account = await account_to_open(connection, canonical)
    if account is not None and (account.disabled or (account.demo and not demo)):
        account = None
    verdict = await passwords.check(None if account is None else account.password_hash, password)
    if account is None or not verdict.fits:
        log.warning("sign-in failed from %s", visitor.address)
        raise SignInFailed
    async with database.transaction(Gate(account.name)) as connection:
        if verdict.rehashed is not None:
            await set_password(connection, account.id, verdict.rehashed, changed=False)
        await forgive(connection, account=keys["account"], address=keys["address"])
        return await begin_session(connection, rules, visitor, account.id, account.name, "password")


async def _wait(connection: Connection, keys: dict[str, bytes]) -> int | None:
    """Count a try; None, or in how many seconds the next one is taken."""
    # The address first: who is held back there does not hold back the owner of the account.
    for kind in ("address", "account"):
        wait = await take_turn(connection, kind, keys[kind], free=FREE_TRIES[kind], longest_s=LONGEST_WAIT_S)
        if wait is not None:
            return wait
    return None


async def _take_turns(database: Database, keys: dict[str, bytes]) -> None:
    async with database.transaction(Gate()) as connection:
        wait = await _wait(connection, keys)
    if wait is not None:
        raise TooManyTries(wait)


def _keys(name: str, visitor: Visitor) -> dict[str, bytes]:
    """By what tries are counted."""
    try:
        known = canonical_name(name)
    except AccountRefused:
        known = name.strip().casefold()
    return {"account": digest(known), "address": digest(neighbourhood(visitor.address))}


async def begin_session(
    connection: Connection, rules: SessionRules, visitor: Visitor, account_id: int, name: str, way: str
) -> SignedIn:
    """Begin a session for somebody who has shown who they are."""
    secret = new_secret()
    expires = await open_session(
        connection, digest(secret), account_id, way,
        longest_s=rules.longest_s, address=visitor.address, agent=visitor.agent,
    )  # fmt: skip
    await add_history(connection, name, "session.open", after={"account": name, "way": way})
    return SignedIn(name, secret, expires)


async def sign_out(connection: Connection, account_id: int, name: str, session_id: int) -> None:
    """End the session that asks for it."""
    if await end_sessions(connection, account_id, only=session_id):
        await add_history(connection, name, "session.close", after={"account": name})


async def own_sessions(connection: Connection, account_id: int, rules: SessionRules) -> list[OpenSession]:
    """Open sessions of an account."""
    return await sessions_of(connection, account_id, rules.idle_s)


async def revoke_session(
    connection: Connection, account_id: int, by: str, name: str, *, only: int | None, but: int | None = None
) -> int:
    """End one session of an account, or all ``but`` one; returns how many.

    Raises
    ------
    UnknownAccount
        The one that is named is not open, or not of this account.
    """
    ended = await end_sessions(connection, account_id, only=only, but=but)
    if only is not None and not ended:
        raise UnknownAccount(Words("没有这个会话", "there is no such session"))
    if ended:
        await add_history(connection, by, "session.revoke", after={"account": name, "sessions": ended})
    return ended


async def change_own_password(
    database: Database,
    passwords: Passwords,
    visitor: Visitor,
    name: str,
    *,
    current: str,
    new: str,
    session_id: int,
) -> None:
    """Change the password of who is signed in, who says the present one; the other sessions end.

    Raises
    ------
    SignInFailed
        The present one is another, or there is none.
    TooManyTries
        It was given wrongly too often.
    AccountRefused
        The new one is no good one.
    """
    keys = _keys(name, visitor)
    await _take_turns(database, keys)
    async with database.transaction(Gate()) as connection:
        account = await account_to_open(connection, name)
    verdict = await passwords.check(None if account is None else account.password_hash, current)
    if account is None or not verdict.fits:
        raise SignInFailed
    if account.demo:
        raise AccountRefused(
            Words("演示账号的密码不可更改", "passwords of the demo are not changed"), field="new"
        )
    async with database.transaction(Gate(name)) as connection:
        await forgive(connection, account=keys["account"], address=keys["address"])
        await change_password(connection, passwords, name, name, new, but=session_id)
