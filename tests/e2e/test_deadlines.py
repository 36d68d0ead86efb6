"""Limits and calendar at the desk: changed, tried on past cases, saved."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.e2e.screen import MAP_MS, Screen

ACTOR = json.dumps({"name": "周管理", "role": "administrator", "organisation": None})


def test_a_limit_and_a_day_are_tried_on_past_cases_and_saved(screen: Screen) -> None:
    page = screen.page
    page.add_init_script(f"localStorage.setItem('gridgov.actor', {json.dumps(ACTOR)})")
    screen.open("rules")
    page.get_by_role("tab", name="时限与日历").click(timeout=MAP_MS)
    before = screen.api("deadlines")
    row = page.locator(".deadlines tbody tr").filter(has_text="全程").first
    row.get_by_role("button", name="修改").click()
    form = page.locator(".limit-form")
    form.locator("input[name=amount]").fill("0.25")
    form.get_by_role("button", name="记入改动").click()
    expect(row).to_have_class(re.compile("is-planned"))
    page.locator("input[name=day]").fill(f"{before['year']}-12-24")
    page.locator("input[name=day-name]").fill("停业盘点")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.get_by_text("2 处改动尚未保存")).to_be_visible()

    page.locator("[data-action=check]").click()
    trial = page.locator(".deadline-trial")
    expect(trial).to_be_visible(timeout=MAP_MS)
    now, then = (int(n) for n in (trial.get_attribute("data-late") or "").split())
    assert then >= now
    assert screen.api("deadlines")["revision"] == before["revision"]

    page.locator("[data-action=save]").click()
    expect(page.locator(".deadlines-pending")).to_have_count(0)
    after = screen.api("deadlines")
    assert 0.25 in {limit["amount"] for limit in after["limits"]}
    assert f"{before['year']}-12-24" in {day["date"] for day in after["days"]}
    # As it was, for the tests after this one: by the same way.
    row.get_by_role("button", name="修改").click()
    old = {(one["stage"], one["category"], one["condition"], one["appeal_kind"], one["urgency"]): one
           for one in before["limits"]}  # fmt: skip
    (changed,) = [
        one for one in after["limits"]
        if old[one["stage"], one["category"], one["condition"], one["appeal_kind"], one["urgency"]]["amount"]
        != one["amount"]
    ]  # fmt: skip
    key = (
        changed["stage"],
        changed["category"],
        changed["condition"],
        changed["appeal_kind"],
        changed["urgency"],
    )
    form.locator("input[name=amount]").fill(str(old[key]["amount"]))
    form.get_by_role("button", name="记入改动").click()
    page.get_by_role("button", name=f"移除 {before['year']}-12-24").click()
    page.locator("[data-action=save]").click()
    expect(page.locator(".deadlines-pending")).to_have_count(0)
    assert [one["amount"] for one in screen.api("deadlines")["limits"]] == [
        one["amount"] for one in before["limits"]
    ]
