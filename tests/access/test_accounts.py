"""Keeping accounts and tokens over HTTP, in whose name things are done, and where scopes reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from governance.access import Role
from governance.access.scopes import ScopeGiven
from grid_data.cluster.private import Cluster
from tests.access.people import (
    EVERYWHERE,
    PASSWORD,
    browser_of,
    enter,
    entries,
    machine,
    make_accounts,
    somebody,
)
from tests.api.problems import assert_problem
from tests.support import databases

Json = dict[str, Any]


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    template = databases.laoshan_template(cluster)
    with databases.copy_of(cluster, template) as made:
        make_accounts(
            made,
            somebody("root", (Role.ADMINISTRATOR, EVERYWHERE)),
            somebody("dispatcher", (Role.DISPATCHER, EVERYWHERE), organisation="LS-ZX"),
            somebody("fire", (Role.OFFICER, ScopeGiven(organisation="LS-XF"))),
            somebody(
                "both",
                (Role.OFFICER, ScopeGiven(organisation="LS-HW")),
                (Role.SUPERVISOR, EVERYWHERE),
                organisation="LS-CG",
            ),
        )
        yield made


@pytest.fixture(scope="module")
def root(client: TestClient) -> TestClient:
    return enter(client, "root")


@pytest.fixture(scope="module")
def dispatcher(client: TestClient) -> TestClient:
    return enter(client, "dispatcher")


@pytest.fixture
def report(client: TestClient) -> Json:
    """A report that somebody may send."""
    return {"category": "GRIDGOV social:social:S0703", "text": "楼道充电", "source": "hotline"}


def made(root: TestClient, name: str, **more: Any) -> Json:
    answer = root.post("/api/accounts", json={"name": name, "password": PASSWORD, **more})
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


# Accounts


def test_an_account_is_made_granted_closed_and_opened(client: TestClient, root: TestClient, url: str) -> None:
    grants = [{"role": "officer", "scope": {"organisation": "LS-HW"}}]
    account = made(root, "Zhao.Min", display={"zh": "赵敏"}, organisation="LS-HW", grants=grants)
    assert (account["name"], account["display"]) == ("zhao.min", {"zh": "赵敏", "en": None})
    assert account["organisation"]["code"] == "LS-HW"
    (held,) = account["grants"]
    assert held["scope"]["organisations"][0]["name"]["en"]
    text = root.get("/api/accounts").text
    assert "argon2" not in text
    assert "hash" not in text
    program = {"role": "program", "scope": {"everything": True}}
    assert_problem(root.post("/api/accounts/fire/grants", json=program), 400, "bad-parameter", "role")
    browser = enter(client, "zhao.min")
    more = {"role": "analyst", "scope": {"region": "subdistrict:370212002"}}
    granted = root.post("/api/accounts/zhao.min/grants", json=more).json()
    assert [each["role"] for each in granted["grants"]] == ["officer", "analyst"]
    assert "plans_read" in browser.get("/api/me").json()["permissions"]
    gone = root.delete(f"/api/accounts/zhao.min/grants/{granted['grants'][1]['id']}")
    assert gone.status_code == 204
    assert "plans_read" not in browser.get("/api/me").json()["permissions"]
    assert root.post("/api/accounts/zhao.min/disable").json()["disabled"] is True
    assert_problem(browser.get("/api/city"), 401, "sign-in-needed")
    refused = browser_of(client).post("/api/session", json={"name": "zhao.min", "password": PASSWORD})
    assert_problem(refused, 401, "sign-in-failed")
    assert root.post("/api/accounts/zhao.min/enable").json()["disabled"] is False
    enter(client, "zhao.min")
    for action in ("add", "grant", "revoke", "disable", "enable"):
        actor, told = [
            each for each in entries(url, f"account.{action}") if each[1]["account"] == "zhao.min"
        ][-1]
        assert actor == "root"
        assert PASSWORD not in str(told)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "ROOT"}, "name"),
        ({"password": "password123"}, "password"),
        ({"organisation": "NOBODY"}, "organisation"),
        ({"person": "NOBODY"}, "person"),
        (
            {"grants": [{"role": "officer", "scope": {"organisation": "NOBODY"}}]},
            "grants.0.scope.organisation",
        ),
        ({"grants": [{"role": "officer", "scope": {"region": "subdistrict:1"}}]}, "grants.0.scope.region"),
        ({"grants": [{"role": "officer", "scope": {"zones": ["fire:1"]}}]}, "grants.0.scope.zones"),
        ({"grants": [{"role": "grid_worker", "scope": {"posts": True}}]}, "grants.0.scope"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stored(root: TestClient, change: Json, field: str) -> None:
    before = root.get("/api/accounts").json()
    answer = root.post("/api/accounts", json={"name": "qian", "password": PASSWORD, **change})
    assert_problem(answer, 409, "account-refused", field)
    assert root.get("/api/accounts").json() == before


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"everything": True, "posts": True},
        {"everything": False},
        {"zones": []},
        {"region": None},
        {"x": 1},
    ],
)
def test_a_scope_is_exactly_one_thing(root: TestClient, scope: Json) -> None:
    answer = root.post("/api/accounts/fire/grants", json={"role": "analyst", "scope": scope})
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad-parameter"


def test_one_administrator_has_to_stay(client: TestClient, root: TestClient) -> None:
    (key,) = [each["id"] for each in root.get("/api/accounts/root").json()["grants"]]
    assert_problem(root.delete(f"/api/accounts/root/grants/{key}"), 409, "account-refused", "role")
    assert_problem(root.post("/api/accounts/root/disable"), 409, "account-refused", "role")
    second = [{"role": "administrator", "scope": {"everything": True}}]
    made(root, "second", grants=second)
    assert root.post("/api/accounts/second/disable").status_code == 200


def test_a_password_that_was_reset_ends_all_sessions(client: TestClient, root: TestClient) -> None:
    made(root, "forgetful")
    browser = enter(client, "forgetful")
    new = "another long secret"
    assert root.post("/api/accounts/forgetful/password", json={"password": new}).status_code == 204
    assert_problem(browser.get("/api/sessions"), 401, "sign-in-needed")
    again = enter(client, "forgetful", new)
    assert root.delete("/api/accounts/forgetful/sessions").status_code == 204
    assert_problem(again.get("/api/sessions"), 401, "sign-in-needed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/accounts"), ("GET", "/api/accounts/root"), ("POST", "/api/accounts/root/grants"),
        ("DELETE", "/api/accounts/root/grants/1"), ("POST", "/api/accounts/root/password"),
        ("POST", "/api/accounts/root/disable"), ("DELETE", "/api/accounts/root/sessions"),
        ("GET", "/api/tokens"), ("DELETE", "/api/tokens/x"),
    ],
)  # fmt: skip
def test_accounts_are_kept_by_administrators_only(dispatcher: TestClient, method: str, path: str) -> None:
    body = {"POST": {"role": "administrator", "scope": {"everything": True}}}.get(method)
    if path.endswith("password"):
        body = {"password": "taken over by me"}
    assert_problem(dispatcher.request(method, path, json=body), 403, "not-allowed")


def test_who_keeps_accounts_reads_no_incident_by_any_door(
    root: TestClient, dispatcher: TestClient, report: Json
) -> None:
    items = dispatcher.get("/api/incidents?limit=100").json()["items"]
    number = next(each["number"] for each in items if each["place"])
    for path in (
        "/api/incidents", f"/api/incidents/{number}", f"/api/cases/{number}",
        "/tiles/incidents/9/427/200.mvt", "/tiles/open_incidents/9/427/200.mvt",
        "/api/events?about=incidents&follow=false", "/api/exports/incidents.csv",
    ):  # fmt: skip
        assert_problem(root.get(path), 403, "not-allowed")
    assert dispatcher.get("/tiles/incidents/9/427/200.mvt").status_code == 200
    assert {each["type"] for each in dispatcher.get(f"/api/search?q={number}").json()["items"]} == {
        "incident"
    }
    assert root.get(f"/api/search?q={number}").json()["items"] == []
    fresh = dispatcher.post("/api/incidents", json=report).json()["number"]
    assert f'"incident":"{fresh}"' in dispatcher.get("/api/events?after=0&follow=false").text
    assert '"incident":"' not in root.get("/api/events?after=0&follow=false").text


def test_names_with_sql_in_them_are_names_of_nobody(root: TestClient) -> None:
    for name in ("root' OR '1'='1", "root; DROP TABLE account", "%", "roo_"):
        assert_problem(root.get(f"/api/accounts/{name}"), 404, "not-found")
        refused = root.post("/api/session", json={"name": name, "password": PASSWORD})
        assert_problem(refused, 401, "sign-in-failed")


# Tokens


def test_a_machine_does_what_its_token_opens(client: TestClient, root: TestClient, url: str) -> None:
    body = {"name": "counter", "permissions": ["statistics_read"], "scope": {"everything": True}}
    answer = root.post("/api/tokens", json=body)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    secret = answer.json()["secret"]
    program = machine(client, secret)
    assert program.get("/api/statistics/incidents?layer=subdistrict").status_code == 200
    assert_problem(program.get("/api/incidents"), 403, "not-allowed")
    assert_problem(program.get("/api/accounts"), 403, "not-allowed")
    # Machines are asked for no token of a page.
    assert_problem(program.post("/api/accounts", json={"name": "x"}), 403, "not-allowed")
    listed = root.get("/api/tokens").text
    assert secret not in listed
    assert root.delete("/api/tokens/counter").status_code == 204
    assert_problem(program.get("/api/city"), 401, "sign-in-needed")
    assert_problem(root.delete("/api/tokens/counter"), 404, "not-found")
    assert_problem(root.post("/api/tokens", json=body), 409, "account-refused", "name")
    assert secret not in str(entries(url, "token.add"))
    assert entries(url, "token.revoke")[-1] == ("root", {"token": "counter"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "analyst", "permissions": ["accounts_manage"]}, "permissions"),
        ({"role": None, "permissions": []}, "permissions"),
        ({"role": "analyst", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"role": "analyst", "scope": {"posts": True}}, "scope.posts"),
    ],
)
def test_tokens_that_cannot_be(root: TestClient, change: Json, field: str) -> None:
    assert_problem(root.post("/api/tokens", json={"name": "t", **change}), 409, "account-refused", field)


# In whose name


def test_an_account_acts_in_its_own_name(dispatcher: TestClient, report: Json, url: str) -> None:
    number = dispatcher.post("/api/incidents", json=report).json()["number"]
    case = dispatcher.get(f"/api/cases/{number}").json()
    step = {"revision": case["revision"], "action": "note", "note": "已核实"}
    for said, field in (
        ({"by": "root"}, "by"), ({"role": "supervisor"}, "role"), ({"organisation": "LS-XF"}, "organisation")
    ):  # fmt: skip
        refused = dispatcher.post(f"/api/cases/{number}/steps", json={**step, **said})
        assert_problem(refused, 403, "not-allowed", field)
    assert dispatcher.get(f"/api/cases/{number}").json()["revision"] == case["revision"]
    done = dispatcher.post(f"/api/cases/{number}/steps", json=step)
    assert done.status_code == 200, done.text
    taken = done.json()["steps"][-1]
    assert (taken["by"], taken["role"], taken["organisation"]) == (
        "dispatcher",
        "dispatcher",
        "LS-ZX",
    )
    own = {"by": "dispatcher", "role": "dispatcher", "organisation": "LS-ZX"}
    again = dispatcher.post(
        f"/api/cases/{number}/steps", json={**step, **own, "revision": done.json()["revision"]}
    )
    assert again.status_code == 200


def test_who_has_several_roles_says_which(client: TestClient, report: Json) -> None:
    browser = enter(client, "both")
    number = browser.post("/api/incidents", json=report).json()["number"]
    revision = browser.get(f"/api/cases/{number}").json()["revision"]
    step = {"revision": revision, "action": "note", "note": "已核实"}
    asked = browser.post(f"/api/cases/{number}/steps", json=step)
    assert_problem(asked, 400, "bad-parameter", "role")
    # An office of the department is within its scope; the other role is held for whom they work.
    elsewhere = browser.post(
        f"/api/cases/{number}/steps", json={**step, "role": "officer", "organisation": "LS-CG"}
    )
    assert_problem(elsewhere, 403, "not-allowed", "organisation")
    done = browser.post(f"/api/cases/{number}/steps", json={**step, "role": "supervisor"})
    assert done.json()["steps"][-1]["organisation"] == "LS-CG"


def test_a_machine_that_speaks_for_people_says_for_whom(
    client: TestClient, root: TestClient, report: Json, url: str
) -> None:
    body = {"name": "hotline", "role": "acceptor", "scope": {"everything": True}, "on_behalf": True}
    speaker = machine(client, root.post("/api/tokens", json=body).json()["secret"])
    body |= {"name": "mute", "on_behalf": False}
    mute = machine(client, root.post("/api/tokens", json=body).json()["secret"])
    number = speaker.post("/api/incidents", json=report).json()["number"]
    revision = speaker.get(f"/api/cases/{number}").json()["revision"]
    step = {"revision": revision, "action": "note", "note": "来电补充"}
    assert_problem(speaker.post(f"/api/cases/{number}/steps", json=step), 400, "bad-parameter", "by")
    said = {"by": "王受理", "role": "acceptor", "organisation": "LS-ZX"}
    done = speaker.post(f"/api/cases/{number}/steps", json={**step, **said})
    assert done.json()["steps"][-1]["by"] == "王受理"
    step["revision"] = done.json()["revision"]
    assert_problem(mute.post(f"/api/cases/{number}/steps", json={**step, **said}), 403, "not-allowed", "by")
    done = mute.post(f"/api/cases/{number}/steps", json=step)
    assert done.json()["steps"][-1]["by"] == "token:mute"
    noted = "SELECT concat_ws(' ', actor, through) FROM history WHERE action = 'incident.note'"
    assert {"王受理 token:hotline", "token:mute"} <= ids(url, noted)


# Where


def sight(client: TestClient, name: str) -> Any:
    """What an account sees, as the gate finds it."""
    browser = enter(client, name)
    client.app.state.gate.forget()  # type: ignore[attr-defined]
    secret = browser.cookies["gridgov_session"]
    entered = client.portal.call(client.app.state.gate.keeper.by_session, secret)  # type: ignore[union-attr, attr-defined]
    return entered.principal.sight


def ids(url: str, query: str) -> set[Any]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query.encode()).fetchall()}


def test_a_region_is_seen_with_all_below_it_today(client: TestClient, root: TestClient, url: str) -> None:
    made(root, "street", grants=[{"role": "street_lead", "scope": {"region": "subdistrict:370212002"}}])
    expected = ids(
        url,
        """SELECT zone.id FROM zone JOIN layer ON layer.id = layer_id
           WHERE layer.code IN ('subdistrict', 'community', 'base_grid') AND zone.code LIKE '370212002%'
             AND EXISTS (SELECT FROM zone_version
                         WHERE zone_id = zone.id AND valid @> now() AND upper_inf(recorded))""",
    )
    assert sight(client, "street").zones == expected
    assert len(expected) > 10


def test_an_organisation_is_seen_with_all_below_it(client: TestClient, url: str) -> None:
    expected = ids(url, "SELECT id FROM organisation WHERE code = 'LS-XF' OR code LIKE 'FIRE-%'")
    found = sight(client, "fire")
    assert found.organisations == expected
    assert len(expected) > 4
    assert found.zones == frozenset()


def test_specialist_zones_are_seen_as_they_are(client: TestClient, root: TestClient, url: str) -> None:
    zones = [f"fire:{each['code']}" for each in root.get("/api/zones?layer=fire&limit=2").json()["items"]]
    made(root, "station", grants=[{"role": "officer", "scope": {"zones": zones}}])
    codes = ", ".join(f"'{zone.partition(':')[2]}'" for zone in zones)
    assert sight(client, "station").zones == ids(url, f"SELECT id FROM zone WHERE code IN ({codes})")


def test_a_worker_sees_the_grids_of_the_posts_held_now(
    client: TestClient, root: TestClient, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            """SELECT person.code, person.id, post.zone_id FROM post JOIN person ON person.id = person_id
               WHERE kind = 'full_time' AND valid @> now() ORDER BY post.id LIMIT 1"""
        ).fetchone()
        assert row is not None
        code, person, grid = row
        made(root, "worker", person=code, grants=[{"role": "grid_worker", "scope": {"posts": True}}])
        assert sight(client, "worker").zones == {grid}
        (told,) = enter(client, "worker").get("/api/me").json()["roles"]
        assert told["scope"]["posts"] is True
        assert len(told["scope"]["zones"]) == 1
        connection.execute(
            "UPDATE post SET valid = tstzrange(lower(valid), now()) WHERE person_id = %s AND valid @> now()",
            (person,),
        )
    assert sight(client, "worker").zones == frozenset()


def test_a_person_has_one_account(root: TestClient, url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT code FROM person WHERE id NOT IN (SELECT person_id FROM account WHERE person_id > 0)"
        ).fetchone()
    assert row is not None
    made(root, "first-one", person=row[0])
    again = root.post("/api/accounts", json={"name": "second-one", "password": PASSWORD, "person": row[0]})
    assert_problem(again, 409, "account-refused", "person")
