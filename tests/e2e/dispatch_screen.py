"""What dispatchers do at their desk, in words."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.screen import MAP_MS, SERVER, Screen

PERSON = {"name": "王敏", "role": "dispatcher", "organisation": None}


class DispatchDesk:
    """The desk at `/dispatch`, with somebody at work."""

    def __init__(self, screen: Screen, *, person: dict[str, Any] | None = PERSON) -> None:
        self.screen = screen
        self.page = screen.page
        if person is not None:
            self.page.add_init_script(
                "localStorage.getItem('gridgov.actor') ?? "
                f"localStorage.setItem('gridgov.actor', {json.dumps(json.dumps(person))})"
            )

    # --- the server, asked directly ------------------------------------------------------------------------

    def report(self, text: str, *, nth: int = 0, **more: Any) -> dict[str, Any]:
        """Report an incident behind the desk's back."""
        grid, category = self.screen.some_grid(nth=nth), self.screen.some_category()
        body = {
            "category": category["key"],
            "place": {"type": "Point", "coordinates": grid["centre"]},
            "crs": "wgs84",
            "text": text,
            "address": f"测试 {uuid.uuid4().hex[:8]} 号",
            "source": "hotline",
        } | more
        answer = SERVER.post(f"{self.screen.base_url}/api/incidents", json=body)
        answer.raise_for_status()
        incident: dict[str, Any] = answer.json()
        return incident

    def case(self, number: str) -> Any:
        """Where a case stands."""
        return self.screen.api(f"cases/{number}")

    def take(self, number: str, action: str, role: str = "acceptor", **fields: Any) -> None:
        """Take a step behind the desk's back."""
        body = {
            "by": "旁人",
            "role": role,
            "action": action,
            "revision": self.case(number)["revision"],
        } | fields
        answer = SERVER.post(f"{self.screen.base_url}/api/cases/{number}/steps", json=body)
        assert answer.status_code == 200, answer.text

    # --- the page ------------------------------------------------------------------------------------------

    def open(self, query: str = "") -> DispatchDesk:
        """Open the desk and wait for map and list."""
        self.screen.open(f"dispatch{query}")
        expect(self.list).to_have_attribute("aria-busy", "false", timeout=MAP_MS)
        return self

    @property
    def list(self) -> Locator:
        """The list."""
        return self.page.locator(".dispatch .cases")

    @property
    def rows(self) -> Locator:
        """Its rows."""
        return self.page.locator(".dispatch [data-row]")

    @property
    def panel(self) -> Locator:
        """The open case."""
        return self.page.locator(".case-panel")

    def row(self, number: str) -> Locator:
        """The row of an incident."""
        return self.page.locator(f".dispatch [data-row='{number}']")

    def numbers(self) -> Sequence[str]:
        """Numbers as they are listed."""
        return [str(row.get_attribute("data-row")) for row in self.rows.all()]

    def lists(self, numbers: Sequence[str]) -> None:
        """Wait until these are listed, in this order."""
        self.page.wait_for_function(
            "wanted => JSON.stringify([...document.querySelectorAll('.dispatch [data-row]')]"
            ".map(each => each.dataset.row)) === JSON.stringify(wanted)",
            arg=list(numbers),
        )

    def become(self, name: str, role: str, organisation: str | None = None) -> None:
        """Say who is at work, in the dialog."""
        self.page.locator(".actor-button").click()
        dialog = self.page.locator(".actor-dialog")
        dialog.locator("input[name=actor-name]").fill(name)
        dialog.locator("select[name=actor-role]").select_option(role)
        clear = dialog.locator(".chosen .link")
        if clear.count():
            clear.click()
        if organisation is not None:
            dialog.locator("input[name=actor-organisation]").fill(organisation)
            dialog.locator(f"[role=option][data-key='{organisation}']").click()
        dialog.get_by_role("button", name="确定", exact=True).click()
        expect(dialog).to_be_hidden()

    def press(self, action: str) -> None:
        """Press the button of a step."""
        self.panel.locator(f"[data-action={action}]").click()

    def form(self, action: str) -> Locator:
        """The form of a step."""
        return self.panel.locator(f"form[data-step={action}]")

    def stands(self, state: str) -> None:
        """Wait until the panel says where the case stands."""
        expect(self.panel.locator(".case-state-now")).to_have_text(state, timeout=MAP_MS)
