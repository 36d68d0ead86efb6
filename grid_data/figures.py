"""Counting again what has changed: marks, and the statement that moves figures by the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grid_data.database import Connection, ask, one, rows, run
from grid_data.statements import numbered_with

__all__ = ["Freshness", "Run", "count_again", "freshness", "oldest_marks", "shorten_mark", "take_turn"]


PARTS = (
    ("places_of", "rankings/places_of"),
    ("above_grids", "rankings/above_grids"),
    ("figure_columns", "rankings/figure_columns"),
)


@dataclass(frozen=True)
class Run:
    """A mark: a run of incidents, both ends included."""

    id: int
    first_id: int
    last_id: int

    @property
    def length(self) -> int:
        """How many identifiers it holds."""
        return self.last_id - self.first_id + 1


@dataclass(frozen=True)
class Freshness:
    """Everything that happened until ``as_of`` is counted; ``waiting`` marks tell of what came after it."""

    as_of: datetime
    waiting: int


async def take_turn(connection: Connection) -> bool:
    """Whether this transaction may count; another does, otherwise."""
    row = await one(connection, "rankings/turn")
    return bool(row and row["taken"])


async def freshness(connection: Connection) -> Freshness:
    """How fresh the figures are."""
    row = await one(connection, "rankings/as_of")
    assert row is not None
    return Freshness(row["as_of"], row["waiting"])


async def oldest_marks(connection: Connection, limit: int) -> list[Run]:
    """The oldest marks."""
    found = await rows(connection, "rankings/marks", {"limit": limit})
    return [Run(row["id"], row["first_id"], row["last_id"]) for row in found]


async def shorten_mark(connection: Connection, mark_id: int, first_id: int) -> None:
    """Let a mark begin later: what lies before is counted in this transaction."""
    await run(connection, "rankings/shorten", {"id": mark_id, "first_id": first_id})


async def count_again(connection: Connection, runs: Sequence[Run], done: Sequence[int]) -> int:
    """Count the incidents of some runs again and take ``done`` marks away; how many incidents there were."""
    asked = {
        "mark_ids": list(done),
        "first_ids": [each.first_id for each in runs],
        "last_ids": [each.last_id for each in runs],
    }
    await ask(connection, numbered_with("rankings/add_places", *PARTS), {**asked, "mark_ids": []})
    cursor = await ask(connection, numbered_with("rankings/count_again", *PARTS), asked)
    row = await cursor.fetchone()
    return int(row["incidents"]) if row else 0
