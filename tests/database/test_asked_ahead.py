"""A place is asked about before it is known that the question is right; the answer counts only if it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from governance.access import VISITOR, Principal
from governance.access.sight import Sight
from governance.errors import UnknownCategory
from governance.incidents import intake
from governance.incidents.intake import Report, ReportOutcome, report, report_transaction
from grid_data import database as database_module
from grid_data.database import Connection, Database
from grid_data.messages import send
from tests.support.toy_city import GARBAGE, LAMP_BROKEN

CALL = Report(category=GARBAGE, text="垃圾无人清理", source="hotline", lon=120.435, lat=36.105)
ANYBODY = Principal("window", Sight(account=7))


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Messages of several statements, as they are sent."""
    told: list[bytes] = []

    async def noted(connection: Connection, message: bytes) -> list[dict[str, object] | None]:
        told.append(message)
        return await send(connection, message)

    monkeypatch.setattr(database_module, "send", noted)
    return told


async def sent(database: Database, what: Report, who: Principal = VISITOR) -> ReportOutcome:
    async with report_transaction(database, who, what) as (connection, asked):
        return await report(connection, who, what, asked)


def said(outcome: ReportOutcome) -> dict[str, object]:
    """What the routing of a report says, but for its moment."""
    return outcome.incident.routing.model_dump(exclude={"at"})


async def test_a_report_after_the_first_is_two_messages_and_is_routed_alike(
    toy_database: Database, messages: list[bytes]
) -> None:
    first = await sent(toy_database, CALL)
    messages.clear()
    second = await sent(toy_database, CALL)
    assert [message.count(b"EXECUTE") for message in messages] == [2, 1]
    assert [message.startswith(b"BEGIN") for message in messages] == [True, False]
    assert messages[1].endswith(b";COMMIT")
    assert said(second) == said(first)
    assert second.incident.responsible is not None


async def test_a_category_that_was_taken_for_another_is_asked_about_again(toy_database: Database) -> None:
    lamp = await sent(toy_database, replace(CALL, category=LAMP_BROKEN))
    garbage = await sent(toy_database, CALL)
    known = intake._known[toy_database]
    known.categories[GARBAGE] = known.categories[LAMP_BROKEN]
    assert said(await sent(toy_database, CALL)) == said(garbage) != said(lamp)


async def test_a_place_that_is_not_believed_any_more_has_no_routing(toy_database: Database) -> None:
    assert (await sent(toy_database, CALL)).incident.place_status == "located"
    async with toy_database.transaction(VISITOR) as connection:
        await connection.execute("RESET ROLE")
        await connection.execute("UPDATE city SET outside_limit_m = 0")
        await connection.execute("UPDATE layer SET extent = ST_MakeEnvelope(121, 37, 121.1, 37.1, 4326)")
    outside = (await sent(toy_database, CALL)).incident
    assert outside.place_problem is not None
    assert (outside.place_problem.code, outside.responsible, outside.routing.zones) == (
        "outside_city",
        None,
        [],
    )


async def test_who_sees_little_gets_the_same_routing(toy_database: Database, messages: list[bytes]) -> None:
    whole = await sent(toy_database, CALL)
    messages.clear()
    narrow = await sent(toy_database, CALL, ANYBODY)
    assert said(narrow) == said(whole)
    # The wider sight lasts for the one question.
    assert messages[0].index(b'ROLE "gridgov_app"') < messages[0].rindex(b'ROLE "gridgov_scoped"')
    assert len(messages) == 2


async def test_a_category_that_does_not_exist_is_refused_as_before(toy_database: Database) -> None:
    await sent(toy_database, CALL)
    with pytest.raises(UnknownCategory):
        await sent(toy_database, replace(CALL, category=GARBAGE + "9"))
    assert (await sent(toy_database, CALL)).created
