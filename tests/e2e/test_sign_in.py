"""Signing in: nothing before it, one's own after it, and nothing typed is lost when a session ends."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from governance.access.demo import DEMO_PASSWORD
from tests.e2e.accounts import PASSWORD, client, csp, demo, desks, sign_in, type_in
from tests.e2e.screen import MAP_MS, READY_MS, Screen
from tests.e2e.test_view import check


@pytest.fixture(scope="session")
def base_url(accounts_url: str) -> str:
    """These tests ask the server where people sign in."""
    return accounts_url


def test_an_address_asks_to_sign_in_and_opens_afterwards(screen: Screen, base_url: str) -> None:
    page = screen.page
    page.goto(f"{base_url}/dispatch?clock=overdue")
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()
    expect(page.locator("#map")).to_have_count(0)
    check(screen, "sign-in")
    type_in(page, "li.fang", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    expect(page.locator("input[name=name]")).to_have_value("li.fang")
    type_in(page, "li.fang")
    page.locator("body[data-ready='1']").wait_for(timeout=READY_MS)
    expect(page).to_have_url(re.compile(r"/dispatch\?(map=[^&]*&)?clock=overdue"))
    mine = page.locator(".account-button")
    expect(mine).to_contain_text("李芳")
    expect(mine).to_have_attribute("aria-label", re.compile("处置人员 · 崂山区消防救援大队"))
    # Whoever has signed in is who acts: nothing is there to be chosen.
    expect(page.locator(".actor-button")).to_have_count(0)
    assert "default-src 'self'" in csp(page)


def test_the_accounts_of_the_demo_are_one_press_each(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/?lang=en")
    offered = page.locator("[data-demo]")
    expect(offered.first).to_be_visible()
    assert {each.get_attribute("data-role") for each in offered.all()} >= {"planner", "officer", "auditor"}
    page.locator("[data-demo=demo-planner]").click()
    page.locator("body[data-ready='1']").wait_for(timeout=READY_MS)
    expect(page.locator(".account-button")).to_contain_text("Planner")


def test_pages_and_buttons_follow_what_the_account_may_do(page: Page, base_url: str) -> None:
    sign_in(page, base_url, "demo-planner", password=DEMO_PASSWORD)
    offered = desks(page)
    assert {"规划", "规则"} <= offered
    assert offered.isdisjoint({"调度", "账号管理"})
    expect(page.get_by_role("button", name="上报事件")).to_have_count(0)
    page.goto(f"{base_url}/dispatch")
    expect(page.get_by_role("alert")).to_contain_text("无权使用此页面")
    page.get_by_role("button", name="回到地图").click()
    expect(page).to_have_url(re.compile(rf"^{base_url}/(\?.*)?$"))


def test_who_signs_out_leaves_nothing_on_the_screen(page: Page, base_url: str) -> None:
    sign_in(page, base_url, "li.fang", "department")
    expect(page.locator(".department [data-row]").first).to_be_visible(timeout=MAP_MS)
    page.locator(".account-button").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(0)
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(0)
    assert page.request.get(f"{base_url}/api/incidents").status == 401


def test_a_session_that_ends_asks_again_and_keeps_what_was_typed(screen: Screen, base_url: str) -> None:
    page = screen.page
    sign_in(page, base_url, "li.fang", "department")
    page.get_by_role("button", name="上报事件").click()
    form = page.get_by_role("form", name="上报事件")
    form.get_by_label("情况描述").fill("消防通道被堵")
    with client(base_url, "li.fang") as other:
        other.delete("/api/sessions").raise_for_status()
    page.keyboard.press("Escape")
    page.locator("[data-box=overdue]").click()
    dialog = page.locator(".sign-in-dialog")
    expect(dialog).to_be_visible(timeout=MAP_MS)
    expect(dialog).to_contain_text("登录已结束")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(dialog.locator("input[name=name]")).to_have_value("li.fang")
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".department .cases")).to_have_attribute("aria-busy", "false", timeout=MAP_MS)
    expect(page.locator(".department .trouble")).to_have_count(0)
    page.get_by_role("button", name="上报事件").click()
    expect(form.get_by_label("情况描述")).to_have_value("消防通道被堵")


def test_own_sessions_are_seen_and_ended(page: Page, base_url: str) -> None:
    with client(base_url, "zhou.lead") as other:
        sign_in(page, base_url, "zhou.lead")
        page.locator(".account-button").click()
        page.locator("[data-account=sessions]").click()
        sessions = page.locator(".own-sessions [data-session]")
        expect(page.locator("[data-session=current]")).to_have_count(1)
        before = sessions.count()
        page.locator("[data-session=other] button").first.click()
        expect(sessions).to_have_count(before - 1)
        assert other.get("/api/incidents").status_code == 401


def test_an_administrator_makes_an_account_that_sees_what_it_is_granted(page: Page, base_url: str) -> None:
    sign_in(page, base_url, "demo-administrator", "accounts", DEMO_PASSWORD)
    page.get_by_role("button", name="新建账号").click()
    page.locator("input[name=account-name]").fill("sun.li")
    page.locator("input[name=account-zh]").fill("孙丽")
    page.locator("input[name=account-password]").fill(PASSWORD)
    form = page.get_by_role("form", name="新建账号")
    form.get_by_role("button", name="新建账号").click()
    expect(form).to_contain_text("请选择范围")
    page.locator("input[name=grant-organisation]").fill("LS-XF")
    page.locator("[role=option][data-key='LS-XF']").click()
    form.get_by_role("button", name="新建账号").click()
    row = page.locator("[data-account-name='sun.li']")
    expect(row).to_contain_text("处置人员 · 崂山区消防救援大队")
    with client(base_url, "sun.li") as made:
        assert made.get("/api/incidents").status_code == 200
        row.locator("[data-do=disable]").click()
        row.locator("[data-do=disable-sure]").click()
        expect(row).to_contain_text("已停用")
        assert made.get("/api/incidents").status_code == 401


def test_a_report_written_offline_waits_for_its_writer_to_sign_in(
    page: Page, context: BrowserContext, base_url: str
) -> None:
    page.goto(f"{base_url}/patrol")
    type_in(page, "zhou.lead")
    expect(page.locator(".patrol-sign-in")).to_have_count(0)
    page.locator("body[data-ready='1'][data-offline='1']").wait_for(state="attached", timeout=MAP_MS)
    context.set_offline(True)
    page.locator(".picker input").fill("暴露垃圾")
    page.locator(".picker .choice").first.click()
    page.locator("#patrol-text").fill("离线时写下的上报")
    page.locator(".send-bar .primary").click()
    expect(page.locator(".entry[data-state=waiting]")).to_have_count(1)
    with client(base_url, "zhou.lead") as other:
        other.delete("/api/sessions").raise_for_status()
    context.set_offline(False)
    asked = page.locator(".patrol-sign-in")
    expect(asked).to_contain_text("有 1 件上报等待发送", timeout=MAP_MS)
    type_in(page, "zhou.lead")
    expect(page.locator(".entry")).to_have_count(0, timeout=MAP_MS)
    with demo(base_url, "demo-dispatcher") as dispatcher:
        found = dispatcher.get("/api/incidents", params={"source": "grid_worker", "limit": 50}).json()[
            "items"
        ]
    assert [each["text"] for each in found].count("离线时写下的上报") == 1
