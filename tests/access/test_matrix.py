"""Role x scope x every route: who may not come in is refused, who may sees what the definition says, no more.

Permissions and sight are found out apart from each other, so that not every role is tried with every scope:
each scope asks every route once in a role that may and once in one that may not, in turn.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.permissions import NEEDS, PUBLIC, SIGNED_IN
from governance.access import EVERYTHING, PERMISSIONS, Permission, Principal, Role, Sight
from tests.access.expectations import EXPECTED, Ask
from tests.access.sights import Injected, World, owner, somebody_who_sees, world, world_server
from tests.support.described import described_routes
from tests.support.pictures import jpeg

ROUTES = sorted(f"{method} {path}" for method, path in described_routes())
SCOPES = ("street", "community", "grid", "organisation", "specialist", "nothing")
MOMENT = re.compile(rb'"at":"[^"]*"')
LONG_NUMBER = re.compile(rb"[0-9]{15,}")
NOWHERE = {
    "incident": "3702122020010100001",
    "plan": "P20000101-99",
    "task": "T20000101-99",
    "transfer": "4611686018427387000",
    "attachment": "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True)
class Things:
    """What the city holds that a scope sees, or does not: keys as they stand in paths."""

    world: World
    client: TestClient
    gate: Injected
    shown: dict[str, dict[str, str]]
    hidden: dict[str, dict[str, str]]
    secret: dict[str, frozenset[bytes]]
    sights: dict[str, Sight]
    rule: str
    other_street: str
    other_grid: str


@pytest.fixture(scope="module")
def things(seen_city: World) -> Iterator[Things]:
    """The city with a plan, an urgent task, a photo and a hand-over in each of its two streets."""
    with world_server(seen_city.url) as (client, gate):
        gate.current = Principal("maker", EVERYTHING, frozenset(Permission), on_behalf=True)
        streets = sorted(code for layer, code in seen_city.zones if layer == "subdistrict")
        made = [_made(client, seen_city, code) for code in streets]
        city = world(seen_city.url)
        sights = _sights(city, streets[0])
        with owner(city.url) as connection:
            facilities = connection.execute(
                "SELECT code, zone_ids, owning_id, maintaining_id, supervising_id FROM facility"
            ).fetchall()
        secret, shown, hidden = {}, {}, {}
        for name, sight in sights.items():
            seen = {each.number for each in city.seen(sight)}
            secret[name] = frozenset(
                [each.number.encode() for each in city.incidents if each.number not in seen]
                + [row["code"].encode() for row in facilities if not _sees_facility(sight, row)]
            )
            here = made[0] if name == "street" else None
            shown[name] = ({"incident": min(seen)} if seen else {}) | (here or {})
            # What lies in the other street, and an incident that this scope does not see.
            hidden[name] = made[1] | {
                "incident": next(each.number for each in city.incidents if each.number not in seen)
            }
        rule = client.get("/api/rules").json()["items"][0]["code"]
        grid = max(code for layer, code in city.zones if layer == "base_grid" and code.startswith(streets[1]))
        yield Things(city, client, gate, shown, hidden, secret, sights, rule, streets[1], grid)


def _made(client: TestClient, city: World, street: str) -> dict[str, str]:
    """What the matrix asks for, in one street."""
    grid = min(code for layer, code in city.zones if layer == "base_grid" and code.startswith(street))
    shape = client.get(f"/api/zones/base_grid/{grid}").json()
    photo = client.post(
        "/api/attachments", files={"file": ("a.jpg", jpeg(), "image/jpeg")}, data={"by": "maker"}
    )
    assert photo.status_code == 201, photo.text
    report = {
        "category": "GB/T 47678.5-2026:matter:01005",
        "text": "井盖破损",
        "source": "hotline",
        "place": {"type": "Point", "coordinates": shape["centre"]},
        "reporter": {"name": "王女士", "phone": "13800000000"},
        "attachments": [photo.json()["id"]],
    }
    incident = client.post("/api/incidents", json=report)
    assert incident.status_code == 201, incident.text
    plan = client.post(
        "/api/plans",
        json={
            "layer": "base_grid",
            "name": {"zh": "微调"},
            "by": "maker",
            "area": {"layer": "subdistrict", "code": street},
        },
    )
    assert plan.status_code == 201, plan.text
    who = {"by": "maker", "role": "district_lead", "organisation": "LS-CG"}
    task = client.post(
        "/api/urgent-tasks",
        json=who
        | {
            "title": {"zh": "防汛"},
            "text": {"zh": "检查低洼处"},
            "area": {"zones": [f"subdistrict:{street}"]},
            "due_at": "2030-01-01T00:00:00+08:00",
        },
    )
    assert task.status_code == 201, task.text
    with owner(city.url) as connection:
        transfer = connection.execute(
            "INSERT INTO transfer (incident_id, by) SELECT id, 'maker' FROM incident WHERE number = %s"
            " RETURNING id",
            (incident.json()["number"],),
        ).fetchone()
    assert transfer is not None
    return {
        "incident": incident.json()["number"],
        "attachment": photo.json()["id"],
        "plan": plan.json()["code"],
        "task": task.json()["code"],
        "transfer": str(transfer["id"]),
    }


def _sights(city: World, street: str) -> dict[str, Sight]:
    inside = sorted(code for layer, code in city.zones if layer == "base_grid" and code.startswith(street))
    department = max(
        {each.organisation_id for each in city.incidents if each.organisation_id},
        key=lambda key: sum(each.organisation_id == key for each in city.incidents),
    )
    specialist = min(key for (layer, _), key in city.zones.items() if layer == "fire")
    return {
        "street": city.region(city.zones["subdistrict", street]),
        "community": city.region(city.zones["community", inside[0][:12]]),
        "grid": city.region(city.zones["base_grid", inside[0]], account=901),
        "organisation": city.department(department, account=902),
        "specialist": city.region(specialist),
        "nothing": Sight(),
    }


def _sees_facility(sight: Sight, row: dict[str, Any]) -> bool:
    keepers = {row["owning_id"], row["maintaining_id"], row["supervising_id"]}
    return bool((sight.roots or sight.zones) & set(row["zone_ids"]) or keepers & sight.organisations)


def test_every_route_of_the_description_has_an_expectation() -> None:
    assert set(ROUTES) - EXPECTED.keys() == set()
    assert EXPECTED.keys() - set(ROUTES) == set()


def roles_for(route: str, turn: int) -> tuple[Role | None, Role | None]:
    """A role that may come through this door and one that may not, where there are any."""
    method, _, path = route.partition(" ")
    need = EXPECTED[route].needs or NEEDS[method, path]
    roles = [role for role in Role if role is not Role.PROGRAM]
    if need in (PUBLIC, SIGNED_IN):
        return roles[turn % len(roles)], None
    may = [role for role in roles if need in PERMISSIONS[role]]
    may_not = [role for role in roles if need not in PERMISSIONS[role]]
    return (
        may[turn % len(may)] if may else None,
        may_not[turn % len(may_not)] if may_not else None,
    )


def asked(things: Things, route: str, ask: Ask, name: str) -> Response:
    """The answer of a route about a thing of this name."""
    method, _, path = route.partition(" ")
    stands_for = {
        "NUMBER": name,
        "OTHER": things.other_street,
        "GRID": things.other_grid,
        "RULE": things.rule,
    }

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return stands_for.get(value, value)
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        return [filled(each) for each in value] if isinstance(value, list) else value

    given = {key: filled(value) for key, value in ask.path.items()}
    place = re.sub(r"\{(\w+)\}", lambda match: given.get(match[1], name), path)
    body = filled(ask.body)
    return things.client.request(
        method, place, params=filled(ask.query) or None, **({} if body is None else {"json": body})
    )


@pytest.mark.parametrize("route", ROUTES)
def test_doors_refuse_who_may_not_and_show_only_what_is_seen(things: Things, route: str) -> None:
    ask = EXPECTED[route]
    turns = itertools.count(ROUTES.index(route))
    alike: set[bytes] = set()
    for scope in SCOPES:
        may, may_not = roles_for(route, next(turns))
        sight = things.sights[scope]
        if may_not is not None:
            things.gate.current = _as(may_not, sight)
            refused = asked(things, route, ask, things.hidden[scope].get(ask.names or "", "1"))
            assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed"), (scope, may_not)
        if may is None or ask.kind == "acts":
            continue
        things.gate.current = _as(may, sight)
        if ask.kind == "named":
            assert ask.names is not None
            _named(things, route, ask, scope)
            continue
        answer = asked(things, route, ask, "1")
        assert answer.status_code < 500, (scope, may, answer.text)
        _tells_no_secret(things, scope, answer)
        if ask.kind == "alike":
            assert answer.status_code in (200, 404), (scope, may, answer.text)
            alike.add(MOMENT.sub(b"", answer.content))
        elif ask.kind == "rows":
            assert answer.status_code in (200, 204), (scope, may, answer.text)
    assert len(alike) <= 1


def _as(role: Role, sight: Sight) -> Principal:
    return somebody_who_sees(sight, permissions=PERMISSIONS[role], role=role)


def _named(things: Things, route: str, ask: Ask, scope: str) -> None:
    """What is not seen is answered as what is not there, to the byte; what is seen is found."""
    assert ask.names is not None
    names = (things.hidden[scope][ask.names], NOWHERE[ask.names])
    answers = [asked(things, route, ask, name) for name in names]
    told = [
        (answer.status_code, answer.text.replace(name, "NAME"), answer.headers.get("etag"))
        for answer, name in zip(answers, names, strict=True)
    ]
    assert told[0] == told[1], scope
    # An answer about many is one, with a verdict for each.
    assert 400 <= answers[0].status_code < 500 or route == "POST /api/cases/steps", told
    secret = things.secret[scope] - {names[0].encode()}
    assert not secret & set(LONG_NUMBER.findall(answers[0].content))
    shown = things.shown[scope].get(ask.names)
    if route.startswith("GET ") and shown is not None:
        answer = asked(things, route, ask, shown)
        wanted = (200, 404) if "reporter" in route or "proposals" in route else (200,)
        assert answer.status_code in wanted, (scope, answer.text)
        _tells_no_secret(things, scope, answer)


def _tells_no_secret(things: Things, scope: str, answer: Response) -> None:
    found = things.secret[scope] & set(LONG_NUMBER.findall(answer.content))
    assert not found, (scope, sorted(found)[:3])
