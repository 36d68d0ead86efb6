"""Rules changed over HTTP: checked, in one transaction, never over somebody else's change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from tests.api.problems import assert_problem
from tests.support import databases

Json = dict[str, Any]
LITTER = "GB/T 47678.5-2026:matter:06010"
NEW: Json = {
    "code": "R101",
    "category": LITTER,
    "layer": "subdistrict",
    "assign_to": "organisation",
    "organisation": "LS-CG",
    "supporting": ["LS-HW"],
    "priority": 100,
    "note": {"zh": "试行", "en": "A trial"},
}


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    """A small sample of this test alone: changed rules would puzzle other tests."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as copied:
        yield copied


@pytest.fixture
def server(url: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=url)), headers={"Accept-Language": "en"}) as started:
        yield started


def history(url: str) -> list[Json]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT before, after FROM history WHERE action = 'rules.change' ORDER BY seq"
        )
        return [{"before": before, "after": after} for before, after in found]


def who(server: TestClient, **asked: Any) -> str:
    """Who would be responsible for litter in the middle of the sample."""
    centre = server.get("/api/zones?layer=base_grid&limit=1").json()["items"][0]["centre"]
    parameters = {"lon": centre[0], "lat": centre[1], "category": LITTER} | asked
    answer = server.get("/api/routing", params=parameters).json()
    return f"{answer['rule']['code']} {answer['responsible']['code']}"


def test_a_rule_is_added_changed_and_ended(server: TestClient, url: str) -> None:
    before = who(server)
    added = server.post("/api/rules", json={"rule": NEW})
    assert added.status_code == 201, added.text
    (rule,) = added.json()["rules"]
    assert (rule["state"], rule["organisation"]["code"], rule["note"]["en"]) == (
        "in_force",
        "LS-CG",
        "A trial",
    )
    assert who(server) == "R101 LS-CG"

    changed = server.put("/api/rules/R101", json={"rule": NEW | {"organisation": "LS-HW", "supporting": []},
                                                  "version": rule["version"]})  # fmt: skip
    assert changed.status_code == 200, changed.text
    assert who(server) == "R101 LS-HW"
    assert who(server, at=rule["valid_from"]) == "R101 LS-CG"

    version = changed.json()["rules"][0]["version"]
    ended = server.delete("/api/rules/R101", params={"version": version})
    assert (ended.status_code, ended.json()["rules"]) == (200, [])
    assert who(server) == before
    detail = server.get("/api/rules/R101").json()
    assert (detail["state"], len(detail["versions"]), len(detail["history"])) == ("ended", 2, 3)
    assert {entry["actor"] for entry in detail["history"]} == {"visitor"}

    told = history(url)
    assert [len(entry["before"]["rules"]) for entry in told] == [0, 1, 1]
    assert [[rule["organisation"] for rule in entry["after"]["rules"]] for entry in told] == [
        ["LS-CG"],
        ["LS-HW"],
        [],
    ]
    assert told[2]["after"]["removed"] == ["R101"]


def test_two_people_do_not_overwrite_each_other(server: TestClient, url: str) -> None:
    version = server.get("/api/rules/R006").json()["version"]
    rule = NEW | {"code": "R006", "layer": None}
    first = server.put("/api/rules/R006", json={"rule": rule, "version": version})
    assert first.status_code == 200, first.text
    second = server.put("/api/rules/R006", json={"rule": rule | {"priority": 1}, "version": version})
    body = assert_problem(second, 409, "rule-changed", "changes.0.version")
    assert "R006" in body["detail"]
    assert_problem(server.delete("/api/rules/R006", params={"version": version}), 409, "rule-changed",
                   "changes.0.version")  # fmt: skip
    assert_problem(server.post("/api/rules", json={"rule": rule}), 409, "rule-changed", "changes.0.version")
    twice = {"changes": [{"action": "save", "rule": NEW}, {"action": "save", "rule": NEW}]}
    assert_problem(server.post("/api/rules/apply", json=twice), 409, "rule-changed", "changes.1.version")
    assert len(history(url)) == 1


