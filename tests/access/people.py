"""A server with accounts over a database of its own, and people who use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import psycopg
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.app import create_app
from governance.access import Role
from governance.access.accounts import AccountGiven, add_account
from governance.access.passwords import Passwords
from governance.access.scopes import ScopeGiven
from governance.settings import Settings
from grid_data.database import Database
from grid_data.sign_in import Gate

PASSWORD = "correct horse battery staple"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in no time: what is tested is what is done with them."""

Grants = list[tuple[Role, ScopeGiven]]
EVERYWHERE = ScopeGiven(everything=True)


def make_accounts(url: str, *accounts: AccountGiven) -> None:
    """Make accounts as the command line does."""

    async def make() -> None:
        database = Database(url, size=1)
        await database.open()
        async with database.transaction(Gate("operator")) as connection:
            for account in accounts:
                await add_account(connection, Passwords(QUICK), "operator", account)
        await database.close()

    anyio.run(make)


def somebody(name: str, *grants: tuple[Role, ScopeGiven], **more: Any) -> AccountGiven:
    """An account with the usual password."""
    return AccountGiven(name=name, password=PASSWORD, grants=list(grants), **more)


@contextmanager
def server(url: str, *, demo: bool = False, **settings: Any) -> Iterator[TestClient]:
    """The server with accounts, asked in English, by somebody who is not signed in."""
    app = create_app(Settings(database_url=url, access="accounts", **settings))
    app.state.demo = demo
    with TestClient(app, headers={"Accept-Language": "en"}, raise_server_exceptions=False) as client:
        app.state.passwords = Passwords(QUICK)
        yield client


def enter(client: TestClient, name: str, password: str = PASSWORD) -> TestClient:
    """A browser of its own on the same server, signed in."""
    browser = browser_of(client)
    answer = browser.post("/api/session", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return browser


def browser_of(client: TestClient) -> TestClient:
    """A browser of its own on the same running server."""
    # Shares the event loop of the one that started the application.
    browser = TestClient(client.app, headers=dict(client.headers), raise_server_exceptions=False)
    browser.portal = client.portal
    return browser


def machine(client: TestClient, secret: str) -> TestClient:
    """A program with a token on the same running server."""
    program = browser_of(client)
    program.headers["Authorization"] = f"Bearer {secret}"
    return program


def entries(url: str, action: str) -> list[tuple[str, dict[str, Any]]]:
    """Actor and content of every entry of an action."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT actor, after FROM history WHERE action = %s ORDER BY seq", (action,)
        )
        return [(actor, after) for actor, after in found.fetchall()]
