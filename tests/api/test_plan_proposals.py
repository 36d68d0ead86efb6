"""Proposals over HTTP: searched in the background, taken over as a move, cancelled."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

Json = dict[str, Any]


@pytest.fixture(scope="module")
def plan(client: TestClient) -> Json:
    """A draft on a community, the first that has grids."""
    grid = client.get("/api/zones", params={"layer": "base_grid", "limit": 1}).json()["items"][0]
    area = {"layer": "community", "code": grid["parent"]}
    body = {"layer": "base_grid", "name": {"zh": "建议方案"}, "area": area, "by": "王规划"}
    answer = client.post("/api/plans", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def ended(client: TestClient, plan: Json, job: str) -> Json:
    """The search when it has ended."""
    for _ in range(3000):
        found: Json = client.get(f"/api/plans/{plan['code']}/proposals/{job}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.1)
    raise AssertionError("the search does not end")


def test_a_proposal_is_searched_and_taken_over(client: TestClient, plan: Json) -> None:
    path = f"/api/plans/{plan['code']}"
    asked = {"communities": [plan["area"]["code"]], "options": {"seconds": 0.2, "proposals": 2}}
    started = client.post(f"{path}/proposals", json=asked)
    assert started.status_code == 202, started.text
    found = ended(client, plan, started.json()["job"])
    assert (found["state"], found["progress"], found["failure"]) == ("done", 1.0, None)
    best = found["proposals"][0]
    assert sorted(best["assignment"]["units"]) == client.get(f"{path}/units").json()["units"]["id"]
    move = {"kind": "assign", "revision": found["revision"], "by": "王规划", **best["assignment"]}
    taken = client.post(f"{path}/moves", json=move)
    if best["measures"]["moved_share"] == 0:
        assert [each["code"] for each in taken.json()["errors"]] == ["nothing-to-do"]
        return
    assert taken.status_code == 200, taken.text
    judged = client.get(f"{path}/measures").json()
    assert judged["totals"]["zones"] == best["measures"]["zones"]
    homes = [zone["households"] for zone in judged["zones"]]
    assert (min(homes), max(homes)) == (best["measures"]["min"], best["measures"]["max"])


def test_the_figures_are_those_of_the_communities_asked_for(client: TestClient, plan: Json) -> None:
    body = {"layer": "base_grid", "name": {"zh": "全部"}, "by": "王规划"}
    area = {name: plan["area"][name] for name in ("layer", "code")}
    city = client.post("/api/plans", json=body).json()
    alone = client.post("/api/plans", json=body | {"area": area}).json()
    community = area["code"]
    asked = {"communities": [community], "options": {"seconds": 0.2, "stay": 0}}
    offered = []
    for drawn in (alone, city):
        started = client.post(f"/api/plans/{drawn['code']}/proposals", json=asked)
        offered.append(ended(client, drawn, started.json()["job"])["proposals"])
    # Several to choose from, and not one alone because a city is large.
    assert min(len(each) for each in offered) >= 3
    best = offered[1][0]
    read = client.get(f"/api/plans/{city['code']}/units").json()
    named = [each["code"] for each in read["communities"]].index(community)
    columns = zip(*(read["units"][name] for name in ("id", "community", "households")), strict=True)
    homes = {unit: households for unit, where, households in columns if where == named}
    assert set(best["assignment"]["units"]) == set(homes)
    sizes: dict[int, int] = {}
    for unit, zone in zip(*best["assignment"].values(), strict=True):
        sizes[zone] = sizes.get(zone, 0) + homes[unit]
    told = best["measures"]
    assert (told["zones"], told["min"], told["max"]) == (len(sizes), min(sizes.values()), max(sizes.values()))


def test_units_and_buildings_are_linked_and_kept_apart(
    client: TestClient, plan: Json, database: psycopg.Connection
) -> None:
    """Two buildings on different units share a grid; two units that border do not."""
    path = f"/api/plans/{plan['code']}"
    read = client.get(f"{path}/units").json()
    units, edges = read["units"], read["edges"]
    joined = [(a, b) for a, b, holds in zip(edges["a"], edges["b"], edges["joined"], strict=True) if holds]
    lived = [
        pair for pair in joined if all(units["buildings"][k] and units["households"][k] < 200 for k in pair)
    ]
    (one, two), (third, fourth) = lived[0], next(pair for pair in lived if not set(pair) & set(lived[0]))
    codes = []
    for k in (one, two):
        row = database.execute(
            "SELECT code FROM building WHERE land_unit_id = %s ORDER BY code LIMIT 1", [units["id"][k]]
        ).fetchone()
        assert row is not None
        codes.append(row[0])
    apart = [units["id"][third], units["id"][fourth]]
    options = {"seconds": 0.1, "proposals": 1, "must_link": [codes], "cannot_link": [apart]}
    job = client.post(f"{path}/proposals", json={"options": options}).json()["job"]
    found = ended(client, plan, job)
    assert found["state"] == "done", found
    assigned = found["proposals"][0]["assignment"]
    zone = dict(zip(assigned["units"], assigned["zones"], strict=True))
    assert zone[units["id"][one]] == zone[units["id"][two]]
    assert zone[apart[0]] != zone[apart[1]]


def test_a_search_is_cancelled(client: TestClient, plan: Json) -> None:
    path = f"/api/plans/{plan['code']}/proposals"
    job = client.post(path, json={"options": {"seconds": 120}}).json()["job"]
    assert client.delete(f"{path}/{job}").status_code == 204
    assert ended(client, plan, job)["state"] in ("cancelled", "done")
    assert client.get(f"{path}/nothing").status_code == 404
    assert client.delete(f"/api/plans/other/proposals/{job}").status_code == 404


def test_what_is_not_searched(client: TestClient, plan: Json, database: psycopg.Connection) -> None:
    path = f"/api/plans/{plan['code']}/proposals"
    unit = client.get(f"/api/plans/{plan['code']}/units").json()["units"]["id"][0]
    for body, status, code in (
        ({"communities": ["nowhere"]}, 409, "impossible-proposal"),
        ({"options": {"locked": [9999]}}, 409, "move-refused"),
        ({"options": {"must_link": [[unit, 999_999_999]]}}, 409, "move-refused"),
        ({"options": {"must_link": [[unit, "NO-SUCH-BUILDING"]]}}, 409, "move-refused"),
        ({"options": {"cannot_link": [[unit, unit]]}}, 409, "impossible-proposal"),
        ({"options": {"band": {"min": 0, "max": 0}}}, 409, "impossible-proposal"),
        ({"options": {"band": {"min": 9, "max": 8}}}, 400, "bad-parameter"),
    ):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert client.post("/api/plans/nowhere/proposals", json={}).status_code == 404
    database.execute("UPDATE plan SET state = 'withdrawn' WHERE code = %s", (plan["code"],))
    assert client.post(path, json={}).json()["code"] == "plan-not-draft"