def test_a_waiting_version_is_part_of_what_one_read(server: TestClient) -> None:
    version = server.get("/api/rules/R006").json()["version"]
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    rule = NEW | {"code": "R006", "layer": None}
    scheduled = server.put("/api/rules/R006", json={"rule": rule, "version": version, "from": soon})
    assert scheduled.status_code == 200, scheduled.text
    now = server.get("/api/rules/R006").json()
    assert (now["state"], now["organisation"]["code"]) == ("in_force", "LS-HW")
    assert now["scheduled"]["valid_from"] == now["valid_to"]
    assert [v["state"] for v in now["versions"]] == ["scheduled", "in_force"]
    stale = server.put("/api/rules/R006", json={"rule": rule, "version": version})
    assert_problem(stale, 409, "rule-changed", "changes.0.version")
    # Knowing of it, one may take it back: a change from now on replaces what waits.
    sooner = server.put("/api/rules/R006", json={"rule": rule | {"priority": 7}, "version": now["version"]})
    assert sooner.status_code == 200, sooner.text
    after = server.get("/api/rules/R006").json()
    assert (after["priority"], after["scheduled"], len(after["versions"])) == (7, None, 2)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"organisation": "NOBODY"}, "unknown_organisation", "organisation"),
        ({"supporting": ["NOBODY"]}, "unknown_organisation", "supporting"),
        ({"category": "a:b:c"}, "unknown_category", "category"),
        ({"layer": "moon"}, "unknown_layer", "layer"),
        ({"zone": "999"}, "unknown_zone", "zone"),
        ({"layer": None, "zone": "999"}, "layer_missing", "layer"),
        ({"organisation": None}, "organisation_missing", "organisation"),
        ({"assign_to": "zone_organisation"}, "organisation_superfluous", "organisation"),
        ({"assign_to": "facility_owner", "organisation": None}, "no_facility", "assign_to"),
        ({"valid_to": "2026-01-01T00:00:00Z"}, "ends_before_it_begins", "valid_to"),
    ],
)
def test_faulty_rules_are_refused_by_name(client: TestClient, changed: Json, code: str, field: str) -> None:
    asked = {"changes": [{"action": "save", "rule": NEW | changed}]}
    answer = client.post("/api/rules/apply", json=asked)
    body = assert_problem(answer, 409, "rules-refused", f"changes.0.rule.{field}")
    assert (body["errors"][0]["code"], "R101" in body["errors"][0]["message"]) == (code, True)
    tried = client.post("/api/rules/apply?dry_run=true", json=asked).json()
    assert (tried["applied"], tried["refused"]) == (False, True)
    finding = next(found for found in tried["findings"] if found["level"] == "error")
    assert (finding["code"], finding["field"], finding["change"], finding["new"]) == (code, field, 0, True)
    assert client.get("/api/rules/R101").status_code == 404


def test_a_change_that_silences_another_rule_is_refused(client: TestClient) -> None:
    """R006 decides for its minor class alone; a better rule for the same class leaves it nothing."""
    rule = client.get("/api/rules/R006").json()
    above = NEW | {"category": rule["category"]["key"], "layer": None, "priority": rule["priority"] + 1}
    body = assert_problem(client.post("/api/rules", json={"rule": above}), 409, "rules-refused", "changes")
    assert body["errors"][0]["code"] == "unreachable"
    assert "rule R006 never decides" in body["detail"]
    assert "R101 goes first" in body["detail"]


def test_a_tie_is_a_warning(client: TestClient) -> None:
    rule = next(
        r for r in client.get("/api/rules").json()["items"] if r["layer"] and r["layer"]["depth"] == 5
    )
    other = "fire" if rule["layer"]["code"] != "fire" else "police"
    tie = NEW | {"category": rule["category"]["key"], "layer": other, "priority": rule["priority"]}
    tried = client.post("/api/rules/apply?dry_run=true", json={"changes": [{"action": "save", "rule": tie}]})
    assert tried.status_code == 200
    found = [f for f in tried.json()["findings"] if f["code"] == "ambiguous"]
    assert [(f["rule"], f["others"], f["level"], f["new"]) for f in found] == [
        (max(rule["code"], "R101"), [min(rule["code"], "R101")], "warning", True)
    ]


def test_a_dry_run_tells_what_would_be_and_stores_nothing(
    client: TestClient, database: psycopg.Connection
) -> None:
    count = b"SELECT (SELECT count(*) FROM assignment_rule), (SELECT count(*) FROM history)"
    before = database.execute(count).fetchone()
    changes = [{"action": "save", "rule": NEW}]
    tried = client.post("/api/rules/apply?dry_run=true", json={"changes": changes}).json()
    assert [(rule["code"], rule["state"]) for rule in tried["rules"]] == [("R101", "in_force")]
    assert database.execute(count).fetchone() == before


def test_the_past_is_not_changed(server: TestClient) -> None:
    rule = server.get("/api/rules/R006").json()
    past = "2026-02-01T00:00:00+08:00"
    body = {"rule": NEW | {"code": "R006"}, "version": rule["version"], "from": past}
    assert_problem(server.put("/api/rules/R006", json=body), 409, "rules-refused", "changes.0.from")
    # A rule that was unknown until now may tell of the past; that is said.
    added = server.post("/api/rules", json={"rule": NEW, "from": past}).json()
    assert "retroactive" in {finding["code"] for finding in added["findings"]}
    assert who(server, at="2026-03-01") == "R101 LS-CG"


