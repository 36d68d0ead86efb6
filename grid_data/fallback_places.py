"""Fallback coordinates in the database: what the incidents there say, and what became of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb

from gis.addresses import address_key
from gis.fallback_places import AddressCount, Nearby, Rule, Verdict, judge_shared_place
from gis.lattice import SCALE
from grid_data.bulk.routed import Ints
from grid_data.database import Connection, one, rows, run

__all__ = [
    "FoundPlace",
    "Search",
    "decide",
    "find",
    "give_back",
    "keep_found",
    "known_places",
    "not_refuted",
    "one_at_a_time",
    "state_at",
    "waiting",
    "withdraw",
]

# A coordinate with fewer different addresses than this has no ground to be a fallback.
LEAST_ADDRESSES = 3

Point = tuple[float, float]


@dataclass(frozen=True)
class FoundPlace:
    """A coordinate (EPSG:4326, on the lattice) held to be a fallback, and why."""

    lon: float
    lat: float
    verdict: Verdict


@dataclass(frozen=True)
class Search:
    """What a search looked at: incidents with a place, coordinates shared by enough of them, fallbacks."""

    total: int
    looked_at: int
    found: list[FoundPlace]


async def one_at_a_time(connection: Connection) -> None:
    """Wait until no other check or decision is under way; holds until the transaction ends."""
    await one(connection, "fallback_places/one_at_a_time")


async def find(connection: Connection, rule: Rule) -> Search:
    """Look through all incidents for fallback coordinates; those a person refuted are left out.

    One aggregate over the incidents, then only the shared coordinates are read closer.
    """
    whole = await one(connection, "fallback_places/with_a_place")
    assert whole is not None
    total = int(whole["total"])
    shared = await rows(connection, "fallback_places/shared_coordinates", {"least": rule.least(total)})
    if not shared:
        return Search(total, 0, [])
    told: dict[int, list[AddressCount]] = defaultdict(list)
    for row in await rows(connection, "fallback_places/addresses_at", _points(shared)):
        told[row["n"] - 1].append(AddressCount(row["address"], row["incidents"]))
    suspects = [n for n, addresses in told.items() if len(addresses) >= LEAST_ADDRESSES]
    areas = _Areas([row["name"] for row in await rows(connection, "fallback_places/area_names")])
    around = await _around(connection, shared, told, suspects, areas)
    found = []
    for n in suspects:
        place = shared[n]
        verdict = judge_shared_place(
            place["incidents"], total, told[n], rule, around=around[n], areas_in=areas.named_in
        )
        if verdict.fallback:
            found.append(FoundPlace(place["lon"], place["lat"], verdict))
    return Search(total, len(shared), found)


class _Areas:
    """Finds names of areas in texts."""

    def __init__(self, names: Sequence[str]) -> None:
        longest_first = sorted(set(names), key=lambda name: (-len(name), name))
        self._any = re.compile("|".join(map(re.escape, longest_first))) if names else None

    def named_in(self, text: str) -> list[str]:
        """Names in a text, in its order."""
        return self._any.findall(text.upper()) if self._any else []


async def _around(
    connection: Connection,
    shared: Sequence[dict[str, Any]],
    told: dict[int, list[AddressCount]],
    suspects: Sequence[int],
    areas: _Areas,
) -> dict[int, dict[str, Nearby]]:
    """Per coordinate, how far the known things are that its addresses name."""
    of: list[int] = []
    names: list[str] = []
    for position, n in enumerate(suspects, start=1):
        named: set[str] = set()
        for address, _ in told[n]:
            key = address_key(address)
            named.update(key.streets if key else (), areas.named_in(address))
        of += [position] * len(named)
        names += sorted(named)
    asked = {**_points([shared[n] for n in suspects]), "of": of, "names": names}
    around: dict[int, dict[str, Nearby]] = {n: {} for n in suspects}
    for row in await rows(connection, "fallback_places/named_around", asked):
        there = around[suspects[row["n"] - 1]]
        here = Nearby(row["distance_m"], row["depth"])
        there[row["name"]] = min(there.get(row["name"], here), here)
    return around


async def keep_found(connection: Connection, found: Iterable[FoundPlace]) -> None:
    """Store what a search found, as suspected unless a person has decided already."""
    for place in found:
        verdict = place.verdict
        evidence = {**verdict.evidence._asdict(), "examples": list(verdict.evidence.examples)}
        await run(
            connection,
            "fallback_places/keep_found",
            {
                "lon": place.lon,
                "lat": place.lat,
                "incidents": verdict.incidents,
                "share": verdict.share,
                "grounds": list(verdict.grounds),
                "evidence": Jsonb(evidence),
            },
        )


async def not_refuted(connection: Connection) -> list[Point]:
    """Coordinates suspected or confirmed."""
    return [(row["lon"], row["lat"]) for row in await rows(connection, "fallback_places/not_refuted")]


async def withdraw(connection: Connection, points: Sequence[Point]) -> list[int]:
    """Take the place from the incidents at some coordinates; returns their identifiers.

    Places that a person set stay.
    """
    asked = {"lon": [lon for lon, _ in points], "lat": [lat for _, lat in points]}
    return [row["id"] for row in await rows(connection, "fallback_places/withdraw", asked)]


async def give_back(connection: Connection, point: Point) -> list[int]:
    """Give the incidents that lost this place their place back, routed anew in memory.

    Returns
    -------
    list of int
        Identifiers of the incidents; one may still wait, for another problem of its place.
    """
    # Loaded here: a server that gives nothing back goes without bulk routing.
    import pandas as pd

    from grid_data.bulk.copying import copy_binary
    from grid_data.bulk.incidents import convert, routing_columns
    from grid_data.bulk.routing import microseconds, route_points

    waiting = pd.DataFrame(
        await rows(connection, "fallback_places/withdrawn"),
        columns=["id", "category_id", "original_lon", "original_lat", "original_crs", "place_accuracy_m",
                 "reported_at", "done_by"],
    )  # fmt: skip
    sent = (waiting["original_lon"].to_numpy(float), waiting["original_lat"].to_numpy(float))
    lon, lat = convert(*sent, waiting["original_crs"])
    there = waiting[_same(lon, point[0]) & _same(lat, point[1])].reset_index(drop=True)
    if there.empty:
        return []
    n, at = len(there), pd.to_datetime(there["reported_at"], utc=True)
    routed = await route_points(
        connection,
        lon=np.full(n, point[0]),
        lat=np.full(n, point[1]),
        accuracy_m=there["place_accuracy_m"].to_numpy(float),
        crs=list(there["original_crs"]),
        at=at,
        category_id=there["category_id"].to_numpy(np.int64),
    )
    # Closed work keeps who did it.
    done_by = pd.to_numeric(there["done_by"]).fillna(0).to_numpy(np.int64)
    responsible = np.where(done_by != 0, done_by, routed.organisation_id)
    await run(
        connection,
        "fallback_places/give_back",
        {
            "lon": point[0],
            "lat": point[1],
            "ids": there["id"].tolist(),
            "problems": list(routed.problem),
            "organisations": _known(responsible),
            "units": _known(routed.land_unit_id),
            "grids": _known(routed.base_grid_id),
            "zones": [f"{{{','.join(map(str, zones))}}}" for zones in routed.zone_ids],
            "facilities": _known(routed.facility_id),
        },
    )
    routed.organisation_id = responsible
    ids = there["id"].to_numpy(np.int64)
    await copy_binary(connection, "copy_routings", routing_columns(ids, microseconds(at), routed))
    return [int(number) for number in ids]


async def decide(connection: Connection, point: Point, state: str, actor: str, reason: str) -> None:
    """Store a person's decision on a coordinate."""
    values = {"lon": point[0], "lat": point[1], "state": state, "actor": actor, "reason": reason}
    await run(connection, "fallback_places/decide", values)


