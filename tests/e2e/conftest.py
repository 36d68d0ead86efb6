"""A real browser, the real server, the small sample of Laoshan.

Runs as a process of its own (``pytest tests/e2e``): Playwright keeps an event loop running in the main
thread, which coroutine tests of the same process cannot bear.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from governance.settings import Settings
from grid_data.cluster.private import Cluster
from tests.e2e.accounts import add_people
from tests.e2e.screen import Screen
from tests.e2e.serving import served
from tests.support import databases

# How long a page may take to show what it will show; only what fails waits so long.
expect.set_options(timeout=60_000)
PATIENCE_MS = 120_000
# The shell is the same engine without windows: a page takes a third less processor time in it.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's own Chromium. Without one these tests fail: skipped, they would show nothing."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            f"none of {', '.join(BROWSERS)} is installed; run scripts/install-browser.sh", pytrace=False
        )
    # No other host is found, whatever a page asks for.
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return browser_type_launch_args | {"executable_path": found, "args": [alone]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Chinese reader at a small and coarse screen: software rendering is slow per pixel."""
    return browser_context_args | {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
        "viewport": {"width": 1024, "height": 700},
        "device_scale_factor": 0.5,
    }


@pytest.fixture(scope="session")
def laoshan_database(cluster: Cluster) -> Iterator[str]:
    """The small sample of Laoshan, prepared in a thread: Playwright may already occupy this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        template = apart.submit(databases.laoshan_template, cluster).result()
    with databases.copy_of(cluster, template) as url:
        yield url


@pytest.fixture(scope="session")
def base_url(laoshan_database: str) -> Iterator[str]:
    """Address of the real server on a free port; nobody signs in there."""
    with served(Settings(database_url=laoshan_database)) as url:
        yield url


@pytest.fixture(scope="session")
def accounts_url(laoshan_database: str) -> Iterator[str]:
    """Address of a server of the same city where people sign in."""
    add_people(laoshan_database)
    with served(Settings(database_url=laoshan_database, access="accounts"), demo=True) as url:
        yield url


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine(context: BrowserContext, base_url: str) -> Iterator[None]:
    """Every test also proves that no request goes anywhere but to our server, and that the CSP holds.

    Requests are listened to, not held up: a route would lead each of some hundred tiles through this process
    and turn the browser's cache off.
    """
    left: list[str] = []
    broken: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            left.append(request.url)

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: broken.append(f"error in the page: {error}"))
        page.on("console", hear)

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            broken.append(message.text)

    context.on("request", look)
    context.on("page", listen)
    context.set_default_timeout(PATIENCE_MS)
    yield
    assert left == []
    assert broken == []


@pytest.fixture
def screen(page: Page, base_url: str) -> Screen:
    """The page with words for what a reader does on it."""
    return Screen(page, base_url)