def test_a_set_is_stored_whole_or_not_at_all(server: TestClient, url: str) -> None:
    version = server.get("/api/rules/R006").json()["version"]
    changes = [
        {"action": "remove", "code": "R006", "version": version},
        {"action": "save", "rule": NEW | {"organisation": "NOBODY"}},
    ]
    answer = server.post("/api/rules/apply", json={"changes": changes})
    assert_problem(answer, 409, "rules-refused", "changes.1.rule.organisation")
    assert server.get("/api/rules/R006").json()["version"] == version
    assert history(url) == []
    changes[1]["rule"] = NEW
    done = server.post("/api/rules/apply", json={"changes": changes})
    assert done.status_code == 200, done.text
    assert [rule["code"] for rule in done.json()["rules"]] == ["R101"]
    assert len(history(url)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "r101"}, "rule.code"),
        ({"code": "A B"}, "rule.code"),
        ({"assign_to": "somebody"}, "rule.assign_to"),
        ({"priority": 1.5}, "rule.priority"),
        ({"note": {"zh": ""}}, "rule.note.zh"),
        ({"valid_to": 0}, "rule.valid_to"),
        ({"valid_to": "2030-01-01T00:00:00"}, "rule.valid_to"),
        ({"zones": []}, "rule.zones"),
    ],
)
def test_rules_that_cannot_be_read(client: TestClient, changed: Json, field: str) -> None:
    assert_problem(client.post("/api/rules", json={"rule": NEW | changed}), 400, "bad-parameter", field)


def test_codes_in_address_and_body_agree(client: TestClient) -> None:
    version = client.get("/api/rules/R006").json()["version"]
    body = {"rule": NEW, "version": version}
    assert_problem(client.put("/api/rules/R006", json=body), 409, "rule-changed", "rule.code")
    assert_problem(client.put("/api/rules/NONE", json=body), 404, "not-found")
    assert_problem(client.delete("/api/rules/NONE?version=1"), 404, "not-found")


def test_the_sample_has_no_fault_but_its_fallback(client: TestClient) -> None:
    found = client.get("/api/rules/checks").json()["findings"]
    assert [finding["code"] for finding in found] == ["fallback"]
    assert found[0]["count"] > len(found[0]["examples"]) == 10


def test_a_trial_writes_nothing_and_tells_what_would_move(
    client: TestClient, database: psycopg.Connection
) -> None:
    count = b"SELECT (SELECT count(*) FROM assignment_rule), (SELECT count(*) FROM history)"
    before = database.execute(count).fetchone()
    changes = [{"action": "save", "rule": NEW}]
    trial = client.post("/api/rules/simulate", json={"changes": changes, "last": 3000, "sample": 3}).json()
    assert trial["incidents"] == trial["stay"] + trial["move"] == 3000
    assert trial["move"] == sum(flow["count"] for flow in trial["flows"]) > 0
    assert {flow["to"]["code"] for flow in trial["flows"]} == {"LS-CG"}
    assert [category["key"] for category in trial["categories"]] == [LITTER]
    assert {"code": "R101", "before": 0, "after": trial["move"] + trial["rule_only"]} in trial["rules"]
    assert sum(zone["count"] for zone in trial["base_grids"]) == trial["move"]
    assert len(trial["points"]["features"]) == min(trial["move"], 2000)
    case = trial["sample"][0]
    assert (case["after"]["rule"], "R101" in case["after"]["reason"]["en"]) == ("R101", True)
    assert database.execute(count).fetchone() == before


def test_a_trial_of_some_time(client: TestClient) -> None:
    asked = {"last": 100_000, "from": "2026-01-01T00:00:00+08:00", "to": "2026-02-01T00:00:00+08:00"}
    trial = client.post("/api/rules/simulate", json=asked).json()
    assert trial["incidents"] > 10
    assert trial["first"] >= "2025-12-31T16"
    assert trial["last"] < "2026-01-31T16"
    none = client.post("/api/rules/simulate", json=asked | {"to": asked["from"]}).json()
    assert (none["incidents"], none["first"], none["move"]) == (0, None, 0)


def test_bad_trials(client: TestClient) -> None:
    assert_problem(client.post("/api/rules/simulate", json={"last": 0}), 400, "bad-parameter", "last")
    remove = {"action": "remove", "code": "R006", "version": "0"}
    stale = client.post("/api/rules/simulate", json={"changes": [remove]})
    assert_problem(stale, 409, "rule-changed", "changes.0.version")
