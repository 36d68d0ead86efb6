"""Calendars and limits a city begins with: shipped as files, changed like any other afterwards."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, run

__all__ = ["CHINA", "read_calendars", "read_default_limits", "store_default_deadlines"]

CHINA = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "Asia/Kashgar", "PRC"})
"""Time zones of cities that work by China's calendar."""


def read_calendars(country: str = "china") -> Iterator[dict[str, str]]:
    """Special days of a country's shipped calendars: date, kind and name."""
    folder = resources.files("grid_data.catalogues").joinpath("calendars")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.startswith(f"{country}_") and file.name.endswith(".csv"):
            yield from csv.DictReader(file.read_text(encoding="utf-8").splitlines())


def read_default_limits() -> Iterator[dict[str, Any]]:
    """Shipped limits, with None for what they leave open."""
    file = resources.files("grid_data.catalogues").joinpath("time_limits.csv")
    for record in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        yield {name: text or None for name, text in record.items()}


async def store_default_deadlines(connection: Connection, timezone: str) -> int:
    """Give a new city its calendars, when it lies in China, and default limits; returns how many rows.

    Limits of categories that are not in the city's catalogues are left out.
    """
    stored = 0
    if timezone in CHINA:
        stored += await run(connection, "deadlines/put_days", {"days": Jsonb(list(read_calendars()))})
    limits = [{"warn": 0.25, "since": None, **limit} for limit in read_default_limits()]
    return stored + await run(connection, "deadlines/add_limits", {"limits": Jsonb(limits)})
