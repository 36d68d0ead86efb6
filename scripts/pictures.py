"""Makes the pictures of the desks in ``docs/images`` anew, from a running demo with the small sample.

    GRIDGOV_HOME=/tmp/pictures gridgov up --demo --small
    python scripts/pictures.py http://127.0.0.1:8000

Look at them before they are committed: what a picture shows is named below it in the docs.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 800}
SETTLED_MS = 4_000


class Visitor:
    """A browser of one of the demo's accounts, in one language."""

    def __init__(self, browser: Browser, base: str, account: str, language: str) -> None:
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        self.page: Page = browser.new_context(
            viewport=SIZE, locale=locale, timezone_id="Asia/Shanghai", reduced_motion="reduce"
        ).new_page()
        self.base, self.language = base, language
        me = self._read("me")
        known = next(one for one in me["ways"]["demo"] if one["name"] == account)
        told = {"name": account, "password": known["password"]}
        assert self.page.request.post(f"{base}/api/session", data=told).ok
        self._token = self._read("me")["csrf"]

    def _read(self, path: str) -> Any:
        return self.page.request.get(f"{self.base}/api/{path}").json()

    def read(self, path: str) -> Any:
        """What the server says."""
        return self._read(path)

    def send(self, path: str, **body: Any) -> Any:
        """Something stored by the server."""
        header = {"Origin": self.base, "X-CSRF-Token": self._token}
        answer = self.page.request.post(f"{self.base}/api/{path}", data=body, headers=header)
        assert answer.ok, answer.text()
        return answer.json()

    def open(self, path: str) -> None:
        """A page, with its map drawn."""
        glue = "&" if "?" in path else "?"
        self.page.goto(f"{self.base}{path}{glue}lang={self.language}")
        self.page.locator("body[data-ready='1']").wait_for(timeout=60_000)
        self.page.wait_for_timeout(SETTLED_MS)

    def take(self, name: str) -> None:
        """The picture."""
        self.page.wait_for_timeout(SETTLED_MS)
        self.page.screenshot(path=IMAGES / f"{name}.png")
        print(name)


def planner(browser: Browser, base: str) -> None:
    """A draft of the community with most grids: one too large, one too small, one locked; then proposals."""
    visitor = Visitor(browser, base, "demo-planner", "zh")
    grids = Counter(one["parent"] for one in visitor.read("zones?layer=base_grid&limit=500")["items"])
    plan = visitor.send(
        "plans",
        layer="base_grid",
        name={"zh": "2027年网格调整", "en": "Grids of 2027"},
        area={"layer": "community", "code": grids.most_common(1)[0][0]},
    )["code"]
    read = visitor.read(f"plans/{plan}/units")
    units, edges = read["units"], read["edges"]
    sums: Counter[int] = Counter()
    for zone, homes in zip(units["zone"], units["households"], strict=True):
        sums[zone] += homes
    # The longest border inside a community over which a small unit leaves the smallest grid it can.
    moves = sorted(
        (sums[units["zone"][b]] - units["households"][b], units["id"][b], units["zone"][a], units["zone"][b])
        for a, b, length in zip(edges["a"], edges["b"], edges["length_m"], strict=True)
        if units["zone"][a] != units["zone"][b] and length > 60 and units["households"][b] > 40
    )
    _, unit, taker, giver = moves[0]
    others = [number for number, _ in sums.most_common() if number not in (taker, giver)]
    visitor.send(f"plans/{plan}/moves", revision=0, kind="paint", units=[unit], zone=taker)
    visitor.send(f"plans/{plan}/moves", revision=1, kind="lock", zone=others[-1], lock="both")
    visitor.open(f"/planner?plan={plan}")
    visitor.page.locator(f".grid-table [data-zone='{giver}']").click()
    visitor.take("planner-zh")
    english = Visitor(browser, base, "demo-planner", "en")
    english.open(f"/planner?plan={plan}")
    english.page.locator("[data-tab=proposals]").click()
    english.page.locator(".plan-pane button.primary").first.click()
    english.page.locator(".gallery > li").first.wait_for(timeout=120_000)
    english.page.locator(".gallery > li").nth(1).hover()
    english.take("planner-en")


def dispatch(browser: Browser, base: str) -> None:
    """The list by limits and an open case."""
    for language in ("zh", "en"):
        visitor = Visitor(browser, base, "demo-dispatcher", language)
        visitor.open("/dispatch")
        visitor.page.locator("[data-number]").nth(1).click()
        visitor.take(f"dispatch-{language}")


def department(browser: Browser, base: str) -> None:
    """The desk of the fire brigade, its figures, and an area along a road."""
    visitor = Visitor(browser, base, "demo-officer", "zh")
    visitor.open("/department")
    visitor.page.locator("[data-number]").nth(1).click()
    visitor.take("department-zh")
    visitor.page.keyboard.press("Escape")
    visitor.page.locator("[role=tab]").nth(4).click()
    visitor.take("department-figures-zh")
    lead = Visitor(browser, base, "demo-street", "en")
    lead.open("/department")
    lead.page.locator("[role=tab]").nth(5).click()
    lead.page.get_by_role("button", name="Along a road").click()
    lead.page.get_by_role("combobox").last.fill("崂山路")
    lead.page.locator("[role=option]").first.click()
    lead.take("department-query-en")


def main(base: str) -> None:
    """All of them."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for pictures in (planner, dispatch, department):
            pictures(browser, base)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
