"""Fallback coordinates: looked for, withdrawn from their incidents, confirmed or refuted by a person.

An incident whose place was a fallback coordinate is kept, without a place, and waits for locating. Nothing is
put right silently: a check only ever withdraws; what a person placed or refuted it leaves alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from gis.fallback_places import Evidence, Rule, Verdict
from gis.lattice import snap
from governance.access import Principal
from governance.errors import InvalidValue
from governance.incidents.answers import Name, Point
from governance.incidents.place_answers import AddressEvidence, FallbackPlace, PlaceCheck
from grid_data import fallback_places as stored
from grid_data.database import Connection
from grid_data.history import add_history, name_incidents

__all__ = ["check_places", "decide_place", "list_places"]


async def check_places(
    connection: Connection, principal: Principal, rule: Rule, *, apply: bool
) -> PlaceCheck:
    """Look for fallback coordinates; ``apply`` keeps them and withdraws the places of their incidents.

    Applied, incidents at coordinates suspected or confirmed before are withdrawn as well, however few are
    new. The action is one history entry that names all incidents; none when nothing changed.
    """
    if apply:
        await stored.one_at_a_time(connection)
    before = {(row["lon"], row["lat"]): row for row in await stored.known_places(connection)}
    search = await stored.find(connection, rule)
    withdrawn: list[int] = []
    if apply:
        await stored.keep_found(connection, search.found)
        places = await stored.not_refuted(connection)
        withdrawn = await stored.withdraw(connection, places)
        if withdrawn:
            told = [_told(place.lon, place.lat, place.verdict.incidents) for place in search.found]
            after = {"fallback_places": told, "incidents": len(withdrawn)}
            seq = await add_history(connection, principal.name, "incident.unlocate", after=after)
            await name_incidents(connection, seq, withdrawn)
    waiting = await stored.waiting(connection)
    suspects = []
    for place in search.found:
        point = (place.lon, place.lat)
        known = before.get(point, {"state": "suspected"})
        suspects.append(_answer(point, known, place.verdict, waiting.get(point, 0)))
    return PlaceCheck(
        incidents=search.total,
        coordinates=search.looked_at,
        applied=apply,
        withdrawn=len(withdrawn),
        suspects=suspects,
    )


async def list_places(
    connection: Connection, states: Sequence[str] | None = None, *, at: tuple[float, float] | None = None
) -> list[FallbackPlace]:
    """Known fallback places in some states (None: in any), or the one at a coordinate."""
    found = await stored.known_places(connection, states, at)
    waiting = await stored.waiting(connection) if found else {}
    answers = []
    for row in found:
        point = (row["lon"], row["lat"])
        answers.append(_answer(point, row, _verdict(row), waiting.get(point, 0)))
    return answers


async def decide_place(
    connection: Connection,
    principal: Principal,
    lon: float,
    lat: float,
    state: Literal["confirmed", "refuted"],
    reason: str,
) -> FallbackPlace:
    """A person confirms or refutes a fallback place; a coordinate nobody found yet is added.

    Confirmed: its incidents are withdrawn, and intake believes the coordinate no more. Refuted: its incidents
    get the place back and are routed anew, and no check looks at it again. Deciding the same again changes
    nothing.

    Raises
    ------
    InvalidValue
        No degrees, or no reason.
    """
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise InvalidValue("longitude and latitude in degrees, EPSG:4326", field="key")
    if not reason.strip():
        raise InvalidValue("a decision needs a reason", field="reason")
    point = (float(snap(lon)), float(snap(lat)))
    await stored.one_at_a_time(connection)
    known = await stored.state_at(connection, point)
    if known != (state, reason):
        await stored.decide(connection, point, state, principal.name, reason)
        if state == "confirmed":
            moved = await stored.withdraw(connection, [point])
        else:
            moved = await stored.give_back(connection, point)
        seq = await add_history(
            connection,
            principal.name,
            f"fallback_place.{'confirm' if state == 'confirmed' else 'refute'}",
            before=None if known is None else {"state": known[0], "reason": known[1]},
            after={"place": list(point), "state": state, "reason": reason, "incidents": len(moved)},
        )
        if moved:
            await name_incidents(connection, seq, moved)
    (answer,) = await list_places(connection, at=point)
    return answer


def _told(lon: float, lat: float, incidents: int) -> dict[str, Any]:
    return {"place": [lon, lat], "incidents": incidents}


def _verdict(row: Mapping[str, Any]) -> Verdict | None:
    if row["evidence"] is None:
        return None
    evidence = Evidence(**{**row["evidence"], "examples": tuple(row["evidence"]["examples"])})
    return Verdict(row["incidents"], row["share"], tuple(row["grounds"]), evidence)


def _answer(
    point: tuple[float, float], known: Mapping[str, Any], verdict: Verdict | None, waiting: int
) -> FallbackPlace:
    found = verdict.evidence if verdict else None
    words = verdict.words if verdict else None
    return FallbackPlace(
        key=f"{point[0]:.7f},{point[1]:.7f}",
        place=Point(coordinates=list(point)),
        state=known["state"],
        incidents=verdict.incidents if verdict else None,
        share=verdict.share if verdict else None,
        grounds=list(verdict.grounds) if verdict else [],
        addresses=found
        and AddressEvidence(
            given=found.given,
            read=found.read,
            different=found.different,
            effective=float(np.round(found.effective, 1)),
            checked=found.checked,
            contradicting=found.contradicting,
        ),
        examples=list(found.examples) if found else [],
        message=words and Name(zh=words.zh, en=words.en),
        waiting=waiting,
        found_at=known.get("found_at"),
        decided_at=known.get("decided_at"),
        decided_by=known.get("decided_by"),
        reason=known.get("reason"),
    )
