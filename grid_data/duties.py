"""The duty roster as it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, rows, run

__all__ = [
    "Period",
    "clear_duties",
    "duties_overlapping",
    "find_posts",
    "insert_duties",
    "names_on_duty",
    "read_duties",
]


@dataclass(frozen=True)
class Period:
    """A post on duty; ``row``: of the roster it comes from."""

    row: int
    post_id: int
    day: date
    begins: datetime
    ends: datetime


async def find_posts(
    connection: Connection, asked: Sequence[Mapping[str, Any]], timezone: str
) -> dict[int, tuple[bool, list[int]]]:
    """Of rows (row, layer, zone, kind, person, day): whether the zone is known, and the posts that fit."""
    told = {"rows": Jsonb(list(asked)), "timezone": timezone}
    found = await rows(connection, "duties/find_posts", told)
    return {row["row"]: (row["zone_known"], row["post_ids"] or []) for row in found}


async def clear_duties(connection: Connection, days: Sequence[tuple[int, date]]) -> int:
    """Take posts off duty on days; returns how many periods went."""
    told = {"post_ids": [post for post, _ in days], "days": [day for _, day in days]}
    return await run(connection, "duties/clear", told)


async def duties_overlapping(connection: Connection, periods: Sequence[Period]) -> dict[int, date]:
    """Rows whose period overlaps with what is stored, and the day of that."""
    found = await rows(
        connection, "duties/overlapping", _columns(periods) | {"rows": [each.row for each in periods]}
    )
    return {row["row"]: row["day"] for row in found}


async def insert_duties(connection: Connection, periods: Sequence[Period]) -> int:
    """Put posts on duty; returns how many periods there are now more."""
    told = _columns(periods) | {"days": [each.day for each in periods]}
    return await run(connection, "duties/insert", told)


def _columns(periods: Sequence[Period]) -> dict[str, list[Any]]:
    return {
        "post_ids": [each.post_id for each in periods],
        "begins": [each.begins for each in periods],
        "ends": [each.ends for each in periods],
    }


async def read_duties(
    connection: Connection,
    first: date,
    last: date,
    *,
    now: bool = False,
    zone: str | None = None,
    organisation: str | None = None,
    after: int = 0,
    limit: int,
) -> list[dict[str, Any]]:
    """The roster of a stretch of days in the order it was made; ``now``: only who is on duty this moment."""
    told = {
        "first": first, "last": last, "now": now, "zone": zone, "organisation": organisation,
        "after": after, "limit": limit,
    }  # fmt: skip
    return list(await rows(connection, "duties/list", told))


async def names_on_duty(connection: Connection, kind: str) -> list[str]:
    """Who is on duty now for organisations of a kind."""
    return [row["name"] for row in await rows(connection, "duties/of_organisations", {"kind": kind})]
