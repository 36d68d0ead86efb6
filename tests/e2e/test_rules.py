"""The rules page: make a rule, try it, see on the map what would move, put it into force."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.screen import MAP_MS, SERVER, Screen
from tests.e2e.test_view import check_wide_and_narrow

ROWS = ".rules-table tbody tr"


def desk(screen: Screen, query: str = "") -> Screen:
    """Open the rules page and wait for its table or form."""
    screen.open(f"rules{query}")
    screen.page.locator(f"{ROWS}, .rule-form").first.wait_for(timeout=MAP_MS)
    return screen


def deciding_rule(screen: Screen, *, nth: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """A rule that names an organisation, and an incident that it decided; ``nth`` chooses another rule."""
    by_code = {each["code"]: each for each in screen.api("rules")["items"]}
    seen: dict[str, dict[str, Any]] = {}
    for each in screen.api("incidents", place_status="located", limit=200)["items"]:
        incident = screen.api(f"incidents/{each['number']}")
        rule = incident["routing"]["rule"]
        if rule and by_code.get(rule["code"], {}).get("assign_to") == "organisation":
            seen.setdefault(rule["code"], incident)
        if len(seen) > nth:
            code = list(seen)[nth]
            return by_code[code], seen[code]
    raise AssertionError("the sample has no such rule")


def other_department(screen: Screen, *codes: str | None) -> dict[str, Any]:
    """A department other than those."""
    found = screen.api("organisations")["items"]
    return next(each for each in found if each["kind"] == "admin" and each["code"] not in codes)


def choose(form: Locator, name: str, organisation: dict[str, Any]) -> None:
    """Find an organisation by its code and take it."""
    form.locator(f"input[name={name}]").fill(organisation["code"])
    form.locator(f"[role=option][data-key='{organisation['code']}']").click()


def give_to(screen: Screen, code: str, organisation: dict[str, Any]) -> None:
    """Plan that a rule names another organisation."""
    screen.page.locator(f"tr[data-rule='{code}']").click()
    form = screen.page.locator(".rule-form")
    form.locator(".sub .chosen").get_by_role("button", name="更换").click()
    choose(form, "organisation", organisation)
    form.get_by_role("button", name="加入变更").click()
    expect(form).to_have_count(0)


def simulate(screen: Screen) -> None:
    screen.page.get_by_role("button", name="试算", exact=True).click()
    expect(screen.page.locator(".headline")).to_be_visible(timeout=MAP_MS)


def test_rules_are_listed_in_the_order_in_which_they_decide_and_found_by_words(screen: Screen) -> None:
    rules = screen.api("rules")["items"]
    screen.open()
    screen.page.get_by_role("button", name="工作台").click()
    screen.page.get_by_role("link", name="规则").click()
    expect(screen.page).to_have_url(re.compile("/rules$"))
    expect(screen.page.locator(ROWS)).to_have_count(len(rules))
    shown = screen.page.locator(ROWS).evaluate_all("rows => rows.map(row => row.dataset.rule)")
    assert shown == [each["code"] for each in rules]

    sought = next(each for each in rules if each["zone"])
    screen.page.get_by_label("查找规则").fill(f"{sought['zone']['name']['zh']} {sought['code']}")
    expect(screen.page.locator(ROWS)).to_have_count(1)
    expect(screen.page.locator(ROWS)).to_contain_text(sought["category"]["name"]["zh"])
    screen.page.get_by_label("查找规则").fill("")
    screen.page.locator("select[name=layer]").select_option(sought["layer"]["code"])
    layered = [each for each in rules if each["layer"] and each["layer"]["code"] == sought["layer"]["code"]]
    expect(screen.page.locator(ROWS)).to_have_count(len(layered))
    # The address holds it: opened anew, the same rules are shown.
    screen.page.reload()
    expect(screen.page.locator(ROWS)).to_have_count(len(layered))


def test_a_changed_rule_is_tried_seen_on_the_map_and_put_into_force(screen: Screen) -> None:
    rule, incident = deciding_rule(screen)
    taker = other_department(screen, rule["organisation"]["code"])
    desk(screen)
    give_to(screen, rule["code"], taker)
    simulate(screen)
    page = screen.page
    expect(page.locator("[data-flow='0']")).to_contain_text(rule["organisation"]["name"]["zh"])
    expect(page.locator("[data-flow='0']")).to_contain_text(taker["name"]["zh"])
    unlocated = len(screen.api("incidents", place_status="unlocated", limit=500)["items"])
    expect(page.locator("[data-note=unlocated]")).to_contain_text(f"{unlocated} 件未定位")
    assert screen.draws("move-clusters") or screen.draws("move-points")

    # Near one of them the map shows it alone; a click tells both reasons.
    lon, lat = incident["place"]["coordinates"]
    page.evaluate("place => void window.gridgov.map.jumpTo({center: place, zoom: 18})", [lon, lat])
    screen.wait_drawn("move-points", "number", incident["number"])
    screen.click_map([lon, lat])
    card = page.locator(f"[data-move='{incident['number']}']")
    expect(card.locator(".side").nth(0)).to_contain_text(rule["organisation"]["name"]["zh"])
    expect(card.locator(".side").nth(1)).to_contain_text(taker["name"]["zh"])
    assert screen.api(f"rules/{rule['code']}")["version"] == rule["version"], "nothing is stored yet"

    moved = int(re.sub(r"\D", "", page.locator("[data-tab=result] .tab-count").inner_text()))
    page.get_by_role("button", name="生效…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"改派 {moved:,} 件")
    dialog.get_by_role("button", name="确认生效").click()
    expect(page.locator(".notice.good")).to_contain_text("已生效")
    stored = screen.api(f"rules/{rule['code']}")
    assert stored["organisation"]["code"] == taker["code"]
    assert len(stored["versions"]) == 2
    routed = screen.api("routing", lon=lon, lat=lat, category=incident["category"]["key"])
    assert routed["rule"]["code"] == rule["code"]
    assert routed["responsible"]["code"] == taker["code"]
    expect(page.locator("[data-tab=changes] .tab-count")).to_have_text("0")


def test_a_row_of_the_result_leaves_only_its_incidents_on_the_map(screen: Screen) -> None:
    rule, _ = deciding_rule(screen, nth=1)
    desk(screen)
    screen.page.locator(f"tr[data-rule='{rule['code']}']").click()
    screen.page.get_by_role("button", name="移除此规则").click()
    simulate(screen)
    flows = screen.page.locator("[data-flow]")
    count = int(re.sub(r"\D", "", flows.first.locator(".number").inner_text()))
    flows.first.get_by_role("button").click()
    expect(flows.first.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    screen.page.wait_for_function(
        "async count => (await window.gridgov.map.getSource('moves').getData()).features.length === count",
        arg=count,
    )
    # The same incidents can be reached without the map.
    screen.page.locator(".moved button").first.focus()
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".move-card h3")).to_be_focused()
    # The map shows the place, and the card does not lie on it.
    card = screen.page.locator(".move-card")
    number = card.get_attribute("data-move")
    assert number is not None
    screen.wait_drawn("move-points", "number", number)
    _, y = screen.on_screen(screen.api(f"incidents/{number}")["place"]["coordinates"])
    box = card.bounding_box()
    assert box is not None
    assert y < box["y"]


def test_what_stands_against_a_rule_is_said_at_once_and_names_the_other_rule(screen: Screen) -> None:
    twin = next(each for each in screen.api("rules")["items"] if each["category"] and not each["layer"])
    desk(screen, "?rule=-new")
    form = screen.page.locator(".rule-form")
    form.get_by_role("button", name="加入变更").click()
    expect(form.get_by_role("alert")).to_contain_text("请选择责任部门")

    form.get_by_role("button", name="更换").first.click()
    form.locator(".picker input").fill(twin["category"]["key"].rsplit(":", 1)[1])
    form.locator(f"[data-key='{twin['category']['key']}']").click()
    choose(form, "organisation", other_department(screen, (twin["organisation"] or {}).get("code")))
    form.get_by_label("优先级").fill(str(twin["priority"]))
    form.get_by_label("优先级").blur()
    link = form.locator("[data-finding]").get_by_role("link", name=re.compile(twin["code"])).first
    expect(link).to_be_visible()
    typed = form.locator("input[name=code]").input_value()
    link.click()
    expect(screen.page.get_by_role("heading", name=f"规则 {twin['code']}")).to_be_visible()
    # What was typed is not lost by looking.
    screen.page.go_back()
    expect(form.locator("input[name=code]")).to_have_value(typed)
    expect(form.locator(".picker-name")).to_have_text(twin["category"]["name"]["zh"])


def test_what_is_being_typed_stays_when_an_answer_comes_in(screen: Screen) -> None:
    desk(screen, "?rule=-new")
    form = screen.page.locator(".rule-form")
    choose(form, "organisation", other_department(screen))
    expect(form.locator(".check-state")).to_have_attribute("data-checked", "1")
    form.get_by_label("说明（中文）").fill("新的说明")
    # The check of the note is answered before the field is left.
    priority = form.get_by_label("优先级")
    priority.press("End")
    priority.press("5")
    expect(form.locator(".check-state")).to_have_attribute("data-checked", "0")
    expect(form.locator(".check-state")).to_have_attribute("data-checked", "1")
    expect(priority).to_be_focused()
    expect(priority).to_have_value("05")


def test_changes_are_undone_redone_and_survive_a_reload(screen: Screen) -> None:
    rule, _ = deciding_rule(screen, nth=2)
    taker = other_department(screen, rule["organisation"]["code"])
    desk(screen)
    give_to(screen, rule["code"], taker)
    count = screen.page.locator("[data-tab=changes] .tab-count")
    expect(count).to_have_text("1")
    screen.page.locator("[data-tab=changes]").focus()
    screen.page.keyboard.press("Control+z")
    expect(count).to_have_text("0")
    screen.page.keyboard.press("Control+Shift+z")
    expect(count).to_have_text("1")
    screen.page.reload()
    expect(count).to_have_text("1", timeout=MAP_MS)
    screen.page.locator("[data-tab=changes]").click()
    expect(screen.page.locator(f"[data-change='{rule['code']}']")).to_contain_text(taker["name"]["zh"])
    screen.page.get_by_role("button", name=f"放弃对规则 {rule['code']} 的变更").click()
    expect(screen.page.locator(".empty-page")).to_be_visible()


def test_somebody_elses_change_is_shown_beside_ones_own(screen: Screen) -> None:
    rule, _ = deciding_rule(screen, nth=3)
    mine = other_department(screen, rule["organisation"]["code"])
    theirs = other_department(screen, rule["organisation"]["code"], mine["code"])
    desk(screen)
    give_to(screen, rule["code"], mine)
    fields = ("assign_to", "priority", "note", "valid_to")
    body = {
        "rule": {each: rule[each] for each in fields}
        | {
            "code": rule["code"],
            "category": rule["category"] and rule["category"]["key"],
            "layer": rule["layer"] and rule["layer"]["code"],
            "zone": rule["zone"] and rule["zone"]["code"],
            "organisation": theirs["code"],
            "supporting": [],
        },
        "version": rule["version"],
    }
    SERVER.put(f"{screen.base_url}/api/rules/{rule['code']}", json=body).raise_for_status()

    screen.page.get_by_role("button", name="生效…").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("尚未试算")
    dialog.get_by_role("button", name="确认生效").click()
    conflict = dialog.locator(f"[data-conflict='{rule['code']}']")
    expect(conflict).to_contain_text(theirs["name"]["zh"])
    expect(conflict).to_contain_text(mine["name"]["zh"])
    assert screen.api(f"rules/{rule['code']}")["organisation"]["code"] == theirs["code"]
    conflict.get_by_role("button", name="保留我的变更").click()
    dialog.get_by_role("button", name="确认生效").click()
    expect(dialog).to_have_count(0)
    assert screen.api(f"rules/{rule['code']}")["organisation"]["code"] == mine["code"]


def test_a_simulation_can_be_cancelled(screen: Screen) -> None:
    rule, _ = deciding_rule(screen, nth=1)
    desk(screen)
    give_to(screen, rule["code"], other_department(screen, rule["organisation"]["code"]))
    held: list[Route] = []
    screen.page.route("**/api/rules/simulate", lambda route: held.append(route))
    screen.page.get_by_role("button", name="试算", exact=True).click()
    expect(screen.page.get_by_text("正在试算")).to_be_visible()
    screen.page.get_by_role("button", name="取消").click()
    expect(screen.page.get_by_role("button", name="试算", exact=True)).to_be_enabled()
    assert held
    screen.page.unroute("**/api/rules/simulate")
    simulate(screen)


def test_a_person_gives_an_incident_to_another_department_and_takes_it_back(screen: Screen) -> None:
    rule, incident = deciding_rule(screen, nth=4)
    computed = incident["routing"]["responsible"]
    taker = other_department(screen, computed["code"], rule["organisation"]["code"])
    screen.open(f"?incident={incident['number']}")
    panel = screen.answer
    panel.get_by_role("button", name="更换部门").click()
    form = panel.get_by_role("form", name="更换责任部门")
    choose(form, "organisation", taker)
    form.get_by_role("button", name="确定更换").click()
    expect(form.get_by_label("理由")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("理由").fill("经协调改由该部门处置")
    form.get_by_role("button", name="确定更换").click()
    sides = panel.locator(".override .side")
    expect(sides.nth(0)).to_contain_text(computed["name"]["zh"])
    expect(sides.nth(1)).to_contain_text(taker["name"]["zh"])
    expect(sides.nth(1)).to_contain_text("经协调改由该部门处置")
    expect(panel.locator(".history")).to_contain_text("更换部门")
    stored = screen.api(f"incidents/{incident['number']}")
    assert stored["responsible"]["code"] == taker["code"]
    assert stored["routing"]["responsible"]["code"] == computed["code"]

    panel.get_by_role("button", name="撤回，恢复按规则").click()
    back = panel.get_by_role("form", name="撤回，恢复按规则")
    back.get_by_label("理由").fill("协调取消")
    back.get_by_role("button", name="确定撤回").click()
    expect(sides).to_have_count(0)
    assert screen.api(f"incidents/{incident['number']}")["responsible"]["code"] == computed["code"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_on_the_rules_page(screen: Screen, lang: str) -> None:
    rule, _ = deciding_rule(screen, nth=1)
    screen.page.set_viewport_size({"width": 1280, "height": 844})
    desk(screen, f"?lang={lang}&rule={rule['code']}")
    screen.page.locator("[data-checked], .fold").first.wait_for(state="attached")
    check_wide_and_narrow(screen, "rule")
    remove = "移除此规则" if lang == "zh" else "Remove this rule"
    screen.page.get_by_role("button", name=remove).click()
    check_wide_and_narrow(screen, "rules")
    screen.page.locator("[data-tab=changes]").click()
    screen.page.locator("[data-change]").wait_for()
    check_wide_and_narrow(screen, "changes")
    screen.page.locator(".change-bar .button").first.click()
    expect(screen.page.locator(".headline")).to_be_visible(timeout=MAP_MS)
    screen.page.locator(".moved button").first.click()
    screen.page.locator(".move-card").wait_for()
    check_wide_and_narrow(screen, "result")
    screen.page.locator(".change-bar .primary").click()
    screen.page.get_by_role("dialog").wait_for()
    check_wide_and_narrow(screen, "putting into force")
