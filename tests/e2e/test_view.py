"""Language, links, phones, accessibility."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.screen import Screen

AXE = Path(__file__).parents[2] / "frontend_map" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
WIDTHS = (1280, PHONE["width"])


def test_one_click_switches_the_language(screen: Screen) -> None:
    grid = screen.some_grid()
    lon, lat = grid["centre"]
    screen.open_at(grid["centre"], 13, f"&point={lon},{lat}")
    routing = screen.api("routing", lon=lon, lat=lat)
    expect(screen.answer.locator(".reason")).to_have_text(routing["reason"]["zh"])
    chinese = screen.page.evaluate(
        "JSON.stringify(window.gridgov.map.getLayoutProperty('subdistrict-label', 'text-field'))"
    )
    screen.switch_language()
    expect(screen.answer.locator(".reason")).to_have_text(routing["reason"]["en"])
    expect(screen.page.get_by_role("button", name="Report incident", exact=True)).to_be_visible()
    expect(screen.page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(screen.page).to_have_title(re.compile(re.escape(screen.api("city")["name"]["en"])))
    assert chinese.index("name_zh") < chinese.index("name_en")
    screen.page.wait_for_function(
        """() => {
            const text = window.gridgov.map.getLayoutProperty('subdistrict-label', 'text-field');
            return JSON.stringify(text).search('name_en') < JSON.stringify(text).search('name_zh');
        }"""
    )
    expect(screen.page).to_have_url(re.compile("lang=en"))
    screen.page.go_back()
    expect(screen.page.get_by_role("button", name="上报事件", exact=True)).to_be_visible()


def test_a_link_restores_the_view(
    screen: Screen, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    grid = screen.some_grid()
    lon, lat = grid["centre"]
    screen.open_at(grid["centre"], 15)
    screen.page.keyboard.press("l")
    screen.page.locator("input[data-layer='police']").check()
    screen.page.locator("input[data-layer='buildings']").uncheck()
    screen.click_map([lon, lat])
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    screen.switch_language()
    expect(screen.page).to_have_url(re.compile("lang=en"))
    screen.settle()
    # The address follows the map after a moment.
    screen.page.wait_for_function(
        "() => new URLSearchParams(location.search).get('layers')?.split(',').includes('police')"
    )
    link = screen.page.url
    picture = (
        "(() => { const map = window.gridgov.map, {lng, lat} = map.getCenter();"
        " return [map.getZoom().toFixed(2), lng.toFixed(4), lat.toFixed(4)] })()"
    )
    before = screen.page.evaluate(picture)

    with browser.new_context(**browser_context_args) as elsewhere:
        other = Screen(elsewhere.new_page(), screen.base_url)
        other.open(link.removeprefix(f"{screen.base_url}/"))
        assert other.page.evaluate(picture) == before
        assert other.visible("police-line")
        assert not other.visible("buildings")
        expect(other.page.locator(".panel-left")).to_contain_text("Layers")
        expect(other.answer).to_contain_text("Why here")
        assert other.page.url == link


def test_a_link_to_an_incident_alone_leads_there(screen: Screen) -> None:
    located = screen.api("incidents", state="open", place_status="located", limit=1)["items"][0]
    screen.open(f"?incident={located['number']}")
    screen.wait_drawn("incident-singles", "number", located["number"])


def test_a_link_with_its_own_view_keeps_it(screen: Screen) -> None:
    located = screen.api("incidents", state="open", place_status="located", limit=1)["items"][0]
    screen.open_at(screen.api("city")["centre"], 11, f"&incident={located['number']}")
    expect(screen.answer).to_contain_text(located["number"])
    screen.settle()
    assert screen.page.evaluate("window.gridgov.map.getZoom()") == 11


def test_back_leads_through_what_was_looked_at(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.open_at(grid["centre"], 15)
    screen.click_map(grid["centre"])
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    screen.answer.get_by_role("button", name=grid["name"]["zh"], exact=True).click()
    expect(screen.page).to_have_url(re.compile(f"zone=base_grid:{grid['code']}"))
    screen.page.go_back()
    expect(screen.page).to_have_url(re.compile("point="))
    screen.page.go_back()
    expect(screen.answer).to_have_count(0)
    screen.page.go_forward()
    expect(screen.page).to_have_url(re.compile("point="))


def test_help_opens_and_single_keys_can_be_switched_off(screen: Screen) -> None:
    screen.open()
    screen.page.keyboard.press("?")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("启用单键快捷键").uncheck()
    screen.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    screen.page.keyboard.press("l")
    expect(screen.page.locator(".panel-left")).to_have_count(0)


def test_a_phone_has_room_for_map_and_answer(screen: Screen) -> None:
    grid = screen.some_grid()
    screen.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    screen.open_at(grid["centre"], 15)
    screen.click_map(grid["centre"])
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    box, canvas = screen.answer.bounding_box(), screen.page.locator("#map canvas").bounding_box()
    assert box is not None
    assert canvas is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert canvas["height"] >= 200, "no map left beside the sheet"
    assert canvas["y"] + canvas["height"] <= box["y"] + 1, "the sheet covers the map"
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    screen.answer.get_by_role("button", name="在此上报事件").click()
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("button", name="提交").scroll_into_view_if_needed()
    expect(form.get_by_role("button", name="提交")).to_be_in_viewport()
    screen.page.get_by_role("button", name="图层").click()
    expect(screen.page.locator(".panel-left input[type=date]")).to_be_visible()


STATES = {
    "start": "",
    "layers and why here": "&panel=layers&point={lon},{lat}",
    "list and zone": "&panel=list&zone=base_grid:{code}",
    "incident": "&incident={incident}",
    "report": "&report=1",
}


def test_axe_finds_nothing(screen: Screen) -> None:
    assert AXE.exists(), "axe-core is not installed; run `npm ci` in frontend_map/"
    grid = screen.some_grid()
    incident = screen.api("incidents", limit=1)["items"][0]["number"]
    lon, lat = grid["centre"]
    screen.open_at(grid["centre"], 14)
    for width, lang, (name, query) in product(WIDTHS, ("zh", "en"), STATES.items()):
        screen.page.set_viewport_size({"width": width, "height": 844})
        start = f"?map=14.00/{lat:.5f}/{lon:.5f}&lang={lang}"
        screen.go(start)
        expect(screen.page.locator(f"html[lang^={lang}]")).to_have_count(1)
        expect(screen.page.locator(".panel")).to_have_count(0)
        filled = query.format(lon=lon, lat=lat, code=grid["code"], incident=incident)
        screen.go(start + filled)
        if name == "report":
            screen.page.locator("button[type=submit]").click()
            screen.page.get_by_role("alert").wait_for()
        elif filled:
            screen.page.locator(".panel h3, .facts").first.wait_for()
        check(screen, f"{name} ({lang}), {width} wide")
        if name == "report":
            screen.page.keyboard.press("Escape")
            screen.page.keyboard.press("?")
            screen.page.get_by_role("dialog").wait_for()
            check(screen, f"help ({lang}), {width} wide")
            screen.page.keyboard.press("Escape")


def check_wide_and_narrow(screen: Screen, name: str) -> None:
    """`check` on a desk and on a phone: the page is the same, nothing need be loaded anew."""
    for width in (*WIDTHS[1:], WIDTHS[0]):
        screen.page.set_viewport_size({"width": width, "height": 844})
        check(screen, f"{name}, {width} wide")
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= width, name


def check(screen: Screen, name: str) -> None:
    """Ask axe about a page at rest: what it finds once and no more a moment later was only on its way."""
    if not screen.page.evaluate("'axe' in window"):
        screen.page.evaluate(AXE.read_text(encoding="utf-8"))
    for pause_ms in (0, 1_000, 3_000):
        screen.page.wait_for_timeout(pause_ms)
        if not (faults := faults_of(screen)):
            break
    assert faults == [], name


def faults_of(screen: Screen) -> list[str]:
    """Faults alone: all that axe finds to be well would be some megabytes."""
    found = screen.page.evaluate(
        "axe.run(document, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then(found => found.violations)"
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]
    ]


def test_targets_are_large_enough(screen: Screen) -> None:
    """24 by 24 pixels at least (WCAG 2.2, 2.5.8); for a box with a label the label counts."""
    grid = screen.some_grid()
    lon, lat = grid["centre"]
    screen.open_at(grid["centre"], 14, f"&panel=layers&point={lon},{lat}")
    expect(screen.answer.locator(".answer-name")).to_be_visible()
    small = screen.page.evaluate(
        """() => [...document.querySelectorAll(
          'button, select, a[href], label.check, input:not([type=checkbox], [type=radio])')]
        .filter(each => each.checkVisibility() && !each.closest('.skips'))
        .map(each => ({text: each.textContent, box: each.getBoundingClientRect()}))
        .filter(({box}) => box.width < 24 || box.height < 24)
        .map(({text, box}) => `${text}: ${box.width} x ${box.height}`)"""
    )
    assert small == []
