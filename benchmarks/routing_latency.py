"""Routing of 10,000 random places, one after the other: the statement alone, the dry run, over HTTP.

Runs on the demo's city (loaded first if need be) in the program's own database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import httpx2
import numpy as np
import shapely

from api.app import create_app
from benchmarks.measure import Measure, percentile
from cli.demo import load_demo
from cli.migrate import migrate_database
from cli.place import database_url
from governance.access import OPERATOR
from governance.incidents.routing import Question, explain
from governance.settings import Settings
from grid_data.database import Database
from grid_data.routing import read_asked, route_place

PLACES = 10_000
WARM = 50


def run() -> Iterable[Measure]:
    """Measure one question after the other."""
    settings = Settings()
    with database_url(settings) as url:
        migrate_database(url)
        load_demo(url, small=False)
        return asyncio.run(_run(settings.model_copy(update={"database_url": url})))


async def _run(settings: Settings) -> list[Measure]:
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://bench") as client,
    ):
        questions = await _questions(client)
        database: Database = app.state.database
        return [
            *_told("the statement alone", await _statement(database, questions)),
            *_told("dry run in the process", await _direct(database, questions)),
            *_told("dry run over HTTP, in the process", await _over_http(client, questions)),
        ]


async def _questions(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """Places spread evenly over the district, each with a category drawn from the catalogue."""
    city = (await client.get("/api/city")).json()
    found = (await client.get(f"/api/zones/district/{city['code']}?geometry=true")).json()
    district = shapely.geometry.shape(found["geometry"])
    shapely.prepare(district)
    listed = (await client.get("/api/categories")).json()["items"]
    keys = [category["key"] for category in listed if category["level"] == 2]
    rng = np.random.default_rng(20260101)
    west, south, east, north = district.bounds
    places: list[tuple[float, float]] = []
    while len(places) < PLACES + WARM:
        lon, lat = rng.uniform(west, east, PLACES), rng.uniform(south, north, PLACES)
        inside = shapely.contains_xy(district, lon, lat)
        places += list(zip(lon[inside].round(7).tolist(), lat[inside].round(7).tolist(), strict=True))
    chosen = rng.choice(keys, PLACES + WARM).tolist()
    return [
        {"lon": lon, "lat": lat, "category": category}
        for (lon, lat), category in zip(places[: PLACES + WARM], chosen, strict=True)
    ]


async def _over_http(client: httpx2.AsyncClient, questions: list[dict[str, Any]]) -> list[float]:
    took = []
    for question in questions:
        started = time.perf_counter()
        response = await client.get("/api/routing", params=question)
        took.append((time.perf_counter() - started) * 1000)
        assert response.status_code == 200, response.text
    return took[WARM:]


async def _statement(database: Database, questions: list[dict[str, Any]]) -> list[float]:
    """``routing/route_place`` over one connection, as serving sends it."""
    took = []
    async with database.transaction(OPERATOR, plans="generic") as connection:
        keys = {question["category"] for question in questions}
        asked = {key: (await read_asked(connection, key)).category for key in keys}
        at = datetime.now(UTC)
        for question in questions:
            category = asked[question["category"]]
            started = time.perf_counter()
            await route_place(
                connection,
                lon=question["lon"],
                lat=question["lat"],
                at=at,
                category_id=category["category_id"] if category else None,
                accuracy_m=None,
            )
            took.append((time.perf_counter() - started) * 1000)
    return took[WARM:]


async def _direct(database: Database, questions: list[dict[str, Any]]) -> list[float]:
    took = []
    async with database.transaction(OPERATOR, plans="generic") as connection:
        for question in questions:
            started = time.perf_counter()
            await explain(
                connection, Question(question["lon"], question["lat"], category=question["category"])
            )
            took.append((time.perf_counter() - started) * 1000)
    return took[WARM:]


def _told(how: str, took: list[float]) -> list[Measure]:
    note = f"{len(took):,} places, one after the other"
    return [
        Measure(f"{how}, p50", percentile(took, 0.5), "ms", note),
        Measure(f"{how}, p99", percentile(took, 0.99), "ms", note),
    ]
