"""What goes out by itself, and contact data: each part for whoever may have it, every reading on record."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from governance.access.demo import DEMO_PASSWORD
from tests.e2e.accounts import client, sign_in
from tests.e2e.screen import MAP_MS, Screen
from tests.e2e.test_view import check


@pytest.fixture(scope="session")
def base_url(accounts_url: str) -> str:
    """These tests ask the server where people sign in."""
    return accounts_url


def test_contact_data_are_masked_until_somebody_says_what_for_and_the_auditor_sees_that(
    screen: Screen, base_url: str
) -> None:
    page = screen.page
    with client(base_url, "zhou.lead") as asking:
        listed = asking.get("/api/zones", params={"layer": "base_grid", "parent": "370212002001"}).json()
        report = {
            "category": "GB/T 47678.5-2026:matter:01005",
            "text": "井盖破损",
            "source": "hotline",
            "place": {"type": "Point", "coordinates": listed["items"][0]["centre"]},
            "reporter": {"name": "王女士", "phone": "13800001234"},
        }
        number = asking.post("/api/incidents", json=report).json()["number"]
    sign_in(page, base_url, "zhou.lead", f"department?incident={number}")
    page.get_by_role("button", name="谁反映的？").click(timeout=MAP_MS)
    card = page.locator("section.reporter")
    expect(card).to_contain_text("王*")
    expect(card).not_to_contain_text("13800001234")
    card.get_by_role("button", name="查看完整联系方式").click()
    card.get_by_role("button", name="查看并记录").click()
    expect(card).to_contain_text("请写明用途")
    card.get_by_role("button", name="核实事发位置").click()
    card.get_by_role("button", name="查看并记录").click()
    expect(card.get_by_role("link", name="13800001234")).to_be_visible()
    check(screen, "reporter")
    card.get_by_role("button", name="立即隐去").click()
    expect(card).not_to_contain_text("13800001234")
    page.context.clear_cookies()
    sign_in(page, base_url, "demo-auditor", "exchange", DEMO_PASSWORD)
    row = page.locator("table.audit tbody tr").first
    expect(row).to_contain_text("zhou.lead", timeout=MAP_MS)
    expect(row).to_contain_text("核实事发位置")
    expect(page.get_by_role("tab")).to_have_count(1)


def test_webhooks_and_weekly_reports_are_made_and_ended(screen: Screen, base_url: str) -> None:
    page = screen.page
    sign_in(page, base_url, "demo-district", "exchange", DEMO_PASSWORD)
    page.get_by_role("button", name="订阅周报").click(timeout=MAP_MS)
    page.locator("[name=recipient]").fill("不是邮箱")
    page.get_by_role("button", name="订阅", exact=True).click()
    expect(page.locator(".field-error")).to_contain_text("有效的邮箱")
    page.locator("[name=recipient]").fill("li@example.org")
    page.get_by_role("button", name="订阅", exact=True).click()
    subscribed = page.locator("[data-subscription]")
    expect(subscribed).to_contain_text("li@example.org")
    subscribed.get_by_role("button", name="退订").click()
    subscribed.get_by_role("button", name="退订", exact=True).click()
    expect(subscribed).to_have_count(0)

    page.get_by_role("tab", name="Webhook").click()
    page.get_by_role("button", name="新建 Webhook").click()
    form = page.locator("form[aria-label='新建 Webhook']")
    form.locator("[name=webhook-name]").fill("工单系统")
    form.locator("[name=webhook-url]").fill("https://127.0.0.1/inner")
    form.locator("[type=submit]").click()
    expect(form.locator(".field-error")).to_be_visible()
    form.locator("[name=webhook-url]").fill("https://example.org/gridgov")
    form.locator("[name=events-all]").uncheck()
    form.locator("[name=event][value='incident.close']").check()
    form.locator("[type=submit]").click()
    expect(page.locator("[name=token-secret]")).to_have_value(re.compile(r"^whsec_\S{40,}$"))
    hook = page.locator("[data-webhook]")
    check(screen, "webhooks")
    hook.get_by_role("button", name="暂停").click()
    expect(hook.locator(".badge").first).to_have_text("已暂停")
    hook.get_by_role("button", name="删除…").click()
    hook.get_by_role("button", name="删除", exact=True).click()
    expect(hook).to_have_count(0)
