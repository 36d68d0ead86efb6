"""Writing by accounts: within the own scope it is done, outside it is refused as if nothing were there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from tests.support.pictures import jpeg

Json = dict[str, Any]
HERE, THERE = "370212002", "370212004"
"""Two streets: one's own and another."""
NOWHERE = "3702122020010100001"
NO_PHOTO = "00000000-0000-4000-8000-000000000000"
WORKERS = """
SELECT DISTINCT ON (left(zone.code, 9)) left(zone.code, 9), person.code, zone.code
FROM post JOIN zone ON zone.id = post.zone_id JOIN person ON person.id = post.person_id
WHERE post.kind = 'full_time' AND post.valid @> now() AND zone.retired_at IS NULL
ORDER BY left(zone.code, 9), post.id
"""
LATER = "2999-01-01T00:00:00+08:00"


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as made:
        with psycopg.connect(made) as connection:
            held = {street: person for street, person, _ in connection.execute(WORKERS).fetchall()}
        here = ScopeGiven(region=f"subdistrict:{HERE}")
        make_accounts(
            made,
            somebody("desk", (Role.DISPATCHER, EVERYWHERE), organisation="LS-ZX"),
            somebody("chief", (Role.DISTRICT_LEAD, EVERYWHERE), organisation="LS"),
            somebody("squad", (Role.OFFICER, ScopeGiven(organisation="FIRE-001"))),
            somebody("street-desk", (Role.DISPATCHER, here)),
            somebody("street-lead", (Role.STREET_LEAD, here)),
            somebody("worker", (Role.GRID_WORKER, ScopeGiven(posts=True)), person=held[HERE]),
            somebody("neighbour", (Role.GRID_WORKER, ScopeGiven(posts=True)), person=held[THERE]),
        )
        yield made


@dataclass
class People:
    """Browsers of accounts, each signed in once."""

    client: TestClient
    known: dict[str, TestClient]

    def __getitem__(self, name: str) -> TestClient:
        if name not in self.known:
            self.known[name] = enter(self.client, name)
        return self.known[name]


@pytest.fixture(scope="module")
def people(client: TestClient) -> People:
    return People(client, {})


@pytest.fixture(scope="module")
def grids(people: People) -> dict[str, Json]:
    """A base grid with somebody at work in each street."""
    found = {}
    for street, name in ((HERE, "worker"), (THERE, "neighbour")):
        (held,) = people[name].get("/api/me").json()["roles"]
        code = held["scope"]["zones"][0]["code"]
        found[street] = people["desk"].get(f"/api/zones/base_grid/{code}").json()
    return found


