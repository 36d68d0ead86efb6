"""What a planner does at the desk, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shapely
from playwright.sync_api import Locator, Page, expect
from shapely.geometry import shape

from tests.e2e.screen import MAP_MS, READY_MS, SERVER, Screen

PLANNER = "王规划"
APPROVER = "李审批"


@dataclass(frozen=True)
class Border:
    """Two units of one community on both sides of a border of grids, with a place inside each."""

    here: int
    there: int
    zone_here: int
    zone_there: int
    place_here: list[float]
    place_there: list[float]
    households_there: int
    households_here: int

    def turned(self) -> Border:
        """The same from the other side."""
        return Border(
            self.there, self.here, self.zone_there, self.zone_here, self.place_there, self.place_here,
            self.households_here, self.households_there,
        )  # fmt: skip


class Desk:
    """A plan, as the server knows it and as the page shows it."""

    def __init__(self, screen: Screen, code: str) -> None:
        self.screen = screen
        self.page: Page = screen.page
        self.code = code

    @classmethod
    def of_community(cls, screen: Screen, community: str, name: str) -> Desk:
        """Start a draft for a community at the server, and open it."""
        body = {
            "layer": "base_grid",
            "name": {"zh": name},
            "area": {"layer": "community", "code": community},
            "by": PLANNER,
        }
        answer = SERVER.post(f"{screen.base_url}/api/plans", json=body)
        answer.raise_for_status()
        return cls(screen, answer.json()["code"]).open()

    def open(self, person: str = PLANNER) -> Desk:
        """Open the plan and say who one is. A small window: software rendering is slow per pixel."""
        self.page.set_viewport_size({"width": 900, "height": 640})
        self.page.goto(f"{self.screen.base_url}/planner?plan={self.code}")
        self.page.locator(".grid-table [role=gridcell]").first.wait_for(timeout=READY_MS)
        self.page.locator("body[data-ready='1']").wait_for(timeout=READY_MS)
        self.page.wait_for_function("() => window.gridgov.map.getLayer('plan-fill')", timeout=MAP_MS)
        self.call_oneself(person)
        return self

    def call_oneself(self, person: str) -> None:
        """Enter a name; Enter leads on to the map."""
        self.page.locator("#planner-name").fill(person)
        self.page.locator("#planner-name").press("Enter")
        expect(self.page.locator("#map canvas")).to_be_focused()

    # --- the server ----------------------------------------------------------------------------------------

    def api(self, part: str = "") -> Any:
        """What the server says of the plan."""
        return self.screen.api(f"plans/{self.code}{part}")

    def move(self, by: str, **move: Any) -> Any:
        """Make a move behind the page's back."""
        body = {"revision": self.api()["revision"], "by": by, **move}
        answer = SERVER.post(f"{self.screen.base_url}/api/plans/{self.code}/moves", json=body)
        answer.raise_for_status()
        return answer.json()

    def zone_of(self, unit: int) -> int | None:
        """The zone a unit is in, by the server."""
        units = self.api("/units")["units"]
        found: int | None = units["zone"][units["id"].index(unit)]
        return found

    def borders(self) -> list[Border]:
        """Borders of grids with people on both sides, the longest first; none leaves its community."""
        read, edges = self.api("/units"), self.api("/units")["edges"]
        units = read["units"]
        shapes = {each["id"]: shape(each["geometry"]) for each in self.api("/shapes")["units"]["features"]}

        def place(row: int) -> list[float]:
            inside = shapely.point_on_surface(shapes[units["id"][row]])
            return [inside.x, inside.y]

        found = []
        for a, b, length in zip(edges["a"], edges["b"], edges["length_m"], strict=True):
            same = units["community"][a] == units["community"][b]
            if not same or units["zone"][a] == units["zone"][b] or length < 40:
                continue
            if min(units["households"][a], units["households"][b]) < 5:
                continue
            found.append((length, a, b))
        return [
            Border(
                units["id"][a], units["id"][b], units["zone"][a], units["zone"][b], place(a), place(b),
                units["households"][b], units["households"][a],
            )
            for _, a, b in sorted(found, reverse=True)
        ]  # fmt: skip

    def line_through(self, zone: int) -> list[list[float]]:
        """A line from north to south through the middle of a grid's households, beyond it at both ends."""
        units = self.api("/units")["units"]
        shapes = {each["id"]: shape(each["geometry"]) for each in self.api("/shapes")["units"]["features"]}
        inside = [
            (shapes[unit], households)
            for unit, number, households in zip(units["id"], units["zone"], units["households"], strict=True)
            if number == zone
        ]
        whole = shapely.union_all([each for each, _ in inside])
        homes = sorted(
            (shapely.point_on_surface(each).x, count) for each, count in inside for _ in range(count)
        )
        lon = homes[len(homes) // 2][0]
        across = whole.intersection(shapely.LineString([(lon, whole.bounds[1]), (lon, whole.bounds[3])]))
        _, south, _, north = across.bounds
        margin = (north - south) / 20
        return [[lon, north + margin], [lon, south - margin]]

    # --- the page ------------------------------------------------------------------------------------------

    def saved(self) -> None:
        """Wait until everything is stored."""
        expect(self.page.locator(".save-state")).to_have_attribute("data-save", "saved", timeout=MAP_MS)

    def row(self, zone: int) -> Locator:
        """A grid in the table."""
        return self.page.locator(f".grid-table [data-zone='{zone}']")

    def bring_into_sight(self, zone: int) -> None:
        """Walk down the table from its first row to a grid."""
        self.page.locator("#grid-table").focus()
        self.page.keyboard.press("Home")
        for _ in range(40):
            if self.row(zone).count():
                return
            self.page.keyboard.press("ArrowDown")

    def moved(self) -> Locator:
        """How many households the plan moves."""
        return self.page.locator("[data-total=moved]")

    def tab(self, name: str) -> None:
        """Open a tab of the desk."""
        self.page.locator(f"[data-tab={name}]").click()

    def drag(
        self, start: list[float], end: list[float], *, meanwhile: Callable[[], object] | None = None
    ) -> None:
        """Drag from a place to another with the mouse; ``meanwhile`` happens before it is let go."""
        middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
        self.page.evaluate("at => void window.gridgov.map.jumpTo({center: at, zoom: 15})", middle)
        (x0, y0), (x1, y1) = self.screen.on_screen(start), self.screen.on_screen(end)
        self.page.mouse.move(x0, y0)
        self.page.mouse.down()
        self.page.mouse.move(x1, y1, steps=6)
        if meanwhile is not None:
            meanwhile()
        self.page.mouse.up()

    def draw(self, places: list[list[float]]) -> None:
        """Draw a line with clicks, and end it with a double click."""
        self.page.evaluate(
            "([a, b]) => void window.gridgov.map.fitBounds("
            "[[Math.min(a[0], b[0]) - 1e-3, Math.min(a[1], b[1])],"
            " [Math.max(a[0], b[0]) + 1e-3, Math.max(a[1], b[1])]],"
            " {padding: {top: 200, bottom: 60, left: 60, right: 60}, duration: 0})",
            [places[0], places[-1]],
        )
        for place in places[:-1]:
            self.page.mouse.click(*self.screen.on_screen(place))
        self.page.mouse.dblclick(*self.screen.on_screen(places[-1]))

    def act(self, action: str) -> None:
        """Press a button of the approval, and the second one where it asks."""
        self.page.locator(f"[data-action={action}]").click()
        confirm = self.page.locator("[data-action=confirm]")
        if action in ("publish", "withdraw", "rollback"):
            confirm.click()
