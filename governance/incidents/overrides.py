"""A person gives an incident to an organisation, or takes that back; what was computed is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence

from governance.access import Principal
from governance.errors import InvalidValue, NotOverridden, UnknownOrganisation
from governance.incidents.answers import Incident
from governance.incidents.stored import get_incident
from grid_data.database import Connection, one, rows, run
from grid_data.history import add_history

__all__ = ["override_incident"]


async def override_incident(
    connection: Connection,
    principal: Principal,
    number: str,
    organisation: str | None,
    reason: str,
    supporting: Sequence[str] = (),
) -> Incident | None:
    """Give an incident to an organisation (None: back to the computed one); None when there is no incident.

    Routing again changes the evidence, not the choice: a trigger keeps the organisation until it is lifted. A
    case that is being worked on is handed over with its work orders.

    Raises
    ------
    UnknownOrganisation
        The field says which of them.
    InvalidValue
        Supporting organisations without a leading one.
    NotOverridden
        There is nothing to lift.
    """
    found = await one(connection, "overrides/incident", {"number": number})
    if found is None:
        return None
    if organisation is None and not found["overridden"]:
        raise NotOverridden(f"nobody chose an organisation for {number}", field="organisation")
    if organisation is None and supporting:
        raise InvalidValue("without an organisation nobody supports it", field="supporting")
    named = [] if organisation is None else [organisation, *supporting]
    known = {
        row["code"]: row["id"] for row in await rows(connection, "overrides/organisations", {"codes": named})
    }
    for position, code in enumerate(named):
        if code not in known:
            field = "organisation" if position == 0 else f"supporting.{position - 1}"
            raise UnknownOrganisation(f"there is no organisation {code}", field=field)
    helpers = list(dict.fromkeys(supporting))
    chosen = {
        "incident_id": found["id"],
        "organisation_id": None if organisation is None else known[organisation],
        "supporting_ids": [known[code] for code in helpers],
        "by": principal.name,
        "reason": reason,
    }
    await run(connection, "overrides/keep", chosen)
    await run(connection, "overrides/lift", {**chosen, "organisation_id": found["computed_id"]})
    if organisation is not None:
        await run(connection, "overrides/set", chosen)
    responsible_id = chosen["organisation_id"] or found["computed_id"]
    if responsible_id is not None:
        await run(connection, "overrides/hand_over", {**chosen, "organisation_id": responsible_id})
    await add_history(
        connection,
        principal.name,
        "incident.override" if organisation is not None else "incident.lift_override",
        incident_id=found["id"],
        before={"responsible": found["responsible"], "overridden": found["overridden"]},
        after={
            "responsible": organisation or found["computed"],
            "overridden": organisation is not None,
            "supporting": helpers,
            "computed": found["computed"],
            "reason": reason,
        },
    )
    return await get_incident(connection, number)
