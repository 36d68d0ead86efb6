"""Sights for tests over a city in plain Python, one of every kind, and questions of who has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio.from_thread import start_blocking_portal

from governance.access import EVERYTHING, Principal, Sight
from grid_data.database import Connection, Database
from tests.support.plain_city import PlainCity

__all__ = ["KINDS", "Asking", "asking", "some_sights"]

Answer = TypeVar("Answer")
KINDS = ("everything", "region", "specialist", "organisation", "own", "nothing")


class Asking:
    """Questions in transactions of somebody with a sight."""

    def __init__(self, run: Callable[..., object]) -> None:
        self._run = run

    def __call__(self, sight: Sight, question: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """The answer to one question."""
        return self._run(sight, question)  # type: ignore[return-value]


@contextmanager
def asking(url: str) -> Iterator[Asking]:
    """A database open in a thread of its own, for tests that are no coroutines."""
    database = Database(url, size=2)

    async def ask(sight: Sight, question: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        async with database.transaction(Principal("somebody", sight)) as connection:
            return await question(connection)

    with start_blocking_portal() as portal:
        portal.call(database.open)
        try:
            yield Asking(lambda sight, question: portal.call(ask, sight, question))
        finally:
            portal.call(database.close)


def some_sights(city: PlainCity) -> dict[str, Sight]:
    """One of every kind."""
    regions = [
        zone for zone in city.zones.values() if zone["kind"] == "region" and zone["layer"] == "community"
    ]
    region = max(regions, key=lambda zone: sum(zone["id"] in each.zone_ids for each in city.incidents))
    special = [zone for zone in city.zones.values() if zone["kind"] == "specialist"]
    busy = max(special, key=lambda zone: sum(zone["id"] in each.zone_ids for each in city.incidents))
    counts: dict[int, int] = {}
    for each in city.incidents:
        if each.organisation_id is not None:
            counts[each.organisation_id] = counts.get(each.organisation_id, 0) + 1
    organisation = max(counts, key=lambda key: counts[key])
    return {
        "everything": EVERYTHING,
        "region": Sight(zones=city.below[region["id"]], households=True),
        "specialist": Sight(
            zones=frozenset({busy["id"]}), organisations=frozenset({busy["organisation_id"]} - {None})
        ),
        "organisation": Sight(organisations=city.organisations_below[organisation]),
        "own": Sight(account=901),
        "nothing": Sight(),
    }
