"""Incidents without a believed place: found, located by hand, routed; coordinates that stand for nothing."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.screen import MAP_MS, SERVER, Screen
from tests.e2e.test_view import WIDTHS, check


def waiting(screen: Screen, count: int) -> list[dict[str, Any]]:
    """New reports without a place; the first of the queue comes first."""
    category = screen.some_category()["key"]
    for _ in range(count):
        report = {"category": category, "text": "位置不明", "address": "崂山区", "source": "hotline"}
        SERVER.post(f"{screen.base_url}/api/incidents", json=report).raise_for_status()
    listed = screen.api("incidents", place_status="unlocated", state="open", limit=count)["items"]
    assert len(listed) == count
    return list(listed)


def queue(screen: Screen) -> Locator:
    return screen.page.locator("#locate-panel .incident-row")


def test_the_queue_says_how_many_and_why(screen: Screen) -> None:
    waiting(screen, 2)
    counted = screen.api("statistics/incidents", layer="base_grid", state="open")
    missing = counted["not_located"]
    assert missing["total"] > 0
    screen.open("?panel=list&state=open")
    line = screen.incident_list.locator(".not-located")
    expect(line).to_contain_text(str(missing["total"]))
    line.get_by_role("button").click()
    panel = screen.page.locator("#locate-panel")
    expect(panel).to_contain_text(f"{counted['total']:,} 件未办结事件中有 {missing['total']:,} 件")
    expect(queue(screen)).to_have_count(min(50, missing["total"]))
    reason, count = next(iter(missing["reasons"].items()))
    panel.locator(f"[data-reason='{reason}']").click()
    expect(queue(screen)).to_have_count(min(50, count))


def test_one_is_located_with_the_mouse_routed_and_the_next_one_comes(screen: Screen) -> None:
    first, second = waiting(screen, 2)
    grid = screen.some_grid(nth=4)
    screen.open_at(grid["centre"], 16, "&panel=locate")
    screen.page.locator(f"[data-number='{first['number']}']").click()
    form = screen.page.get_by_role("form", name="确定位置")
    form.get_by_role("button", name="保存并处理下一件").click()
    expect(form).to_contain_text("请先选择位置")
    expect(form.get_by_label("依据")).to_have_attribute("aria-invalid", "true")

    screen.click_map(grid["centre"])
    expect(form.locator(".place-now")).to_have_attribute("data-place", "set")
    expect(form.locator(".preview")).to_contain_text(grid["name"]["zh"])
    form.get_by_label("位置精度").select_option("30")
    form.get_by_label("依据").fill("电话核实")
    form.get_by_role("button", name="保存并处理下一件").click()
    expect(screen.page).to_have_url(re.compile(f"incident={second['number']}"), timeout=MAP_MS)
    expect(screen.page.locator(".notice.good")).to_contain_text(first["number"])
    expect(screen.page.locator(f"[data-number='{first['number']}']")).to_have_count(0)

    stored = screen.api(f"incidents/{first['number']}")
    assert stored["place_status"] == "located"
    assert stored["accuracy_m"] == 30
    assert stored["base_grid"]["code"] == grid["code"]
    assert stored["responsible"] is not None
    assert "incident.locate" in {each["action"] for each in stored["history"]}
    # The second one still has no place: the click was the first one's.
    expect(form.locator(".place-now")).to_have_attribute("data-place", "none")


def test_one_is_located_with_the_keyboard_alone(screen: Screen) -> None:
    first = waiting(screen, 1)[0]
    grid = screen.some_grid(nth=5)
    keys = screen.page.keyboard
    screen.open_at(grid["centre"], 17)
    keys.press("p")
    row = screen.tab_to(f"[data-number='{first['number']}']")
    expect(row).to_be_focused()
    keys.press("Enter")
    expect(screen.page.locator(".crosshair")).to_be_visible()
    screen.page.locator("a[href='#map']").focus()
    keys.press("Enter")
    expect(screen.page.locator("#map canvas")).to_be_focused()
    keys.press("Enter")
    expect(screen.page.locator(".place-now")).to_have_attribute("data-place", "set")
    screen.tab_to("textarea[name=reason]", limit=120)
    keys.type("keyboard")
    screen.tab_to("button[type=submit]")
    keys.press("Enter")
    expect(screen.page.locator(".notice.good")).to_contain_text(first["number"], timeout=MAP_MS)
    assert screen.api(f"incidents/{first['number']}")["base_grid"]["code"] == grid["code"]


def test_an_address_gives_the_place(screen: Screen) -> None:
    first = waiting(screen, 1)[0]
    hits = screen.api("search", q="崂山区", limit=50)["items"]
    address = next(each for each in hits if each["type"] == "address" and each["point"])
    screen.open(f"?panel=locate&incident={first['number']}")
    form = screen.page.get_by_role("form", name="确定位置")
    form.locator("input[name=address]").fill(address["label"]["zh"])
    form.locator(".combo-found [role=option]").first.click()
    lon, lat = address["point"]
    expect(form.locator(".place-now")).to_contain_text(f"{lon:.5f}, {lat:.5f}")


def test_a_fallback_place_is_confirmed_and_refuted_with_a_reason(screen: Screen) -> None:
    lon, lat = screen.some_grid(nth=6)["centre"]
    key = f"{lon:.7f},{lat:.7f}"
    named = {"state": "confirmed", "reason": "地理编码服务的默认点"}
    SERVER.put(f"{screen.base_url}/api/fallback-places/{key}", json=named).raise_for_status()
    screen.open("?panel=locate")
    screen.page.get_by_role("tab", name="共用坐标").click()
    place = screen.page.locator(f".fallback[data-key='{key}']")
    expect(place).to_contain_text("已确认")
    expect(place).to_contain_text("地理编码服务的默认点")
    place.get_by_role("button", name="是真实位置").click()
    form = place.get_by_role("form")
    form.get_by_role("button", name="是真实位置").click()
    expect(form.get_by_label("理由")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("理由").fill("现场核实，确有其地")
    form.get_by_role("button", name="是真实位置").click()
    expect(place).to_contain_text("已否定")
    stored = {each["key"]: each for each in screen.api("fallback-places")["items"]}
    assert stored[key]["state"] == "refuted"
    assert stored[key]["reason"] == "现场核实，确有其地"


def test_axe_finds_nothing_while_locating(screen: Screen) -> None:
    first = waiting(screen, 1)[0]
    screen.open()
    for width, lang in product(WIDTHS, ("zh", "en")):
        screen.page.set_viewport_size({"width": width, "height": 844})
        screen.go(f"?lang={lang}&panel=locate")
        expect(screen.page.locator(f"html[lang^={lang}]")).to_have_count(1)
        queue(screen).first.wait_for()
        check(screen, f"queue ({lang}), {width} wide")
        # What is being read anew can still be read.
        screen.page.locator("#locate-panel ul.incidents").evaluate("list => list.classList.add('is-old')")
        check(screen, f"queue read anew ({lang}), {width} wide")
        screen.page.locator("[data-tab=fallback]").click()
        screen.page.locator("#locate-panel .empty, .fallback").first.wait_for()
        check(screen, f"fallback places ({lang}), {width} wide")
        screen.go(f"?lang={lang}&panel=locate&incident={first['number']}")
        screen.page.locator(".locate-form button[type=submit]").click()
        screen.page.get_by_role("alert").first.wait_for()
        check(screen, f"locating ({lang}), {width} wide")
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
        screen.go(f"?lang={lang}")
        expect(screen.page.locator(".panel")).to_have_count(0)
