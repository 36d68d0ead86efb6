"""The gate at every request: one statement, kept for a second, and out means out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import psycopg
import pytest
from starlette.requests import Request

from api.gate import AGAIN_S, StillIn
from governance.access import Permission, Principal, Role
from governance.access.accounts import close_account, give, take
from governance.access.gate import FRESH_S, Gatekeeper
from governance.access.scopes import ScopeGiven
from governance.access.secrets import TOKEN_PREFIX, digest, new_secret
from governance.access.sessions import SessionRules, Visitor, begin_session
from governance.access.tokens import TokenGiven, add_token, revoke_token
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sign_in import Gate
from tests.access.people import EVERYWHERE, make_accounts, somebody
from tests.support import databases

RULES = SessionRules(3600, 7200)


class Clock:
    """A clock that is put by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    with databases.copy_of(cluster, databases.empty_template(cluster)) as made:
        make_accounts(
            made,
            somebody("root", (Role.ADMINISTRATOR, EVERYWHERE)),
            somebody("li", (Role.ANALYST, EVERYWHERE)),
            somebody("new"),
            somebody("nobody-yet"),
        )
        yield made


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url, size=4)
    await opened.open()
    yield opened
    await opened.close()


async def session_of(database: Database, name: str) -> str:
    async with database.transaction(Gate()) as connection:
        cursor = await connection.execute("SELECT id FROM account WHERE name = %s", (name,))
        row = await cursor.fetchone()
        assert row is not None
        signed_in = await begin_session(connection, RULES, Visitor(), row["id"], name, "password")
    return signed_in.secret


class Watched(Database):
    """Counts what the gate asks."""

    asked = 0

    def transaction_asking(self, *args: object, **more: object):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().transaction_asking(*args, **more)  # type: ignore[arg-type]


async def test_requests_that_come_together_ask_once(url: str) -> None:
    database = Watched(url, size=4)
    await database.open()
    try:
        secret, clock = await session_of(database, "li"), Clock()
        gate = Gatekeeper(database, idle_s=3600, clock=clock)
        found = await asyncio.gather(*(gate.by_session(secret) for _ in range(50)))
        assert {each.principal.name for each in found if each} == {"li"}
        assert (len(found), database.asked) == (50, 1)
        clock.now += FRESH_S
        await gate.by_session(secret)
        assert database.asked == 2
    finally:
        await database.close()


async def test_a_request_that_is_given_up_takes_no_other_with_it(database: Database) -> None:
    secret, gate = await session_of(database, "li"), Gatekeeper(database, idle_s=3600)
    first = asyncio.ensure_future(gate.by_session(secret))
    second = asyncio.ensure_future(gate.by_session(secret))
    await asyncio.sleep(0)
    first.cancel()
    entered = await second
    assert entered is not None
    assert entered.principal.name == "li"


async def test_a_database_that_was_away_is_asked_again(url: str) -> None:
    database = Database(url, size=1)
    await database.open()
    secret = await session_of(database, "li")
    await database.close()
    gate = Gatekeeper(database, idle_s=3600, clock=Clock())
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            await gate.by_session(secret)


async def test_what_is_taken_away_is_gone_within_a_second(database: Database) -> None:
    secret, clock = await session_of(database, "new"), Clock()
    gate = Gatekeeper(database, idle_s=3600, clock=clock)

    async def may() -> frozenset[Permission] | None:
        clock.now += FRESH_S
        entered = await gate.by_session(secret)
        return None if entered is None else entered.principal.permissions

    assert await may() == frozenset()
    async with database.transaction(Gate("root")) as connection:
        await give(connection, "root", "new", Role.ANALYST, EVERYWHERE)
    assert Permission.EXPORT in (await may() or ())
    async with database.transaction(Gate("root")) as connection:
        await take(connection, "root", "new", role=Role.ANALYST)
    assert await may() == frozenset()
    async with database.transaction(Gate("root")) as connection:
        await close_account(connection, "root", "new")
    assert await may() is None


