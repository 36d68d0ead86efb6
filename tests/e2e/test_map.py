"""The map comes up, draws our own data, and says why a place belongs where it does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.screen import Screen


def test_the_page_comes_up_with_our_own_map(screen: Screen) -> None:
    screen.open()
    city = screen.api("city")
    expect(screen.page).to_have_title(re.compile(re.escape(city["name"]["zh"])))
    assert screen.page.evaluate("document.documentElement.lang") == "zh-CN"
    canvas = screen.page.locator("#map canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile("地图"))
    assert screen.draws("land"), "the land is not drawn"
    assert screen.draws("incident-clusters"), "incidents are not drawn"


def test_attribution_and_the_notice_of_synthetic_data_are_in_sight(screen: Screen) -> None:
    screen.open()
    note = screen.page.locator(".attribution")
    expect(note).to_be_in_viewport(ratio=1)
    expect(note).to_contain_text("OpenStreetMap")
    expect(note).to_contain_text("合成")
    note.get_by_role("button").click()
    for dataset in screen.api("city")["datasets"]:
        expect(screen.page.get_by_role("dialog")).to_contain_text(dataset["title"]["zh"])


def test_grids_are_drawn_with_their_codes(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open_at(grid["centre"], 15)
    screen.wait_drawn("base_grid-line", "code", grid["code"])
    assert all(re.fullmatch(r"[0-9A-Z]{15}", code) for code in screen.drawn("base_grid-line", "code"))


def test_every_layer_of_zones_can_be_switched_on(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open_at(grid["centre"], 13, "&panel=layers")
    layers = [each["code"] for each in screen.api("layers")["items"]]
    assert len([code for code in layers if not screen.visible(f"{code}-line")]) == 8
    for code in layers:
        screen.page.locator(f"input[data-layer='{code}']").set_checked(True)
    for code in layers:
        assert screen.visible(f"{code}-line")
        assert screen.draws(f"{code}-line"), f"{code} is not drawn"
    expect(screen.page).to_have_url(re.compile("layers=.*police"))
    screen.page.get_by_role("button", name="恢复默认").click()
    assert not screen.visible("police-line")
    expect(screen.page).not_to_have_url(re.compile("layers="))


def test_a_click_tells_why_here(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open_at(grid["centre"], 16, "&layers=base_grid,district")
    screen.click_map(grid["centre"])
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    lon, lat = re.search(r"point=([\d.]+),([\d.]+)", screen.page.url).groups()  # type: ignore[union-attr]
    routing = screen.api("routing", lon=lon, lat=lat)
    for each in routing["zones"]:
        if each["zone"]:
            expect(screen.answer).to_contain_text(each["zone"]["name"]["zh"])
    assert len(routing["zones"]) >= 12
    expect(screen.answer).to_contain_text(routing["responsible"]["name"]["zh"])
    expect(screen.answer).to_contain_text(routing["reason"]["zh"])
    expect(screen.answer).to_contain_text(routing["rule"]["code"])
    for step in routing["escalation"]:
        expect(screen.answer.locator(".steps")).to_contain_text(
            (step["organisation"] or step["zone"])["name"]["zh"]
        )
    assert grid["code"] in screen.drawn("base_grid-shown-fill", "code")


def test_the_category_changes_the_department(screen: Screen) -> None:
    grid = screen.some_grid()
    lon, lat = grid["centre"]
    anyone = screen.api("routing", lon=lon, lat=lat)["responsible"]["name"]["zh"]
    # One of each class is enough to find another department.
    leaves = {each["parent"]: each for each in screen.api("categories")["items"] if each["level"] > 1}
    category = next(
        each
        for each in leaves.values()
        if screen.api("routing", lon=lon, lat=lat, category=each["key"])["responsible"]["name"]["zh"]
        != anyone
    )
    screen.open_at(grid["centre"], 15, f"&point={lon},{lat}")
    expect(screen.answer.locator(".answer-name")).to_have_text(anyone)
    screen.answer.get_by_role("button", name="更换").click()
    screen.answer.get_by_role("searchbox").fill(f"{category['code']} {category['name']['zh']}")
    screen.answer.locator(f"[data-key='{category['key']}']").click()
    expected = screen.api("routing", lon=lon, lat=lat, category=category["key"])["responsible"]["name"]["zh"]
    expect(screen.answer.locator(".answer-name")).to_have_text(expected)


def test_a_place_outside_the_city_is_said_to_be_so(screen: Screen) -> None:
    screen.open("?point=119.0,35.0")
    problem = screen.api("routing", lon=119.0, lat=35.0)["place_problem"]["message"]["zh"]
    expect(screen.answer).to_contain_text(problem)


def test_the_keyboard_asks_too(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open_at(grid["centre"], 16)
    screen.tab_to("a[href='#map']")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("#map canvas")).to_be_focused()
    expect(screen.page.locator(".crosshair")).to_be_visible()
    screen.page.keyboard.press("Enter")
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    screen.page.keyboard.press("Escape")
    expect(screen.answer).to_have_count(0)


def test_a_zone_shows_people_posts_versions(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open(f"?zone=base_grid:{grid['code']}")
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    expect(screen.answer.locator(".figures")).to_contain_text(f"{grid['households']:,}")
    expect(screen.answer.locator(".figures")).to_contain_text(f"{grid['residents']:,}")
    expect(screen.answer).to_contain_text(grid["parent"]["name"]["zh"])
    screen.answer.get_by_role("button", name=grid["parent"]["name"]["zh"], exact=True).click()
    expect(screen.page).to_have_url(re.compile(f"zone=community:{grid['parent']['code']}"))
    screen.page.go_back()
    expect(screen.answer.get_by_role("heading", level=2)).to_have_text(grid["name"]["zh"])


def test_the_planner_sees_the_grids_of_another_date(screen: Screen) -> None:
    """A grid that was split: today both parts are drawn, before the split the whole alone."""
    details = (
        screen.api(f"zones/base_grid/{grid['code']}")
        for grid in screen.api("zones", layer="base_grid", limit=500)["items"]
    )
    part, step = next(
        (grid, each)
        for grid in details
        for each in grid["lineage"]
        if each["kind"] == "split" and each["to"] == grid["code"] != each["from"]
    )
    then = min(each["valid_from"] for each in screen.api(f"zones/base_grid/{step['from']}")["versions"])
    before = datetime.fromisoformat(then).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    screen.open_at(part["centre"], 15, "&layers=base_grid&panel=layers")
    screen.wait_drawn("base_grid-line", "code", part["code"])

    with screen.page.expect_request(lambda request: f"at={before}" in request.url):
        field = screen.page.locator("input[type=date]:visible")
        field.fill(before)
        field.dispatch_event("change")
    screen.wait_drawn("base_grid-line", "code", step["from"])
    assert part["code"] not in screen.drawn("base_grid-line", "code")
    grids = len(screen.api("zones", layer="base_grid", at=before, limit=500)["items"])
    today = next(each["zones"] for each in screen.api("layers")["items"] if each["code"] == "base_grid")
    assert grids < today
    expect(screen.page.locator(".notice")).to_contain_text(f"{grids} 个，今天 {today} 个")
    screen.click_map(part["centre"])
    expect(screen.answer).to_contain_text(screen.api(f"zones/base_grid/{step['from']}")["name"]["zh"])
    screen.page.locator(".notice").get_by_role("button", name="回到今天").click()
    screen.wait_drawn("base_grid-line", "code", part["code"])


def test_a_grid_of_another_time_leads_to_its_time_and_to_what_it_was_made_of(screen: Screen) -> None:
    details = (
        screen.api(f"zones/base_grid/{grid['code']}")
        for grid in screen.api("zones", layer="base_grid", limit=500)["items"]
    )
    part, old = next(
        (grid, each["from"])
        for grid in details
        for each in grid["lineage"]
        if each["kind"] == "split" and each["to"] == grid["code"] != each["from"]
    )
    before = datetime.fromisoformat(part["valid_from"]) - timedelta(days=30)
    screen.open(f"?zone=base_grid:{part['code']}&at={before.date()}")
    assert part["code"] not in screen.drawn("base_grid-line", "code")
    screen.answer.get_by_role("button", name="的地图").click()
    screen.wait_drawn("base_grid-line", "code", part["code"])
    expect(screen.page).not_to_have_url(re.compile(f"at={before.date()}"))
    screen.answer.get_by_role("button", name="拆分而来").click()
    expect(screen.page).to_have_url(re.compile(f"zone=base_grid:{old}"))
