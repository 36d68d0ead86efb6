"""Grants of one account do not add up: each door shows what the grants that open it show, and no more."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from governance.access import PERMISSIONS, Holding, Permission, Principal, Role, Sight
from governance.access.gate import Gatekeeper
from governance.access.roles import CITY_WIDE
from governance.access.scopes import ScopeGiven
from grid_data.database import Database
from tests.access.people import EVERYWHERE, make_accounts, somebody
from tests.access.sights import Incident, Injected, World, owner, world_server
from tests.access.test_gate import session_of

ACCOUNT = 905
ROLES = (
    Role.ADMINISTRATOR,
    Role.PLANNER,
    Role.APPROVER,
    Role.OFFICER,
    Role.GRID_WORKER,
    Role.ANALYST,
    Role.STREET_LEAD,
)
READ = Permission.INCIDENTS_READ


def granted(role: Role, sight: Sight) -> Holding:
    return Holding(role, sight, PERMISSIONS[role] - CITY_WIDE)


def seen_by(city: World, held: list[Holding], *needs: Permission) -> list[Incident]:
    """The definition: rows that one grant shows which holds all that is needed, and the own reports."""
    opening = [each.sight for each in held if each.permissions.issuperset(needs)]
    return [
        each
        for each in city.incidents
        if each.account_id == ACCOUNT or any(sight.sees(each) for sight in opening)
    ]


@pytest.fixture(scope="module")
def served(seen_city: World) -> Iterator[tuple[World, TestClient, Injected]]:
    with world_server(seen_city.url) as (client, gate):
        yield seen_city, client, gate


def drawn(city: World, choose: random.Random) -> list[Holding]:
    """Two to four grants, each a role in a region or an organisation."""
    held = []
    for _ in range(choose.randint(2, 4)):
        region = city.region(choose.choice(sorted(city.zones.values())))
        department = city.department(choose.choice(sorted(city.organisations.values())))
        held.append(granted(choose.choice(ROLES), choose.choice((region, department))))
    return held


@settings(max_examples=3)
@given(seed=st.integers(0, 2**32))
def test_every_door_shows_what_grants_show_whose_role_opens_it(
    served: tuple[World, TestClient, Injected], seed: int
) -> None:
    city, client, gate = served
    choose = random.Random(seed)
    held, some = drawn(city, choose), choose.sample(city.incidents, 6)
    gate.current = Principal.holding("li", ACCOUNT, held)

    def opens(permission: Permission) -> bool:
        return any(permission in each.permissions for each in held)

    for path, permission in (
        ("/api/statistics/incidents?layer=base_grid", Permission.STATISTICS_READ),
        ("/api/dispatch/summary", Permission.DISPATCH_READ),
    ):
        answer = client.get(path)
        assert answer.status_code == (200 if opens(permission) else 403), path
        if opens(permission):
            rows = seen_by(city, held, permission)
            if "dispatch" in path:
                rows = [each for each in rows if each.is_open]
            assert answer.json()["total"] == len(rows), path

    numbers = {each.number for each in seen_by(city, held, READ)}
    with owner(city.url) as connection:
        [stand] = connection.execute("SELECT coalesce(max(seq), 0) AS seq FROM history")
        for incident in some:
            connection.execute(
                "INSERT INTO history (actor, action, incident_id) VALUES ('other', 'incident.note', %s)",
                (incident.id,),
            )
    stream = client.get("/api/events", params={"after": stand["seq"], "follow": "false"}).text
    heard = [json.loads(line)["incident"] for line in re.findall(r"event: change\ndata: (.*)", stream)]
    shown = [each.number for each in some if each.number in numbers] if opens(READ) else []
    assert heard == shown
    for incident in some[:2]:
        status = client.get(f"/api/cases/{incident.number}").status_code
        assert status == (403 if not opens(READ) else 200 if incident.number in numbers else 404)
        found = client.get("/api/search", params={"q": incident.number}).json()["items"]
        assert (incident.number in [each["code"] for each in found]) == (incident.number in shown)


def streets(city: World) -> tuple[int, int]:
    first, second, *_ = sorted(key for (layer, _), key in city.zones.items() if layer == "subdistrict")
    return first, second


def test_nobody_acts_as_officer_where_they_are_planner(served: tuple[World, TestClient, Injected]) -> None:
    city, client, gate = served
    here, there = (city.region(each) for each in streets(city))
    gate.current = Principal.holding(
        "li", ACCOUNT, [granted(Role.PLANNER, here), granted(Role.OFFICER, there)]
    )
    [mine, other] = [
        next(each for each in city.seen(sight) if each.is_open and each.account_id != ACCOUNT)
        for sight in (here, there)
    ]
    # A planner reads both, as both roles read; what officers do can be done in the other street only.
    acts = {
        number: client.get(f"/api/cases/{number}", params={"role": "officer"}).json()["actions"]
        for number in (mine.number, other.number)
    }
    assert {each["why_not"]["en"] for each in acts[mine.number]} == {"out of the scope of this role"}
    assert "out of the scope" not in json.dumps(acts[other.number])
    step = {"action": "note", "role": "officer", "revision": 0, "note": "x"}
    refused = client.post(f"/api/cases/{mine.number}/steps", json=step)
    nowhere = client.post("/api/cases/3702129999999999999/steps", json=step)
    assert refused.status_code == nowhere.status_code == 404, refused.text
    as_planner = client.post(f"/api/cases/{other.number}/steps", json=step | {"role": "planner"})
    assert as_planner.status_code == 403


async def test_a_session_keeps_its_grants_apart(seen_city: World) -> None:
    url = seen_city.url
    codes = sorted(code for layer, code in seen_city.zones if layer == "subdistrict")
    here, there = (ScopeGiven(region=f"subdistrict:{code}") for code in codes[:2])
    account = somebody("two", (Role.PLANNER, here), (Role.OFFICER, there), (Role.ADMINISTRATOR, EVERYWHERE))
    await anyio.to_thread.run_sync(make_accounts, url, account)
    database = Database(url, size=2)
    await database.open()
    try:
        entered = await Gatekeeper(database, idle_s=3600).by_session(await session_of(database, "two"))
        assert entered is not None
        me, (first, second) = entered.principal, streets(seen_city)
        assert me.sight.everything
        assert me.asking(Permission.PLANS_DRAW).sight.roots == {first}
        assert me.asking(Permission.CASES_STEP).sight.zones == seen_city.below[second]
        assert me.asking(READ).sight.roots == {first, second}
        assert me.asking(READ).database_role == "gridgov_scoped"
        # What holds for the whole city is opened by the grant that holds for it.
        assert me.asking(Permission.RULES_WRITE).sight.everything
        assert {each.role for each in me.asking(Permission.RULES_WRITE).grants} == {Role.ADMINISTRATOR}
    finally:
        await database.close()
