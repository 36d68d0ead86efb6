"""Reporting an incident: with the mouse, and with nothing but the keyboard.

Each report goes to a grid of its own: a symbol under the pointer would answer the next test's click.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.screen import Screen


def test_an_incident_reported_with_the_mouse_appears_with_its_routing(screen: Screen) -> None:
    grid, category = screen.some_grid(nth=1), screen.some_category()
    screen.open_at(grid["centre"], 16)
    screen.page.get_by_role("button", name="上报事件").click()
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    screen.click_map(grid["centre"])
    expect(form.locator(".place-now")).to_have_attribute("data-place", "set")
    expect(form.locator(".preview")).to_contain_text(grid["name"]["zh"])
    form.get_by_label("情况描述").fill("鼠标上报：路面有积水")
    form.get_by_label("地址或附近标志物").fill("测试路 1 号")
    form.get_by_label("紧急", exact=True).check()
    form.get_by_role("button", name="提交").click()

    number = screen.reported_number()
    stored = screen.api(f"incidents/{number}")
    assert stored["text"] == "鼠标上报：路面有积水"
    assert stored["urgency"] == "urgent"
    assert stored["base_grid"]["code"] == grid["code"]
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    expect(screen.answer.locator(".answer-name")).to_have_text(stored["responsible"]["name"]["zh"])
    expect(screen.answer.locator(".reason")).to_have_text(stored["routing"]["reason"]["zh"])
    screen.wait_drawn("incident-singles", "number", number)
    expect(screen.page.get_by_role("status").filter(has_text=number)).to_have_count(1)


def test_an_incident_reported_with_the_keyboard_alone_appears_with_its_routing(screen: Screen) -> None:
    grid, category = screen.some_grid(nth=2), screen.some_category()
    keys = screen.page.keyboard
    screen.open_at(grid["centre"], 17)
    screen.tab_to("a[href='#map']")
    keys.press("Enter")
    keys.press("n")
    expect(screen.page.locator(".crosshair")).to_be_visible()
    keys.press("Enter")
    expect(screen.page.locator(".place-now")).to_have_attribute("data-place", "set")
    screen.tab_to(".picker input")
    keys.type(category["code"])
    keys.press("Enter")
    expect(screen.page.locator(".picker-name")).to_have_text(category["name"]["zh"])
    screen.tab_to("textarea")
    keys.type("keyboard report")
    screen.tab_to("button[type=submit]")
    keys.press("Enter")

    number = screen.reported_number()
    stored = screen.api(f"incidents/{number}")
    assert stored["text"] == "keyboard report"
    assert stored["category"]["key"] == category["key"]
    assert stored["base_grid"]["code"] == grid["code"]
    expect(screen.answer.locator(".answer-name")).to_have_text(stored["responsible"]["name"]["zh"])
    # The focus is led to the answer.
    expect(screen.answer.get_by_role("heading", level=2)).to_be_focused()
    screen.wait_drawn("incident-singles", "number", number)
    # Closed again, the keyboard goes on from the map.
    keys.press("Escape")
    expect(screen.answer).to_have_count(0)
    expect(screen.page.locator("#map canvas")).to_be_focused()


def test_typed_coordinates_go_out_in_their_declared_system(screen: Screen) -> None:
    grid, category = screen.some_grid(nth=3), screen.some_category()
    lon, lat = grid["centre"]
    screen.open_at(grid["centre"], 14, "&report=1")
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    form.get_by_role("button", name="输入坐标").click()
    form.locator("input[name=lon]").fill(f"{lon + 0.005:.6f}")
    form.locator("input[name=lat]").fill(f"{lat:.6f}")
    form.locator("select[name=crs]").select_option("gcj02")
    form.get_by_label("情况描述").fill("高德坐标")
    # The map shows where that is: some hundred metres off, never the typed numbers themselves.
    expect(form.locator(".place-now")).to_contain_text(re.compile(r"\d+\.\d{5}, \d+\.\d{5}"))
    expect(form.locator(".place-now")).not_to_contain_text(f"{lon + 0.005:.5f}")
    form.get_by_role("button", name="提交").click()
    stored = screen.api(f"incidents/{screen.reported_number()}")
    assert stored["original"]["crs"] == "gcj02"
    assert stored["original"]["coordinates"] == [round(lon + 0.005, 6), round(lat, 6)]
    assert stored["place"]["coordinates"] != stored["original"]["coordinates"]
    expect(screen.answer).to_contain_text("GCJ-02")


def test_a_report_without_a_place_is_taken(screen: Screen) -> None:
    category = screen.some_category()
    screen.open("?report=1")
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    form.get_by_label("情况描述").fill("位置不明")
    form.get_by_role("button", name="提交").click()
    stored = screen.api(f"incidents/{screen.reported_number()}")
    assert stored["place_status"] == "unlocated"
    expect(screen.answer).to_contain_text(stored["place_problem"]["message"]["zh"])


def test_what_is_missing_is_said_at_the_field(screen: Screen) -> None:
    screen.open("?report=1")
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("button", name="提交").click()
    expect(form.get_by_role("alert")).to_be_focused()
    expect(form.get_by_role("alert")).to_contain_text("请选择事项类别")
    expect(form.get_by_label("情况描述")).to_have_attribute("aria-invalid", "true")


def test_the_servers_own_complaint_reaches_its_field(screen: Screen) -> None:
    category = screen.some_category()
    screen.open("?report=1")
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    form.get_by_label("情况描述").fill("字" * 4001)
    form.get_by_role("button", name="提交").click()
    expect(form.get_by_label("情况描述")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("textarea ~ .field-error")).to_contain_text("4000")
    # Nothing typed is lost, and a shorter text goes through.
    form.get_by_label("情况描述").fill("短")
    form.get_by_role("button", name="提交").click()
    screen.reported_number()
