"""The side paths of a case over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg

from tests.api.case_work import Worker, area, problem, to_fed_back, to_filed


def test_rework_is_counted_and_the_order_is_open_again(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_fed_back(call)
    assert problem(call.step("check_pass", "supervisor", "赵处置", "LS"), "case-step") == [
        ("action", "person")
    ]
    case = call.take("check_fail", "supervisor", "钱监督", "LS", reason="现场仍有垃圾")
    assert (case["state"], case["reworks"], case["outcome"]) == ("handling", 1, None)
    assert [order["organisation"]["code"] for order in case["work_orders"] if not order["closed_at"]] == [
        "LS-HW"
    ]
    case = call.take("feed_back", "officer", "赵处置", "LS-HW", result="再次清运")
    assert case["state"] == "fed_back"


def test_a_supporting_organisation_reports_its_part(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_filed(call)
    call.take("dispatch", "dispatcher", "李派遣", lead="LS-HW", supporting=["LS-CG"])
    case = call.take("feed_back", "officer", "孙协办", "LS-CG", result="已劝导")
    told = {order["organisation"]["code"]: order for order in case["work_orders"]}
    assert (case["state"], told["LS-CG"]["result"]) == ("dispatched", "已劝导")
    assert told["LS-HW"]["closed_at"] is None


def test_an_extension_is_granted_by_another_and_moves_the_limit(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_filed(call)
    call.take("dispatch", "dispatcher", "李派遣", lead="LS-HW")
    before = call.take(
        "ask_extension", "officer", "赵处置", "LS-HW", reason="备件未到", amount=2, unit="natural_day"
    )
    assert before["extension"]["amount"] == 2
    assert problem(call.step("grant_extension", "dispatcher", "赵处置"), "case-step") == [
        ("action", "person")
    ]
    case = call.take("grant_extension", "dispatcher", "李派遣")
    assert (case["extensions"], case["extension"]) == (1, None)
    if before["clock"]["due_at"]:
        gained = datetime.fromisoformat(case["clock"]["due_at"]) - datetime.fromisoformat(
            before["clock"]["due_at"]
        )
        assert gained == timedelta(days=2)


def test_a_suspended_case_stands_and_goes_on(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_filed(call)
    case = call.take("suspend", "dispatcher", "李派遣", reason="待土地移交")
    assert case["suspended_since"] is not None
    if case["clock"]["kind"]:
        assert case["clock"]["state"] == "paused"
    assert problem(call.step("dispatch", "dispatcher", "李派遣", lead="LS-HW"), "case-step") == [
        ("action", "guard")
    ]
    case = call.take("resume", "dispatcher", "李派遣")
    assert case["suspended_since"] is None
    assert case["clock"]["state"] != "paused"


def test_an_objection_is_adjudicated_with_both_organisations_recorded(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker()
    to_filed(call)
    call.take("dispatch", "dispatcher", "李派遣", lead="LS-HW")
    case = call.take("object", "officer", "赵处置", "LS-HW", reason="不属环卫职责")
    assert case["objection"]["by"] == "赵处置"
    case = call.take("adjudicate", "sorter", "吴分拣", reason="由城管牵头", lead="LS-CG")
    assert (case["state"], case["lead"]["code"], case["objection"], case["hand_overs"]) == (
        "dispatched", "LS-CG", None, 1,
    )  # fmt: skip
    row = database.execute(
        """SELECT history.before ->> 'lead', history.after ->> 'lead', organisation.code, overridden
           FROM history JOIN incident ON incident.id = incident_id
           JOIN organisation ON organisation.id = incident.organisation_id
           WHERE number = %s AND action = 'incident.adjudicate'""",
        [call.number],
    ).fetchone()
    assert row == ("LS-HW", "LS-CG", "LS-CG", True)


def test_a_case_that_is_sent_back_is_led_by_nobody(worker: Callable[..., Worker]) -> None:
    call = worker()
    to_filed(call)
    call.take("dispatch", "dispatcher", "李派遣", lead="LS-HW", supporting=["LS-CG"])
    case = call.take("send_back", "officer", "赵处置", "LS-HW", reason="现场不属本部门")
    assert (case["state"], case["send_backs"], case["lead"], case["supporting"]) == ("filed", 1, None, [])
    assert {order["result"] for order in case["work_orders"]} == {"现场不属本部门"}


def test_duplicates_follow_their_main_case_to_the_end(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    main, first, second = worker(), worker(), worker()
    case = first.take("merge", "acceptor", "王受理", into=second.number)
    assert (case["state"], case["duplicate_of"], case["clock"]["state"]) == (
        "merged",
        second.number,
        "stopped",
    )
    second.take("merge", "acceptor", "王受理", into=main.number)
    assert first.case()["duplicate_of"] == main.number
    assert (main.case()["duplicates"], main.case()["reports"]) == ([first.number, second.number], 3)
    answer = main.client.get("/api/incidents", params={"has_duplicates": "true", "limit": 500})
    listed = answer.json()["items"]
    found = {each["number"] for each in listed}
    assert (main.number in found, found & {first.number, second.number}) == (True, set())
    summary = main.client.get("/api/dispatch/summary", params={"has_duplicates": "true"}).json()
    assert 0 < summary["total"] <= len(listed)
    main.take("transfer_110", "acceptor", "王受理", reference="110-1")
    for each in (first, second):
        case = each.case()
        assert (case["outcome"], case["closed_at"] is not None) == ("transferred_110", True)
        assert case["steps"][-1]["action"] == "transfer_110"
    kept = database.execute(
        "SELECT count(*) FROM reporter JOIN incident ON incident.id = incident_id WHERE number = ANY (%s)",
        [[main.number, first.number, second.number]],
    ).fetchone()
    assert kept == (3,)
    assert problem(worker().step("merge", "acceptor", "王受理", into=main.number), "case-step") == [
        ("into", "guard")
    ]
    case = first.take("reopen", "acceptor", "王受理", reason="不是同一件事")
    assert (case["state"], case["duplicate_of"], case["reopens"]) == ("accepted", None, 1)
    assert case["clock"]["started_at"] is not None


def test_a_case_is_reopened_with_a_new_clock(worker: Callable[..., Worker]) -> None:
    call = worker()
    call.take("cancel", "dispatcher", "李派遣", reason="误报")
    case = call.take("reopen", "supervisor", "钱监督", reason="问题仍在")
    assert (case["state"], case["closed_at"]) == ("accepted", None)
    assert case["clock"]["state"] != "stopped"


def test_110_takes_over_with_its_reference(worker: Callable[..., Worker]) -> None:
    call = worker()
    assert problem(call.step("transfer_110", "acceptor", "王受理"), "case-step") == [("reference", "field")]
    case = call.take("transfer_110", "acceptor", "王受理", reference="110-20261127-7")
    assert (case["state"], case["outcome"]) == ("closed", "transferred_110")


def test_an_enterprise_goes_its_own_way(worker: Callable[..., Worker]) -> None:
    call = worker(appeal_kind="enterprise")
    call.take("accept", "acceptor", "王受理")
    call.take("dispatch", "dispatcher", "李派遣", lead="LS-SJ")
    call.take("start", "officer", "赵处置", "LS-SJ")
    case = call.take("feed_back", "officer", "赵处置", "LS-SJ", result="已答复")
    assert (
        next(each["name"]["zh"] for each in case["actions"] if each["action"] == "check_pass") == "回访通过"
    )
    call.take("check_pass", "acceptor", "王受理")
    case = call.take("close", "acceptor", "王受理")
    assert case["lapses_at"] is not None
    assert problem(call.step("archive", "acceptor", "王受理"), "case-step") == [("action", "guard")]
    case = call.take("evaluate", "acceptor", "王受理", satisfaction="satisfied")
    assert (case["state"], case["satisfaction"]) == ("closed", "satisfied")
    assert call.take("archive", "acceptor", "王受理")["state"] == "archived"


def test_a_case_rises_level_by_level_with_a_note_at_each(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker(source="grid_worker")
    community, street = area(database, call.number)
    assert call.case()["level"] == "community"
    assert problem(call.step("escalate", "street_lead", "街道", street, note="x"), "case-step") == [
        ("action", "person")
    ]
    call.take("escalate", "community_lead", "社区", community, note="社区无力解决")
    case = call.take("escalate", "street_lead", "街道", street, note="需区里协调")
    assert case["level"] == "district"
    assert [step["note"] for step in case["steps"][-2:]] == ["社区无力解决", "需区里协调"]
    assert problem(call.step("escalate", "street_lead", "街道", street, note="x"), "case-step") == [
        ("action", "person")
    ]


def test_a_direct_report_skips_the_street_and_is_sorted(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker(source="grid_worker")
    community, _ = area(database, call.number)
    call.take("accept", "community_lead", "社区", community)
    assert problem(
        call.step("direct_report", "community_lead", "社区", community, reason="别的"), "case-step"
    ) == [("reason", "guard")]
    case = call.take("direct_report", "community_lead", "社区", community, reason="multi_department")
    assert (case["level"], case["direct_reason"]) == ("district", "multi_department")
    case = call.take("sort", "sorter", "吴分拣", lead="LS-CG", supporting=["LS-HW"])
    assert (case["state"], case["lead"]["code"], case["direct_reason"]) == ("accepted", "LS-CG", None)
    call.take("file", "acceptor", "王受理")
    case = call.take("dispatch", "dispatcher", "李派遣")
    assert (case["lead"]["code"], [each["code"] for each in case["supporting"]]) == ("LS-CG", ["LS-HW"])


def test_what_a_grid_worker_escalated_does_not_come_back_without_a_decision(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker(source="patrol")
    community, _ = area(database, call.number)
    call.take("accept", "acceptor", "王受理")
    call.take("file", "acceptor", "王受理")
    answer = call.step("dispatch", "dispatcher", "李派遣", lead=community)
    assert problem(answer, "case-step") == [("reason", "guard")]
    call.take("dispatch", "dispatcher", "李派遣", lead=community, reason="经协商由社区先行处置")
    row = database.execute(
        """SELECT after ->> 'reason', after ->> 'returned_to_grid' FROM history
           JOIN incident ON incident.id = incident_id WHERE number = %s AND action = 'incident.dispatch'""",
        [call.number],
    ).fetchone()
    assert row == ("经协商由社区先行处置", "true")


def test_handled_on_the_spot_with_photos(worker: Callable[..., Worker], database: psycopg.Connection) -> None:
    call = worker(source="grid_worker")
    photos = [
        str(row[0])
        for role in ("before", "after")
        for row in database.execute(
            """INSERT INTO attachment (sha256, kind, bytes, width, height, role, uploaded_by)
               VALUES (%s, 'jpeg', 10, 5, 5, %s, '网格员') RETURNING id""",
            [uuid.uuid4().hex * 2, role],
        ).fetchall()
    ]
    one = call.step("self_handle", "grid_worker", "周网格", None, result="已清理", attachments=photos[:1])
    assert problem(one, "case-step") == [("attachments", "guard")]
    case = call.take("self_handle", "grid_worker", "周网格", None, result="已清理", attachments=photos)
    assert (case["state"], case["outcome"]) == ("fed_back", "self_handled")
    assert case["steps"][-1]["attachments"] == photos
    other = worker(source="grid_worker")
    stolen = other.step("self_handle", "grid_worker", "周网格", None, result="已清理", attachments=photos)
    assert {field for field, _ in problem(stolen, "case-step")} == {"attachments"}
    assert problem(call.step("check_pass", "supervisor", "周网格", "LS"), "case-step") == [
        ("action", "person")
    ]
    call.take("check_pass", "supervisor", "钱监督", "LS")
    assert call.take("close", "acceptor", "王受理")["state"] == "closed"