async def state_at(connection: Connection, point: Point) -> tuple[str, str | None] | None:
    """State of a coordinate and the reason given for it; None when nothing is known of it."""
    row = await one(connection, "fallback_places/at", {"lon": point[0], "lat": point[1]})
    return (row["state"], row["reason"]) if row else None


async def known_places(
    connection: Connection, states: Sequence[str] | None = None, point: Point | None = None
) -> list[dict[str, Any]]:
    """Known fallback places in some states (None: in any), or the one at a coordinate."""
    lon, lat = point or (None, None)
    asked = {"states": None if states is None else list(states), "lon": lon, "lat": lat}
    return await rows(connection, "fallback_places/list", asked)


async def waiting(connection: Connection) -> dict[Point, int]:
    """How many incidents wait for locating because of each fallback coordinate."""
    found = await rows(connection, "fallback_places/waiting")
    if not found:
        return {}
    import pandas as pd

    from grid_data.bulk.incidents import convert

    sent = pd.DataFrame(found)
    lon, lat = convert(sent["lon"].to_numpy(float), sent["lat"].to_numpy(float), sent["crs"])
    counts: dict[Point, int] = defaultdict(int)
    for x, y, incidents in zip(lon.tolist(), lat.tolist(), sent["incidents"].tolist(), strict=True):
        counts[x, y] += incidents
    return counts


def _points(found: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    return {"lon": [row["lon"] for row in found], "lat": [row["lat"] for row in found]}


def _same(values: np.ndarray[Any, np.dtype[np.float64]], value: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(np.round(values * SCALE) == round(value * SCALE))


def _known(ids: Ints) -> list[int | None]:
    return [int(number) or None for number in ids]
