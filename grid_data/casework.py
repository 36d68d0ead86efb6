"""Cases as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from grid_data.database import Connection, one, rows, run

__all__ = ["await_silence", "lapsing_cases", "led_by_others", "open_cases"]

MANY = 50_000
"""Cases opened by one statement."""


async def open_cases(connection: Connection, incident_ids: Sequence[int]) -> int:
    """Give each of the incidents a case that says what its state says; one that has a case is left alone.

    Returns
    -------
    int
        How many cases are new.
    """
    opened = 0
    for begin in range(0, len(incident_ids), MANY):
        ids = [int(each) for each in incident_ids[begin : begin + MANY]]
        row = await one(connection, "casework/open", {"ids": ids})
        assert row is not None
        opened += row["n"]
    return opened


async def led_by_others(connection: Connection, before: Mapping[int, int]) -> list[tuple[str, bool, str]]:
    """Of incidents with the organisation that routing had found: cases it leads though another is found now.

    Returns
    -------
    list of tuple
        Number, whether work has begun, code of the organisation that is found now; by number.
    """
    told = {"incidents": list(before), "organisations": list(before.values())}
    found = await rows(connection, "casework/led_by_others", told)
    return [(row["number"], row["begun"], row["lead"]) for row in found]


async def await_silence(connection: Connection, sources: Sequence[str], silence: timedelta) -> int:
    """Let livelihood cases of the sources that are checked and wait for nobody wait from their check on.

    Returns
    -------
    int
        How many there were.
    """
    return await run(connection, "casework/await_silence", {"sources": list(sources), "silence": silence})


async def lapsing_cases(connection: Connection, limit: int) -> list[str]:
    """Numbers of cases whose appellant was silent for long enough, the longest silence first."""
    return [row["number"] for row in await rows(connection, "casework/lapsing", {"limit": limit})]
