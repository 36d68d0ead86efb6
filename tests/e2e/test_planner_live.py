"""Planners side by side: a step of one is on the other's desk at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.planner_screen import Desk
from tests.e2e.screen import Screen
from tests.e2e.test_planner import community

SOON_MS = 8_000
"""Sooner than anything that asks at intervals would find it."""


def test_a_step_of_somebody_else_is_here_before_anybody_asks(screen: Screen) -> None:
    with screen.page.expect_response("**/api/events*"):
        desk = Desk.of_community(screen, community(screen, 5)["code"], "两人同看")
    expect(desk.moved()).to_have_text("0")
    border = next(each for each in desk.borders())
    desk.move("赵规划", kind="paint", units=[border.there], zone=border.zone_here)
    expect(desk.moved()).not_to_have_text("0", timeout=SOON_MS)
    expect(desk.page.locator("body")).to_contain_text("另有人修改了此方案")
