"""What a reader does on the map's page, in words; the tests read like what they prove."""

from __future__ import annotations

from itertools import islice
from typing import Any

import httpx2 as httpx
from playwright.sync_api import Locator, Page, expect

READY_MS = 90_000
MAP_MS = 30_000

SERVER = httpx.Client(verify=False, timeout=60)
"""Asks servers beside the page. Kept: a client for each question would first read all certificates of the
system, which takes longer than the answer."""


class Screen:
    """One page and the server behind it."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url

    # --- the server, asked directly ------------------------------------------------------------------------

    def api(self, path: str, **parameters: Any) -> Any:
        """What the server itself says."""
        answer = SERVER.get(f"{self.base_url}/api/{path}", params=parameters)
        answer.raise_for_status()
        return answer.json()

    def some_grid(self, *, nth: int = 0) -> dict[str, Any]:
        """A base grid with people, and a point inside it; ``nth`` chooses another one."""
        grids = self.api("zones", layer="base_grid", limit=40)["items"]
        details = (self.api(f"zones/base_grid/{grid['code']}") for grid in grids)
        return next(islice((grid for grid in details if grid["households"] > 0), nth, None))

    def some_category(self) -> dict[str, Any]:
        """A matter that can be reported."""
        categories = self.api("categories")["items"]
        parents = {each["parent"] for each in categories}
        matters = [each for each in categories if each["kind"] == "matter" and each["key"] not in parents]
        return next(each for each in matters if each["name"]["en"])

    # --- the page ------------------------------------------------------------------------------------------

    def open(self, query: str = "") -> Screen:
        """Open the map and wait for its first complete picture."""
        self.page.goto(f"{self.base_url}/{query}")
        self.page.locator("body[data-ready='1']").wait_for(timeout=READY_MS)
        return self

    def open_at(self, place: list[float], zoom: float, more: str = "") -> Screen:
        """Open the map at a place."""
        return self.open(f"?map={zoom:.2f}/{place[1]:.5f}/{place[0]:.5f}{more}")

    def go(self, query: str) -> None:
        """Go to another address of the open page, as Back and Forward do: nothing is loaded anew."""
        self.page.evaluate(
            "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }",
            f"{self.base_url}/{query}",
        )

    def settle(self) -> None:
        """Wait until the map has drawn what it was asked for."""
        self.page.wait_for_function(
            "() => { const map = window.gridgov.map; return map.loaded() && !map.isMoving() }", timeout=MAP_MS
        )

    def draws(self, layer: str) -> bool:
        """Whether anything of a style layer is on the screen."""
        self.settle()
        script = "layer => window.gridgov.map.queryRenderedFeatures({layers: [layer]}).length > 0"
        return bool(self.page.evaluate(script, layer))

    def drawn(self, layer: str, key: str) -> set[str]:
        """Values of a property among the features of a style layer that are on the screen."""
        self.settle()
        found = self.page.evaluate(
            "([layer, key]) => window.gridgov.map.queryRenderedFeatures({layers: [layer]})"
            ".map(feature => String(feature.properties[key]))",
            [layer, key],
        )
        return set(found)

    def wait_drawn(self, layer: str, key: str, value: str) -> None:
        """Wait until a feature is on the screen."""
        self.page.wait_for_function(
            "([layer, key, value]) => window.gridgov.map.queryRenderedFeatures({layers: [layer]})"
            ".some(feature => String(feature.properties[key]) === value)",
            arg=[layer, key, value],
            timeout=MAP_MS,
        )

    def visible(self, layer: str) -> bool:
        """Whether a style layer is switched on."""
        script = "layer => window.gridgov.map.getLayoutProperty(layer, 'visibility') !== 'none'"
        return bool(self.page.evaluate(script, layer))

    def on_screen(self, place: list[float]) -> tuple[float, float]:
        """Pixel of a place in the page."""
        self.settle()
        x, y = self.page.evaluate(
            "place => { const map = window.gridgov.map, box = map.getContainer().getBoundingClientRect(),"
            " at = map.project(place); return [box.left + at.x, box.top + at.y] }",
            place,
        )
        return x, y

    def click_map(self, place: list[float]) -> None:
        """Click a place on the map with the mouse."""
        self.page.mouse.click(*self.on_screen(place))

    def tab_to(self, selector: str, *, limit: int = 80) -> Locator:
        """Press Tab until the element has the focus; fails when the keyboard cannot get there."""
        for _ in range(limit):
            if self.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return self.page.locator(":focus")
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    @property
    def answer(self) -> Locator:
        """The panel on the right."""
        return self.page.locator(".panel-right")

    @property
    def incident_list(self) -> Locator:
        """The incident list."""
        return self.page.locator("#incident-list")

    def switch_language(self) -> None:
        """Press the language button."""
        self.page.get_by_role("button", name="Switch to English").or_(
            self.page.get_by_role("button", name="切换到中文")
        ).click()

    def reported_number(self) -> str:
        """Number of the incident that the page shows, once it shows one."""
        self.page.wait_for_url("**/*incident=*", timeout=MAP_MS)
        number = str(self.page.evaluate("() => new URLSearchParams(location.search).get('incident')"))
        expect(self.answer.locator(".facts .code").first).to_have_text(number)
        return number
