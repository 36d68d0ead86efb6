"""When things go wrong the page says so, in words, and there is a way on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.screen import Screen

PROBLEM = {
    "type": "/problems/too-slow",
    "title": "太慢",
    "status": 503,
    "detail": "查询超时，请稍后再试",
    "code": "too-slow",
    "errors": [],
}


def test_an_error_of_the_server_is_readable_and_can_be_retried(screen: Screen) -> None:
    grid = screen.some_grid()
    lon, lat = grid["centre"]
    screen.page.route(
        re.compile("/api/routing"),
        lambda route: route.fulfill(
            status=500, json=PROBLEM | {"status": 500}, content_type="application/problem+json"
        ),
    )
    screen.open_at(grid["centre"], 15, f"&point={lon},{lat}")
    alert = screen.answer.get_by_role("alert")
    expect(alert).to_contain_text("查询超时")
    screen.page.unroute(re.compile("/api/routing"))
    alert.get_by_role("button", name="重试").click()
    expect(screen.answer).to_contain_text(grid["name"]["zh"])
    expect(alert).to_have_count(0)


def test_a_server_that_cannot_be_reached_is_said_to_be_so(screen: Screen) -> None:
    screen.open("?panel=list")
    expect(screen.incident_list.locator(".incident-row").first).to_be_visible()
    screen.page.route(re.compile("/api/"), lambda route: route.abort())
    screen.incident_list.get_by_role("button", name="加载更多").click()
    expect(screen.page.locator(".notice.bad")).to_contain_text("连不上服务器")
    # What was loaded stays readable.
    expect(screen.incident_list.locator(".incident-row")).to_have_count(30)
    screen.page.unroute(re.compile("/api/"))
    screen.page.locator(".notice.bad").get_by_role("button", name="重试").click()
    expect(screen.page.locator(".notice.bad")).to_have_count(0)


def test_a_start_without_a_server_can_be_retried(page: Page, base_url: str) -> None:
    page.route(re.compile("/api/city"), lambda route: route.abort())
    page.goto(base_url)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("连不上服务器")
    page.unroute(re.compile("/api/city"))
    alert.get_by_role("button", name="重试").click()
    page.locator("body[data-ready='1']").wait_for(timeout=90_000)


def test_an_unknown_incident_is_not_found(screen: Screen) -> None:
    screen.open("?incident=3702121999010100001")
    expect(screen.answer.get_by_role("alert")).to_contain_text("没有找到")


def test_without_webgl_the_list_still_works(screen: Screen) -> None:
    screen.page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return /webgl/.test(kind) ? null : real.call(this, kind, ...rest) }"
    )
    screen.open()
    expect(screen.page.get_by_role("note").filter(has_text="WebGL")).to_be_visible()
    expect(screen.incident_list.locator(".incident-row")).to_have_count(30)
    screen.incident_list.locator(".incident-row").first.click()
    expect(screen.answer.locator(".answer-name")).to_be_visible()
    category = screen.some_category()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("button", name="上报事件", exact=True).click()
    form = screen.page.get_by_role("form", name="上报事件")
    form.get_by_role("searchbox").fill(category["code"])
    form.locator(f"[data-key='{category['key']}']").click()
    form.get_by_label("情况描述").fill("没有地图也能上报")
    form.get_by_role("button", name="提交").click()
    assert screen.api(f"incidents/{screen.reported_number()}")["text"] == "没有地图也能上报"


def test_broken_tiles_are_noticed(screen: Screen) -> None:
    screen.page.route(re.compile(r"/tiles/roads/"), lambda route: route.fulfill(status=500, body=""))
    screen.open()
    expect(screen.page.locator(".notice.bad")).to_contain_text("部分地图数据加载失败")
