"""Plans over HTTP: started, read, judged, moved; what two planners do at once; every refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import pytest
from starlette.testclient import TestClient

from gis.unit_graph import UnitGraph

Json = dict[str, Any]


@pytest.fixture(scope="module")
def community(database: psycopg.Connection) -> str:
    """A community with at least three base grids."""
    row = database.execute(
        "SELECT parent.code FROM zone_version JOIN zone AS parent ON parent.id = parent_zone_id"
        " JOIN layer ON layer.id = zone_version.layer_id WHERE layer.kind = 'base_grid' AND upper_inf(valid)"
        " GROUP BY 1 HAVING count(*) >= 3 ORDER BY 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def plan(client: TestClient, community: str) -> Json:
    """A fresh draft on the community."""
    answer = client.post(
        "/api/plans",
        json={
            "layer": "base_grid",
            "name": {"zh": "测试方案"},
            "area": {"layer": "community", "code": community},
            "by": "王规划",
        },
    )
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


@pytest.fixture
def send(client: TestClient, plan: Json) -> Callable[..., Json]:
    """Make a move on the plan that must be accepted."""

    def make(kind: str, *, revision: int, by: str = "王规划", **values: Any) -> Json:
        answer = client.post(
            f"/api/plans/{plan['code']}/moves",
            json={"kind": kind, "revision": revision, "by": by, **values},
        )
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        return document

    return make


def units_of(client: TestClient, plan: Json) -> Json:
    document: Json = client.get(f"/api/plans/{plan['code']}/units").json()
    return document


def zone_of(units: Json) -> dict[int, int]:
    return dict(zip(units["units"]["id"], units["units"]["zone"], strict=True))


def on_a_border(units: Json) -> tuple[int, int, int]:
    """A unit, its zone, and a neighbouring zone whose unit it touches; the unit is not its zone's last."""
    columns, edges = units["units"], units["edges"]
    for a, b in zip(edges["a"], edges["b"], strict=True):
        here, there = columns["zone"][a], columns["zone"][b]
        if here != there and columns["zone"].count(here) > 2 and columns["zone"].count(there) > 2:
            return columns["id"][a], here, there
    raise AssertionError("no two zones touch")


def test_a_draft_holds_the_units_of_its_area(
    client: TestClient, plan: Json, database: psycopg.Connection
) -> None:
    assert (plan["state"], plan["revision"], plan["undo"], plan["redo"]) == ("draft", 0, False, False)
    units = units_of(client, plan)
    stored = database.execute(
        "SELECT land_unit.code, count(DISTINCT building.id), count(household.id)"
        " FROM land_unit JOIN zone ON zone.id = community_zone_id"
        " LEFT JOIN building ON building.land_unit_id = land_unit.id"
        " LEFT JOIN household ON household.building_id = building.id"
        " WHERE zone.code = %s AND upper_inf(land_unit.valid) GROUP BY 1",
        (plan["area"]["code"],),
    ).fetchall()
    columns = units["units"]
    told = set(zip(columns["code"], columns["buildings"], columns["households"], strict=True))
    assert told == set(stored)
    assert sum(columns["households"]) == plan["households"]
    assert columns["zone"] == columns["base_zone"]
    assert len({len(values) for values in columns.values()}) == 1


def test_shapes_are_the_units_and_the_lines_between_them(client: TestClient, plan: Json) -> None:
    units, shapes = units_of(client, plan), client.get(f"/api/plans/{plan['code']}/shapes").json()
    assert {feature["id"] for feature in shapes["units"]["features"]} == set(units["units"]["id"])
    borders = [number for number, length in enumerate(units["edges"]["length_m"]) if length > 0]
    assert [feature["id"] for feature in shapes["edges"]["features"]] == borders


def test_a_painted_unit_moves_with_its_households(
    client: TestClient, plan: Json, send: Callable[..., Json]
) -> None:
    before = units_of(client, plan)
    unit, here, there = on_a_border(before)
    homes = before["units"]["households"][before["units"]["id"].index(unit)]
    judged = {
        zone["number"]: zone for zone in client.get(f"/api/plans/{plan['code']}/measures").json()["zones"]
    }
    answer = send("paint", revision=0, units=[unit], zone=there)
    assert answer["moves"] == [{"unit": unit, "from": here, "to": there}]
    after = {zone["number"]: zone for zone in answer["measures"]}
    assert after[here]["households"] == judged[here]["households"] - homes
    assert after[there]["households"] == judged[there]["households"] + homes
    assert (after[there]["moved_in"], after[here]["moved_out"]) == (homes, homes)
    assert zone_of(units_of(client, plan)) == {**zone_of(before), unit: there}