@pytest.fixture(scope="module")
def reported(people: People, grids: dict[str, Json]) -> Callable[..., str]:
    """Report an incident in a street; its number."""

    def report(street: str, by: str = "desk", **more: Any) -> str:
        body = {
            "category": "GRIDGOV social:social:S0703",
            "text": "楼道充电",
            "source": "hotline",
            "appeal_kind": "enterprise",
            "place": {"type": "Point", "coordinates": grids[street]["centre"]},
        }
        answer = people[by].post("/api/incidents", json=body | more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    return report


def step(browser: TestClient, number: str, action: str, **more: Any) -> Response:
    """Take a step on the revision that somebody of the centre sees."""
    case = browser.get(f"/api/cases/{number}")
    revision = case.json()["revision"] if case.status_code == 200 else 0
    return browser.post(f"/api/cases/{number}/steps", json={"revision": revision, "action": action, **more})


def done(answer: Response) -> Json:
    assert answer.status_code in (200, 201), answer.text
    document: Json = answer.json()
    return document


def as_nowhere(answers: tuple[Response, Response], *names: str) -> None:
    """What is not seen is answered like what is not there, to the byte."""
    told = []
    for answer, name in zip(answers, names, strict=True):
        assert 400 <= answer.status_code < 500, answer.text
        told.append((answer.status_code, answer.text.replace(name, "NAME")))
    assert told[0] == told[1]


@pytest.fixture
def led(people: People, reported: Callable[..., str]) -> Callable[[str], str]:
    """An incident in the other street that a squad leads; its number."""

    def dispatched(lead: str) -> str:
        number = reported(THERE)
        done(step(people["desk"], number, "accept"))
        done(step(people["desk"], number, "dispatch", lead=lead))
        return number

    return dispatched


# --- an officer ---------------------------------------------------------------------------------------------


def test_an_officer_works_on_cases_of_the_own_squad_and_on_no_other(
    people: People, led: Callable[[str], str]
) -> None:
    squad, own, other = people["squad"], led("FIRE-001"), led("FIRE-002")
    assert done(step(squad, own, "start"))["state"] == "handling"
    for action, more in (("start", {}), ("note", {"note": "x"}), ("send_back", {"reason": "x"})):
        as_nowhere((step(squad, other, action, **more), step(squad, NOWHERE, action, **more)), other, NOWHERE)
    many = {"numbers": [own, other, NOWHERE], "action": "note", "note": "已核实"}
    batch = done(squad.post("/api/cases/steps", json=many))
    assert [each["number"] for each in batch["done"]] == [own]
    refused = {each["number"]: str(each["reasons"]).replace(each["number"], "") for each in batch["refused"]}
    assert refused[other] == refused[NOWHERE]


def test_what_an_officer_gives_back_stays_seen_and_is_worked_on_no_more(
    people: People, led: Callable[[str], str]
) -> None:
    squad, number = people["squad"], led("FIRE-001")
    done(step(squad, number, "send_back", reason="不属本队"))
    assert done(squad.get(f"/api/cases/{number}"))["state"] == "accepted"
    done(step(people["desk"], number, "dispatch", lead="FIRE-002"))
    assert number in {each["number"] for each in done(squad.get("/api/incidents"))["items"]}
    refused = step(squad, number, "start")
    assert (refused.status_code, refused.json()["code"]) == (409, "case-step")


def test_an_objection_and_its_decision_are_kept_with_both_sides(
    people: People, led: Callable[[str], str]
) -> None:
    squad, number = people["squad"], led("FIRE-001")
    done(step(squad, number, "object", reason="路口以东", lead="FIRE-002"))
    done(step(people["desk"], number, "adjudicate", reason="以路中线为界", lead="FIRE-002"))
    sides = done(squad.get(f"/api/cases/{number}/sides"))
    moves = [(each["kind"], each["by"]) for each in sides["disputes"]]
    assert moves[-2:] == [("object", "squad"), ("adjudicate", "desk")]


# --- a street -----------------------------------------------------------------------------------------------


def test_a_desk_corrects_routing_and_hands_over_within_its_street_only(
    people: People, reported: Callable[..., str]
) -> None:
    desk, here, there = people["street-desk"], reported(HERE), reported(THERE)
    given = {"organisation": "LS-CG", "reason": "由城管牵头"}
    assert done(desk.post(f"/api/incidents/{here}/override", json=given))["responsible"]["code"] == "LS-CG"
    done(step(desk, here, "accept"))
    done(step(desk, here, "dispatch", lead="LS-HW"))
    done(step(desk, here, "hand_over", lead="FIRE-001", reason="属消防"))
    # Another organisation has it, and it still lies in the street.
    assert done(desk.get(f"/api/cases/{here}"))["state"] == "dispatched"
    for method, path, body in (
        ("POST", "/api/incidents/{}/override", given),
        ("PUT", "/api/incidents/{}/place", {"place": point(120.47, 36.1), "reason": "电话核实"}),
        ("POST", "/api/cases/{}/steps", {"revision": 0, "action": "accept"}),
        ("POST", "/api/incidents/{}/duplicates", {"other": here, "decision": "not_duplicate"}),
        ("POST", "/api/incidents/{}/reporter", {"purpose": "回访核实"}),
    ):
        answers = tuple(desk.request(method, path.format(name), json=body) for name in (there, NOWHERE))
        as_nowhere(answers, there, NOWHERE)  # type: ignore[arg-type]
    as_nowhere(
        (
            desk.post(
                f"/api/incidents/{here}/duplicates", json={"other": there, "decision": "not_duplicate"}
            ),
            desk.post(
                f"/api/incidents/{here}/duplicates", json={"other": NOWHERE, "decision": "not_duplicate"}
            ),
        ),
        there,
        NOWHERE,
    )


def point(lon: float, lat: float) -> Json:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_what_is_put_into_another_street_is_seen_there_and_here_no_more(
    people: People, reported: Callable[..., str], grids: dict[str, Json]
) -> None:
    desk, number = people["street-desk"], reported(HERE)
    moved = {"place": point(*grids[THERE]["centre"]), "reason": "电话核实"}
    answer = done(desk.put(f"/api/incidents/{number}/place", json=moved))
    assert answer["base_grid"]["code"] == grids[THERE]["code"]
    assert_problem(desk.get(f"/api/incidents/{number}"), 404, "not-found")
    assert done(people["neighbour"].get(f"/api/incidents/{number}"))["number"] == number


def test_urgent_tasks_go_to_the_own_street_only(people: People, grids: dict[str, Json]) -> None:
    lead = people["street-lead"]
    task = {"title": {"zh": "防汛"}, "text": {"zh": "检查低洼处"}, "due_at": LATER}
    own = done(lead.post("/api/urgent-tasks", json=task | {"area": {"zones": [f"subdistrict:{HERE}"]}}))
    assert {each["grid"]["code"][:9] for each in own["receipts"]} == {HERE}
    for area in (
        {"zones": [f"subdistrict:{THERE}"]},
        {"zones": [f"subdistrict:{HERE}", f"base_grid:{grids[THERE]['code']}"]},
        {"buffer": {"line": [grids[THERE]["centre"]], "radius_m": 1}},
    ):
        answer = lead.post("/api/urgent-tasks", json=task | {"area": area})
        assert_problem(answer, 409, "task-refused", "area")
        assert grids[THERE]["code"] in answer.text
    done(lead.post(f"/api/urgent-tasks/{own['code']}/cancel", json={"reason": "台风转向"}))


def test_a_task_of_the_district_is_answered_by_a_street_and_not_called_off_by_it(
    people: People, grids: dict[str, Json]
) -> None:
    task = {"title": {"zh": "防汛"}, "text": {"zh": "检查低洼处"}, "due_at": LATER}
    whole = task | {"area": {"zones": [f"subdistrict:{HERE}", f"subdistrict:{THERE}"]}}
    code = done(people["chief"].post("/api/urgent-tasks", json=whole))["code"]
    seen = done(people["street-lead"].get(f"/api/urgent-tasks/{code}"))
    assert {each["grid"]["code"][:9] for each in seen["receipts"]} == {HERE}
    answer = people["street-lead"].post(f"/api/urgent-tasks/{code}/cancel", json={"reason": "本街道已完成"})
    assert_problem(answer, 409, "task-refused", "role")
    assert done(people["chief"].get(f"/api/urgent-tasks/{code}"))["state"] == "open"
    reminded = done(people["street-lead"].post(f"/api/urgent-tasks/{code}/reminders", json={}))
    assert {each["reminders"] for each in reminded["receipts"]} == {1}
    everywhere = done(people["chief"].get(f"/api/urgent-tasks/{code}"))["receipts"]
    assert {each["grid"]["code"][:9] for each in everywhere if each["reminders"]} == {HERE}

    receipt = {"grid": grids[HERE]["code"], "action": "done", "count": 3}
    assert done(people["worker"].post(f"/api/urgent-tasks/{code}/receipts", json=receipt))["total_count"] == 3
    foreign, absent = receipt | {"grid": grids[THERE]["code"]}, receipt | {"grid": "370212009009009"}
    as_nowhere(
        (
            people["worker"].post(f"/api/urgent-tasks/{code}/receipts", json=foreign),
            people["worker"].post(f"/api/urgent-tasks/{code}/receipts", json=absent),
        ),
        foreign["grid"],
        absent["grid"],
    )
    done(people["chief"].post(f"/api/urgent-tasks/{code}/cancel", json={"reason": "台风转向"}))


def test_the_roster_is_made_for_the_own_posts_only(people: People, grids: dict[str, Json]) -> None:
    lead = people["street-lead"]

    def roster(grid: str) -> Response:
        row = {"zone": grid, "kind": "full_time", "day": "2030-01-01", "begins": "08:00", "ends": "18:00"}
        return lead.post("/api/duties", json={"duties": [row]})

    assert done(roster(grids[HERE]["code"]))["added"] == 1
    refused = roster(grids[THERE]["code"])
    assert_problem(refused, 400, "bad-parameter", "duties.0.kind")
    days = {"from": "2030-01-01", "to": "2030-01-01"}
    everybody = done(people["chief"].get("/api/duties", params=days))["items"]
    assert {each["zone"] for each in everybody} == {grids[HERE]["code"]}


# --- a grid worker ------------------------------------------------------------------------------------------


def test_a_worker_reports_outside_the_own_grids_and_goes_on_seeing_it(
    people: People, reported: Callable[..., str]
) -> None:
    worker, neighbour = people["worker"], people["neighbour"]
    number = reported(THERE, by="worker", source="grid_worker")
    assert done(worker.get(f"/api/incidents/{number}"))["number"] == number
    assert number in {each["number"] for each in done(worker.get("/api/incidents"))["items"]}
    assert done(neighbour.get(f"/api/cases/{number}"))["state"] == "reported"
    done(step(worker, number, "note", note="已拍照"))
    hers = reported(THERE, by="neighbour", source="grid_worker")
    as_nowhere((step(worker, hers, "note", note="x"), step(worker, NOWHERE, "note", note="x")), hers, NOWHERE)


def test_a_photo_is_named_by_who_sent_it_and_seen_with_the_incident(
    people: People, reported: Callable[..., str]
) -> None:
    worker, neighbour, squad = people["worker"], people["neighbour"], people["squad"]
    sent = worker.post("/api/attachments", files={"file": ("a.jpg", jpeg(), "image/jpeg")})
    key = done(sent)["id"]
    as_nowhere(
        (neighbour.get(f"/api/attachments/{key}"), neighbour.get(f"/api/attachments/{NO_PHOTO}")),
        key,
        NO_PHOTO,
    )
    report = {"category": "GRIDGOV social:social:S0703", "text": "楼道充电", "source": "hotline"}
    as_nowhere(
        (
            neighbour.post("/api/incidents", json=report | {"attachments": [key]}),
            neighbour.post("/api/incidents", json=report | {"attachments": [NO_PHOTO]}),
        ),
        key,
        NO_PHOTO,
    )
    mine = reported(HERE, by="worker", source="grid_worker")
    as_nowhere(
        (
            step(neighbour, mine, "note", note="x", attachments=[key]),
            step(neighbour, NOWHERE, "note", note="x", attachments=[key]),
        ),
        mine,
        NOWHERE,
    )
    done(step(worker, mine, "note", note="现场", attachments=[key]))
    assert people["street-lead"].get(f"/api/attachments/{key}/thumbnail").status_code == 200
    for other in (neighbour, squad):
        assert_problem(other.get(f"/api/attachments/{key}"), 404, "not-found")
    as_other = worker.post(
        "/api/attachments", files={"file": ("a.jpg", jpeg(), "image/jpeg")}, data={"by": "neighbour"}
    )
    assert_problem(as_other, 403, "not-allowed", "by")
