"""What indicators are made of, counted in the database, and the shipped weights of composites."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from grid_data.database import Connection, ask, one, rows, run
from grid_data.statements import numbered_with

__all__ = ["LONG", "Weight", "count_events", "names_of", "region_by_code", "weights"]

LONG = timedelta(days=45)
"""A span longer than this is counted from whole tables, a shorter one from what happened in it."""


@dataclass(frozen=True)
class Weight:
    """One part of a composite; ``inverted``: less is better, one minus the rate counts."""

    composite: str
    name_zh: str
    name_en: str
    indicator: str
    weight: float
    inverted: bool


@cache
def weights() -> tuple[Weight, ...]:
    """The shipped weights, in the order of the file."""
    file = resources.files("grid_data.catalogues") / "indicator_weights.csv"
    return tuple(
        Weight(
            row["composite"],
            row["name_zh"],
            row["name_en"],
            row["indicator"],
            float(row["weight"]),
            row["inverted"] == "true",
        )
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    )


async def count_events(
    connection: Connection,
    *,
    start: datetime,
    stop: datetime,
    group_by: str,
    region: int | None,
    nowhere: bool,
    category_ids: Sequence[int] | None,
    organisation_ids: Sequence[int] | None,
    sources: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """Counts by group and kind of event in ``[start, stop)``; see ``indicators/counts``.

    Parameters
    ----------
    nowhere
        With a region: incidents without a believed place are counted as well.
    """
    asked = {
        "start": start,
        "stop": stop,
        "group_by": group_by,
        "region": region,
        "nowhere": nowhere,
        "category_ids": None if category_ids is None else list(category_ids),
        "organisation_ids": None if organisation_ids is None else list(organisation_ids),
        "sources": None if sources is None else list(sources),
    }
    long = stop - start > LONG
    await run(connection, "indicators/room", {"long": long})
    subject = "indicators/many" if long else "indicators/few"
    cursor = await ask(connection, numbered_with("indicators/counts", ("subject", subject)), asked)
    return await cursor.fetchall()


async def names_of(
    connection: Connection, kind: str, ids: Sequence[int]
) -> dict[int, tuple[str, str, str | None]]:
    """Code, Chinese and English name by id; ``kind``: zones, organisations or categories."""
    found = await rows(connection, f"indicators/{kind}_told", {"ids": list(ids)})
    return {row["id"]: (row["code"], row["name_zh"], row["name_en"]) for row in found}


async def region_by_code(connection: Connection, layer: str, code: str) -> tuple[int, bool] | None:
    """Id of a zone, and whether it is the region that holds all others; None: there is none."""
    row = await one(connection, "indicators/region", {"layer": layer, "code": code})
    return None if row is None else (row["id"], row["whole"])
