"""A trial tells what would happen: the same as happens when the rules are changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from gis.rules.rule import Rule
from governance.access import OPERATOR
from governance.errors import RulesRefused
from governance.incidents.routing import Question, explain
from governance.incidents.stored import get_incident
from governance.rules.changes import change_rules
from governance.rules.drafts import Change, Remove, Save
from governance.rules.stored import get_rule
from governance.rules.trials import try_changes
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Connection, Database
from tests.database.test_bulk_routing import CATEGORIES, frame_of
from tests.support.processor import processor_s
from tests.support.toy_city import GARBAGE, LAMP_BROKEN, MATTER, SOUTH, STEP, WEST

# Grid corners and middles over the city and a little beyond: inside, on borders, and without a zone.
PLACES = [
    (round(WEST + STEP * column / 2, 7), round(SOUTH + STEP * row / 2, 7))
    for column in range(-1, 10)
    for row in range(-1, 10)
]
POINTS = [place for place in PLACES for _ in CATEGORIES]


async def changes_of(connection: Connection) -> list[Change]:
    """One rule gone, one changed, one for a single zone, one for owners."""
    tokens = {}
    for code in ("R-FALLBACK", "R-PARKING"):
        rule = await get_rule(connection, code)
        assert rule is not None
        tokens[code] = rule.version
    return [
        Remove("R-FALLBACK", tokens["R-FALLBACK"]),
        Save(
            Rule("R-PARKING", "organisation", "POL", f"{MATTER}09009", "police", supporting=("MKT",)),
            tokens["R-PARKING"],
        ),
        Save(Rule("R-NEW", "organisation", "GOV", GARBAGE, "police", "P-NORTH")),
        Save(Rule("R-LAST", "organisation", "ST1", None, "district")),
    ]


@pytest.fixture
async def filled(toy_database: Database) -> Database:
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame_of(POINTS))
    return toy_database


async def test_a_trial_tells_what_then_happens(filled: Database) -> None:
    async with filled.transaction(OPERATOR) as connection:
        changes = await changes_of(connection)
        trial = await try_changes(connection, changes, sample=500, most_points=20_000)
        cursor = await connection.execute("SELECT number FROM incident WHERE place IS NOT NULL")
        numbers = [row["number"] for row in await cursor.fetchall()]
        incidents = [await get_incident(connection, number) for number in numbers]
    async with filled.transaction(OPERATOR) as connection:
        assert (await change_rules(connection, OPERATOR, changes)).applied
    moved, flows, rules = {}, Counter[tuple[str | None, str | None]](), Counter[str | None]()
    async with filled.transaction(OPERATOR) as connection:
        for incident in incidents:
            assert incident is not None
            assert incident.place is not None
            lon, lat = incident.place.coordinates
            now = await explain(connection, Question(lon, lat, category=incident.category.key))
            before, after = (r.code if r else None for r in (incident.responsible, now.responsible))
            rules[now.rule.code if now.rule else None] += 1
            if before != after:
                flows[before, after] += 1
                moved[incident.number] = (incident.routing.reason, now.reason, after)
    assert (trial.incidents, trial.move, trial.stay) == (len(numbers), len(moved), len(numbers) - len(moved))
    assert trial.move > 50
    assert {(f.from_ and f.from_.code, f.to and f.to.code): f.count for f in trial.flows} == dict(flows)
    assert (trial.lose, trial.gain) == (
        sum(n for (_, after), n in flows.items() if after is None),
        sum(n for (before, _), n in flows.items() if before is None),
    )
    assert {case.number for case in trial.sample} == set(moved)
    for case in trial.sample:
        was, becomes, who = moved[case.number]
        assert (case.after.organisation and case.after.organisation.code) == who
        # The stored reason may begin with remarks about borders.
        assert was.zh.endswith(case.before.reason.zh)
        assert becomes.zh.endswith(case.after.reason.zh)
    assert {count.code: count.after for count in trial.rules}.items() <= {**rules, "R-FALLBACK": 0}.items()
    assert sum(zone.count for zone in trial.communities) <= trial.move
    assert {feature.properties.number for feature in trial.points.features} == set(moved)
    assert trial.points_left_out == 0


async def test_nothing_changed_moves_nothing(filled: Database) -> None:
    async with filled.transaction(OPERATOR) as connection:
        trial = await try_changes(connection, [])
        assert (trial.move, trial.rule_only, trial.flows, trial.sample) == (0, 0, [], [])
        assert trial.stay == trial.incidents > 0
        few = await try_changes(connection, [], last=7)
        assert few.incidents == 7


async def test_samples_and_points_are_bounded_and_of_every_flow(filled: Database) -> None:
    async with filled.transaction(OPERATOR) as connection:
        trial = await try_changes(connection, await changes_of(connection), sample=5, most_points=9)
        assert len(trial.sample) == 5
        seen = {(case.before.organisation, case.after.organisation) for case in trial.sample}
        assert len(seen) == min(5, len(trial.flows))
        assert len(trial.points.features) == 9
        assert trial.points_left_out == trial.move - 9


async def test_faulty_changes_can_be_tried_but_not_stored(filled: Database) -> None:
    faulty: list[Change] = [Save(Rule("R-MOON", "zone_organisation", None, GARBAGE, "moon"))]
    async with filled.transaction(OPERATOR) as connection:
        trial = await try_changes(connection, faulty)
        assert (trial.refused, trial.move) == (True, 0)
        with pytest.raises(RulesRefused):
            await change_rules(connection, OPERATOR, faulty)


async def test_other_rule_and_other_support_of_the_same_organisation(filled: Database) -> None:
    async with filled.transaction(OPERATOR) as connection:
        rule = await get_rule(connection, "R-GARBAGE")
        assert rule is not None
        same = Rule("R-GARBAGE", "organisation", "MKT", GARBAGE)
        trial = await try_changes(connection, [Save(replace(same, supporting=("POL",)), rule.version)])
        assert (trial.move, trial.rule_only) == (0, 0)
        better = Rule("R-AGAIN", "organisation", "MKT", GARBAGE, priority=1, supporting=("POL",))
        trial = await try_changes(connection, [Save(better)])
        assert trial.move == 0
        assert trial.rule_only == trial.supporting > 0


async def test_ten_thousand_incidents_within_two_seconds(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame_of((POINTS * 20)[:10_500]))
        changes = await changes_of(connection)
        await try_changes(connection, changes)
        started = processor_s(connection)
        trial = await try_changes(connection, changes)
        assert processor_s(connection) - started < 2
        assert trial.incidents > 9_000


async def test_facilities_count_as_found(filled: Database) -> None:
    """The owner of the lamp near which the incident was routed decides, as stored."""
    async with filled.transaction(OPERATOR) as connection:
        keeper = Rule("R-KEEPER", "facility_maintainer", None, LAMP_BROKEN)
        assert (await try_changes(connection, [Save(keeper)])).move == 0
        everyone = Rule("R-ALL", "organisation", "GOV", LAMP_BROKEN)
        trial = await try_changes(connection, [Save(everyone)])
        assert "PWR" in {flow.from_.code for flow in trial.flows if flow.from_}
