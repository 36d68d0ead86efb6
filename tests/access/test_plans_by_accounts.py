"""A redraw by accounts: two people, and the scope of who works on the ground moves with the grids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from governance.access import Role
from governance.access.scopes import ScopeGiven
from grid_data.cluster.private import Cluster
from tests.access.people import EVERYWHERE, enter, make_accounts, somebody
from tests.api.problems import assert_problem
from tests.support import databases

Json = dict[str, Any]
WORKERS = """
SELECT DISTINCT ON (zone.id) zone.code, person.code
FROM post JOIN zone ON zone.id = post.zone_id JOIN person ON person.id = post.person_id
WHERE post.kind = 'full_time' AND post.valid @> now() AND zone.retired_at IS NULL
ORDER BY zone.id, post.id
"""


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    template = databases.laoshan_template(cluster)
    with databases.copy_of(cluster, template) as made:
        make_accounts(
            made,
            somebody("planner", (Role.PLANNER, EVERYWHERE), (Role.APPROVER, EVERYWHERE)),
            somebody("approver", (Role.APPROVER, EVERYWHERE)),
            somebody("drawer", (Role.PLANNER, EVERYWHERE)),
        )
        yield made


def draft(planner: TestClient, staffed: Mapping[str, str]) -> tuple[Json, str, str]:
    """A draft in which a grid with somebody at work goes into the one beside it, and the codes of both."""
    for community in planner.get("/api/zones?layer=community&limit=100").json()["items"]:
        area = {"layer": "community", "code": community["code"]}
        made = planner.post("/api/plans", json={"layer": "base_grid", "name": {"zh": "合并"}, "area": area})
        if made.status_code != 201:
            continue
        plan = made.json()
        drawn = planner.get(f"/api/plans/{plan['code']}/units").json()
        zone, edges = drawn["units"]["zone"], drawn["edges"]
        for a, b, joined in zip(edges["a"], edges["b"], edges["joined"], strict=True):
            codes = {each["number"]: each["code"] for each in drawn["zones"]}
            if joined and zone[a] != zone[b] and codes[zone[a]] in staffed:
                move = {"revision": 0, "kind": "merge", "zones": [zone[a]], "into": zone[b]}
                answer = planner.post(f"/api/plans/{plan['code']}/moves", json=move)
                assert answer.status_code == 200, answer.text
                exempt = {"revision": 1, "kind": "exempt", "zone": zone[b], "exempt": True}
                answer = planner.post(f"/api/plans/{plan['code']}/moves", json=exempt)
                assert answer.status_code == 200, answer.text
                return {**plan, "revision": 2}, codes[zone[a]], codes[zone[b]]
    raise AssertionError("no community has two grids that border")


def test_four_eyes_are_two_accounts_and_the_scope_moves_with_the_grids(client: TestClient, url: str) -> None:
    planner, approver = enter(client, "planner"), enter(client, "approver")
    with psycopg.connect(url) as connection:
        staffed: dict[str, str] = dict(connection.execute(WORKERS).fetchall())
        plan, ending, heir = draft(planner, staffed)
        (community,) = connection.execute(
            """SELECT parent.code FROM zone_version JOIN zone AS parent ON parent.id = parent_zone_id
               JOIN zone ON zone.id = zone_id WHERE zone.code = %s LIMIT 1""",
            [ending],
        ).fetchall()
    make_accounts(
        url,
        somebody("worker", (Role.GRID_WORKER, ScopeGiven(posts=True)), person=staffed[ending]),
        somebody("lead", (Role.COMMUNITY_LEAD, ScopeGiven(region=f"community:{community[0]}"))),
    )
    assert seen(client, url, "worker") == {ending}
    assert {ending, heir} <= seen(client, url, "lead")

    address = f"/api/plans/{plan['code']}"
    submitted = planner.post(f"{address}/submit", json={"revision": plan["revision"]})
    assert submitted.status_code == 200, submitted.text
    # Who is to approve it sends it back first.
    back = approver.post(f"{address}/reopen", json={"revision": submitted.json()["revision"]})
    assert (back.status_code, back.json()["state"]) == (200, "draft"), back.text
    submitted = planner.post(f"{address}/submit", json={"revision": back.json()["revision"]})
    revision = submitted.json()["revision"]
    own = planner.post(f"{address}/approve", json={"revision": revision})
    assert (own.status_code, own.json()["code"]) == (409, "plan-refused")
    as_another = planner.post(f"{address}/approve", json={"revision": revision, "by": "approver"})
    assert_problem(as_another, 403, "not-allowed", "by")
    assert_problem(approver.post(f"{address}/undo", json={"revision": revision}), 403, "not-allowed")
    for action in ("approve", "publish"):
        answer = approver.post(f"{address}/{action}", json={"revision": revision})
        assert answer.status_code == 200, answer.text
        revision = answer.json()["revision"]
    assert answer.json()["approver"] == "approver"

    # No one has signed in again: within a second the same session sees the edition of today.
    client.app.state.gate.forget()  # type: ignore[attr-defined]
    assert seen(client, url, "worker") == {heir}
    assert heir in seen(client, url, "lead")
    assert ending not in seen(client, url, "lead")


def test_planners_give_up_what_is_not_approved_and_approvers_the_rest(client: TestClient, url: str) -> None:
    drawer, approver = enter(client, "drawer"), enter(client, "approver")
    with psycopg.connect(url) as connection:
        staffed: dict[str, str] = dict(connection.execute(WORKERS).fetchall())
    plan, _, _ = draft(drawer, staffed)
    address, revision = f"/api/plans/{plan['code']}", plan["revision"]
    for person, action in ((drawer, "submit"), (approver, "approve")):
        answer = person.post(f"{address}/{action}", json={"revision": revision})
        assert answer.status_code == 200, answer.text
        revision = answer.json()["revision"]
    assert_problem(drawer.post(f"{address}/withdraw", json={"revision": revision}), 403, "not-allowed")
    given_up = approver.post(f"{address}/withdraw", json={"revision": revision})
    assert (given_up.status_code, given_up.json()["state"]) == (200, "withdrawn"), given_up.text
    own, _, _ = draft(drawer, staffed)
    own_up = drawer.post(f"/api/plans/{own['code']}/withdraw", json={"revision": own["revision"]})
    assert (own_up.status_code, own_up.json()["state"]) == (200, "withdrawn"), own_up.text


_sessions: dict[str, str] = {}


def seen(client: TestClient, url: str, name: str) -> set[str]:
    """Codes of the base grids that an account sees, by a session that goes on."""
    if name not in _sessions:
        _sessions[name] = enter(client, name).cookies["gridgov_session"]
    keeper = client.app.state.gate.keeper  # type: ignore[attr-defined]
    entered = client.portal.call(keeper.by_session, _sessions[name])  # type: ignore[union-attr]
    with psycopg.connect(url) as connection:
        found = connection.execute(
            """SELECT zone.code FROM zone JOIN layer ON layer.id = layer_id
               WHERE zone.id = ANY (%s) AND layer.kind = 'base_grid'""",
            [list(entered.principal.sight.zones)],
        )
        return {row[0] for row in found.fetchall()}
