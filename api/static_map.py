"""The built map: the page always asked for anew, its assets (named by their content) kept for ever."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["install"]

# Addresses of the page's own views: the same page answers them, so that a link to one can be opened anew.
VIEWS = ("accounts", "department", "dispatch", "exchange", "planner", "rankings", "rules")
# Pages of their own.
PAGES = {"patrol": "patrol.html"}
# Every address below it is the page of one shared view; what that page loads lies beside the other files.
SHARED = "share/"

STATIC = Path(__file__).parent / "static"

NOT_BUILT = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>GridGov</title></head><body>
<section lang="zh"><h1>地图尚未构建</h1>
<p>服务已运行，但此安装不含地图文件。请执行 <code>make setup</code>(或在 <code>frontend_map/</code> 中执行
<code>npm ci &amp;&amp; npm run build</code>)后刷新本页。</p></section>
<section lang="en"><h1>The map is not built yet</h1>
<p>The server runs, but this installation has no map files. Run <code>make setup</code> (or, in
<code>frontend_map/</code>, <code>npm ci &amp;&amp; npm run build</code>) and reload this page.</p></section>
<p><a href="/api/openapi.json">/api/openapi.json</a> · <a href="/readyz">/readyz</a></p>
</body></html>
"""


class MapFiles(StaticFiles):
    """Static files with caching by kind: what lies in ``assets/`` has a digest of its content in its name."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file; each of the page's views is the page."""
        if path.startswith(SHARED):
            below = path.removeprefix(SHARED)
            return super().lookup_path(below if below.startswith("assets/") or "." in below else "share.html")
        return super().lookup_path("index.html" if path in VIEWS else PAGES.get(path, path))

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, with the header that says how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = Path(full_path).parent.name == "assets"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def install(app: FastAPI, folder: Path = STATIC) -> None:
    """Serve the map at ``/``; before it is built, a page that says how to build it."""

    if (folder / "index.html").is_file():
        app.mount("/", MapFiles(directory=folder, html=True), name="map")
        return

    async def not_built() -> HTMLResponse:
        return HTMLResponse(NOT_BUILT, headers={"Cache-Control": "no-store"})

    app.add_api_route("/", not_built, include_in_schema=False, response_class=HTMLResponse)
