"""Dispatchers side by side: each sees the other's change at once; a restarted server loses none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from grid_data.cluster.private import Cluster
from tests.e2e.dispatch_screen import DispatchDesk
from tests.e2e.screen import MAP_MS, Screen
from tests.support import databases
from tests.support.live import serving

# Who is not told looks every quarter of a minute.
AT_ONCE_MS = 10_000
# When the words of an element change: milliseconds since 1970.
WATCH = """element => {
    const before = element.textContent;
    window.changedAt = null;
    new MutationObserver(() => {
        if (window.changedAt === null && element.textContent !== before) window.changedAt = Date.now();
    }).observe(element, {characterData: true, childList: true, subtree: true});
}"""


@contextmanager
def another_desk(
    browser: Browser, arguments: dict[str, Any], base_url: str, name: str
) -> Iterator[DispatchDesk]:
    """A browser of its own, with somebody else at work."""
    context = browser.new_context(**arguments)
    try:
        page = context.new_page()
        yield DispatchDesk(
            Screen(page, base_url), person={"name": name, "role": "acceptor", "organisation": None}
        )
    finally:
        context.close()


def is_live(page: Page) -> None:
    """Wait until the page hears of changes."""
    expect(page.locator("[data-live]")).to_have_attribute("data-live", "live", timeout=MAP_MS)


def state_of(desk: DispatchDesk, number: str) -> Locator:
    """The words for an incident's state in the list."""
    return desk.row(number).locator(".case-state")


def test_two_dispatchers_see_each_others_change_at_once(
    browser: Browser, browser_context_args: dict[str, Any], screen: Screen
) -> None:
    one = DispatchDesk(screen, person={"name": "甲", "role": "acceptor", "organisation": None})
    fresh = [one.report(f"并排 {n}", nth=13)["number"] for n in range(4)]
    with another_desk(browser, browser_context_args, screen.base_url, "乙") as two:
        for desk in (one, two):
            desk.open("?order=newest")
            is_live(desk.page)
        for acting, watching, numbers in ((one, two, fresh[:2]), (two, one, fresh[2:])):
            waits = []
            for number in numbers:
                acting.row(number).click()
                acting.stands("已上报")
                state_of(watching, number).evaluate(WATCH)
                pressed = acting.page.evaluate("Date.now()")
                acting.press("accept")
                expect(state_of(watching, number)).to_have_text("已受理", timeout=MAP_MS)
                waits.append(watching.page.evaluate("window.changedAt") - pressed)
                acting.page.keyboard.press("Escape")
            # The whole way, from the press here to the words there.
            assert min(waits) < AT_ONCE_MS, waits
        expect(one.page.locator(".arrived")).to_have_count(0)


@pytest.fixture
def own_database(cluster: Cluster) -> Iterator[str]:
    """A small sample of this test's own."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        template = apart.submit(databases.laoshan_template, cluster).result()
    with databases.copy_of(cluster, template) as url:
        yield url


def test_a_restart_of_the_server_loses_no_event(
    browser: Browser, browser_context_args: dict[str, Any], own_database: str
) -> None:
    asked: list[str] = []
    with serving(own_database) as first:
        port = first.port
        with another_desk(browser, browser_context_args, f"http://127.0.0.1:{port}", "丙") as desk:
            desk.page.on(
                "request", lambda request: asked.append(request.url) if "/api/events" in request.url else None
            )
            numbers = [desk.report(f"重启 {n}", nth=n)["number"] for n in range(2)]
            desk.open("?order=newest")
            is_live(desk.page)
            heard_before = len(asked)
            first.stop()
            expect(desk.page.locator("[data-live]")).not_to_have_attribute(
                "data-live", "live", timeout=MAP_MS
            )
            # While nobody serves, somebody else's program goes on.
            with psycopg.connect(own_database, autocommit=True) as connection:
                for number in numbers:
                    connection.execute(
                        """WITH moved AS (
                               UPDATE incident SET state = 'accepted' WHERE number = %s RETURNING id)
                           INSERT INTO history (actor, action, incident_id)
                           SELECT '丁', 'incident.accept', id FROM moved""",
                        (number,),
                    )
            with serving(own_database, port):
                is_live(desk.page)
                for number in numbers:
                    expect(state_of(desk, number)).to_have_text("已受理", timeout=MAP_MS)
                came_back = asked[heard_before:]
                assert came_back
                assert all(re.search(r"after=\d+", url) for url in came_back), "it says how far it had read"
