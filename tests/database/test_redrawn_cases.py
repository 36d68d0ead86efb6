"""Cases under way when the zone of who leads is redrawn: not begun, they go along; begun, they stay."""

from __future__ import annotations

from typing import Any

from governance.access import OPERATOR, Actor, Role
from governance.casework.facts import Fields
from governance.casework.names import Action
from governance.casework.storing import Step, take_in
from governance.incidents.rerouting import reroute
from grid_data.database import Database
from tests.database.test_publishing import store
from tests.database.test_publishing_ground import draft
from tests.support.drafts import publish
from tests.support.importing import look
from tests.support.toy_city import PARKING

PLACE = (120.405, 36.105)
DISPATCHER = Actor("李派遣", Role.DISPATCHER)


async def begun(database: Database, *states: str) -> None:
    """Parking cases in the southern police zone, with who leads them."""
    await store(database, [PLACE] * len(states), state=list(states), category_key=PARKING)


async def leads(database: Database) -> list[tuple[Any, ...]]:
    """Of each case: state, who leads, who answers for the place, open work orders, hand-overs."""
    found = await look(
        database,
        """SELECT incident.state, lead.code AS lead, owner.code AS owner,
                  ARRAY(SELECT organisation.code || ' ' || work_order.kind FROM work_order
                        JOIN organisation ON organisation.id = organisation_id
                        WHERE work_order.incident_id = incident.id AND closed_at IS NULL
                        ORDER BY 1) AS orders,
                  hand_overs
           FROM incident JOIN case_state ON incident_id = incident.id
           LEFT JOIN organisation AS lead ON lead.id = lead_id
           LEFT JOIN organisation AS owner ON owner.id = incident.organisation_id ORDER BY incident.id""",
    )
    return [tuple(row.values()) for row in found]


async def redraw(database: Database) -> None:
    """The place goes from the southern to the northern police zone."""
    await draft(database, {"U00": "P-NORTH"})
    await publish(database)


async def test_what_nobody_has_begun_is_handed_over_with_the_ground(toy_database: Database) -> None:
    await begun(toy_database, "dispatched", "handling", "filed")
    before = await leads(toy_database)
    south = before[0][1]
    await redraw(toy_database)
    after = await leads(toy_database)
    north = after[0][2]
    assert north != south
    assert [row[:3] + row[4:] for row in after] == [
        ("dispatched", north, north, 1),
        # Who has begun goes on; who answers for the place now is told apart from it.
        ("handling", south, north, 0),
        ("filed", None, north, 0),
    ]
    assert after[0][3] == ["CM1 supporting", "MKT supporting", f"{north} lead"]
    entries = await look(
        toy_database,
        "SELECT actor, after ->> 'role' AS role, after ->> 'lead' AS lead FROM history"
        " WHERE action = 'incident.hand_over'",
    )
    assert [tuple(row.values()) for row in entries] == [("nightly", "program", north)]
    (told,) = await look(
        toy_database,
        "SELECT jsonb_array_length(after -> 'handed_over') AS went,"
        " jsonb_array_length(after -> 'kept') AS stayed"
        " FROM history WHERE action = 'routing.again' ORDER BY seq DESC LIMIT 1",
    )
    assert told == {"went": 1, "stayed": 1}


async def test_whom_a_person_chose_keeps_the_case(toy_database: Database) -> None:
    await begun(toy_database, "filed")
    (row,) = await look(toy_database, "SELECT number FROM incident")
    async with toy_database.transaction(OPERATOR) as connection:
        await take_in(
            connection,
            DISPATCHER,
            row["number"],
            Step(Action.DISPATCH, fields=Fields(lead="CM1", reason="就近")),
        )
    await redraw(toy_database)
    assert (await leads(toy_database))[0][:3] == ("dispatched", "CM1", "CM1")


async def test_what_is_suspended_stays(toy_database: Database) -> None:
    await begun(toy_database, "dispatched")
    south = (await leads(toy_database))[0][1]
    (row,) = await look(toy_database, "SELECT number FROM incident")
    async with toy_database.transaction(OPERATOR) as connection:
        await take_in(
            connection, DISPATCHER, row["number"], Step(Action.SUSPEND, fields=Fields(reason="等待"))
        )
    await redraw(toy_database)
    assert (await leads(toy_database))[0][1] == south


async def test_routing_again_hands_over_as_well(toy_database: Database) -> None:
    await begun(toy_database, "dispatched")
    south = (await leads(toy_database))[0][1]
    async with toy_database.transaction(OPERATOR) as connection:
        # Another answers for the zone, and always did: a correction.
        its = "zone_id = (SELECT id FROM zone WHERE code = 'P-SOUTH')"
        await connection.execute(
            f"UPDATE zone_version SET recorded = tstzrange(lower(recorded), now()) WHERE {its}"
        )
        await connection.execute(
            "INSERT INTO zone_version (zone_id, layer_id, name_zh, organisation_id, geom, valid)"
            " SELECT zone_id, layer_id, code, organisation.id, geom, valid"
            f" FROM zone_version, organisation WHERE {its} AND organisation.code = 'CM1'"
        )
        await reroute(connection, OPERATOR, full=True, dry_run=True)
    assert (await leads(toy_database))[0][1] == south
    async with toy_database.transaction(OPERATOR) as connection:
        await reroute(connection, OPERATOR, full=True)
    assert (await leads(toy_database))[0][1:3] == ("CM1", "CM1")
