"""Accounts for browser tests, and signing in as a person does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import anyio
import httpx2 as httpx
from playwright.sync_api import Page, expect

from governance.access.accounts import AccountGiven, add_account
from governance.access.demo import DEMO_PASSWORD, add_demo_accounts
from governance.access.passwords import Passwords
from governance.access.roles import Role
from governance.access.scopes import ScopeGiven
from grid_data.database import Database
from grid_data.sign_in import Gate
from tests.e2e.screen import READY_MS

PASSWORD = "海边第七盏路灯 and a bridge"
PEOPLE = (
    AccountGiven(
        "li.fang", "李芳", "Li Fang", "LS-XF", password=PASSWORD,
        grants=[(Role.OFFICER, ScopeGiven(organisation="LS-XF"))],
    ),
    AccountGiven(
        "zhou.lead", "沙子口街道负责人", "Lead of Shazikou", "JD-002", password=PASSWORD,
        grants=[
            (Role.STREET_LEAD, ScopeGiven(region="subdistrict:370212002")),
            (Role.STREET_LEAD, ScopeGiven(organisation="JD-002")),
        ],
    ),
    AccountGiven("nobody", "无权者", None, None, password=PASSWORD),
)  # fmt: skip


async def _add(url: str) -> None:
    database = Database(url)
    await database.open()
    try:
        async with database.transaction(Gate("operator")) as connection:
            await add_demo_accounts(connection, Passwords(), "operator")
            for person in PEOPLE:
                await add_account(connection, Passwords(), "operator", person)
    finally:
        await database.close()


def add_people(url: str) -> None:
    """Make the accounts; in a thread, since Playwright may already occupy this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(anyio.run, _add, url).result()


@contextmanager
def client(base_url: str, name: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    """The server, asked directly by somebody who has signed in."""
    with httpx.Client(base_url=base_url, timeout=120) as found:
        answer = found.post("/api/session", json={"name": name, "password": password})
        answer.raise_for_status()
        found.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield found


def demo(base_url: str, name: str) -> AbstractContextManager[httpx.Client]:
    """The same for an account of the demo."""
    return client(base_url, name, DEMO_PASSWORD)


def type_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Type name and password, and press the button."""
    page.locator("input[name=name]:visible").fill(name)
    page.locator("input[name=password]:visible").fill(password)
    page.locator(".sign-in").get_by_role("button", name="登录", exact=True).click()


def sign_in(page: Page, base_url: str, name: str, path: str = "", password: str = PASSWORD) -> None:
    """Open a page of the map and sign in there."""
    page.goto(f"{base_url}/{path}")
    type_in(page, name, password)
    page.locator("body[data-ready='1']").wait_for(timeout=READY_MS)


def desks(page: Page) -> set[str]:
    """Pages that the menu of desks offers."""
    page.get_by_role("button", name="工作台").click()
    menu = page.locator(".desks-menu")
    expect(menu).to_be_visible()
    names = {str(each.get_attribute("aria-label")) for each in menu.get_by_role("link").all()}
    page.keyboard.press("Escape")
    return names


def csp(page: Page) -> Any:
    """The policy under which the page runs."""
    return page.request.get(re.sub(r"\?.*$", "", page.url)).headers.get("content-security-policy")
