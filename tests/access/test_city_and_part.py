"""Planning and settings by accounts that see a part of the city: the part is theirs, the settings are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from governance.access import Role
from governance.access.scopes import ScopeGiven
from grid_data.cluster.private import Cluster
from tests.access.people import EVERYWHERE, enter, make_accounts, somebody
from tests.api.problems import assert_problem
from tests.support import databases

Json = dict[str, Any]
HERE, THERE = "370212002", "370212004"
"""Two streets: one's own and another."""
POINTS = """
SELECT left(community.code, 9), min(point.code)
FROM patrol_point AS point JOIN land_unit ON land_unit.id = point.land_unit_id
JOIN zone AS community ON community.id = land_unit.community_zone_id GROUP BY 1
"""


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    here = ScopeGiven(region=f"subdistrict:{HERE}")
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as made:
        make_accounts(
            made,
            somebody("planner", (Role.PLANNER, here)),
            somebody("lead", (Role.STREET_LEAD, here)),
            somebody("admin", (Role.ADMINISTRATOR, here)),
            somebody("chief"),
            somebody("keeper", (Role.ADMINISTRATOR, EVERYWHERE)),
            somebody("analyst", (Role.ANALYST, EVERYWHERE)),
        )
        yield made


@pytest.fixture(scope="module")
def planner(client: TestClient) -> TestClient:
    return enter(client, "planner")


def done(answer: Response) -> Json:
    assert answer.status_code in (200, 201), answer.text
    document: Json = answer.json()
    return document


def test_plans_are_drawn_in_the_own_street_only(planner: TestClient) -> None:
    def draft(**area: Any) -> Response:
        return planner.post("/api/plans", json={"layer": "base_grid", "name": {"zh": "微调"}, **area})

    plan = done(draft(area={"layer": "subdistrict", "code": HERE}))
    preview = {"revision": plan["revision"], "kind": "renumber", "preview": True}
    assert planner.post(f"/api/plans/{plan['code']}/moves", json=preview).status_code == 200
    for area in ({"area": {"layer": "subdistrict", "code": THERE}}, {}):
        assert_problem(draft(**area), 403, "not-allowed", "area")


def test_patrol_points_are_kept_in_the_own_street_only(planner: TestClient, url: str) -> None:
    with psycopg.connect(url) as connection:
        points: dict[str, str] = dict(connection.execute(POINTS).fetchall())

    def added(street: str) -> Response:
        lon, lat = done(planner.get(f"/api/zones/subdistrict/{street}"))["centre"]
        body = {"code": f"X-{street}", "name": {"zh": "路口"}, "lon": lon, "lat": lat}
        return planner.post("/api/patrol-points", json=body)

    assert done(added(HERE))["code"] == f"X-{HERE}"
    assert_problem(added(THERE), 403, "not-allowed")
    foreign = planner.delete(f"/api/patrol-points/{points[THERE]}")
    absent = planner.delete("/api/patrol-points/NONE")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.text.replace(points[THERE], "N") == absent.text.replace("NONE", "N")
    assert planner.delete(f"/api/patrol-points/{points[HERE]}").status_code == 204


def test_large_files_are_taken_in_from_who_draws_plans_only(client: TestClient, planner: TestClient) -> None:
    """They are held whole before a door asks anybody."""

    def sent(browser: TestClient, size: int = 300_000) -> Response:
        query = {"format": "csv", "revision": "0"}
        kind = {"Content-Type": "application/octet-stream"}
        return browser.post("/api/plans/P-1/import", params=query, content=b"x" * size, headers=kind)

    assert_problem(sent(client), 413, "too-large")
    assert_problem(sent(enter(client, "lead")), 413, "too-large")
    assert_problem(sent(planner), 404, "not-found")
    assert_problem(sent(client, size=1), 401, "sign-in-needed")