def test_figures_follow_from_the_columns(client: TestClient, plan: Json, send: Callable[..., Json]) -> None:
    """What a browser computes from the columns is what the server says."""
    unit, _, there = on_a_border(units_of(client, plan))
    send("paint", revision=0, units=[unit], zone=there)
    told = units_of(client, plan)
    columns, edges = told["units"], told["edges"]
    measures = client.get(f"/api/plans/{plan['code']}/measures").json()
    zone = np.array(columns["zone"])
    ends = np.column_stack([edges["a"], edges["b"]]).astype(np.int32)
    for each in measures["zones"]:
        mine = zone == each["number"]
        inside = mine[ends].all(axis=1)
        lengths = np.array(edges["length_m"])
        perimeter = np.array(columns["perimeter_m"])[mine].sum() - 2 * lengths[inside].sum()
        area = np.array(columns["area_m2"])[mine].sum()
        assert each["polsby_popper"] == pytest.approx(4 * np.pi * area / perimeter**2, abs=1e-5)
        assert each["households"] == np.array(columns["households"])[mine].sum()
        outer = mine[ends].sum(axis=1) == 1
        along = outer & (np.array(edges["barrier"]) >= 2)
        assert each["barrier_share"] == pytest.approx(lengths[along].sum() / lengths[outer].sum(), abs=1e-5)
        assert 0 < each["reock"] < 1
    assert measures["totals"]["households"] == plan["households"]
    assert measures["totals"]["moved_units"] == 1
    assert measures["moved_households"] == columns["households"][columns["id"].index(unit)]


def test_each_problem_has_a_place(client: TestClient, plan: Json, send: Callable[..., Json]) -> None:
    units = units_of(client, plan)
    unit, here, there = on_a_border(units)
    others = [each for each, zone in zone_of(units).items() if zone == here and each != unit]
    send("paint", revision=0, units=others, zone=there)
    problems = client.get(f"/api/plans/{plan['code']}/measures").json()["problems"]
    small = next(each for each in problems if each["number"] == here)
    assert small["code"] == "out-of-band"
    assert len(small["place"]) == 2


