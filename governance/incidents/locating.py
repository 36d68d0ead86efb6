"""A person says where an incident is: judged like any place, routed anew, written into the history."""

from __future__ import annotations

from dataclasses import dataclass

from gis.words import Words
from governance.access import Principal
from governance.errors import InvalidValue, PlaceNotBelieved
from governance.incidents.answers import Incident
from governance.incidents.intake import routing_values
from governance.incidents.routing import Question, route
from governance.incidents.stored import get_incident
from grid_data.database import Connection, one, run
from grid_data.history import add_history
from grid_data.routing import insert_routing

__all__ = ["Location", "locate"]


@dataclass(frozen=True)
class Location:
    """Where an incident is, in the declared system, and how the person knows."""

    lon: float
    lat: float
    reason: str
    crs: str = "wgs84"
    accuracy_m: float | None = None


async def locate(
    connection: Connection, principal: Principal, number: str, told: Location
) -> Incident | None:
    """Put an incident at a place, or correct the place it has; None when there is no such incident.

    What the source sent stays stored. The incident is routed for the moment it was reported. The same place
    and accuracy again change nothing.

    Raises
    ------
    PlaceNotBelieved
        The place is judged impossible, as at intake; nothing changes.
    InvalidValue, UnknownSystem, CityMissing
    """
    if not told.reason.strip():
        raise InvalidValue("locating needs a reason", field="reason")
    row = await one(connection, "locating/incident", {"number": number})
    if row is None:
        return None
    question = Question(told.lon, told.lat, told.crs, told.accuracy_m, row["category"], row["reported_at"])
    routed = await route(connection, question)
    answer, found = routed.answer, routed.place
    if answer.place_problem is not None:
        problem = answer.place_problem
        field = "accuracy_m" if problem.code == "inaccurate" else "place.coordinates"
        words = Words(problem.message.zh, problem.message.en or problem.message.zh)
        raise PlaceNotBelieved(problem.code, words, field=field)
    same = (routed.lon, routed.lat, told.accuracy_m) == (row["lon"], row["lat"], row["accuracy_m"])
    if not same or row["located_at"] is None:
        values = routing_values(routed)
        await run(
            connection,
            "locating/locate",
            {
                "incident_id": row["id"],
                "lon": routed.lon,
                "lat": routed.lat,
                "accuracy_m": told.accuracy_m,
                "actor": principal.name,
                "organisation_id": values["organisation_id"],
                "land_unit_id": values["land_unit_id"],
                "base_grid_id": next(
                    (z["zone_id"] for z in (found.zones if found else []) if z["kind"] == "base_grid"), None
                ),
                "zone_ids": [
                    z["zone_id"] for z in (found.zones if found else []) if z["zone_id"] is not None
                ],
                "facility_id": values["facility_id"],
            },
        )
        await insert_routing(connection, {"incident_id": row["id"], **values})
        await add_history(
            connection,
            principal.name,
            "incident.locate",
            incident_id=row["id"],
            before={
                "place": None if row["lon"] is None else [row["lon"], row["lat"]],
                "accuracy_m": row["accuracy_m"],
                "place_problem": row["place_problem"],
                "responsible": row["responsible"],
            },
            after={
                "place": [routed.lon, routed.lat],
                "accuracy_m": told.accuracy_m,
                "sent": {"coordinates": [told.lon, told.lat], "crs": told.crs},
                "responsible": answer.responsible.code if answer.responsible else None,
                "reason": told.reason,
            },
        )
    return await get_incident(connection, number)