def test_rules_of_the_city_are_not_changed_by_who_sees_a_part_of_it(planner: TestClient) -> None:
    rule = done(planner.get("/api/rules"))["items"][0]
    me = done(planner.get("/api/me"))
    assert "rules_read" in me["permissions"]
    assert "rules_write" not in me["permissions"]
    gone = planner.delete(f"/api/rules/{rule['code']}", params={"version": rule["version"]})
    assert_problem(gone, 403, "not-allowed")
    assert done(planner.get(f"/api/rules/{rule['code']}"))["valid_to"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/accounts", None),
        (
            "POST",
            "/api/accounts/admin/grants",
            {"role": "administrator", "scope": {"everything": True}},
        ),
        ("POST", "/api/accounts/chief/disable", None),
        ("POST", "/api/tokens", {"name": "t", "role": "analyst", "scope": {"everything": True}}),
        ("POST", "/api/deadlines", {"revision": "x", "limits": []}),
    ],
)
def test_an_administrator_of_a_street_keeps_neither_accounts_nor_settings(
    client: TestClient, method: str, path: str, body: Json | None
) -> None:
    admin = enter(client, "admin")
    assert_problem(admin.request(method, path, json=body), 403, "not-allowed")
    assert admin.get("/api/webhooks").status_code == 200


def test_who_keeps_accounts_is_told_figures_and_of_no_incident_in_them(client: TestClient, url: str) -> None:
    keeper, analyst = enter(client, "keeper"), enter(client, "analyst")
    with psycopg.connect(url, autocommit=True) as connection:
        [(number, grid, day)] = connection.execute(
            """UPDATE incident SET source = 'grid_worker' WHERE id = (
                   SELECT min(id) FROM incident WHERE base_grid_id IS NOT NULL)
               RETURNING number, (SELECT code FROM zone WHERE id = base_grid_id),
                         (reported_at AT TIME ZONE 'Asia/Shanghai')::date"""
        ).fetchall()
    report = {"grid": grid, "day": str(day)}
    whole = done(analyst.get("/api/rankings/day-report", params=report))
    told = done(keeper.get("/api/rankings/day-report", params=report))
    assert number in {each["number"] for each in whole["reports"]}
    assert told == whole | {"reports": []}
    asked = {"area": {"zones": [{"layer": "district", "code": "370212"}]}, "from": "2020-01-01"}
    whole = done(analyst.post("/api/zone-query", json=asked))
    told = done(keeper.post("/api/zone-query", json=asked))
    assert whole["repeat_places"]
    assert told["repeat_places"] == []
    assert told["incidents"] == whole["incidents"]
    for path in ("/api/department/repeat-places", f"/api/posts?incident={number}"):
        assert analyst.get(path).status_code == 200
        assert_problem(keeper.get(path), 403, "not-allowed")


def test_trials_of_settings_tell_who_keeps_them_how_many_and_of_no_incident(
    client: TestClient, url: str
) -> None:
    keeper, analyst = enter(client, "keeper"), enter(client, "analyst")
    with psycopg.connect(url) as connection:
        [(code,)] = connection.execute(
            """SELECT assignment_rule.code FROM routing JOIN assignment_rule ON assignment_rule.id = rule_id
               GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""
        ).fetchall()
    version = done(keeper.get(f"/api/rules/{code}"))["version"]
    removed = {"changes": [{"action": "remove", "code": code, "version": version}]}
    whole = done(analyst.post("/api/rules/simulate", json=removed))
    told = done(keeper.post("/api/rules/simulate", json=removed))
    assert whole["sample"]
    assert (told["sample"], told["points"]["features"]) == ([], [])
    assert (told["move"], told["lose"]) == (whole["move"], whole["lose"])
    shorter = {"stage": "total", "amount": 1, "kind": "urgent_hour"}
    revision = done(keeper.get("/api/deadlines"))["revision"]
    tried = done(
        keeper.post("/api/deadlines/check", json={"revision": revision, "limits": [shorter], "days": 366})
    )
    assert tried["late_then"] > tried["late_now"]
    assert tried["examples"] == []
