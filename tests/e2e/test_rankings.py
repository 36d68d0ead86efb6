"""The page of rankings: table and map linked, down and up again, lists behind numbers, a grid's day."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_view import check

ROWS = ".ranking tbody tr[data-code]"


def ranking(screen: Screen, query: str = "") -> Screen:
    """Open the rankings and wait until all that the sample brought is counted."""
    span = {"level": "district", "from": "2026-01-01", "to": "2026-02-01"}
    while screen.api("rankings", **span)["waiting"]:
        pass
    screen.open(f"rankings{query}")
    screen.page.locator(ROWS).first.wait_for(timeout=MAP_MS)
    return screen


def coloured(screen: Screen) -> list[str]:
    """Codes of the zones that the map draws in a colour or hatched, and of the one it marks."""
    screen.settle()
    drawn: list[str] = screen.page.evaluate(
        """() => [...new Set(window.gridgov.map.queryRenderedFeatures({layers: ['ranking-fill']})
                 .map((one) => one.properties.code))]"""
    )
    return drawn


def wait_marked(screen: Screen, layer: str, code: str) -> None:
    """Wait until the filter of a marking layer names a zone."""
    screen.page.wait_for_function(
        "([layer, code]) => JSON.stringify(window.gridgov.map.getFilter(layer)).includes(code)",
        arg=[layer, code],
    )


def test_table_and_map_mark_the_same_zone(screen: Screen) -> None:
    page = ranking(screen, "?period=last_year").page
    codes = [row.get_attribute("data-code") for row in page.locator(ROWS).all()]
    page.wait_for_function("() => window.gridgov.map.getLayer('ranking-fill')", timeout=MAP_MS)
    drawn = coloured(screen)
    assert len(drawn) > 5
    assert set(drawn) <= set(codes)
    code = drawn[0]
    row = page.locator(f"{ROWS}[data-code='{code}']")
    row.locator("td.place").hover()
    wait_marked(screen, "ranking-pointed", code)
    # The other way: the pointer on the map, then a press.
    x, y = page.evaluate(
        """(code) => { const map = window.gridgov.map;
            const box = map.getCanvas().getBoundingClientRect();
            for (let x = 10; x < box.width; x += 12) for (let y = 10; y < box.height - 60; y += 12) {
                const hit = map.queryRenderedFeatures([x, y], {layers: ['ranking-fill']})[0];
                const top = document.elementFromPoint(box.x + x, box.y + y);
                if (hit && hit.properties.code === code && top === map.getCanvas())
                    return [box.x + x, box.y + y];
            }
            return [0, 0]; }""",
        code,
    )
    page.mouse.move(x, y)
    expect(row).to_have_class(re.compile("is-pointed"))
    page.mouse.click(x, y)
    expect(row).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(f"zone={code}"))


def test_down_to_the_grids_of_a_community_and_back_by_the_path(screen: Screen) -> None:
    page = ranking(screen, "?level=street&period=last_year").page
    street = page.locator(ROWS).first
    name, code = street.locator("th .link").inner_text(), street.get_attribute("data-code")
    reported = street.locator("[data-measure=reported]").inner_text()
    street.locator("th .link").click()
    expect(page.locator(".crumbs [aria-current]")).to_have_text(name)
    total = page.locator(".ranking-total [data-measure=reported]")
    expect(total).to_have_text(reported)
    for row in page.locator(ROWS).all():
        assert (row.get_attribute("data-code") or "").startswith(code or "-")
    community = page.locator(ROWS).first
    inside = community.locator("th .link").first.inner_text()
    community.locator("th .link").first.click()
    expect(page.locator(".crumbs [aria-current]")).to_have_text(inside)
    expect(page.locator(f"{ROWS} .day-link").first).to_be_visible()
    page.locator(".crumbs").get_by_role("button", name=name).click()
    expect(page.locator(".crumbs [aria-current]")).to_have_text(name)
    expect(page.locator("[data-level=community]")).to_have_attribute("aria-pressed", "true")


def test_a_number_opens_as_many_incidents_as_it_says(screen: Screen) -> None:
    page = ranking(screen, "?period=last_year&by=due").page
    row = page.locator(ROWS).last
    number = row.locator("[data-measure=rework_rate]")
    if number.inner_text() == "–":
        number = row.locator("[data-measure=reported]")
    number.click()
    panel = page.locator("#counted")
    expect(panel).to_be_visible()
    count = int(re.sub(r"\D", "", panel.locator("h2").inner_text().split("：")[-1]))
    expect(panel.locator("ul.counted li")).to_have_count(min(count, 50))
    # The link opens the same list.
    page.reload()
    expect(panel.locator("ul.counted li")).to_have_count(min(count, 50), timeout=MAP_MS)
    panel.get_by_role("button", name=re.compile("关闭")).click()
    expect(panel).to_have_count(0)


def test_the_day_of_a_grid_has_eight_parts(screen: Screen) -> None:
    grid = screen.some_grid()["code"]
    page = ranking(screen, f"?level=grid&within={grid[:12]}&lang=en").page
    page.locator(f"{ROWS}[data-code='{grid}'] .day-link").click()
    report = page.locator("#day-report")
    expect(report.locator("dd")).to_have_count(8)
    day = report.locator("input[type=date]").input_value()
    report.get_by_role("button", name="Day before").click()
    expect(report.locator("input[type=date]")).not_to_have_value(day)
    expect(report.locator("dd")).to_have_count(8)


def test_the_page_can_be_read_by_everybody(screen: Screen) -> None:
    ranking(screen, "?period=last_year&shows=change")
    check(screen, "rankings")
