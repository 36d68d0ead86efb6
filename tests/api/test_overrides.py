"""A person's choice of the organisation: with a reason, beside what was computed, not undone in silence."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.problems import assert_problem

Json = dict[str, Any]


@pytest.fixture
def incident(client: TestClient, body: Json) -> Json:
    """A fresh incident."""
    stored: Json = client.post("/api/incidents", json=body).json()
    return stored


def give(client: TestClient, incident: Json, organisation: str | None, **more: Any) -> Any:
    body = {"organisation": organisation, "reason": "由城管牵头", **more}
    return client.post(f"/api/incidents/{incident['number']}/override", json=body)


def test_both_answers_are_kept(client: TestClient, incident: Json) -> None:
    assert incident["override"] is None
    answer = give(client, incident, "LS-CG", supporting=["LS-HW", "LS-HW"])
    assert answer.status_code == 200, answer.text
    given = answer.json()
    assert given == client.get(f"/api/incidents/{incident['number']}").json()
    assert given["responsible"]["code"] == given["override"]["organisation"]["code"] == "LS-CG"
    assert [helper["code"] for helper in given["override"]["supporting"]] == ["LS-HW"]
    assert (given["override"]["by"], given["override"]["reason"]) == ("visitor", "由城管牵头")
    assert given["routing"] == incident["routing"]
    assert given["history"][-1]["action"] == "incident.override"
    listed = client.get("/api/incidents", params={"q": incident["number"]}).json()["items"][0]
    assert listed["responsible"]["code"] == "LS-CG"


def test_another_choice_and_back(client: TestClient, incident: Json, database: psycopg.Connection) -> None:
    give(client, incident, "LS-CG")
    again = give(client, incident, "LS-HW", reason="改由环卫").json()
    assert (again["responsible"]["code"], again["override"]["reason"]) == ("LS-HW", "改由环卫")
    lifted = give(client, incident, None, reason="恢复").json()
    assert (lifted["override"], lifted["responsible"]) == (None, incident["responsible"])
    assert lifted["routing"] == incident["routing"]
    kept = database.execute(
        "SELECT action, before ->> 'responsible', after ->> 'responsible', after ->> 'reason' FROM history"
        " JOIN incident ON incident.id = incident_id"
        " WHERE number = %s AND action <> 'incident.report' ORDER BY seq",
        (incident["number"],),
    ).fetchall()
    computed = incident["responsible"]["code"]
    assert kept == [
        ("incident.override", computed, "LS-CG", "由城管牵头"),
        ("incident.override", "LS-CG", "LS-HW", "改由环卫"),
        ("incident.lift_override", "LS-HW", computed, "恢复"),
    ]


def test_routing_again_does_not_undo_it(
    client: TestClient, incident: Json, database: psycopg.Connection
) -> None:
    """Whoever writes a later routing: zones and computed answer change, the choice stays until lifted."""
    give(client, incident, "LS-CG")
    number = (incident["number"],)
    database.execute(
        "INSERT INTO routing (incident_id, at, method, zone_version_ids, organisation_id)"
        " SELECT id, now(), 'memory', '{}', (SELECT id FROM organisation WHERE code = 'LS-YL') FROM incident"
        " WHERE number = %s",
        number,
    )
    database.execute(
        "UPDATE incident SET zone_ids = '{}',"
        " organisation_id = (SELECT id FROM organisation WHERE code = 'LS-YL') WHERE number = %s",
        number,
    )
    now = client.get(f"/api/incidents/{incident['number']}").json()
    assert (now["responsible"]["code"], now["override"]["organisation"]["code"]) == ("LS-CG", "LS-CG")
    assert (now["routing"]["responsible"]["code"], now["routing"]["zones"]) == ("LS-YL", [])
    assert give(client, incident, None).json()["responsible"]["code"] == "LS-YL"


def test_an_incident_without_a_place_can_be_given(client: TestClient, body: Json) -> None:
    incident = client.post("/api/incidents", json=body | {"place": None}).json()
    given = give(client, incident, "LS-CG").json()
    assert (given["responsible"]["code"], given["routing"]["responsible"]) == ("LS-CG", None)
    assert give(client, incident, None).json()["responsible"] is None


@pytest.mark.parametrize(
    ("organisation", "more", "status", "code", "field"),
    [
        ("NOBODY", {}, 400, "unknown-organisation", "organisation"),
        ("LS-CG", {"supporting": ["LS-HW", "NOBODY"]}, 400, "unknown-organisation", "supporting.1"),
        ("LS-CG", {"reason": ""}, 400, "bad-parameter", "reason"),
        ("LS-CG", {"reason": "  "}, 400, "bad-parameter", "reason"),
        ("LS-CG", {"reason": "长" * 501}, 400, "bad-parameter", "reason"),
        (None, {}, 409, "not-overridden", "organisation"),
    ],
)
def test_choices_that_are_refused(
    client: TestClient,
    incident: Json,
    organisation: str | None,
    more: Json,
    status: int,
    code: str,
    field: str,
) -> None:
    assert_problem(give(client, incident, organisation, **more), status, code, field)
    assert client.get(f"/api/incidents/{incident['number']}").json() == incident


def test_lifting_names_no_helpers(client: TestClient, incident: Json) -> None:
    give(client, incident, "LS-CG")
    assert_problem(give(client, incident, None, supporting=["LS-HW"]), 400, "bad-parameter", "supporting")


def test_no_such_incident(client: TestClient) -> None:
    assert_problem(give(client, {"number": "1"}, "LS-CG"), 404, "not-found")
