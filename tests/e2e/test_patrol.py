"""The grid worker's phone: photos, place and report arrive once, whatever becomes of the connection."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.screen import SERVER
from tests.support.pictures import SECRETS, exif_of, jpeg, scene

WAIT_MS = 90_000
LOSE_AN_ANSWER = """
(() => {
  const send = window.fetch, lost = new Set(LIST);
  window.fetch = async (input, init) => {
    const answer = await send(input, init);
    const path = new URL(String(input.url ?? input), location.href).pathname;
    const which = `${init?.method ?? "GET"} ${path}`;
    for (const each of lost) if (which.startsWith(each)) { lost.delete(each); throw new TypeError("lost"); }
    return answer;
  };
})()
"""
"""Answers that get lost on the way, each once, after the server has done its part."""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A phone, upright, that knows where it is."""
    return browser_context_args | {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "permissions": ["geolocation"],
    }


def read(url: str, **asked: Any) -> Any:
    """What the server itself says."""
    answer = SERVER.get(url, **asked)
    answer.raise_for_status()
    return answer.json()


class Phone:
    """The form, in words."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url

    def open(self) -> Phone:
        """Open the form and wait until it would open without a connection, too."""
        self.page.goto(f"{self.base_url}/patrol")
        self.page.locator("body[data-ready='1'][data-offline='1']").wait_for(
            state="attached", timeout=WAIT_MS
        )
        return self

    def photo(self, role: str, file: Path) -> None:
        """Take a photo."""
        shown = self.page.locator(f"[data-role={role}] .photo img")
        before = shown.count()
        self.page.set_input_files(f"[data-role={role}] input", file)
        expect(shown).to_have_count(before + 1, timeout=WAIT_MS)

    def fill(self, text: str, *, by: str = "王网格") -> None:
        """Choose a category and write what is to be seen."""
        self.page.locator(".picker input").fill("暴露垃圾")
        self.page.locator(".picker .choice").first.click()
        self.page.locator("#patrol-text").fill(text)
        self.page.locator("#patrol-by").fill(by)
        self.page.locator("#patrol-by").blur()

    def send(self) -> None:
        """Press the large button."""
        self.page.locator(".send-bar .primary").click()
        expect(self.page.locator(".patrol-form")).to_have_count(0)

    def tab(self, name: str) -> None:
        """Go to one of the four pages."""
        self.page.locator(".patrol-tabs").get_by_role("button", name=re.compile(f"^{name}")).click()

    def waiting(self) -> Any:
        """Cards of the outbox."""
        return self.page.locator(".entry[data-state]")

    def press_until_sent(self) -> None:
        """Press "send now" whenever an attempt has failed, until nothing waits."""
        self.page.wait_for_function(
            "() => { document.querySelector('.entry[data-state=waiting] .button')?.click();"
            " return document.querySelector('.patrol .empty') !== null }",
            polling=300,
            timeout=WAIT_MS,
        )

    def arrived(self) -> str:
        """Number of the newest report that arrived."""
        self.tab("我的上报")
        card = self.page.locator(".entry[data-number]").first
        expect(card).to_be_visible(timeout=WAIT_MS)
        return str(card.get_attribute("data-number"))

    def stored(self, text: str) -> list[dict[str, Any]]:
        """What the server has of this text."""
        asked = {"source": "grid_worker", "limit": "100"}
        found = SERVER.get(f"{self.base_url}/api/incidents", params=asked).json()["items"]
        return [item for item in found if item["text"] == text]


@pytest.fixture(scope="session")
def place(base_url: str) -> tuple[float, float]:
    """Where the worker stands: in the middle of a base grid."""
    grids = read(f"{base_url}/api/zones", params={"layer": "base_grid", "limit": 5})["items"]
    lon, lat = read(f"{base_url}/api/zones/base_grid/{grids[3]['code']}")["centre"]
    return lon, lat


@pytest.fixture
def phone(page: Page, context: BrowserContext, base_url: str, place: tuple[float, float]) -> Phone:
    context.set_geolocation({"longitude": place[0], "latitude": place[1], "accuracy": 8})
    return Phone(page, base_url)


@pytest.fixture
def photos(tmp_path: Path, place: tuple[float, float]) -> dict[str, Path]:
    """Large photos of before and after, with all that a camera writes."""
    found = {"before": tmp_path / "before.jpg", "after": tmp_path / "after.jpg"}
    found["before"].write_bytes(jpeg(noisy(1), exif=exif_of(position=place)))
    found["after"].write_bytes(jpeg(noisy(2), exif=exif_of(position=place)))
    return found


def noisy(seed: int) -> Any:
    """A picture that does not compress to nothing."""
    import numpy as np
    from PIL import Image

    picture = np.asarray(scene(2400, 1800), dtype=np.int16)
    noise = np.random.default_rng(seed).integers(-20, 20, picture.shape)
    return Image.fromarray(np.clip(picture + noise, 0, 255).astype(np.uint8))


def test_offline_report_arrives_once(
    phone: Phone, context: BrowserContext, photos: dict[str, Path], place: tuple[float, float]
) -> None:
    text = "离线上报：垃圾桶满溢"
    phone.open()
    expect(phone.page.locator(".landmark")).to_contain_text("米", timeout=WAIT_MS)
    context.set_offline(True)
    phone.photo("scene", photos["before"])
    phone.fill(text)
    expect(phone.page.locator(".connection")).to_have_text("离线")
    phone.send()
    expect(phone.waiting()).to_have_attribute("data-state", "waiting")
    phone.page.reload()
    phone.page.locator("body[data-ready='1']").wait_for(state="attached", timeout=WAIT_MS)
    phone.tab("发件箱")
    expect(phone.waiting()).to_have_count(1)
    expect(phone.page.locator(".entry img")).to_be_visible()
    assert phone.stored(text) == []
    # Back, but the answers to the photo and to the report get lost: both are sent twice.
    lost = LOSE_AN_ANSWER.replace("LIST", "['POST /api/attachments', 'POST /api/incidents']")
    phone.page.evaluate(lost)
    sent: list[str] = []
    phone.page.on("request", lambda made: sent.append(f"{made.method} {made.url.rpartition('/')[2]}"))
    context.set_offline(False)
    phone.press_until_sent()
    assert sent.count("POST attachments") == 2
    assert sent.count("POST incidents") == 2
    number = phone.arrived()
    stored = phone.stored(text)
    assert [item["number"] for item in stored] == [number]
    incident = read(f"{phone.base_url}/api/incidents/{number}")
    assert incident["accuracy_m"] == 8
    assert incident["original"]["coordinates"] == pytest.approx(place)
    listed = read(f"{phone.base_url}/api/incidents/{number}/attachments")["items"]
    assert len(listed) == 1


def test_a_photo_arrives_small_and_says_no_longer_where_it_was_taken(
    phone: Phone, photos: dict[str, Path], place: tuple[float, float]
) -> None:
    phone.open()
    phone.photo("scene", photos["before"])
    phone.fill("照片去除位置信息")
    phone.send()
    number = phone.arrived()
    listed = read(f"{phone.base_url}/api/incidents/{number}/attachments")["items"]
    assert len(listed) == 1
    photo = listed[0]
    assert max(photo["width"], photo["height"]) == 1920
    # Read by the server before it was taken away: the smaller copy had brought it along.
    assert photo["position"]["coordinates"] == pytest.approx(place, abs=1e-6)
    assert photo["taken_at"] == "2026-10-01T01:30:15Z"
    assert photo["distance_m"] < 5
    content = SERVER.get(f"{phone.base_url}{photo['url']}").content
    assert len(content) < photos["before"].stat().st_size
    assert b"Exif" not in content
    assert not any(secret in content for secret in SECRETS)


def test_handled_on_the_spot_with_before_and_after(phone: Phone, photos: dict[str, Path]) -> None:
    text = "现场清理小广告"
    phone.open()
    phone.page.locator("input[value=self]").check()
    phone.page.locator(".send-bar .primary").click()
    complaints = phone.page.locator(".patrol-form > .trouble li")
    expect(complaints).to_have_text(
        ["请选择事项类别。", "请拍摄处置前照片。", "请拍摄处置后照片。", "请填写处置情况。", "请填写姓名。"]
    )
    phone.photo("before", photos["before"])
    phone.photo("after", photos["after"])
    phone.fill(text)
    phone.page.locator("#patrol-result").fill("已清除并冲洗墙面")
    expect(complaints).to_have_count(0)
    phone.page.evaluate(LOSE_AN_ANSWER.replace("LIST", "['POST /api/cases/']"))
    phone.send()
    phone.press_until_sent()
    number = phone.arrived()
    case = read(f"{phone.base_url}/api/cases/{number}")
    assert case["outcome"] == "self_handled"
    steps = [step for step in case["steps"] if step["action"] == "self_handle"]
    assert [(step["by"], step["result"]) for step in steps] == [("王网格", "已清除并冲洗墙面")]
    listed = read(f"{phone.base_url}/api/incidents/{number}/attachments")["items"]
    assert sorted(item["role"] for item in listed) == ["after", "before"]


def test_an_entry_of_the_outbox_is_changed_and_deleted(phone: Phone, context: BrowserContext) -> None:
    phone.open()
    context.set_offline(True)
    phone.fill("第一稿")
    phone.send()
    phone.page.get_by_role("button", name="修改", exact=True).click()
    expect(phone.page.locator(".patrol-form .note")).to_be_visible()
    phone.page.locator("#patrol-text").fill("第二稿")
    phone.send()
    expect(phone.waiting()).to_have_count(1)
    expect(phone.waiting()).to_contain_text("第二稿")
    context.set_offline(False)
    phone.arrived()
    assert len(phone.stored("第二稿")) == 1
    assert phone.stored("第一稿") == []
    context.set_offline(True)
    phone.tab("上报")
    phone.page.locator(".chip").first.click()
    phone.send()
    delete = phone.page.locator(".entry .danger")
    delete.click()
    expect(delete).to_have_text("确认删除")
    delete.click()
    expect(phone.page.get_by_text("没有待发送的上报。")).to_be_visible()


def test_a_place_set_on_the_map_goes_before_the_devices(phone: Phone, place: tuple[float, float]) -> None:
    phone.open()
    expect(phone.page.locator(".place")).to_contain_text("精度 ±8 米")
    phone.page.get_by_role("button", name="地图校正").click()
    phone.page.locator(".pin-canvas[data-ready='1']").wait_for(timeout=90_000)
    box = phone.page.locator(".pin-canvas canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    phone.page.mouse.move(x, y)
    phone.page.mouse.down()
    phone.page.mouse.move(x - 60, y, steps=4)
    phone.page.mouse.up()
    phone.page.wait_for_timeout(300)
    phone.page.get_by_role("button", name="使用此位置").click()
    expect(phone.page.locator(".place")).to_contain_text("已在地图上校正")
    phone.fill("地图校正的位置")
    phone.send()
    incident = read(f"{phone.base_url}/api/incidents/{phone.arrived()}")
    lon, lat = incident["place"]["coordinates"]
    assert 0.0001 < lon - place[0] < 0.003
    assert lat == pytest.approx(place[1], abs=0.0003)
    assert incident["accuracy_m"] is None


def test_an_urgent_task_of_the_grid_is_received_and_done(phone: Phone, place: tuple[float, float]) -> None:
    near = read(f"{phone.base_url}/api/nearby", params={"lon": place[0], "lat": place[1]})
    grid = near["base_grid"]["code"]
    task = {
        "by": "周指挥", "role": "district_lead", "title": {"zh": "台风前转移"}, "text": {"zh": "逐户通知。"},
        "due_at": "2098-08-09T20:00:00+08:00", "area": {"zones": [f"base_grid:{grid}"]},
    }  # fmt: skip
    issued = SERVER.post(f"{phone.base_url}/api/urgent-tasks", json=task)
    assert issued.status_code == 201, issued.text
    phone.open()
    expect(phone.page.locator(".landmark")).to_contain_text("米", timeout=WAIT_MS)
    phone.page.locator(".who").click()
    phone.page.locator("#who-name").fill("赵网格")
    phone.page.get_by_role("button", name="确定").click()
    phone.tab("紧急任务")
    card = phone.page.locator(f"[data-task='{issued.json()['code']}']")
    expect(card).to_contain_text("台风前转移", timeout=WAIT_MS)
    card.get_by_role("button", name="签收").click()
    expect(card).to_have_attribute("data-state", "acknowledged")
    card.get_by_label("完成情况").fill("已逐户通知")
    card.get_by_label("数量").fill("120")
    card.get_by_role("button", name="报告完成").click()
    # The last grid has answered: the task is done, and no longer among the open ones.
    expect(phone.page.get_by_role("status")).to_have_text("已报告完成。")
    expect(card).to_have_count(0)
    told = read(f"{phone.base_url}/api/urgent-tasks/{issued.json()['code']}")["receipts"][0]
    assert (told["done_by"], told["note"], told["count"]) == ("赵网格", "已逐户通知", 120)


def test_nothing_on_the_form_is_too_small_or_unnamed(phone: Phone) -> None:
    """Large enough for a thumb, and named for a screen reader."""
    phone.open()
    phone.page.locator(".landmark").wait_for()
    small = phone.page.evaluate(
        "() => [...document.querySelectorAll('.patrol button, .patrol summary, .photo-add, .path')]"
        ".filter(each => each.offsetParent && !each.closest('.picker-list'))"
        ".map(each => [each, each.getBoundingClientRect()])"
        ".filter(([, box]) => Math.min(box.height, box.width) < 34)"
        ".map(([each]) => each.outerHTML.slice(0, 120))"
    )
    assert small == []
    axe = Path(__file__).parents[2] / "frontend_map" / "node_modules" / "axe-core" / "axe.min.js"
    phone.page.evaluate(axe.read_text(encoding="utf-8"))
    for tab in ("上报", "发件箱", "我的上报", "紧急任务"):
        phone.tab(tab)
        found = phone.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations']})"
            ".then(found => found.violations)"
        )
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
