"""A case over HTTP: the main way, two people at once, what is refused, many cases at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.case_work import Worker, entries, problem, to_fed_back


def test_a_call_becomes_an_archived_case(worker: Callable[..., Worker], database: psycopg.Connection) -> None:
    call = worker()
    case = call.case()
    assert (case["state"], case["revision"], case["level"]) == ("reported", 0, "district")
    assert case["clock"]["started_at"] is not None
    case = to_fed_back(call)
    assert (case["state"], case["handler"]["name"], case["lead"]["code"]) == ("fed_back", "赵处置", "LS-HW")
    assert [order["kind"] for order in case["work_orders"]] == ["lead", "supporting"]
    assert all(order["closed_at"] for order in case["work_orders"])
    case = call.take("check_pass", "supervisor", "钱监督", "LS")
    assert case["lapses_at"] is not None
    case = call.take("evaluate", "acceptor", "王受理", satisfaction="satisfied")
    assert (case["satisfaction"], case["lapses_at"]) == ("satisfied", None)
    case = call.take("close", "acceptor", "王受理")
    assert (case["clock"]["state"], case["outcome"]) == ("stopped", "handled")
    case = call.take("archive", "acceptor", "王受理")
    told = [step["action"] for step in case["steps"]]
    assert told == ["report", "accept", "verify", "file", "dispatch", "start", "feed_back", "check_pass",
                    "evaluate", "close", "archive"]  # fmt: skip
    assert [step["to"] for step in case["steps"]][-2:] == ["closed", "archived"]
    row = database.execute(
        "SELECT count(*) FROM incident_clock JOIN incident ON incident.id = incident_id WHERE number = %s",
        [call.number],
    ).fetchone()
    assert row == (0,)


def test_of_two_people_who_saw_the_same_one_is_told(worker: Callable[..., Worker]) -> None:
    call = worker()
    call.take("accept", "acceptor", "王受理")
    late = Worker(call.client, call.number)
    answer = late.step("reject", "acceptor", "李受理", reason="重复")
    assert problem(answer, "case-changed") == [("revision", "case-changed")]
    assert answer.json()["revision"] == 1
    assert call.case()["state"] == "accepted"


def test_many_people_at_once_take_a_step_once(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: (
                    Worker(call.client, call.number).step("accept", "acceptor", f"受理员{n}").status_code
                ),
                range(16),
            )
        )
    assert sorted(answers) == [200] + [409] * 15
    assert entries(database, call.number) == 2
    assert call.case()["revision"] == 1


def test_what_the_table_does_not_allow_changes_nothing(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker()
    before = call.case()
    assert problem(call.step("close", "acceptor", "王受理"), "case-step") == [("action", "state")]
    assert problem(call.step("accept", "officer", "赵处置"), "case-step") == [("action", "person")]
    assert problem(call.step("reject", "acceptor", "王受理"), "case-step") == [("reason", "field")]
    for field, more in (("organisation", {"organisation": "NO"}), ("lead", {"lead": "NO"}),
                        ("supporting.1", {"supporting": ["LS-CG", "NO"]})):  # fmt: skip
        answer = call.step("accept", "acceptor", "王受理", **more)
        assert problem(answer, "unknown-organisation", 400)[0][0] == field
    assert entries(database, call.number) == 1
    after = call.case()
    for case in (before, after):
        case["clock"].pop("remaining_s")
    assert after == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("action", "lapse"), ("action", "dance"), ("role", "boss"), ("satisfaction", "lapsed"), ("by", ""),
     ("amount", 0), ("amount", "2"), ("unit", "week"), ("revision", -1), ("attachments", ["x"]),
     ("colour", 1)],
)  # fmt: skip
def test_a_body_that_cannot_be_meant_is_named(worker: Callable[..., Worker], field: str, value: Any) -> None:
    call = worker()
    body = {"by": "王", "role": "acceptor", "action": "accept", "revision": 0, field: value}
    answer = call.client.post(f"/api/cases/{call.number}/steps", json=body)
    assert problem(answer, "bad-parameter", 400)[0][0].split(".")[0] == field


def test_a_field_that_says_nothing_is_as_if_it_were_left_out(worker: Callable[..., Worker]) -> None:
    names = ("reason", "note", "lead", "supporting", "amount", "unit", "until", "result", "satisfaction",
             "into", "reference", "guidance", "condition")  # fmt: skip
    assert worker().step("accept", "acceptor", "王受理", **dict.fromkeys(names)).status_code == 200


def test_the_condition_said_when_filing_decides_the_limit(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker()
    database.execute(
        """INSERT INTO time_limit (category_id, condition, stage, amount, kind, valid)
           SELECT category_id, told.condition, 'total', told.hours, 'urgent_hour',
                  tstzrange('2020-01-01', NULL)
           FROM incident, (VALUES ('小面积', 4), ('大面积', 40)) AS told (condition, hours)
           WHERE number = %s""",
        [call.number],
    )
    database.execute("UPDATE deadline_setting SET revision = gen_random_uuid()")
    database.commit()
    assert sorted(call.case()["conditions"]) == ["大面积", "小面积"]
    call.take("accept", "acceptor", "王受理")
    answer = call.step("verify", "supervisor", "钱监督", "LS", condition="小面积")
    assert answer.status_code == 400, "said only when it is filed"
    call.take("verify", "supervisor", "钱监督", "LS")
    assert problem(call.step("file", "acceptor", "王受理", condition="中面积"), "bad-parameter", 400)
    case = call.take("file", "acceptor", "王受理", condition="大面积")
    assert case["condition"] == "大面积"
    began, due = (datetime.fromisoformat(case["clock"][name]) for name in ("started_at", "due_at"))
    assert due - began == timedelta(hours=40)


def test_there_is_no_such_case(client: TestClient) -> None:
    body = {"by": "王", "role": "acceptor", "action": "accept", "revision": 0}
    assert client.get("/api/cases/37021220990101000001").status_code == 404
    assert client.post("/api/cases/37021220990101000001/steps", json=body).status_code == 404


def test_the_short_answer_is_short(worker: Callable[..., Worker]) -> None:
    call = worker()
    body = {"by": "王", "role": "acceptor", "action": "accept", "revision": 0}
    answer = call.client.post(
        f"/api/cases/{call.number}/steps", json=body, headers={"Prefer": "return=minimal"}
    )
    assert answer.headers["Preference-Applied"] == "return=minimal"
    assert answer.json() == {"number": call.number, "revision": 1, "state": "accepted"}


def test_a_note_is_no_step(worker: Callable[..., Worker]) -> None:
    call = worker()
    call.take("accept", "acceptor", "王受理")
    before = call.case()
    late = Worker(call.client, call.number)
    case = late.take("note", "analyst", "周分析", note="附近有学校")
    assert (case["revision"], case["clock"]["stage"]) == (1, before["clock"]["stage"])
    assert (case["steps"][-1]["action"], case["steps"][-1]["note"]) == ("note", "附近有学校")
    call.take("verify", "supervisor", "钱监督", "LS")


def test_a_batch_is_looked_at_and_then_taken(
    client: TestClient, worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    calls = [worker() for _ in range(4)]
    calls[1].take("accept", "acceptor", "王受理")
    numbers = [call.number for call in calls] + ["37021220990101000001"]
    body = {"by": "王受理", "role": "acceptor", "action": "accept", "numbers": numbers}
    preview = client.post("/api/cases/steps", json=body | {"preview": True}).json()
    assert [call.case()["state"] for call in calls] == ["reported", "accepted", "reported", "reported"]
    answer = client.post("/api/cases/steps", json=body).json()
    assert (preview["done"], preview["refused"]) == (answer["done"], answer["refused"])
    assert {each["number"] for each in answer["done"]} == {calls[n].number for n in (0, 2, 3)}
    assert {each["number"] for each in answer["refused"]} == {calls[1].number, numbers[-1]}
    assert [entries(database, call.number) for call in calls] == [2, 2, 2, 2]
    assert [call.case()["revision"] for call in calls] == [1, 1, 1, 1]


def test_allowed_steps_are_told_for_who_asks(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_fed_back(call)

    def allowed(**asked: Any) -> set[str]:
        return {each["action"] for each in call.case(**asked)["actions"] if each["allowed"]}

    assert allowed(role="supervisor", by="钱监督", organisation="LS") == {
        "check_pass", "check_fail", "supervise", "note",
    }  # fmt: skip
    assert allowed(role="supervisor", by="赵处置", organisation="LS") == {"supervise", "note"}
    assert allowed() >= {"check_pass", "cancel"}
    why = next(each for each in call.case(role="officer", by="赵处置", organisation="LS-HW")["actions"]
               if each["action"] == "check_pass")  # fmt: skip
    assert why["why_not"]["en"].startswith("pass the check: only by")


def test_every_loaded_case_says_what_its_state_says(database: psycopg.Connection) -> None:
    wrong = database.execute(
        """SELECT number FROM incident LEFT JOIN case_state ON incident_id = id
           WHERE incident_id IS NULL OR is_open <> (closed_at IS NULL)
              OR (state IN ('dispatched', 'handling')) AND lead_id IS NULL AND organisation_id IS NOT NULL"""
    ).fetchall()
    assert wrong == []
