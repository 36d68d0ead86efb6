"""The map's files: the page asked for anew, assets kept for ever; a plain word when there is no map."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from api import static_map


def test_page_and_assets(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>map</title>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-abc123.js").write_text("0")
    app = FastAPI()
    static_map.install(app, tmp_path)
    client = TestClient(app)
    page = client.get("/")
    assert page.text.startswith("<!doctype html>")
    assert page.headers["cache-control"] == "no-cache"
    rules = client.get("/rules?rule=R001")
    assert rules.text == page.text, "a link to the rules page opens it"
    assert rules.headers["cache-control"] == "no-cache"
    assert client.get("/rules/other").status_code == 404
    (tmp_path / "patrol.html").write_text("<!doctype html><title>patrol</title>")
    assert "<title>patrol</title>" in client.get("/patrol?lang=en").text, "a page of its own"
    (tmp_path / "share.html").write_text("<!doctype html><title>share</title>")
    assert "<title>share</title>" in client.get("/share/7Tq-x_1").text, "each shared view has an address"
    assert client.get("/share/assets/index-abc123.js").text == "0", "what its page loads is found beside it"
    assert client.get("/share/favicon.svg").text == "<svg/>"
    (tmp_path / "patrol-sw.js").write_text("0")
    assert client.get("/patrol-sw.js").headers["cache-control"] == "no-cache", "a new one is found at once"
    assert client.get("/favicon.svg").headers["cache-control"] == "no-cache"
    asset = client.get("/assets/index-abc123.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    unchanged = client.get("/assets/index-abc123.js", headers={"If-None-Match": asset.headers["etag"]})
    assert unchanged.status_code == 304
    assert client.get("/../conftest.py").status_code == 404


def test_before_it_is_built(tmp_path: Path) -> None:
    app = FastAPI()
    static_map.install(app, tmp_path)
    page = TestClient(app).get("/")
    assert page.status_code == 200
    assert "make setup" in page.text
    assert page.headers["cache-control"] == "no-store"
