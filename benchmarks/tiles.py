"""Vector tiles: how many a second, per tile set and zoom, made anew, from memory and unchanged.

Runs on the demo's city (loaded first if need be) in the program's own database. Tiles lie where buildings do:
people look at where people live.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Iterable

import httpx2
from fastapi import FastAPI

from api.app import create_app
from benchmarks.measure import Measure, percentile
from cli.demo import load_demo
from cli.migrate import migrate_database
from cli.place import database_url
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.database import Connection, Database
from grid_data.tiles import Address, find_tile_set, tile

ASKED = (
    ("district", 9), ("subdistrict", 10), ("community", 11), ("community", 13), ("base_grid", 10),
    ("base_grid", 12), ("base_grid", 14), ("police", 12), ("land", 10), ("water", 10), ("water", 14),
    ("roads", 11), ("roads", 14), ("buildings", 14), ("buildings", 16), ("land_units", 13),
    ("facilities", 15),
    ("incidents", 10), ("incidents", 13), ("incidents", 15),
)  # fmt: skip
TILES = 150
"""Tiles asked for per set and zoom; the same one may be among them twice, and is made each time."""


def run() -> Iterable[Measure]:
    """Measure on one connection and on one process."""
    settings = Settings()
    with database_url(settings) as url:
        migrate_database(url)
        load_demo(url, small=False)
        return asyncio.run(_run(settings.model_copy(update={"database_url": url})))


async def _run(settings: Settings) -> list[Measure]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        database: Database = app.state.database
        async with database.transaction(OPERATOR) as connection:
            spots = await _spots(app)
            measures = [await _made(connection, spots, name, zoom) for name, zoom in ASKED]
        return measures + await _served(app, spots)


async def _spots(app: FastAPI) -> list[tuple[float, float]]:
    """Points of the city, as dense as its addresses are."""
    async with _client(app) as client:
        found: list[tuple[float, float]] = []
        after: str | None = None
        while len(found) < 2000:
            query = {"limit": "500", "place_status": "located"} | ({"after": after} if after else {})
            page = (await client.get("/api/incidents", params=query)).json()
            found += [tuple(item["place"]["coordinates"]) for item in page["items"]]
            after = page["next"]
            if after is None:
                break
    random.Random(1).shuffle(found)
    return found


def _address(spot: tuple[float, float], zoom: int) -> Address:
    lon, lat = spot
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Address(zoom, int((lon + 180) / 360 * (1 << zoom)), int(row * (1 << zoom)))


async def _made(connection: Connection, spots: list[tuple[float, float]], name: str, zoom: int) -> Measure:
    stand = await find_tile_set(connection, name, None)
    assert stand is not None, name
    took: list[float] = []
    size = 0
    for spot in [*spots[:5], *spots[:TILES]]:
        started = time.perf_counter()
        content = await tile(connection, stand.tiles, _address(spot, zoom), at=None, all_states=True)
        took.append((time.perf_counter() - started) * 1000)
        size += len(content)
    measured = took[5:]
    note = (
        f"p50 {percentile(measured, 0.5):.1f} ms, p99 {percentile(measured, 0.99):.1f} ms, "
        f"{size / len(took) / 1024:.1f} KiB"
    )
    return Measure(f"{name}, zoom {zoom}, made anew", 1000 * len(measured) / sum(measured), "tiles/s", note)


def _client(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://bench")


async def _served(app: FastAPI, spots: list[tuple[float, float]]) -> list[Measure]:
    """Through the whole server, eight requests at a time: from memory, and answered 304."""
    paths = [
        f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt"
        for name, zoom in (("base_grid", 12), ("roads", 14), ("buildings", 14), ("incidents", 13))
        for at in {_address(spot, zoom) for spot in spots[:50]}
    ]
    async with _client(app) as client:
        tags = {path: (await client.get(path)).headers["etag"] for path in paths}
        answers: list[Measure] = []
        for name, known in (("from memory", False), ("unchanged (304)", True)):
            took: list[float] = []

            async def ask(share: list[str], known: bool, took: list[float]) -> None:
                for path in share:
                    headers = {"If-None-Match": tags[path]} if known else {}
                    started = time.perf_counter()
                    response = await client.get(path, headers=headers)
                    took.append((time.perf_counter() - started) * 1000)
                    assert response.status_code in ((304,) if known else (200, 204))

            order = random.Random(2).choices(paths, k=2000)
            started = time.perf_counter()
            await asyncio.gather(*(ask(order[lane::8], known, took) for lane in range(8)))
            note = f"p50 {percentile(took, 0.5):.1f} ms, p99 {percentile(took, 0.99):.1f} ms, 8 at a time"
            seconds = time.perf_counter() - started
            answers.append(Measure(f"over HTTP, {name}", len(order) / seconds, "tiles/s", note))
    return answers
