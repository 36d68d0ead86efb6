"""Figures per zone of a level, added up from sums of whole periods and the lives at the ends of the span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grid_data.column_words import SUMS
from grid_data.database import Connection, ask, one
from grid_data.statements import numbered_with

__all__ = ["SUMS", "Ranked", "Sums", "added_up", "class_of", "path_to", "ranked_layers", "ranked_zones"]

Sums = dict[str, int]


@dataclass(frozen=True)
class Ranked:
    """Figures of one zone (0: in no zone of the level), or of what has no believed place."""

    zone_id: int
    located: bool
    sums: Sums


async def added_up(
    connection: Connection,
    *,
    level: str,
    zone_id: int | None,
    first: date,
    last: date,
    stop: datetime,
    grain: int,
    whole: tuple[date, date],
    months: tuple[date, date],
    tens: Sequence[date],
    unsettled: date,
    class_id: int | None,
    category_ids: Sequence[int] | None,
    sources: Sequence[str] | None,
) -> list[Ranked]:
    """Figures of the days ``[first, last)``; ``stop`` is the moment at which they end.

    Parameters
    ----------
    grain
        Which sums are read of whole months: see ``period_figure``.
    whole, months, tens
        What whole periods cover, the months among them, and the ten days beside the months.
    unsettled
        Lives that were not settled on the day before it are looked at one by one.
    """
    statement = numbered_with(
        "rankings/counts",
        ("reported_at_the_ends", "rankings/reported_at_the_ends"),
        ("due_at_the_ends", "rankings/due_at_the_ends"),
        ("closed_at_the_ends", "rankings/closed_at_the_ends"),
        ("filter", "rankings/filter"),
    )
    asked: dict[str, Any] = {
        "level": level, "zone_id": zone_id, "first": first, "last": last, "stop": stop, "grain": grain,
        "first_whole": whole[0], "last_whole": whole[1], "first_month": months[0], "last_month": months[1],
        "tens": list(tens), "unsettled": unsettled, "class_id": class_id,
        "category_ids": None if category_ids is None else list(category_ids),
        "sources": None if sources is None else list(sources),
    }  # fmt: skip
    found = await (await ask(connection, statement, asked)).fetchall()
    return [
        Ranked(row["zone_id"], row["located"], {name: int(row[name] or 0) for name in SUMS}) for row in found
    ]


async def path_to(connection: Connection, code: str) -> list[dict[str, Any]]:
    """A zone of the ranked levels and those above it, from the top; empty: no zone has the code."""
    return await rows_with(connection, "rankings/region", {"code": code})


async def ranked_zones(
    connection: Connection, level: str, ids: Sequence[int], within: int | None, since: datetime
) -> list[dict[str, Any]]:
    """Zones of a level: those there are today (in one zone, if it is named), and some by id.

    ``since``: redraws after it say what a zone was made of.
    """
    asked = {"level": level, "ids": list(ids), "within": within, "since": since}
    return await rows_with(connection, "rankings/zones", asked)


async def ranked_layers(connection: Connection) -> dict[str, str]:
    """Code of the layer by level."""
    found = await rows_with(connection, "rankings/layers", {})
    return {row["level"]: row["layer"] for row in found}


async def class_of(connection: Connection, category_ids: Sequence[int]) -> int | None:
    """The class whose categories these are, all of them; None: they are not a whole class."""
    row = await one(connection, "rankings/class", {"ids": list(category_ids)})
    return row["id"] if row else None


async def rows_with(connection: Connection, key: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a statement about the ranked levels."""
    statement = numbered_with(key, ("levels", "rankings/levels"))
    return await (await ask(connection, statement, asked)).fetchall()
