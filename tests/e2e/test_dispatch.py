"""The dispatcher's desk: a call becomes a closed case; filters, news, batches, keyboard, a person's word."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.e2e.dispatch_screen import DispatchDesk
from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_view import PHONE, check


def test_a_call_becomes_a_closed_case_through_every_stage_by_four_people(screen: Screen) -> None:
    desk = DispatchDesk(screen, person={"name": "赵受理", "role": "acceptor", "organisation": "LS"})
    page, grid = screen.page, screen.some_grid(nth=5)
    desk.open(f"?map=16.00/{grid['centre'][1]:.5f}/{grid['centre'][0]:.5f}")
    # The call, with its place on the map.
    page.get_by_role("button", name="上报事件").click()
    form = page.get_by_role("form", name="上报事件")
    category = screen.some_category()
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    screen.click_map(grid["centre"])
    expect(form.locator(".place-now")).to_have_attribute("data-place", "set")
    form.get_by_label("情况描述").fill("来电：小区门口井盖破损")
    form.get_by_role("button", name="提交").click()
    expect(page).to_have_url(re.compile(r"incident=\d+"), timeout=MAP_MS)
    number = str(page.evaluate("() => new URLSearchParams(location.search).get('incident')"))
    desk.stands("已上报")
    desk.press("accept")
    desk.stands("已受理")
    # What the acceptor may not do is said with its reason.
    expect(desk.panel.locator("[data-action=verify]")).to_have_count(0)
    desk.panel.locator(".shut-steps summary").click()
    expect(desk.panel.locator("[data-shut=verify]")).to_contain_text("监督员")

    desk.become("钱监督", "supervisor", "LS")
    desk.press("verify")
    desk.stands("已核实")
    desk.become("赵受理", "acceptor", "LS")
    desk.press("file")
    desk.stands("已立案")
    desk.become("孙派遣", "dispatcher", "LS")
    desk.press("dispatch")
    desk.form("dispatch").get_by_role("button", name="派遣", exact=True).click()
    desk.stands("已派遣")
    lead = desk.case(number)["lead"]
    expect(desk.panel.locator(".work-orders")).to_contain_text(lead["name"]["zh"])
    desk.become("李处置", "officer", lead["code"])
    desk.press("start")
    desk.stands("处置中")
    desk.press("feed_back")
    desk.form("feed_back").locator("textarea[name=result]").fill("已更换井盖")
    desk.form("feed_back").get_by_role("button", name="反馈", exact=True).click()
    desk.stands("已反馈")
    # The checker is never the handler.
    expect(desk.panel.locator("[data-action=check_pass]")).to_have_count(0)
    desk.become("钱监督", "supervisor", "LS")
    desk.press("check_pass")
    desk.stands("已核查")
    desk.become("赵受理", "acceptor", "LS")
    desk.press("evaluate")
    evaluate = desk.form("evaluate")
    evaluate.get_by_role("button", name="评价", exact=True).click()
    expect(evaluate).to_contain_text("请填写")
    evaluate.get_by_label("满意", exact=True).check()
    evaluate.get_by_role("button", name="评价", exact=True).click()
    desk.stands("已评价")
    desk.press("close")
    desk.stands("已结案")

    case = desk.case(number)
    assert case["state"] == "closed"
    steps = [step["action"] for step in case["steps"]]
    expected = [
        "accept",
        "verify",
        "file",
        "dispatch",
        "start",
        "feed_back",
        "check_pass",
        "evaluate",
        "close",
    ]
    assert [step for step in steps if step in expected] == expected
    assert {step["by"] for step in case["steps"]} >= {"赵受理", "钱监督", "孙派遣", "李处置"}
    desk.panel.locator("[data-tab=steps]").click()
    expect(desk.panel.locator(".case-steps")).to_contain_text("已更换井盖")


def test_filters_are_chips_in_the_address_and_can_be_kept_by_name(screen: Screen) -> None:
    desk = DispatchDesk(screen).open()
    page = screen.page
    every = desk.numbers()
    page.locator("[data-clock=overdue]").click()
    expect(page).to_have_url(re.compile(r"clock=overdue"))
    expect(page.locator("[data-chip=clock]")).to_contain_text("超时")
    wanted = screen.api("incidents", state="open", clock="overdue", order="due", limit=50)["items"]
    desk.lists([each["number"] for each in wanted])
    for row in desk.rows.all()[:5]:
        expect(row.locator(".clock.is-overdue")).to_contain_text("超时")

    page.get_by_role("button", name="筛选", exact=True).click()
    page.locator("#desk-filter-menu input[name=urgent]").check()
    expect(page).to_have_url(re.compile(r"urgent=1"))
    page.get_by_role("button", name="我的筛选").click()
    page.locator("input[name=saved-name]").fill("急件超时")
    page.get_by_role("button", name="保存当前").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="恢复默认").click()
    expect(page).not_to_have_url(re.compile(r"clock=|urgent="))
    expect(desk.rows).to_have_count(len(every))

    page.reload()
    page.get_by_role("button", name="我的筛选").click()
    page.get_by_role("button", name="急件超时", exact=True).click()
    expect(page).to_have_url(re.compile(r"clock=overdue&urgent=1"))
    page.locator("[data-chip=urgent]").click()
    expect(page).not_to_have_url(re.compile(r"urgent="))
    page.go_back()
    expect(page.locator("[data-chip=urgent]")).to_be_visible()


def test_news_waits_until_it_is_asked_for(screen: Screen) -> None:
    desk = DispatchDesk(screen).open("?order=newest")
    page = screen.page
    before = desk.numbers()
    view = page.evaluate("JSON.stringify(window.gridgov.map.getCenter())")
    expect(page.locator("[data-live]")).to_have_attribute("data-live", "live", timeout=MAP_MS)
    news = [desk.report(f"新事件 {n}", nth=6 + n)["number"] for n in range(2)]
    expect(page.locator(".arrived")).to_contain_text("2 件新事件", timeout=MAP_MS)
    assert desk.numbers() == before, "nothing moves under the cursor"
    assert page.evaluate("JSON.stringify(window.gridgov.map.getCenter())") == view
    page.keyboard.press("r")
    expect(desk.row(news[-1])).to_be_visible()
    expect(page.locator(".arrived")).to_have_count(0)
    assert desk.numbers()[:2] == news[::-1]
    # A step of somebody else changes the words of a row in place.
    desk.take(news[0], "accept")
    expect(desk.row(news[0]).locator(".case-state")).to_have_text("已受理", timeout=MAP_MS)


def test_a_batch_says_what_will_happen_before_it_does(screen: Screen) -> None:
    desk = DispatchDesk(screen)
    fresh = [desk.report(f"批量 {n}", nth=8)["number"] for n in range(3)]
    desk.take(fresh[2], "accept")
    desk.open("?order=newest")
    page = screen.page
    for number in fresh:
        page.locator(f"[data-number='{number}'] input[type=checkbox]").check()
    expect(page.locator(".batch-bar")).to_contain_text("已标记 3 件")
    page.get_by_role("button", name="批量办理…").click()
    dialog = page.locator(".batch-dialog")
    dialog.locator("select[name=batch-action]").select_option("accept")
    dialog.locator("[data-batch=preview]").click()
    expect(dialog.locator(".batch-preview")).to_contain_text("将办理 2 件")
    expect(dialog.locator(f"[data-refused='{fresh[2]}']")).to_contain_text("已受理")
    assert [desk.case(number)["state"] for number in fresh] == ["reported", "reported", "accepted"]
    dialog.locator("[data-batch=do]").click()
    expect(dialog).to_be_hidden(timeout=MAP_MS)
    assert [desk.case(number)["state"] for number in fresh] == ["accepted"] * 3
    expect(page.locator(".batch-bar")).to_contain_text("已标记 1 件")
    assert [step["action"] for step in desk.case(fresh[0])["steps"]].count("accept") == 1


def test_the_keyboard_alone_is_enough(screen: Screen) -> None:
    desk = DispatchDesk(screen)
    fresh = [desk.report(f"键盘 {n}", nth=9)["number"] for n in range(2)][::-1]
    desk.open("?order=newest")
    keys = screen.page.keyboard
    screen.tab_to("a[href='#list']", limit=3)
    keys.press("Enter")
    expect(desk.row(fresh[0])).to_be_focused()
    keys.press("j")
    expect(desk.row(fresh[1])).to_be_focused()
    keys.press("x")
    expect(screen.page.locator(".batch-bar")).to_contain_text("已标记 1 件")
    keys.press("k")
    keys.press("Enter")
    desk.stands("已上报")
    expect(desk.panel).to_contain_text(fresh[0])
    # An input method's letters are not ours.
    screen.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent("
        "'keydown', {key: 'a', code: 'KeyA', keyCode: 229, bubbles: true}))"
    )
    assert desk.case(fresh[0])["state"] == "reported"
    keys.press("a")
    desk.stands("已受理")
    keys.press("]")
    expect(desk.panel.locator("[data-tab=why]")).to_have_attribute("aria-selected", "true")
    # With a case open the next row follows.
    keys.press("j")
    expect(desk.panel).to_contain_text(fresh[1])
    expect(desk.panel.locator("[data-action=note]")).to_be_visible()
    keys.press("m")
    expect(desk.form("note").locator("textarea")).to_be_focused()
    keys.type("jkx")
    keys.press("Escape")
    expect(desk.form("note")).to_have_count(0)
    keys.press("Escape")
    expect(desk.panel).to_have_count(0)
    keys.press("/")
    expect(screen.page.locator("#desk-find")).to_be_focused()
    keys.type(fresh[1])
    expect(desk.rows).to_have_count(1)
    expect(screen.page).to_have_url(re.compile(f"find={fresh[1]}"))
    keys.press("Escape")
    keys.press("?")
    expect(screen.page.get_by_role("dialog")).to_contain_text("批量办理已标记的事件")


def test_the_rules_answer_can_be_overridden_with_a_reason(screen: Screen) -> None:
    desk = DispatchDesk(screen)
    incident = desk.report("归属有误", nth=10)
    other = next(
        each
        for each in screen.api("organisations")["items"]
        if each["kind"] == "admin" and each["code"] != incident["responsible"]["code"]
    )
    desk.open(f"?incident={incident['number']}")
    desk.panel.locator("[data-tab=why]").click()
    expect(desk.panel.locator(".reason")).to_have_text(incident["routing"]["reason"]["zh"])
    desk.panel.get_by_role("button", name="更换部门").click()
    form = desk.panel.get_by_role("form", name="更换责任部门")
    form.locator("input[name=organisation]").fill(other["code"])
    form.locator(f"[role=option][data-key='{other['code']}']").click()
    form.get_by_role("button", name="确定更换").click()
    expect(form).to_contain_text("请填写理由")
    form.locator("textarea[name=reason]").fill("经协调由该部门处置")
    form.get_by_role("button", name="确定更换").click()
    expect(desk.panel.locator(".side.is-now")).to_contain_text(other["name"]["zh"])
    assert screen.api(f"incidents/{incident['number']}")["responsible"]["code"] == other["code"]


def test_list_and_map_lead_to_each_other(screen: Screen) -> None:
    desk = DispatchDesk(screen)
    incident = desk.report("列表与地图", nth=11)
    number, place = incident["number"], incident["place"]["coordinates"]
    desk.open(f"?order=newest&map=17.00/{place[1]:.5f}/{place[0]:.5f}")
    screen.wait_drawn("open-singles", "number", number)
    desk.row(number).hover()
    screen.wait_drawn("mark-ring", "kind", "pointed")
    screen.page.mouse.move(*screen.on_screen(place))
    expect(screen.page.locator(f"[data-number='{number}']")).to_have_class(re.compile("is-pointed"))
    screen.click_map(place)
    expect(desk.panel).to_contain_text(number)
    expect(desk.row(number)).to_have_attribute("aria-current", "true")
    screen.page.keyboard.press("Escape")
    screen.page.locator("input[name=in-view]").check()
    expect(screen.page).to_have_url(re.compile("view=1"))
    expect(desk.row(number)).to_be_visible()
    screen.page.evaluate("void window.gridgov.map.jumpTo({center: [121.2, 36.6]})")
    expect(desk.row(number)).to_have_count(0)
    # From afar the server's circles say how much is overdue.
    screen.page.locator("input[name=in-view]").uncheck()
    screen.page.evaluate("at => void window.gridgov.map.jumpTo({center: at, zoom: 13})", place)
    assert any(int(count) >= 1 for count in screen.drawn("open-clusters", "count"))
    assert all(int(overdue) >= 0 for overdue in screen.drawn("open-clusters", "overdue"))


def test_time_can_be_chosen_and_run(screen: Screen) -> None:
    desk = DispatchDesk(screen).open("?timeline=1")
    page = screen.page
    slider = page.get_by_role("slider", name="开始")
    expect(page.locator(".bar-all").first).to_be_attached()
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"from=\d{4}-"))
    expect(page.locator("[data-chip=time]")).to_be_visible()
    address = page.url
    page.get_by_role("button", name="播放").click()
    chip = page.locator("[data-chip=time]")
    first = chip.inner_text()
    expect(chip).not_to_have_text(first, timeout=MAP_MS)
    assert page.url == address, "playing leaves no traces"
    page.get_by_role("button", name="停止").click()
    page.get_by_role("button", name="全部时间").click()
    expect(page).not_to_have_url(re.compile("from="))
    expect(desk.list).to_have_attribute("aria-busy", "false")


def test_an_urgent_task_goes_to_every_grid_of_a_community(screen: Screen) -> None:
    desk = DispatchDesk(screen, person={"name": "周指挥", "role": "district_lead", "organisation": "LS"})
    community: dict[str, Any] = screen.some_grid(nth=3)["parent"]
    grids = [
        each
        for each in screen.api("zones", layer="base_grid", limit=500)["items"]
        if each["parent"] == community["code"]
    ]
    desk.page.goto(f"{screen.base_url}/dispatch?tab=tasks")
    page = screen.page
    page.get_by_role("button", name="下达紧急任务").click()
    page.locator("input[name=task-title]").fill("台风前检查地下车库")
    page.locator("textarea[name=task-text]").fill("逐个检查，登记需要沙袋的数量")
    page.locator("input[name=task-due]").fill("2099-01-01T20:00")
    page.locator("input[name=task-zone]").fill(community["code"])
    page.locator(f"[role=option][data-key='community:{community['code']}']").click()
    expect(page.locator("[data-field=area]")).to_contain_text(f"将发到 {len(grids)} 个网格")
    page.get_by_role("button", name=f"下达到 {len(grids)} 个网格").click()
    expect(page.locator(".receipt")).to_have_count(len(grids), timeout=MAP_MS)
    expect(page.locator(".receipt").first).to_contain_text("未回执")
    page.get_by_role("button", name=f"催办 {len(grids)} 个网格").click()
    expect(page.locator(".receipt").first).to_contain_text("已催 1 次")


def test_the_desk_is_accessible_and_fits_a_phone(screen: Screen) -> None:
    desk = DispatchDesk(screen)
    number = desk.report("无障碍", nth=12)["number"]
    # Few rows: what is true of one is true of fifty.
    desk.open(f"?order=newest&timeline=1&find={number[:17]}")
    page = screen.page
    page.get_by_role("button", name="筛选", exact=True).click()
    check(screen, "list and filters")
    page.get_by_role("button", name="筛选", exact=True).click()
    screen.switch_language()
    desk.row(number).click()
    expect(desk.panel.locator("[data-action]").first).to_be_visible()
    for tab in ("why", "work"):
        desk.panel.locator(f"[data-tab={tab}]").click()
        check(screen, tab)
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    check(screen, "sorting")
    page.keyboard.press("1")

    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.row(number).click()
    expect(desk.panel).to_be_visible()
    box = desk.panel.bounding_box()
    assert box is not None
    assert box["width"] <= PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
