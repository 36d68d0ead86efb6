"""A department's desk: all of one's own and nothing else, on list, map, figures, exports and shared views."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from governance.access.demo import DEMO_PASSWORD
from tests.e2e.accounts import client, demo, sign_in
from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_view import check


@pytest.fixture(scope="session")
def base_url(accounts_url: str) -> str:
    """These tests ask the server where people sign in."""
    return accounts_url


def read(base_url: str, name: str, path: str, **asked: Any) -> Any:
    """What the server itself tells somebody."""
    with client(base_url, name) as asking:
        answer = asking.get(f"/api/{path}", params=asked)
        answer.raise_for_status()
        return answer.json()


def test_an_officer_sees_the_own_incidents_and_no_other(screen: Screen, base_url: str) -> None:
    page = screen.page
    sign_in(page, base_url, "li.fang", "department")
    summary = read(base_url, "li.fang", "department/summary")
    for box in ("open", "overdue", "handled"):
        expect(page.locator(f"[data-box={box}] strong")).to_have_text(str(summary[box]), timeout=MAP_MS)
    own = read(base_url, "li.fang", "incidents", state="open", order="due", limit=50)["items"]
    rows = page.locator(".department [data-row]")
    expect(rows).to_have_count(len(own), timeout=MAP_MS)
    assert [row.get_attribute("data-row") for row in rows.all()] == [each["number"] for each in own]
    check(screen, "department")
    with demo(base_url, "demo-dispatcher") as dispatcher:
        every = dispatcher.get("/api/incidents", params={"state": "open", "limit": 200}).json()["items"]
    foreign = next(each["number"] for each in every if each["number"] not in {one["number"] for one in own})
    page.goto(f"{base_url}/department?incident={foreign}")
    expect(page.locator(".case-panel .trouble")).to_contain_text("没有找到", timeout=MAP_MS)


def test_a_box_lists_what_it_counts(page: Page, base_url: str) -> None:
    sign_in(page, base_url, "zhou.lead", "department")
    expect(page.locator(".department [data-row]").first).to_be_visible(timeout=MAP_MS)
    page.locator("[data-box=overdue]").click()
    expect(page).to_have_url(re.compile("clock=overdue"))
    late = read(base_url, "zhou.lead", "incidents", state="open", clock="overdue", limit=50)["items"]
    expect(page.locator(".department [data-row]")).to_have_count(len(late), timeout=MAP_MS)
    page.locator("[data-box=handled]").click()
    expect(page).to_have_url(re.compile("handled=1"))
    expect(page.locator("[data-chip=handled]")).to_be_visible()
    done = read(base_url, "zhou.lead", "department/summary")["handled"]
    expect(page.locator(".department [data-row]")).to_have_count(min(50, done), timeout=MAP_MS)
    # So does a grid's count.
    page.locator("[data-tab=grids]").click()
    count = page.locator("table.load button.count").first
    number = int(count.inner_text(timeout=MAP_MS))
    count.click()
    expect(page.locator(".department [data-row]")).to_have_count(number, timeout=MAP_MS)


def test_an_area_of_zones_is_counted_as_the_server_says(screen: Screen, base_url: str) -> None:
    page = screen.page
    grids = read(base_url, "zhou.lead", "zones", layer="base_grid", parent="370212002001", limit=3)["items"]
    keys = [{"layer": "base_grid", "code": each["code"]} for each in grids]
    area = ",".join(f"{each['layer']}/{each['code']}" for each in keys)
    sign_in(page, base_url, "zhou.lead", f"department?part=query&days=90&area=zones:{area}")
    answer = page.locator("[data-answer]")
    expect(answer).to_be_visible(timeout=MAP_MS)
    with client(base_url, "zhou.lead") as asking:
        since = page.evaluate(
            "new Date(Date.now() - 89 * 864e5).toLocaleDateString('en-CA', {timeZone: 'Asia/Shanghai'})"
        )
        told = asking.post("/api/zone-query", json={"area": {"zones": keys}, "from": since}).json()
    expect(answer).to_have_attribute("data-answer", str(told["incidents"]["total"]))
    expect(page.locator(".headline-figures")).to_contain_text(f"{told['facilities']['total']:,}")
    # The file comes from the server, with exactly the incidents that were counted.
    page.get_by_role("button", name="导出", exact=True).click()
    with page.expect_download() as download:
        page.locator("[data-format=csv]").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert (
        len([line for line in text.splitlines() if re.match(r"\d{19}", line)]) == told["incidents"]["total"]
    )
    page.keyboard.press("Escape")
    # Drawing by keyboard: the map moves below its middle.
    page.locator("[data-way=polygon]").click()
    page.get_by_role("button", name="在地图上画范围").click()
    page.locator("#map canvas").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
        screen.settle()
    page.get_by_role("button", name="完成").click()
    page.locator("[data-ask=polygon]").click()
    expect(page).to_have_url(re.compile("area=polygon"))
    expect(answer).to_have_attribute("aria-busy", "false", timeout=MAP_MS)
    check(screen, "zone query")


def test_what_is_listed_is_exported_and_shared_with_its_filter(page: Page, base_url: str) -> None:
    every = read(base_url, "zhou.lead", "incidents", state="open", limit=200)["items"]
    counts = Counter(each["state"] for each in every)
    # On the shared map stands what has a place.
    placed = Counter(each["state"] for each in every if each["place"])
    state, rows = next((state, count) for state, count in counts.items() if count < 30 and placed[state])
    sign_in(page, base_url, "zhou.lead", f"department?state={state}")
    expect(page.locator(".department [data-row]")).to_have_count(rows, timeout=MAP_MS)
    page.get_by_role("button", name="导出", exact=True).click()
    with page.expect_download() as download:
        page.locator("[data-format=csv]").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert f"state={state}" in text
    assert len([line for line in text.splitlines() if re.match(r"\d{19}", line)]) == rows
    with page.expect_download() as picture:
        page.locator("[data-format=png]").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="分享", exact=True).click()
    page.get_by_role("button", name="生成链接").click()
    link = page.locator("input[name=share-url]").input_value()
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.locator(".share-figures")).to_be_visible(timeout=MAP_MS)
    expect(page.locator(".share-table tbody tr")).to_have_count(rows)
    expect(page.locator(".share-map .place")).not_to_have_count(0)
    check(Screen(page, base_url), "shared view")
    assert page.request.get(f"{base_url}/api/incidents").status == 401


def test_both_sides_of_a_border_stand_beside_the_reason(page: Page, base_url: str) -> None:
    with demo(base_url, "demo-dispatcher") as asking:
        found = asking.get("/api/incidents", params={"state": "open", "limit": 200}).json()["items"]
        number = next(each["number"] for each in found if apart(asking, each["number"]))
        sides = asking.get(f"/api/cases/{number}/sides").json()
    sign_in(page, base_url, "demo-dispatcher", f"department?incident={number}", DEMO_PASSWORD)
    page.locator(".case-panel [data-tab=why]").click()
    shown = page.locator(".case-sides")
    expect(shown).to_be_visible(timeout=MAP_MS)
    border = next(each for each in sides["borders"] if differ(each))
    side = shown.locator(f"[data-layer='{border['layer']['code']}']")
    expect(side.locator("[data-side=own]")).to_contain_text(border["own"]["zone"]["name"]["zh"])
    expect(side.locator("[data-side=other]")).to_contain_text(border["others"][0]["zone"]["name"]["zh"])


def differ(border: dict[str, Any]) -> bool:
    """Whether both sides of a border answer to different organisations."""
    own, others = border["own"], border["others"]
    return bool(own and others) and json.dumps(own["organisation"]) != json.dumps(others[0]["organisation"])


def apart(asking: Any, number: str) -> bool:
    """Whether a case lies near such a border."""
    answer = asking.get(f"/api/cases/{number}/sides")
    return answer.status_code == 200 and any(differ(each) for each in answer.json()["borders"])
