"""Who comes in, as it is stored: sessions, tokens, tries that failed, single sign-ons under way.

All of it runs under `GATE`, the only role that reads these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grid_data.database import Connection, Database, one, rows, run

__all__ = [
    "FLOW_S",
    "Flow",
    "Gate",
    "Granted",
    "OpenSession",
    "Sighted",
    "ToOpen",
    "account_to_open",
    "begin_flow",
    "end_flow",
    "end_sessions",
    "forgive",
    "open_session",
    "session_sight",
    "sessions_of",
    "take_turn",
    "token_sight",
]

FLOW_S = 600
"""Seconds within which somebody has to come back from the provider of single sign-on."""


@dataclass(frozen=True)
class Gate:
    """Whom the gate's own transactions run for: the role that reads accounts, under somebody's name."""

    name: str = "gate"

    @property
    def database_role(self) -> str:
        """The role that may read accounts, sessions and tokens."""
        return "gridgov_gate"

    def claims(self) -> Mapping[str, str]:
        """Only the name."""
        return {"gridgov.actor": self.name}


@dataclass(frozen=True)
class Granted:
    """A role in one scope, with identifiers of the database.

    Attributes
    ----------
    role
        None: of a token that takes no steps.
    zones
        What was granted with all zones below today.
    roots
        The zones that were granted themselves.
    codes
        Of the organisations it is worked for; the first is meant when none is said.
    """

    role: str | None
    everything: bool
    zones: frozenset[int]
    roots: frozenset[int]
    organisations: frozenset[int]
    codes: tuple[str | None, ...] = (None,)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Granted:
        """One grant as statements tell it."""
        return cls(
            row["role"],
            row["everything"],
            frozenset(row["zones"]),
            frozenset(row["roots"]),
            frozenset(row["organisations"]),
            tuple(row["codes"] or (None,)),
        )


@dataclass(frozen=True)
class Sighted:
    """What a session or a token opens.

    Attributes
    ----------
    key
        Of the session, or of the token.
    account_id
        None: a machine's token.
    grants
        In the order they were given; a token has one.
    permissions
        Of a token; None for people, whose roles say it.
    """

    key: int
    name: str
    account_id: int | None
    demo: bool
    grants: tuple[Granted, ...]
    permissions: frozenset[str] | None = None
    on_behalf: bool = False


@dataclass(frozen=True)
class ToOpen:
    """An account somebody wants to open."""

    id: int
    name: str
    password_hash: str | None
    demo: bool
    disabled: bool


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it."""

    id: int
    way: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None


@dataclass(frozen=True)
class Flow:
    """What a single sign-on under way has to match."""

    nonce: str
    verifier: str
    next_path: str


async def session_sight(database: Database, token_hash: bytes, idle_s: float) -> Sighted | None:
    """What a session opens now; None: there is none, or it has ended. One statement, sent with its BEGIN."""
    parameters = {"token_hash": token_hash, "idle_s": idle_s}
    async with database.transaction_asking(Gate(), "sign_in/session_sight", parameters) as (_, row):
        if row is None:
            return None
    return Sighted(
        key=row["session_id"],
        name=row["name"],
        account_id=row["account_id"],
        demo=row["demo"],
        grants=tuple(Granted.read(each) for each in row["grants"]),
    )


async def token_sight(database: Database, token_hash: bytes) -> Sighted | None:
    """What a service token opens now; None: there is none, or it has ended. One statement likewise."""
    parameters = {"token_hash": token_hash}
    async with database.transaction_asking(Gate(), "sign_in/token_sight", parameters) as (_, row):
        if row is None:
            return None
    return Sighted(
        key=row["id"],
        name=row["name"],
        account_id=None,
        demo=False,
        grants=(Granted.read(row),),
        permissions=frozenset(row["permissions"]),
        on_behalf=row["on_behalf"],
    )


async def take_turn(
    connection: Connection, kind: str, key: bytes, *, free: int, longest_s: float
) -> int | None:
    """Count a try as failed before it is looked at, so that tries at one moment cannot pass together.

    Returns
    -------
    wait_s
        None: it may be looked at; else in how many seconds the next one is taken.
    """
    who = {"kind": kind, "key": key}
    if await one(connection, "sign_in/take_turn", {**who, "free": free, "longest_s": longest_s}):
        return None
    row = await one(connection, "sign_in/next_turn", who)
    return 1 if row is None else int(row["wait_s"])


async def forgive(connection: Connection, *, account: bytes, address: bytes) -> None:
    """Take back a try that went well; counts of yesterday are forgotten on the way."""
    await run(connection, "sign_in/forgive", {"account": account, "address": address})
    await run(connection, "sign_in/forget_old_tries")


async def account_to_open(connection: Connection, name: str) -> ToOpen | None:
    """An account by its name."""
    row = await one(connection, "sign_in/account_to_open", {"name": name})
    return None if row is None else ToOpen(**row)


async def open_session(
    connection: Connection,
    token_hash: bytes,
    account_id: int,
    way: str,
    *,
    longest_s: float,
    address: str | None,
    agent: str | None,
) -> datetime:
    """Begin a session; returns its end at the latest. Sessions long ended are removed on the way."""
    row = await one(
        connection,
        "sign_in/open_session",
        {
            "token_hash": token_hash, "account_id": account_id, "way": way, "longest_s": longest_s,
            "address": address, "agent": None if agent is None else agent.replace("\0", "")[:200],
        },
    )  # fmt: skip
    assert row is not None
    await run(connection, "sign_in/note_sign_in", {"account_id": account_id})
    await run(connection, "sign_in/forget_old_sessions")
    expires: datetime = row["expires_at"]
    return expires


async def sessions_of(connection: Connection, account_id: int, idle_s: float) -> list[OpenSession]:
    """Open sessions of an account, the last used first."""
    found = await rows(connection, "sign_in/sessions_of", {"account_id": account_id, "idle_s": idle_s})
    return [OpenSession(**row) for row in found]


async def end_sessions(
    connection: Connection, account_id: int, *, only: int | None = None, but: int | None = None
) -> int:
    """End sessions of an account: one, all, or all but one; returns how many."""
    return await run(connection, "sign_in/end_sessions", {"account_id": account_id, "only": only, "but": but})


async def begin_flow(connection: Connection, state_hash: bytes, browser_hash: bytes, flow: Flow) -> None:
    """Note a single sign-on that begins in a browser."""
    await run(
        connection,
        "sign_in/begin_flow",
        {
            "state_hash": state_hash, "browser_hash": browser_hash, "nonce": flow.nonce,
            "verifier": flow.verifier, "next_path": flow.next_path, "lasts_s": FLOW_S,
        },
    )  # fmt: skip


async def end_flow(connection: Connection, state_hash: bytes, browser_hash: bytes) -> Flow | None:
    """Take a single sign-on that is under way in this browser; None: there is none, or it was taken."""
    row = await one(connection, "sign_in/end_flow", {"state_hash": state_hash, "browser_hash": browser_hash})
    return None if row is None else Flow(**row)