def test_steps_can_be_taken_back_and_made_again(
    client: TestClient, plan: Json, send: Callable[..., Json]
) -> None:
    path = f"/api/plans/{plan['code']}"
    start = zone_of(units_of(client, plan))
    unit, here, there = on_a_border(units_of(client, plan))
    send("paint", revision=0, units=[unit], zone=there)
    send("new_zone", revision=1, units=[unit], name={"zh": "新设网格"})
    painted = zone_of(units_of(client, plan))
    for revision in (2, 3):
        answer = client.post(f"{path}/undo", json={"revision": revision, "by": "王规划"})
        assert answer.status_code == 200, answer.text
    assert zone_of(units_of(client, plan)) == start
    state = client.get(path, params={"by": "王规划"}).json()
    assert (state["undo"], state["redo"], state["revision"]) == (False, True, 4)
    for revision in (4, 5):
        assert client.post(f"{path}/redo", json={"revision": revision, "by": "王规划"}).status_code == 200
    assert zone_of(units_of(client, plan)) == painted
    nothing = client.post(f"{path}/redo", json={"revision": 6, "by": "王规划"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "plan-conflict")
    steps = client.get(f"{path}/steps").json()["items"]
    assert [(step["kind"], step["undone"]) for step in steps] == [("new_zone", False), ("paint", False)]
    assert (steps[1]["units"], steps[1]["from_numbers"], steps[1]["to_numbers"]) == ([unit], [here], [there])


def test_moves_on_different_units_go_together(
    client: TestClient, plan: Json, send: Callable[..., Json]
) -> None:
    units = units_of(client, plan)
    unit, here, there = on_a_border(units)
    other = next(each for each, zone in zone_of(units).items() if zone == here and each != unit)
    send("paint", revision=0, units=[unit], zone=there, by="甲")
    answer = send("paint", revision=0, units=[other], zone=there, by="乙")
    assert answer["revision"] == 2
    now = zone_of(units_of(client, plan))
    assert (now[unit], now[other]) == (there, there)


def test_moves_on_the_same_unit_are_shown_to_whoever_comes_second(
    client: TestClient, plan: Json, send: Callable[..., Json]
) -> None:
    unit, here, there = on_a_border(units_of(client, plan))
    send("paint", revision=0, units=[unit], zone=there, by="甲")
    body = {"kind": "new_zone", "units": [unit], "name": {"zh": "乙的网格"}, "revision": 0, "by": "乙"}
    refused = client.post(f"/api/plans/{plan['code']}/moves", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan-conflict")
    (conflict,) = refused.json()["conflicts"]
    assert (conflict["unit"], conflict["theirs"], conflict["by"]) == (unit, there, "甲")
    assert zone_of(units_of(client, plan))[unit] == there
    send("rename", revision=1, zone=here, name={"zh": "甲改名"}, by="甲")
    again = {"kind": "rename", "zone": here, "name": {"zh": "乙改名"}, "revision": 1, "by": "乙"}
    second = client.post(f"/api/plans/{plan['code']}/moves", json=again).json()
    assert [(each["number"], each["attribute"], each["theirs"]) for each in second["conflicts"]] == [
        (here, "name_zh", "甲改名")
    ]


def test_a_step_others_have_built_on_is_not_taken_back(
    client: TestClient, plan: Json, send: Callable[..., Json]
) -> None:
    unit, here, there = on_a_border(units_of(client, plan))
    send("paint", revision=0, units=[unit], zone=there, by="甲")
    send("paint", revision=1, units=[unit], zone=here, by="乙")
    refused = client.post(f"/api/plans/{plan['code']}/undo", json={"revision": 2, "by": "甲"})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan-conflict")
    assert [each["by"] for each in refused.json()["conflicts"]] == ["乙"]
    assert client.post(f"/api/plans/{plan['code']}/undo", json={"revision": 2, "by": "乙"}).status_code == 200
    assert client.post(f"/api/plans/{plan['code']}/undo", json={"revision": 3, "by": "甲"}).status_code == 200


@pytest.mark.parametrize("mode", ["out", "in", "both"])
def test_locks_are_held_by_the_server(
    client: TestClient, plan: Json, send: Callable[..., Json], mode: str
) -> None:
    unit, here, there = on_a_border(units_of(client, plan))
    send("lock", revision=0, zone=here, lock=mode)
    outwards = {"kind": "paint", "units": [unit], "zone": there, "revision": 1, "by": "王规划"}
    answer = client.post(f"/api/plans/{plan['code']}/moves", json=outwards)
    assert (answer.status_code == 409) == (mode in ("out", "both"))
    if answer.status_code == 409:
        assert answer.json()["code"] == "zone-locked"
    other = next(each for each, zone in zone_of(units_of(client, plan)).items() if zone == there)
    inwards = {"kind": "paint", "units": [other], "zone": here, "revision": 2, "by": "王规划"}
    revision = client.get(f"/api/plans/{plan['code']}").json()["revision"]
    answer = client.post(f"/api/plans/{plan['code']}/moves", json={**inwards, "revision": revision})
    assert (answer.status_code == 409) == (mode in ("in", "both"))


def test_merge_dissolve_exempt_and_assign(client: TestClient, plan: Json, send: Callable[..., Json]) -> None:
    units = units_of(client, plan)
    start = zone_of(units)
    _, here, there = on_a_border(units)
    merged = send("merge", revision=0, zones=[here, there], into=there)
    assert {zone["number"]: zone["dissolved"] for zone in merged["zones"]} == {here: True}
    assert set(zone_of(units_of(client, plan)).values()) == set(start.values()) - {here}
    third = next(zone for zone in start.values() if zone not in (here, there))
    send("dissolve", revision=1, zone=third)
    assert third not in zone_of(units_of(client, plan)).values()
    send("exempt", revision=2, zone=there, exempt=True)
    back = send("assign", revision=3, units=list(start), zones=list(start.values()))
    assert zone_of(units_of(client, plan)) == start
    assert {zone["number"] for zone in back["zones"] if not zone["dissolved"]} == {here, third}
    new = max(start.values()) + 50
    some = [unit for unit, zone in start.items() if zone == here][:1]
    made = send("assign", revision=4, units=some, zones=[new])
    (zone,) = made["zones"]
    assert zone["number"] == max(start.values()) + 1
    assert not zone["base"]


def test_what_is_refused(client: TestClient, plan: Json, database: psycopg.Connection) -> None:
    path = f"/api/plans/{plan['code']}/moves"
    units = units_of(client, plan)
    unit, here, there = on_a_border(units)
    base = {"revision": 0, "by": "王规划"}
    elsewhere = database.execute(
        "SELECT land_unit.id FROM land_unit JOIN zone ON zone.id = community_zone_id"
        " WHERE zone.code <> %s AND upper_inf(valid) LIMIT 1",
        (plan["area"]["code"],),
    ).fetchone()
    assert elsewhere is not None
    for body, status, code, reason in (
        ({"kind": "paint", "units": [unit], "zone": 9999}, 409, "move-refused", "unknown-zone"),
        ({"kind": "paint", "units": [elsewhere[0]], "zone": here}, 409, "move-refused", "unknown-unit"),
        ({"kind": "paint", "units": [unit], "zone": here}, 409, "move-refused", "nothing-to-do"),
        ({"kind": "merge", "zones": [here], "into": here}, 409, "move-refused", "nothing-to-do"),
        ({"kind": "paint", "units": [], "zone": here}, 400, "bad-parameter", "too-short"),
        ({"kind": "fold", "units": [unit], "zone": here}, 400, "bad-parameter", "union-tag-invalid"),
        (
            {"kind": "paint", "units": [unit], "zone": there, "revision": 5},
            409,
            "plan-conflict",
            "plan-conflict",
        ),
    ):
        answer = client.post(path, json={**base, **body})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert [each["code"] for each in answer.json()["errors"]] == [reason]
    assert client.get(f"/api/plans/{plan['code']}").json()["revision"] == 0
    assert (
        client.post("/api/plans/nowhere/moves", json={**base, "kind": "dissolve", "zone": 1}).status_code
        == 404
    )
    database.execute("UPDATE plan SET state = 'submitted' WHERE code = %s", (plan["code"],))
    answer = client.post(path, json={**base, "kind": "paint", "units": [unit], "zone": there})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan-not-draft")


def test_a_grid_never_leaves_its_community(client: TestClient, database: psycopg.Connection) -> None:
    plan = client.post(
        "/api/plans", json={"layer": "base_grid", "name": {"zh": "全区"}, "by": "王规划"}
    ).json()
    columns = units_of(client, plan)["units"]
    unit = columns["id"][0]
    zone = next(
        zone
        for zone, community in zip(columns["zone"], columns["community"], strict=True)
        if community != columns["community"][0]
    )
    body = {"kind": "paint", "units": [unit], "zone": zone, "revision": 0, "by": "王规划"}
    answer = client.post(f"/api/plans/{plan['code']}/moves", json=body)
    assert answer.status_code == 409
    assert [each["code"] for each in answer.json()["errors"]] == ["crosses-community"]


def test_what_no_plan_is_made_for(client: TestClient, plan: Json) -> None:
    base = {"layer": "base_grid", "name": {"zh": "方案"}, "by": "王规划"}
    for body, status, code in (
        ({"layer": "community"}, 409, "not-redrawable"),
        ({"layer": "nothing"}, 409, "not-redrawable"),
        ({"base": "1999-01-01T00:00:00Z"}, 409, "not-redrawable"),
        ({"area": {"layer": "community", "code": "x"}}, 404, "not-found"),
        ({"code": plan["code"]}, 409, "plan-exists"),
        ({"band": {"min": 5, "max": 4}}, 400, "bad-parameter"),
        ({"by": " "}, 400, "bad-parameter"),
    ):
        answer = client.post("/api/plans", json={**base, **body})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_plans_are_listed_by_layer_and_state(client: TestClient, plan: Json) -> None:
    drafts = client.get("/api/plans", params={"layer": "base_grid", "state": "draft"}).json()["items"]
    assert plan["code"] in [each["code"] for each in drafts]
    others = client.get("/api/plans", params={"state": "withdrawn"}).json()["items"]
    assert plan["code"] not in [each["code"] for each in others]


def test_a_draft_starts_from_the_edition_of_any_date(
    client: TestClient, database: psycopg.Connection
) -> None:
    old = client.post(
        "/api/plans",
        json={
            "layer": "base_grid",
            "name": {"zh": "旧版"},
            "by": "王规划",
            "base": "2025-06-01T00:00:00+08:00",
        },
    ).json()
    now = client.post(
        "/api/plans", json={"layer": "base_grid", "name": {"zh": "今版"}, "by": "王规划"}
    ).json()
    assert old["zones"] < now["zones"]
    assert (old["units"], old["households"]) == (now["units"], now["households"])


def test_every_action_is_one_entry_in_the_history(
    client: TestClient, plan: Json, send: Callable[..., Json], database: psycopg.Connection
) -> None:
    unit, _, there = on_a_border(units_of(client, plan))
    send("paint", revision=0, units=[unit], zone=there, by="甲")
    client.post(f"/api/plans/{plan['code']}/undo", json={"revision": 1, "by": "甲"})
    entries = database.execute(
        "SELECT actor, action FROM history JOIN plan ON plan.id = plan_id WHERE plan.code = %s ORDER BY seq",
        (plan["code"],),
    ).fetchall()
    assert entries == [("王规划", "plan.create"), ("甲", "plan.move"), ("甲", "plan.undo")]


def test_columns_make_a_graph(client: TestClient, plan: Json) -> None:
    """The columns satisfy what the value on the geometry floor demands."""
    told = units_of(client, plan)
    columns, edges = told["units"], told["edges"]
    UnitGraph(
        households=np.array(columns["households"]),
        residents=np.array(columns["residents"]),
        buildings=np.array(columns["buildings"]),
        area_m2=np.array(columns["area_m2"]),
        perimeter_m=np.array(columns["perimeter_m"]),
        community=np.array(columns["community"]),
        ends=np.column_stack([edges["a"], edges["b"]]),
        length_m=np.array(edges["length_m"]),
        barrier=np.array(edges["barrier"]),
        joined=np.array(edges["joined"]),
    )