async def test_who_has_no_grant_sees_nothing_but_their_own(database: Database) -> None:
    entered = await Gatekeeper(database, idle_s=3600).by_session(await session_of(database, "nobody-yet"))
    assert entered is not None
    sight = entered.principal.sight
    assert (sight.everything, sight.zones, sight.organisations) == (False, frozenset(), frozenset())
    assert sight.account == entered.account_id
    assert entered.principal.database_role == "gridgov_scoped"


async def test_tokens_open_what_they_were_made_for_and_no_more(database: Database) -> None:
    gate = Gatekeeper(database, idle_s=3600)
    async with database.transaction(Gate("root")) as connection:
        secret = await add_token(
            connection,
            "root",
            TokenGiven("reader", permissions=[Permission.INCIDENTS_READ], scope=EVERYWHERE),
        )
    assert secret.startswith(TOKEN_PREFIX)
    entered = await gate.by_token(secret)
    assert entered is not None
    me = entered.principal
    assert (me.name, set(me.permissions)) == ("token:reader", {Permission.INCIDENTS_READ})
    assert (me.sight.everything, me.sight.households, me.on_behalf) == (True, False, False)
    assert (entered.account_id, entered.session_id) == (None, None)
    # A token is no session, nor the other way round.
    assert await gate.by_session(secret) is None
    assert await gate.by_token(await session_of(database, "li")) is None
    async with database.transaction(Gate("root")) as connection:
        await revoke_token(connection, "root", "reader")
    gate.forget()
    assert await gate.by_token(secret) is None


async def test_a_token_ends_at_its_moment(database: Database, url: str) -> None:
    async with database.transaction(Gate("root")) as connection:
        secret = await add_token(connection, "root", TokenGiven("short", role=Role.ANALYST, scope=EVERYWHERE))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE service_token SET expires_at = now() WHERE name = 'short'")
    assert await Gatekeeper(database, idle_s=3600).by_token(secret) is None


async def test_a_token_without_a_scope_sees_nothing(database: Database) -> None:
    async with database.transaction(Gate("root")) as connection:
        secret = await add_token(
            connection, "root", TokenGiven("blind", role=Role.ACCEPTOR, scope=ScopeGiven())
        )
    entered = await Gatekeeper(database, idle_s=3600).by_token(secret)
    assert entered is not None
    assert not entered.principal.sight.zones
    assert entered.principal.database_role == "gridgov_scoped"


@pytest.mark.parametrize(
    "table", ["account", "account_grant", "session", "service_token", "sign_in_attempt", "sign_in_flow"]
)
@pytest.mark.parametrize("role", ["gridgov_app", "gridgov_scoped"])
def test_requests_cannot_read_who_may_come_in(url: str, role: str, table: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"SET ROLE {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT FROM {table}".encode())


def test_the_gate_owns_nothing_and_is_no_superuser(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolcanlogin
               FROM pg_roles WHERE rolname = 'gridgov_gate'"""
        ).fetchone()
        assert row == (False,) * 5
        connection.execute("SET ROLE gridgov_gate")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE history SET actor = 'x'")


def test_a_bare_principal_sees_nothing_and_may_nothing() -> None:
    bare = Principal("x")
    assert bare.database_role == "gridgov_scoped"
    assert bare.permissions == frozenset()
    assert not any(bare.may(permission) for permission in Permission)


def test_secrets_are_long_and_never_alike() -> None:
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(secret) for secret in made} == {43}
    assert len({digest(secret) for secret in made}) == 1000


class Opened:
    """A gate that is shut after some time."""

    def __init__(self) -> None:
        self.found: Principal | None = Principal("li")

    async def principal(self, _request: object) -> Principal | None:
        return self.found


async def test_a_stream_ends_when_its_session_has() -> None:
    gate, clock = Opened(), Clock()
    request = Request({"type": "http", "app": SimpleNamespace(state=SimpleNamespace(gate=gate))})
    still = StillIn(request, Principal("li"), clock=clock)
    gate.found = None
    first = await still.principal()
    assert first is not None
    clock.now += AGAIN_S
    assert await still.principal() is None
