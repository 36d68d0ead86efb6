"""The list as the map's equal, and search."""

from __future__ import annotations

import re

from playwright.sync_api import Request, expect

from tests.e2e.screen import Screen


def test_the_list_shows_what_the_server_lists_and_loads_more(screen: Screen) -> None:
    first = screen.api("incidents", state="open", limit=60)["items"]
    assert len(first) == 60
    screen.open("?panel=list")
    rows = screen.incident_list.locator(".incident-row")
    expect(rows).to_have_count(30)
    expect(rows.first).to_contain_text(first[0]["category"]["name"]["zh"])
    screen.incident_list.get_by_role("button", name="加载更多").click()
    expect(rows).to_have_count(60)
    expect(rows.nth(45)).to_contain_text(first[45]["category"]["name"]["zh"])


def test_a_row_opens_its_incident_on_the_map(screen: Screen) -> None:
    wanted = next(
        each for each in screen.api("incidents", state="open", limit=30)["items"] if each["place"] is not None
    )
    index = [each["number"] for each in screen.api("incidents", state="open", limit=30)["items"]].index(
        wanted["number"]
    )
    screen.open("?panel=list")
    row = screen.incident_list.locator(".incident-row").nth(index)
    row.click()
    expect(screen.page).to_have_url(re.compile(f"incident={wanted['number']}"))
    expect(row).to_have_attribute("aria-current", "true")
    expect(screen.answer).to_contain_text(wanted["number"])
    screen.wait_drawn("incident-singles", "number", wanted["number"])


def test_filters_are_chips_that_can_be_taken_away(screen: Screen) -> None:
    grid = screen.some_grid()
    community = grid["parent"]["code"]
    screen.open(f"?panel=list&in=community:{community}&state=closed&period=90d")
    chips = screen.incident_list.locator(".chip")
    expect(chips).to_have_count(3)
    expect(screen.incident_list.locator(".incidents")).to_have_attribute("aria-busy", "false")
    for name in ("近 90 天", "已结案"):
        screen.incident_list.get_by_role("button", name=f"移除筛选：{name}").click()
    expect(chips).to_have_count(1)
    everything = screen.api("incidents", zone=f"community:{community}", limit=30)["items"]
    expect(screen.incident_list.locator(".incident-row")).to_have_count(len(everything))
    expect(screen.page).to_have_url(re.compile("state=all"))
    chips.first.click()
    expect(screen.page).not_to_have_url(re.compile("in="))


def test_a_zone_leads_to_its_incidents(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open(f"?zone=community:{grid['parent']['code']}")
    screen.answer.get_by_role("button", name="查看本区域事件").click()
    expect(screen.incident_list.locator(".chip").filter(has_text=grid["parent"]["code"])).to_be_visible()


def test_the_skip_link_leads_to_the_list(screen: Screen) -> None:
    screen.open()
    screen.tab_to("a[href='#list']", limit=3)
    screen.page.keyboard.press("Enter")
    expect(screen.incident_list).to_be_focused()


def test_search_finds_a_grid_by_its_code_with_the_keyboard(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open()
    screen.page.keyboard.press("/")
    box = screen.page.get_by_role("combobox", name="搜索")
    expect(box).to_be_focused()
    screen.page.keyboard.type(grid["code"])
    first = screen.page.get_by_role("option").first
    expect(first).to_contain_text(grid["name"]["zh"])
    screen.page.keyboard.press("Enter")
    expect(screen.page).to_have_url(re.compile(f"zone=base_grid:{grid['code']}"))
    screen.wait_drawn("base_grid-shown-line", "code", grid["code"])


def test_arrows_move_through_the_results(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open()
    box = screen.page.get_by_role("combobox", name="搜索")
    box.fill(grid["parent"]["code"])
    options = screen.page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.nth(1).get_attribute("id")))
    box.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(options.first).to_be_hidden()


def test_search_finds_incidents_and_addresses(screen: Screen) -> None:
    incident = screen.api("incidents", limit=1)["items"][0]
    screen.open()
    box = screen.page.get_by_role("combobox", name="搜索")
    box.fill(incident["number"])
    screen.page.get_by_role("option").first.click()
    expect(screen.page).to_have_url(re.compile(f"incident={incident['number']}"))

    street = next(hit for hit in screen.api("search", q="路", limit=50)["items"] if hit["type"] == "road")
    address = next(
        hit
        for hit in screen.api("search", q=street["label"]["zh"], limit=50)["items"]
        if hit["type"] == "address"
    )
    box.fill(address["detail"]["zh"])
    screen.page.get_by_role("option").filter(has_text=address["detail"]["zh"]).first.click()
    expect(screen.page).to_have_url(re.compile("point="))


def test_search_waits_for_the_input_method(screen: Screen) -> None:
    """While pinyin is being composed nothing is asked, and the composition's own Enter chooses nothing."""
    screen.open()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/search" in request.url:
            asked.append(request.url)

    screen.page.on("request", note)
    screen.page.get_by_role("combobox", name="搜索").focus()
    keyboard = screen.page.context.new_cdp_session(screen.page)
    keyboard.send("Input.imeSetComposition", {"text": "she", "selectionStart": 3, "selectionEnd": 3})
    screen.page.wait_for_timeout(600)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "社区"})
    expect(screen.page.get_by_role("option").first).to_contain_text("社区")
    assert asked


def test_nothing_found_says_what_to_try(screen: Screen) -> None:
    screen.open()
    screen.page.get_by_role("combobox", name="搜索").fill("绝无此处")
    expect(screen.page.locator(".search-results")).to_contain_text("没有匹配")
