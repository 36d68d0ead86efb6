"""Rankings: figures kept by differences equal those counted from scratch, and each number has its list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from governance.access import NIGHTLY, OPERATOR, VISITOR, Principal, Sight
from governance.supervision import figure_counting
from governance.supervision.figure_counting import Part, count_all, count_for_question, count_part
from governance.supervision.ranking_figures import FIGURES
from governance.supervision.ranking_spans import Days, one_year_before
from governance.supervision.rankings import RankingAnswer, RankingQuestion, rank
from grid_data.bulk.incidents import store_incidents
from grid_data.casework import open_cases
from grid_data.database import Connection, Database
from grid_data.figures import Freshness, Run, count_again, freshness, oldest_marks
from grid_data.incidents import Counted, IncidentFilter, incidents_page
from tests.support.drafts import publish
from tests.support.editions import split
from tests.support.importing import look
from tests.support.incident_frames import incident_frame
from tests.support.random_lives import (
    CHINA,
    CODES,
    PLACES,
    SOURCES,
    TODAY,
    Case,
    N,
    cases,
    changes,
    counted,
    live,
    questions,
    spans,
)


@pytest.fixture
async def city(toy_database: Database) -> tuple[Database, list[int]]:
    """Some incidents with cases in the toy city, without clocks."""
    at = datetime.now(UTC) - timedelta(days=400)
    frame = incident_frame(
        [PLACES[n % len(PLACES)] for n in range(N)],
        [f"r{n}" for n in range(N)],
        source=[SOURCES[n % len(SOURCES)] for n in range(N)],
        category=[CODES[n % len(CODES)] for n in range(N)],
        reported_at=[at] * N,
        state_since=[at] * N,
    )
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame)
    ids = [row["id"] for row in await look(toy_database, "SELECT id FROM incident ORDER BY id")]
    async with toy_database.transaction(OPERATOR) as connection:
        await open_cases(connection, ids)
        await connection.execute("DELETE FROM incident_clock")
    return toy_database, ids


async def ask(database: Database, question: RankingQuestion, who: Principal = VISITOR) -> RankingAnswer:
    async with database.transaction(who) as connection:
        return await rank(connection, question, who.sight, await _fresh(database))


async def _fresh(database: Database) -> Freshness:
    async with database.transaction(NIGHTLY) as connection:
        return await freshness(connection)


async def category_ids(database: Database, code: str | None) -> list[int] | None:
    if code is None:
        return None
    found = await look(
        database,
        f"""SELECT below.id
            FROM category AS its JOIN category AS below ON its.id IN (below.id, below.parent_id)
            WHERE its.standard_ref = 'GB/T 47678.5-2026' AND its.kind = 'matter' AND its.code = '{code}'""",
    )
    return [row["id"] for row in found]


async def check(database: Database, asked: tuple[Any, ...]) -> None:
    """One answer against counting from scratch, zone by zone, and in total."""
    (first, last), level, within, category, sources = asked
    question = RankingQuestion(
        level=level,
        first=first,
        last=last,
        within=within,
        category_ids=await category_ids(database, category),
        sources=sources,
    )
    answer = await ask(database, question)
    now = answer.as_of
    meant = [
        case
        for case in await cases(database)
        if (within is None or within in case.zones)
        and (category is None or case.category.startswith(category))
        and (sources is None or case.source in sources)
    ]
    tell = {case.id: counted(case, first, last, now) for case in meant}

    def expected(some: Sequence[Case]) -> dict[str, int]:
        return {each.code: sum(each.code in tell[case.id] for case in some) for each in FIGURES}

    for row in answer.rows:
        assert row.zone is not None
        assert row.figures == expected(
            [case for case in meant if row.zone.code in case.zones and case.located]
        )
    assert answer.total.figures == expected(meant)
    nowhere = [case for case in meant if not case.located]
    if answer.nowhere is not None:
        assert answer.nowhere.figures == expected(nowhere)
    else:
        assert not any(tell[case.id] for case in nowhere)


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(told=st.lists(changes, max_size=60), asked=st.lists(questions, min_size=4, max_size=8))
async def test_kept_figures_equal_counting_from_scratch(
    city: tuple[Database, list[int]], told: list[tuple[Any, ...]], asked: list[tuple[Any, ...]]
) -> None:
    """Lives go on from example to example; between them, some changes are counted and some wait."""
    database, ids = city
    await live(database, ids, told)
    await count_all(database)
    for question in asked:
        await check(database, question)


async def numbers_of(database: Database, who: Principal, wanted: IncidentFilter) -> list[int]:
    """Ids of a whole list, page by page."""
    listed: list[int] = []
    after = None
    while True:
        async with database.transaction(who) as connection:
            page = await incidents_page(connection, wanted, {}, after=after, limit=15)
        listed += [orjson.loads(item)["number"] for item in page.items]
        after = page.last
        if after is None:
            return listed


async def zone_id(database: Database, code: str) -> int:
    (row,) = await look(database, f"SELECT id FROM zone WHERE code = '{code}'")
    return int(row["id"])


@settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    told=st.lists(changes, min_size=30, max_size=60),
    span=spans,
    sources=st.sampled_from([None, ["hotline", "app"]]),
)
async def test_every_number_has_a_list_of_so_many(
    city: tuple[Database, list[int]],
    told: list[tuple[Any, ...]],
    span: tuple[date, date],
    sources: list[str] | None,
) -> None:
    """As who sees everything, who sees one community, who sees by organisation: to each their own."""
    database, ids = city
    await live(database, ids, told)
    await count_all(database)
    west = await zone_id(database, "370212001001")
    (row,) = await look(
        database, "SELECT organisation_id AS id FROM incident WHERE organisation_id IS NOT NULL LIMIT 1"
    )
    people = (
        VISITOR,
        Principal("west", Sight(zones=frozenset({west}), roots=frozenset({west}))),
        Principal("office", Sight(organisations=frozenset({row["id"]}))),
    )
    first, last = span
    stop = datetime.combine(last, datetime.min.time(), CHINA)
    for who in people:
        answer = await ask(
            database, RankingQuestion(level="community", first=first, last=last, sources=sources), who
        )
        for ranked in (answer.total, *answer.rows):
            zone = await zone_id(database, ranked.zone.code) if ranked.zone else None
            for figure, number in ranked.figures.items():
                wanted = IncidentFilter(
                    zone_id=zone, sources=sources, counted=Counted(figure, first, last, stop)
                )
                listed = await numbers_of(database, who, wanted)
                assert (len(listed), len(set(listed))) == (number, number), (who.name, figure, ranked.zone)


async def test_who_sees_one_community_sees_no_figure_of_another(city: tuple[Database, list[int]]) -> None:
    database, _ = city
    await count_all(database)
    west = await zone_id(database, "370212001001")
    who = Principal("west", Sight(zones=frozenset({west}), roots=frozenset({west})))
    whole = RankingQuestion(level="community", first=TODAY - timedelta(days=500), last=TODAY)
    seen = {
        row.zone.code: row.figures["reported"] for row in (await ask(database, whole, who)).rows if row.zone
    }
    known = {row.zone.code: row.figures["reported"] for row in (await ask(database, whole)).rows if row.zone}
    assert seen["370212001001"] == known["370212001001"] > 0
    assert seen["370212001002"] == 0 < known["370212001002"]
    nobody = await ask(database, whole, Principal("nobody", Sight()))
    assert nobody.total.figures["reported"] == 0


async def test_a_change_that_is_not_committed_is_not_counted_and_not_forgotten(
    city: tuple[Database, list[int]],
) -> None:
    """Whoever changes a case while figures are counted leaves a mark that the next count heeds."""
    database, ids = city
    await count_all(database)
    question = RankingQuestion(
        level="district", first=TODAY - timedelta(days=40), last=TODAY + timedelta(days=1)
    )
    async with database.transaction(OPERATOR) as connection:
        await connection.execute(
            """INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state,
                                        reworks, extensions)
               VALUES (%s, 'total', now(), now() - interval '3 days', now() - interval '4 days',
                       'closed', 0, 0)""",
            [ids[0]],
        )
        await count_all(database)
        assert (await ask(database, question)).total.figures["on_time"] == 0
    async with database.transaction(VISITOR) as reading:
        assert (await freshness(reading)).waiting == 1
    await count_for_question(database)
    answer = await ask(database, question)
    assert (answer.total.figures["on_time"], answer.waiting) == (1, False)


async def test_a_count_that_breaks_off_is_done_again(city: tuple[Database, list[int]]) -> None:
    database, _ = city
    async with database.transaction(NIGHTLY) as connection:
        marks = await oldest_marks(connection, 100)
        assert marks
        assert await count_again(connection, marks, [mark.id for mark in marks]) == N
        await connection.rollback()
    question = RankingQuestion(level="district", first=TODAY - timedelta(days=500), last=TODAY)
    assert (await ask(database, question)).total.figures["reported"] == 0
    await count_all(database)
    assert (await ask(database, question)).total.figures["reported"] == N


async def test_a_load_leaves_one_mark_and_is_counted_in_parts(toy_database: Database) -> None:
    at = datetime.now(UTC) - timedelta(days=3)
    many = 90
    frame = incident_frame(
        [PLACES[0]] * many, [f"m{n}" for n in range(many)], reported_at=[at] * many, state_since=[at] * many
    )
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame)
    async with toy_database.transaction(NIGHTLY) as connection:
        (mark,) = [mark for mark in await oldest_marks(connection, 10) if mark.length > 1]
        assert mark.length == many
    assert await count_part(toy_database, 40) == Part(40, more=True)
    async with toy_database.transaction(NIGHTLY) as connection:
        state = await freshness(connection)
        assert state.waiting > 0
        assert state.as_of < datetime.now(UTC)
    question = RankingQuestion(level="grid", first=TODAY - timedelta(days=30), last=TODAY + timedelta(days=1))
    assert (await ask(toy_database, question)).total.figures["reported"] == 40
    await count_all(toy_database)
    assert (await ask(toy_database, question)).total.figures["reported"] == many


async def test_what_is_marked_while_others_are_counted_waits_for_the_next_time(
    toy_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, incident_frame([PLACES[0]], ["first"]))
    counting = count_again
    reported = 0

    async def and_another_comes(connection: Connection, runs: Sequence[Run], done: Sequence[int]) -> int:
        nonlocal reported
        reported += 1
        assert reported < 5, "counting does not end while reports come in"
        async with toy_database.transaction(OPERATOR) as other:
            await store_incidents(other, incident_frame([PLACES[0]], [f"later-{reported}"]))
        return await counting(connection, runs, done)

    monkeypatch.setattr(figure_counting, "count_again", and_another_comes)
    assert await count_all(toy_database) == 1
    monkeypatch.undo()
    assert await count_all(toy_database) == 1


async def test_the_year_before_has_equal_days_and_today_is_left_out(city: tuple[Database, list[int]]) -> None:
    database, ids = city
    noon = datetime.combine(TODAY, datetime.min.time(), CHINA) + timedelta(minutes=1)
    year = one_year_before(Days(TODAY - timedelta(days=10), TODAY)).first
    async with database.transaction(OPERATOR) as connection:
        for its, at in ((ids[0], noon), (ids[1], noon - timedelta(days=1))):
            await connection.execute("UPDATE incident SET reported_at = %s WHERE id = %s", [at, its])
        await connection.execute(
            "UPDATE incident SET reported_at = %s WHERE id = %s",
            [datetime.combine(year, datetime.min.time(), CHINA), ids[2]],
        )
    await count_all(database)
    asked = {"level": "district", "first": TODAY - timedelta(days=10), "last": TODAY + timedelta(days=1)}
    alone = await ask(database, RankingQuestion.model_validate(asked))
    assert (alone.total.figures["reported"], alone.cut) == (2, False)
    beside = await ask(database, RankingQuestion.model_validate({**asked, "compare": "year"}))
    assert beside.cut
    assert (beside.span.last, beside.total.figures["reported"]) == (TODAY, 1)
    assert beside.compared_with is not None
    assert (beside.compared_with.last - beside.compared_with.first).days == 10
    assert beside.total.before is not None
    assert beside.total.before["reported"] == 1


async def test_a_redraw_leaves_closed_cases_where_they_were_and_says_what_cannot_be_compared(
    toy_database: Database,
) -> None:
    """A grid is split: its open case goes on in the new grid, the closed one stays in the old."""
    at = datetime.now(UTC) - timedelta(days=5)
    frame = incident_frame(
        [PLACES[0]] * 2,
        ["open", "closed"],
        reported_at=[at] * 2,
        state=["reported", "closed"],
        state_since=[at] * 2,
    )
    async with toy_database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame)
    days = {"first": TODAY - timedelta(days=30), "last": TODAY + timedelta(days=1)}
    question = RankingQuestion.model_validate({"level": "grid", **days})
    await count_all(toy_database)
    before = {row.zone.code[-6:]: row for row in (await ask(toy_database, question)).rows if row.zone}
    assert before["001001"].figures["reported"] == 2
    await split(toy_database, units="U00 U10")
    await publish(toy_database)
    await count_all(toy_database)
    answer = await ask(toy_database, question)
    rows = {row.zone.code[-6:]: row for row in answer.rows if row.zone}
    assert answer.total.figures["reported"] == 2
    (new,) = set(rows) - set(before)
    assert [rows[code].figures["reported"] for code in ("001001", new)] == [1, 1]
    assert not rows[new].comparable
    assert [code[-6:] for code in rows[new].made_of] == ["001001"]
    assert rows["001002"].comparable
    # Each number still has its list.
    stop = datetime.combine(days["last"], datetime.min.time(), CHINA)
    for code in ("001001", new):
        wanted = IncidentFilter(
            zone_id=await zone_id(toy_database, f"370212001{code}"),
            counted=Counted("reported", days["first"], days["last"], stop),
        )
        assert len(await numbers_of(toy_database, VISITOR, wanted)) == 1
