"""What is stored of a base grid's day: posts, patrol points, reports, receipts of urgent tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grid_data.database import Connection, one, rows

__all__ = ["GridDay", "read_grid_day"]

Row = dict[str, Any]


@dataclass(frozen=True)
class GridDay:
    """Rows of one grid and day."""

    grid: Row
    posts: list[Row]
    points: list[Row]
    reports: list[Row]
    receipts: list[Row]


async def read_grid_day(
    connection: Connection, code: str, day: date, start: datetime, stop: datetime, metres: float
) -> GridDay | None:
    """Everything about a grid on a day; None: no base grid has the code.

    Parameters
    ----------
    start, stop
        The day on the city's clock.
    metres
        How near to a patrol point a report or a photo shows that somebody was there.
    """
    grid = await one(connection, "day_reports/grid", {"code": code, "at": start})
    if grid is None:
        return None
    asked = {"grid_id": grid["id"], "day": day, "start": start, "stop": stop, "metres": metres}
    return GridDay(
        grid,
        list(await rows(connection, "day_reports/posts", asked)),
        list(await rows(connection, "day_reports/points", asked)),
        list(await rows(connection, "day_reports/reports", asked)),
        list(await rows(connection, "day_reports/receipts", asked)),
    )
