"""The planner's desk, further: whole grids, codes, files, links, comparison, a plan's way as one story."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import shapely
from playwright.sync_api import expect
from shapely.geometry import shape

from tests.e2e.planner_screen import APPROVER, PLANNER, Desk
from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_planner import PROPOSE_MS, community, incident_in


def test_grids_are_divided_dissolved_named_and_made_new(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 7)["code"], "整格操作")
    page = desk.page
    border = desk.borders()[0]
    canvas = page.locator("#map canvas")

    # Divide: into three parts of nearly equal size.
    desk.row(border.zone_here).click()
    canvas.focus()
    page.keyboard.press("d")
    page.locator("input[name=parts]").fill("3")
    page.locator("input[name=parts]").press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("3", timeout=MAP_MS)
    desk.saved()
    figures = {each["number"]: each for each in desk.api("/measures")["zones"]}
    made = [number for number in figures if not desk_base(desk, number)]
    assert len(made) == 2
    assert all(figures[number]["connected"] for number in (*made, border.zone_here))

    # Rename one of them, and dissolve the other: its units go to the neighbours.
    desk.row(made[0]).click()
    canvas.focus()
    page.keyboard.press("r")
    page.locator("input[name=name_zh]").fill("滨海网格")
    page.locator("input[name=name_zh]").press("Enter")
    desk.saved()
    expect(desk.row(made[0])).to_contain_text("滨海网格")
    desk.row(made[1]).click()
    canvas.focus()
    page.keyboard.press("x")
    desk.saved()
    expect(desk.row(made[1])).to_have_count(0)

    # New grid: units gathered by a click, then a name.
    page.keyboard.press("Escape")
    canvas.focus()
    page.keyboard.press("c")
    page.evaluate("at => void window.gridgov.map.jumpTo({center: at, zoom: 15.5})", border.place_there)
    page.mouse.click(*screen.on_screen(border.place_there))
    page.locator(".tool-now .button.primary").click()
    page.locator("input[name=name_zh]").fill("新设网格")
    page.locator("input[name=name_zh]").press("Enter")
    desk.saved()
    new = next(each for each in desk.api("/units")["zones"] if each["name"]["zh"] == "新设网格")
    assert desk.zone_of(border.there) == new["number"]
    kinds = [each["kind"] for each in desk.api("/steps")["items"]]
    assert kinds == ["new_zone", "dissolve", "rename", "split_parts"]


def desk_base(desk: Desk, number: int) -> bool:
    """Whether a grid was there before the plan."""
    return any(each["number"] == number and each["base"] for each in desk.api("/units")["zones"])


def test_codes_are_looked_at_first_and_a_file_is_checked_row_by_row(screen: Screen, tmp_path: Path) -> None:
    desk = Desk.of_community(screen, community(screen, 8)["code"], "编号与文件")
    page = desk.page
    border = desk.borders()[0]
    desk.move(PLANNER, kind="new_zone", units=[border.there], name={"zh": "待编号"})
    page.reload()
    desk.open()
    desk.tab("review")
    page.locator("[data-action=renumber-preview]").click()
    row = page.locator(".renumber tbody tr").filter(has_text="待编号")
    expect(row).to_contain_text("（无）")
    code = row.locator("strong").inner_text()
    assert re.fullmatch(r"\d{15}", code)
    # Only looked at: nothing is stored yet.
    assert "renumber" not in [each["kind"] for each in desk.api("/steps")["items"]]
    page.locator("[data-action=renumber]").click()
    desk.saved()
    told = next(each for each in desk.api("/units")["zones"] if each["name"]["zh"] == "待编号")
    assert told["code"] == code

    # What is exported goes in again; one row is wrong, another moves a unit back.
    with page.expect_download() as download:
        page.locator(".exports a", has_text="CSV").last.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    names = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    units = desk.api("/units")["units"]
    moved = units["code"][units["id"].index(border.there)]
    other = next(each["code"] for each in desk.api("/units")["zones"] if each["number"] == border.zone_there)
    at_unit, at_zone = names.index("unit"), names.index("zone")
    wrong = next(row for row in rows if row[at_unit] != moved)
    table = [["unit", "zone"], [moved, other], [wrong[at_unit], "NO-SUCH-GRID"]]
    file = tmp_path / "plan.csv"
    file.write_text("\n".join(",".join(row) for row in table), encoding="utf-8")
    assert {moved, wrong[at_unit]} <= {row[at_unit] for row in rows}
    assert code in {row[at_zone] for row in rows}
    page.locator("input[name=plan-file]").set_input_files(file)
    expect(page.locator("[data-faults]")).to_have_attribute("data-faults", "1")
    expect(page.locator("[data-faults]")).to_contain_text("NO-SUCH-GRID")
    assert desk.zone_of(border.there) == told["number"], "nothing is taken over unasked"
    page.locator("[data-action=import]").click()
    expect(page.locator(".notice.good")).to_contain_text("已采用文件", timeout=MAP_MS)
    assert desk.zone_of(border.there) == border.zone_there


def test_linked_units_share_a_grid_in_proposals_which_the_map_shows(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 9)["code"], "同格与分格")
    page = desk.page
    border = desk.borders()[0]
    desk.tab("proposals")
    page.locator("#map canvas").focus()
    page.keyboard.press("c")
    for place in (border.place_here, border.place_there):
        page.evaluate("at => void window.gridgov.map.jumpTo({center: at, zoom: 15.5})", place)
        page.mouse.click(*screen.on_screen(place))
    page.locator("button[data-link=must]").click()
    expect(page.locator("li[data-link=must]")).to_have_count(1)
    page.locator("select[name=seconds]").select_option("2")
    page.get_by_role("button", name="提出方案").click()
    cards = page.locator(".gallery > li")
    cards.first.wait_for(timeout=PROPOSE_MS)
    # The map shows the one pointed at, without taking it over.
    cards.first.hover()
    expect(page.locator(".plan-previewing")).to_be_visible()
    assert desk.api("/steps")["items"] == []
    cards.first.get_by_role("button", name="采用").click()
    desk.saved()
    expect(page.locator(".plan-previewing")).to_have_count(0)
    assert desk.zone_of(border.here) == desk.zone_of(border.there)


def test_a_line_is_drawn_by_keyboard_and_follows_streets(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 10)["code"], "键盘画线")
    page = desk.page
    border = desk.borders()[0]
    page.evaluate("at => void window.gridgov.map.jumpTo({center: at, zoom: 15})", border.place_here)
    page.locator("#map canvas").focus()
    page.keyboard.press("s")
    page.keyboard.press("a")
    expect(page.locator("input[name=follow]")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("input[name=follow]")).not_to_be_checked()
    # Enter adds a point, arrows move the next one, Backspace takes the last back, Escape drops the line.
    page.keyboard.press("Enter")
    for key in ("Enter", "Shift+ArrowRight", "Enter", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    said = page.locator(".app > [role=status]")
    expect(said).to_contain_text("3")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(page.locator(".tool-now .button.primary")).to_have_count(0)
    # Across the whole grid it splits it.
    line = desk.line_through(border.zone_here)
    desk.row(border.zone_here).click()
    page.evaluate(
        "([a, b]) => void window.gridgov.map.fitBounds([[a[0] - 1e-3, b[1]], [a[0] + 1e-3, a[1]]],"
        " {padding: {top: 200, bottom: 60, left: 60, right: 60}, duration: 0})",
        line,
    )
    page.locator("#map canvas").focus()
    page.keyboard.press("s")
    page.mouse.move(*screen.on_screen(line[0]))
    page.keyboard.press("Enter")
    page.mouse.move(*screen.on_screen(line[1]))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("已拆分", timeout=MAP_MS)
    desk.saved()
    # Cut and drawn without reading the plan again: figures are the server's.
    told = {each["number"]: each["households"] for each in desk.api("/measures")["zones"]}
    made = max(each["number"] for each in desk.api("/units")["zones"])
    for zone in (border.zone_here, made):
        # Only rows in sight are made.
        desk.bring_into_sight(zone)
        expect(desk.row(zone).locator("[role=gridcell]").nth(1)).to_have_text(str(told[zone]))


def test_from_a_grid_too_large_to_an_incident_in_its_new_grid(screen: Screen) -> None:
    """A grid over 500 is split, a border dragged, a step undone, a proposal accepted; then it is approved."""
    place = community(screen, 11)
    desk = Desk.of_community(screen, place["code"], "全程")
    page = desk.page
    canvas = page.locator("#map canvas")
    border = desk.borders()[0]
    desk.move(PLANNER, kind="merge", zones=[border.zone_there], into=border.zone_here)
    page.reload()
    desk.open()
    expect(desk.row(border.zone_here)).to_contain_text("▲")
    desk.row(border.zone_here).click()
    line = desk.line_through(border.zone_here)
    canvas.focus()
    page.keyboard.press("s")
    desk.draw(line)
    expect(page.locator(".notice.good")).to_contain_text("已拆分", timeout=MAP_MS)
    desk.saved()
    # Only the rows in sight are made.
    other = next(each for each in desk.borders() if desk.row(each.zone_here).count())
    moved = desk.moved().inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    desk.row(other.zone_here).click()
    canvas.focus()
    desk.drag(other.place_here, other.place_there)
    desk.saved()
    assert desk.zone_of(other.there) == other.zone_here
    page.keyboard.press("Control+z")
    expect(desk.moved()).to_have_text(moved, timeout=MAP_MS)
    desk.saved()
    # Without the split the grid is too large again: there is something to propose.
    page.keyboard.press("Control+z")
    expect(desk.row(border.zone_here)).to_contain_text("▲", timeout=MAP_MS)
    desk.saved()
    desk.tab("proposals")
    page.locator("select[name=seconds]").select_option("2")
    page.get_by_role("button", name="提出方案").click()
    cards = page.locator(".gallery > li")
    cards.first.wait_for(timeout=PROPOSE_MS)
    cards.filter(has=page.locator(".small-map path[opacity]")).first.get_by_role(
        "button", name="采用"
    ).click()
    desk.saved()
    assert desk.api("/steps")["items"][0]["kind"] == "assign"

    # An open incident on a unit that changes its grid.
    shapes = {each["id"]: each for each in desk.api("/shapes")["units"]["features"]}
    if moving(screen, desk, shapes) is None:
        reported = next(each for each in desk.borders() if incident_in(screen, shapes[each.there]))
        desk.move(PLANNER, kind="paint", units=[reported.there], zone=reported.zone_here)
        page.reload()
        desk.open()
    found = moving(screen, desk, shapes)
    assert found is not None
    incident, taker = found
    before = screen.api(f"incidents/{incident}")["base_grid"]["code"]
    desk.tab("review")
    desk.act("submit")
    expect(page.locator(".plan-state")).to_have_text("待批准")
    desk.call_oneself(APPROVER)
    desk.act("approve")
    expect(page.locator(".plan-state")).to_have_text("已批准")
    desk.act("publish")
    expect(page.locator(".plan-state")).to_have_text("已发布", timeout=MAP_MS)

    # The impact stays, organisations were told, and the edition is compared with the day it started from.
    expect(page.locator(".impact")).to_contain_text("批准时")
    expect(page.locator("[data-notice=published]")).not_to_have_count(0)
    desk.tab("compare")
    page.locator("select[name=to]").select_option(f"plan:{desk.code}")
    page.locator("select[name=from]").select_option("date")
    page.locator("[data-action=compare]").click()
    page.locator("[data-compared]").wait_for(timeout=MAP_MS)
    assert int(page.locator("[data-compared]").get_attribute("data-compared") or 0) >= 2
    assert screen.draws("plan-changed-fill")

    screen.open(f"?incident={incident}")
    expect(screen.answer).to_contain_text(taker, timeout=MAP_MS)
    after = screen.api(f"incidents/{incident}")["base_grid"]
    assert after["name"]["zh"] == taker
    assert after["code"] != before


def moving(screen: Screen, desk: Desk, shapes: dict[int, Any]) -> tuple[str, str] | None:
    """Number of an open incident on a unit that changes its grid, and the name of its new one."""
    told = desk.api("/units")
    units, names = told["units"], {each["number"]: each["name"]["zh"] for each in told["zones"]}
    for unit, zone, base in zip(units["id"], units["zone"], units["base_zone"], strict=True):
        if zone == base or names[zone] == names.get(base):
            continue
        found = incident_in(screen, shapes[unit])
        if found is not None and shapely.get_num_coordinates(shape(shapes[unit]["geometry"])):
            return found["number"], names[zone]
    return None


def test_a_plan_is_scheduled_withdrawn_and_another_rolled_back(screen: Screen) -> None:
    place = community(screen, 12)["code"]
    desk = Desk.of_community(screen, place, "排期与撤回")
    page = desk.page
    border = desk.borders()[0]
    desk.move(PLANNER, kind="paint", units=[border.there], zone=border.zone_here)
    page.reload()
    desk.open()
    desk.tab("review")
    desk.act("submit")
    desk.call_oneself(APPROVER)
    desk.act("approve")
    expect(page.locator(".plan-state")).to_have_text("已批准")
    desk.act("schedule")
    page.locator("input[name=moment]").fill("2030-01-01T00:00")
    page.locator("[data-action=confirm]").click()
    expect(page.locator(".plan-state")).to_have_text(re.compile("排期|待生效|定时"))
    desk.act("withdraw")
    expect(page.locator(".plan-state")).to_have_text("已撤回")
    assert desk.api()["state"] == "withdrawn"

    second = Desk.of_community(screen, place, "发布后回退")
    second.move(PLANNER, kind="paint", units=[border.there], zone=border.zone_here)
    page.reload()
    second.open(APPROVER)
    second.tab("review")
    second.act("submit")
    second.act("approve")
    expect(page.locator(".plan-state")).to_have_text("已批准")
    second.act("publish")
    expect(page.locator(".plan-state")).to_have_text("已发布", timeout=MAP_MS)
    second.act("rollback")
    expect(page.locator(".plan-state")).to_have_text("已回退", timeout=MAP_MS)
    assert screen.api(f"plans/{second.code}-R")["state"] == "published"
