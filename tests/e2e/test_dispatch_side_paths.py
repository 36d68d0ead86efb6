"""Side paths at the desk: extensions, objections, answers by a text, photos, incidents at one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.dispatch_screen import DispatchDesk
from tests.e2e.screen import MAP_MS, SERVER, Screen
from tests.support.pictures import jpeg, scene


@pytest.fixture
def desk(screen: Screen) -> DispatchDesk:
    return DispatchDesk(screen)


def open_case(desk: DispatchDesk, number: str) -> None:
    desk.open(f"?order=newest&find={number[:17]}&incident={number}")
    expect(desk.panel).to_contain_text(number)


def under_way(desk: DispatchDesk, text: str, nth: int) -> tuple[str, dict[str, Any]]:
    """A case that is dispatched, and who leads it."""
    number = str(desk.report(text, nth=nth)["number"])
    own = {"organisation": "LS"}
    desk.take(number, "accept", **own)
    desk.take(number, "verify", "supervisor", **own)
    desk.take(number, "file", **own)
    desk.take(number, "dispatch", "dispatcher", **own)
    return number, desk.case(number)["lead"]


def send(desk: DispatchDesk, action: str, label: str) -> None:
    desk.form(action).get_by_role("button", name=label, exact=True).click()
    expect(desk.form(action)).to_have_count(0, timeout=MAP_MS)


def test_an_extension_is_asked_for_and_granted_by_somebody_else(desk: DispatchDesk) -> None:
    number, lead = under_way(desk, "需要延期", 6)
    before = desk.case(number)["clock"]["due_at"]
    open_case(desk, number)
    desk.become("李处置", "officer", lead["code"])
    desk.press("ask_extension")
    form = desk.form("ask_extension")
    form.locator("textarea[name=reason]").fill("等待配件")
    form.locator("input[name=amount]").fill("3")
    send(desk, "ask_extension", "申请延期")
    # Who asks does not grant.
    expect(desk.panel.locator("[data-action=grant_extension]")).to_have_count(0)
    desk.become("孙派遣", "dispatcher", "LS")
    desk.panel.locator("[data-tab=work]").click()
    expect(desk.panel).to_contain_text("等待配件")
    desk.press("grant_extension")
    expect(desk.panel.locator("[data-action=grant_extension]")).to_have_count(0, timeout=MAP_MS)
    case = desk.case(number)
    assert case["extensions"] == 1
    assert case["clock"]["due_at"] > before


def test_an_objection_waits_for_whoever_adjudicates(desk: DispatchDesk) -> None:
    number, lead = under_way(desk, "不属本单位", 7)
    open_case(desk, number)
    desk.become("李处置", "officer", lead["code"])
    desk.press("object")
    desk.form("object").locator("textarea[name=reason]").fill("不在我单位管养范围")
    send(desk, "object", "申诉")
    expect(desk.panel.locator("[data-action=start]")).to_have_count(0)
    desk.become("孙派遣", "dispatcher", "LS")
    desk.press("adjudicate")
    desk.form("adjudicate").locator("textarea[name=reason]").fill("仍由原单位办理")
    send(desk, "adjudicate", "裁定")
    case = desk.case(number)
    assert case["objection"] is None
    assert case["lead"]["code"] == lead["code"]
    assert [step["action"] for step in case["steps"]][-2:] == ["object", "adjudicate"]


def test_a_guidance_text_answers_a_call_at_once(desk: DispatchDesk) -> None:
    said = {
        "by": "陈科员", "role": "officer", "organisation": "LS", "owner": "LS", "review_on": "2999-01-01",
        "category": desk.screen.some_category()["key"],
        "title": {"zh": "井盖由谁管"}, "text": {"zh": "井盖上写着产权单位的电话"},
    }  # fmt: skip
    SERVER.post(f"{desk.screen.base_url}/api/guidance", json=said).raise_for_status()
    number = str(desk.report("问井盖由谁管", nth=8)["number"])
    open_case(desk, number)
    desk.become("赵受理", "acceptor", "LS")
    desk.press("answer_directly")
    desk.form("answer_directly").locator(".guidance-one", has_text="井盖上写着产权单位的电话").click()
    desk.form("answer_directly").get_by_role("button", name="直接答复", exact=True).click()
    desk.stands("已结案")
    assert desk.case(number)["outcome"] == "direct_answer"


def test_a_photo_sent_with_a_note_is_seen_in_the_case(desk: DispatchDesk, tmp_path: Path) -> None:
    file = tmp_path / "scene.jpg"
    file.write_bytes(jpeg(scene(640, 480)))
    number = str(desk.report("附照片", nth=9)["number"])
    open_case(desk, number)
    desk.press("note")
    form = desk.form("note")
    form.locator("textarea[name=note]").fill("现场照片")
    form.locator("details summary").click()
    form.locator("input[name=attachments]").set_input_files(file)
    expect(form.locator(".photos img")).to_have_count(1, timeout=MAP_MS)
    form.locator("button[type=submit]").click()
    expect(form).to_have_count(0, timeout=MAP_MS)
    assert [len(step["attachments"]) for step in desk.case(number)["steps"]][-1] == 1
    expect(desk.panel.locator("img").first).to_be_visible(timeout=MAP_MS)


def test_incidents_at_one_place_are_spread_out_and_each_can_be_taken(desk: DispatchDesk) -> None:
    first = desk.report("同一地点甲", nth=13)
    place = first["place"]["coordinates"]
    numbers = {str(first["number"]), str(desk.report("同一地点乙", nth=13)["number"])}
    desk.open(f"?order=newest&map=18.00/{place[1]:.5f}/{place[0]:.5f}")
    for number in numbers:
        desk.screen.wait_drawn("open-singles", "number", number)
    desk.screen.click_map(place)
    for number in numbers:
        desk.screen.wait_drawn("open-spider-points", "number", number)
    ends = desk.page.evaluate(
        "() => window.gridgov.map.queryRenderedFeatures({layers: ['open-spider-points']})"
        ".map(each => [String(each.properties.number), each.geometry.coordinates])"
    )
    taken, end = next(each for each in ends if each[0] in numbers)
    desk.screen.click_map(end)
    expect(desk.panel).to_contain_text(taken)


def test_an_urgent_task_goes_to_the_grids_of_a_drawn_area(screen: Screen) -> None:
    DispatchDesk(screen, person={"name": "周指挥", "role": "district_lead", "organisation": "LS"})  # at work
    page, (lon, lat) = screen.page, screen.some_grid(nth=3)["centre"]
    screen.open(f"dispatch?tab=tasks&map=16.00/{lat:.5f}/{lon:.5f}")
    page.get_by_role("button", name="下达紧急任务").click()
    page.locator("input[name=task-title]").fill("排查积水点")
    page.locator("textarea[name=task-text]").fill("逐个查看并回报")
    page.locator("input[name=task-due]").fill("2099-01-01T20:00")
    page.get_by_role("button", name="在地图上画范围").click()
    for east, north in ((-0.0003, -0.0003), (0.0003, -0.0003), (0.0, 0.0003)):
        screen.click_map([lon + east, lat + north])
    page.locator(".drawing .button.primary").click()
    send_it = page.get_by_role("button", name="下达到")
    expect(send_it).to_be_enabled(timeout=MAP_MS)
    send_it.click()
    expect(page.locator(".receipt").first).to_contain_text("未回执", timeout=MAP_MS)
    grids = screen.api("zones", layer="base_grid", limit=500)["items"]
    assert 0 < page.locator(".receipt").count() < len(grids)
