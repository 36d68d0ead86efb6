"""A person's choice outlasts what happens to an incident's place."""

from __future__ import annotations

from governance.access import OPERATOR
from governance.incidents.intake import Report, report
from governance.incidents.overrides import override_incident
from grid_data.database import Connection, rows
from tests.support.toy_city import GARBAGE


async def test_a_withdrawn_place_leaves_the_choice(connection: Connection) -> None:
    sent = Report(GARBAGE, "垃圾", "hotline", "W1", 120.4051, 36.1051)
    number = (await report(connection, OPERATOR, sent)).incident.number
    await override_incident(connection, OPERATOR, number, "POL", "警方已到场")
    withdrawn = await rows(connection, "fallback_places/withdraw", {"lon": [120.4051], "lat": [36.1051]})
    assert len(withdrawn) == 1
    lifted = await override_incident(connection, OPERATOR, number, None, "恢复")
    assert lifted is not None
    assert lifted.place is None
    assert (lifted.responsible, lifted.routing.responsible) == (None, None)


async def test_the_choice_is_seen_while_the_place_is_gone(connection: Connection) -> None:
    sent = Report(GARBAGE, "垃圾", "hotline", "W2", 120.4052, 36.1052)
    number = (await report(connection, OPERATOR, sent)).incident.number
    await rows(connection, "fallback_places/withdraw", {"lon": [120.4052], "lat": [36.1052]})
    given = await override_incident(connection, OPERATOR, number, "POL", "警方已到场", ["MKT"])
    assert given is not None
    assert given.responsible is not None
    assert given.override is not None
    assert (given.responsible.code, given.override.organisation.code) == ("POL", "POL")
    assert given.routing.responsible is None
