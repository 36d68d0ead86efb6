"""The planner's desk: a plan is made, drawn, judged, agreed and put into force; the dispatcher sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import shapely
from playwright.sync_api import expect
from shapely.geometry import shape

from tests.e2e.planner_screen import APPROVER, PLANNER, Border, Desk
from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_view import check

# The search itself takes two seconds; compiling it the first time takes longer.
PROPOSE_MS = 120_000


def community(screen: Screen, nth: int) -> dict[str, Any]:
    """A community with several grids, counted from the last one: other tests look at the first."""
    found = screen.api("zones", layer="community", limit=200)["items"]
    grids = screen.api("zones", layer="base_grid", limit=500)["items"]
    counts = {each["code"]: sum(grid["parent"] == each["code"] for grid in grids) for each in found}
    chosen: dict[str, Any] = [each for each in found if counts[each["code"]] >= 4][-1 - nth]
    return chosen


def test_a_plan_is_made_for_a_community_and_found_again(screen: Screen) -> None:
    place = community(screen, 0)
    screen.open()
    page = screen.page
    page.get_by_role("button", name="工作台").click()
    page.get_by_role("link", name="规划", exact=True).click()
    expect(page).to_have_url(re.compile(r"/planner(\?|$)"))
    page.get_by_role("button", name="新建方案").click()
    page.get_by_role("button", name="建立方案").click()
    expect(page.get_by_text("请填写名称")).to_be_visible()
    page.locator("input[name=name]").fill("社区网格试划")
    page.locator("input[name=area]").fill(place["code"])
    page.locator(f"[role=option][data-key='{place['code']}']").click()
    page.locator("input[name=by]").fill(PLANNER)
    page.get_by_role("button", name="建立方案").click()
    page.locator(".grid-table [role=gridcell]").first.wait_for(timeout=MAP_MS)

    code = page.evaluate("() => new URLSearchParams(location.search).get('plan')")
    plan = screen.api(f"plans/{code}")
    assert plan["area"]["code"] == place["code"]
    assert plan["author"] == PLANNER
    expect(page.locator(".grid-table")).to_have_attribute("aria-rowcount", str(plan["zones"] + 1))
    # Back in the list it stands with its state, and the name of the planner is remembered.
    page.get_by_role("button", name="全部方案").click()
    line = page.locator(f"[data-plan='{code}']")
    expect(line).to_contain_text("草案")
    expect(line).to_contain_text(place["name"]["zh"])
    line.get_by_role("button").click()
    expect(page.locator("#planner-name")).to_have_value(PLANNER, timeout=MAP_MS)


def test_a_border_is_dragged_judged_at_once_as_the_server_does_and_undone(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 1)["code"], "拖动边界")
    page = desk.page
    border = next(each for each in desk.borders())
    before = desk.zone_of(border.there)
    page.locator("[data-tool=paint]").click()
    # With Space held, dragging moves the map, whatever the tool: also right after the pointer took it.
    middle = page.evaluate("() => window.gridgov.map.getCenter().toArray()")
    page.mouse.move(*screen.on_screen(border.place_here))
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(700, 400, steps=4)
    page.mouse.up()
    page.keyboard.up("Space")
    assert page.evaluate("() => window.gridgov.map.getCenter().toArray()") != middle
    expect(desk.moved()).to_have_text("0")
    desk.drag(border.place_here, border.place_there)
    # The figure stands before the server has said anything; the measure is the browser's own.
    took = page.evaluate("() => performance.getEntriesByName('plan-move')[0].duration")
    print(f"figures and colours after a move: {took:.1f} ms")
    expect(desk.moved()).not_to_have_text("0")
    desk.saved()
    assert desk.zone_of(border.there) == border.zone_here

    # Every figure of the table is the server's.
    told = {each["number"]: each for each in desk.api("/measures")["zones"]}
    for zone in (border.zone_here, border.zone_there):
        cells = desk.row(zone).locator("[role=gridcell]")
        expect(cells.nth(1)).to_have_text(str(told[zone]["households"]))
        expect(cells.nth(3)).to_have_text(f"{told[zone]['polsby_popper']:.2f}")
        expect(cells.nth(4)).to_have_text(f"+{told[zone]['moved_in']} −{told[zone]['moved_out']}")
    expect(desk.moved()).to_have_text(str(desk.api("/measures")["moved_households"]))
    shown = page.locator(".zone-card dd").all_inner_texts()
    taker = told[border.zone_here]
    assert taker["reock"] == pytest.approx(float(shown[8]), abs=0.006)
    assert [int(re.split(r"\D", shown[at])[0]) for at in (4, 5)] == [taker["facilities"], taker["posts"]]

    page.locator("#map canvas").focus()
    page.keyboard.press("Control+z")
    expect(desk.moved()).to_have_text("0")
    desk.saved()
    assert desk.zone_of(border.there) == before
    desk.tab("history")
    expect(page.locator(".step-list .is-undone")).to_have_count(1)
    page.get_by_role("button", name="重做").last.click()
    expect(desk.moved()).not_to_have_text("0")
    # Before and after: the edition of the beginning over the draft, cut off where the slider stands.
    page.locator("#map canvas").focus()
    page.keyboard.press("k")
    page.locator(".curtain[data-ready='1']").wait_for(timeout=MAP_MS)
    page.locator(".curtain-slider").press("Home")
    assert page.locator(".curtain").evaluate("each => each.style.clipPath") == "inset(0px 100% 0px 0px)"
    page.keyboard.press("Escape")
    expect(page.locator(".curtain")).to_have_count(0)


def test_everything_is_done_by_keyboard_alone_and_an_input_method_is_left_alone(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 2)["code"], "只用键盘")
    page = desk.page
    screen.tab_to("#grid-table")
    page.keyboard.press("End")
    zone = int(page.locator(".grid-row.is-active").get_attribute("data-zone") or 0)
    page.keyboard.press("Enter")
    screen.settle()

    # The cursor walks from unit to unit; Enter paints the first one of another grid.
    screen.tab_to("#map canvas")
    page.keyboard.press("p")
    expect(page.locator(".tool[data-tool=paint]")).to_have_attribute("aria-pressed", "true")
    said = page.locator(".app > [role=status]")
    # A composing input method sends its letters elsewhere: no tool is taken.
    page.evaluate(
        "document.querySelector('#map canvas').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'm', code: 'KeyM', isComposing: true, bubbles: true}))"
    )
    expect(page.locator(".tool[data-tool=paint]")).to_have_attribute("aria-pressed", "true")
    own = desk.api("/units")
    name = next(each["name"]["zh"] for each in own["zones"] if each["number"] == zone)
    walk = ["ArrowRight", "ArrowUp", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowLeft"]
    for key in [key for key in walk for _ in range(7)]:
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        at = re.search(r"，(\d+) 户，属于(.+?)（", said.inner_text())
        if at and int(at[1]) > 0 and at[2] != name:
            break
    page.keyboard.press("Enter")
    desk.saved()
    expect(desk.moved()).not_to_have_text("0")
    assert desk.api("/measures")["moved_households"] > 0

    # A lock is seen, and holds.
    page.keyboard.press("l")
    desk.saved()
    assert next(each["lock"] for each in desk.api("/units")["zones"] if each["number"] == zone) == "both"
    expect(desk.row(zone).get_by_title("完全锁定")).to_be_visible()
    assert screen.draws("plan-hatch")
    check(screen, "planner")


def test_two_grids_become_one_too_large_which_a_line_splits_and_a_line_moves_their_border(
    screen: Screen,
) -> None:
    desk = Desk.of_community(screen, community(screen, 5)["code"], "合并再拆分")
    page = desk.page
    border = desk.borders()[0]
    desk.row(border.zone_here).click()
    desk.row(border.zone_there).click(modifiers=["Shift"])
    page.locator("#map canvas").focus()
    page.keyboard.press("m")
    desk.saved()
    expect(desk.row(border.zone_here)).to_contain_text("▲")
    expect(desk.row(border.zone_there)).to_have_count(0)

    # The problem leads to the grid; a line through its middle cuts it, and units where it must.
    page.keyboard.press("n")
    desk.tab("balance")
    line = desk.line_through(border.zone_here)
    page.locator("#map canvas").focus()
    page.keyboard.press("s")
    desk.draw(line)
    expect(page.locator(".tool-now .button.primary")).to_have_count(0)
    expect(page.locator(".notice.good")).to_contain_text("已拆分", timeout=MAP_MS)
    desk.saved()
    units = desk.api("/units")
    parts = {each["number"] for each in units["zones"] if not each["dissolved"]}
    made = max(parts)
    assert made not in (border.zone_here, border.zone_there)
    told = {each["number"]: each["households"] for each in desk.api("/measures")["zones"]}
    for zone in (border.zone_here, made):
        expect(desk.row(zone).locator("[role=gridcell]").nth(1)).to_have_text(str(told[zone]))

    # Both parts are chosen; another line is the new course of their border.
    page.keyboard.press("b")
    desk.draw([[lon + 0.0004, lat] for lon, lat in line])
    expect(page.locator(".notice.good")).to_contain_text("边界已移动", timeout=MAP_MS)
    desk.saved()
    after = {each["number"]: each["households"] for each in desk.api("/measures")["zones"]}
    assert after[border.zone_here] + after[made] == told[border.zone_here] + told[made]
    assert [each["kind"] for each in desk.api("/steps")["items"]] == ["border", "split_line", "merge"]


def test_a_proposal_is_compared_and_taken_over_as_one_step(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 6)["code"], "系统建议")
    page = desk.page
    desk.tab("proposals")
    # Staying put counts for nothing: a short search would else find nothing better than today.
    page.locator("input[name=stay]").fill("0")
    page.locator("select[name=seconds]").select_option("2")
    page.get_by_role("button", name="提出方案").click()
    cards = page.locator(".gallery > li")
    cards.first.wait_for(timeout=PROPOSE_MS)
    assert cards.count() == page.locator(".trade-off .dot").count() > 0
    # The first that changes something; small maps hatch what moves.
    card = cards.filter(has=page.locator(".small-map path[opacity]")).first
    card.get_by_role("button", name="采用").click()
    desk.saved()
    expect(desk.moved()).not_to_have_text("0")
    assert [each["kind"] for each in desk.api("/steps")["items"]] == ["assign"]
    assert str(desk.api("/measures")["moved_households"]) == desk.moved().inner_text()
    page.locator("#map canvas").focus()
    page.keyboard.press("Control+z")
    expect(desk.moved()).to_have_text("0")


def test_two_planners_of_one_unit_are_shown_both_sides(screen: Screen) -> None:
    desk = Desk.of_community(screen, community(screen, 3)["code"], "两人同改")
    page = desk.page
    border = next(each for each in desk.borders())
    third = next(
        each["number"]
        for each in desk.api("/units")["zones"]
        if each["number"] not in (border.zone_here, border.zone_there)
    )
    page.keyboard.press("p")
    # Somebody else is faster: the same unit goes into another grid while it is being dragged here.
    desk.drag(
        border.place_here,
        border.place_there,
        meanwhile=lambda: desk.move("赵规划", kind="paint", units=[border.there], zone=third),
    )
    dialog = page.get_by_role("dialog")
    conflict = dialog.locator(f"[data-conflict='{border.there}']")
    expect(conflict).to_contain_text("赵规划")
    assert desk.zone_of(border.there) == third, "nothing is overwritten unseen"
    conflict.get_by_role("radio").last.check()
    dialog.get_by_role("button", name="确定").click()
    desk.saved()
    assert desk.zone_of(border.there) == border.zone_here


def incident_in(screen: Screen, unit: dict[str, Any]) -> dict[str, Any] | None:
    """An open incident on a unit."""
    area = shape(unit["geometry"])
    west, south, east, north = area.bounds
    found = screen.api("incidents", bbox=f"{west},{south},{east},{north}", state="open", limit=100)["items"]
    inside = (each for each in found if area.contains(shapely.Point(each["place"]["coordinates"])))
    return next(inside, None)


def with_an_incident(screen: Screen, nth: int) -> tuple[Desk, Border, dict[str, Any]] | None:
    """A draft of a community, a border in it, and an open incident on the unit that will change its grid."""
    desk = Desk.of_community(screen, community(screen, nth)["code"], "调整后发布")
    shapes = {each["id"]: each for each in desk.api("/shapes")["units"]["features"]}
    for border in desk.borders():
        for way in (border, border.turned()):
            found = incident_in(screen, shapes[way.there])
            if found is not None:
                return desk, way, found
    return None


def test_a_published_plan_moves_the_incidents_of_its_units(screen: Screen) -> None:
    desk, border, incident = next(
        found for nth in (4, 13, 14, 15, 16, 17) if (found := with_an_incident(screen, nth)) is not None
    )
    page = desk.page
    page.keyboard.press("p")
    desk.drag(border.place_here, border.place_there)
    desk.saved()
    taker = next(each for each in desk.api("/units")["zones"] if each["number"] == border.zone_here)

    desk.tab("review")
    desk.act("submit")
    expect(page.locator(".plan-state")).to_have_text("待批准")
    # Whoever drew it does not approve it.
    desk.act("approve")
    expect(page.get_by_role("alert").filter(has_text=PLANNER)).to_be_visible()
    desk.call_oneself(APPROVER)
    desk.act("approve")
    expect(page.locator(".plan-state")).to_have_text("已批准")
    assert screen.api(f"incidents/{incident['number']}")["base_grid"]["code"] != taker["code"]
    desk.act("publish")
    expect(page.locator(".plan-state")).to_have_text("已发布", timeout=MAP_MS)
    assert desk.api()["approver"] == APPROVER

    # The dispatcher's map: the same incident, in the new grid.
    screen.open(f"?incident={incident['number']}")
    expect(screen.answer).to_contain_text(taker["name"]["zh"], timeout=MAP_MS)
    moved = screen.api(f"incidents/{incident['number']}")
    assert moved["base_grid"]["code"] == taker["code"]
