"""Row-level security in the database itself: every table, every statement, whoever gets that far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import errors
from psycopg.rows import dict_row

from governance.access import Sight
from tests.access.sights import World, owner, sights

# What everybody who is signed in may read: the city, its zones and its rules. Nothing here is about a person,
# a report or a plan that is not in force.
OPEN = {
    "alembic_version", "assignment_rule", "assignment_rule_support", "building", "calendar_day", "category",
    "city", "dataset", "deadline_setting", "guidance", "guidance_version", "incident_counter", "land_unit",
    "layer", "organisation", "organisation_window", "road", "set_aside_index", "time_limit", "unit_edge",
    "unit_zone", "water", "zone", "zone_border_piece", "zone_lineage", "zone_piece", "zone_version",
}  # fmt: skip
CHILDREN = (
    "routing", "case_state", "work_order", "incident_clock", "clock_notice", "case_moment", "direct_answer",
    "transfer", "history_incident",
)  # fmt: skip
NOWHERE = 2**50


@contextmanager
def scoped(url: str, sight: Sight, actor: str = "li") -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A transaction with nothing but the rights of a sight, rolled back."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET LOCAL ROLE gridgov_scoped")
        for name, value in {"gridgov.actor": actor, **sight.claims()}.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield connection
        connection.rollback()


def first(city: World, kind: str) -> int:
    """The zone of a layer with the lowest code."""
    return min((code, key) for (layer, code), key in city.zones.items() if layer == kind)[1]


def numbers(connection: psycopg.Connection[dict[str, Any]], query: str) -> set[int]:
    return {row["id"] for row in connection.execute(query.encode())}


@pytest.fixture(scope="module")
def hidden(seen_city: World) -> tuple[Sight, int, int]:
    """A sight, an incident it shows and one it does not."""
    sight = seen_city.region(first(seen_city, "community"))
    shown = {each.id for each in seen_city.seen(sight)}
    assert shown
    return sight, min(shown), next(each.id for each in seen_city.incidents if each.id not in shown)


def test_every_table_is_open_to_all_or_has_policies_for_a_limited_sight(seen_city: World) -> None:
    with owner(seen_city.url) as connection:
        tables = connection.execute(
            """SELECT relname, relrowsecurity AS secured,
                      has_any_column_privilege('gridgov_scoped', oid, 'SELECT, INSERT, UPDATE') AS reached,
                      EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid
                              AND 'gridgov_scoped'::regrole = ANY (polroles)) AS has_policy
               FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
                 AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')"""
        ).fetchall()
    unknown = {
        row["relname"]
        for row in tables
        if row["reached"] and row["relname"] not in OPEN and not (row["secured"] and row["has_policy"])
    }
    assert unknown == set(), "say in OPEN why everybody may read it, or give it policies for gridgov_scoped"
    assert OPEN - {row["relname"] for row in tables} == set()
    assert {row["relname"] for row in tables if row["relname"] in OPEN and row["secured"]} == set()


def test_a_limited_sight_reads_neither_accounts_nor_contact_data_nor_the_task_queue(seen_city: World) -> None:
    with owner(seen_city.url) as connection:
        reached = connection.execute(
            """SELECT relnamespace::regnamespace::text AS schema, relname FROM pg_class
               WHERE relkind IN ('r', 'p', 'v') AND (
                   relnamespace::regnamespace::text = 'task_queue'
                   OR relname IN ('account', 'account_grant', 'session', 'service_token', 'sign_in_attempt',
                                  'reporter'))
                 AND has_schema_privilege('gridgov_scoped', relnamespace, 'USAGE')
                 AND has_any_column_privilege('gridgov_scoped', oid, 'SELECT')"""
        ).fetchall()
    assert reached == []


def test_functions_with_other_rights_have_a_search_path_of_their_own(seen_city: World) -> None:
    with owner(seen_city.url) as connection:
        loose = connection.execute(
            """SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
                 AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
                 AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"""
        ).fetchall()
    assert loose == []


def test_who_claims_nothing_sees_no_row_of_anybody(seen_city: World) -> None:
    with owner(seen_city.url) as connection:
        secured = [
            row["relname"]
            for row in connection.execute(
                """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
                   AND has_table_privilege('gridgov_scoped', oid, 'SELECT')"""
            )
        ]
    # Places that are not believed, and what everybody may know of settings, are no one's.
    with scoped(seen_city.url, Sight(), actor="nobody") as connection:
        found = {
            table: len(connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchall())
            for table in secured
            if table not in ("fallback_place", "history", "figure_place")
        }
    assert {table for table, n in found.items() if n} == set()
    assert len(found) > 20


@pytest.fixture(scope="module")
def every(seen_city: World) -> dict[str, list[dict[str, Any]]]:
    """All rows that the definition is held against, read once by the owner."""
    columns = dict.fromkeys(CHILDREN, "DISTINCT incident_id AS id") | {
        "facility": "id, zone_ids, owning_id, maintaining_id, supervising_id",
        "post": "id, zone_id, organisation_id, person_id",
        "person": "id, organisation_id",
    }
    with owner(seen_city.url) as connection:
        return {
            table: connection.execute(f"SELECT {named} FROM {table}".encode()).fetchall()
            for table, named in columns.items()
        }


@settings(max_examples=15)
@given(data=st.data())
def test_what_the_database_shows_is_the_definition(
    seen_city: World, every: dict[str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    sight = data.draw(sights(seen_city))
    shown = {each.id for each in seen_city.seen(sight)}
    with scoped(seen_city.url, sight) as connection:
        assert numbers(connection, "SELECT id FROM incident") == shown
        for child in CHILDREN:
            seen = numbers(connection, f"SELECT DISTINCT incident_id AS id FROM {child}")
            assert seen == {row["id"] for row in every[child]} & shown, child
        facilities = numbers(connection, "SELECT id FROM facility")
    assert facilities == {
        row["id"]
        for row in every["facility"]
        if (sight.roots or sight.zones) & set(row["zone_ids"])
        or {row["owning_id"], row["maintaining_id"], row["supervising_id"]} & sight.organisations
    }


@settings(max_examples=10)
@given(data=st.data())
def test_people_and_posts_are_those_of_the_zones_and_organisations(
    seen_city: World, every: dict[str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    sight = data.draw(sights(seen_city))
    mine = [
        row
        for row in every["post"]
        if row["zone_id"] in sight.zones or row["organisation_id"] in sight.organisations
    ]
    known = {row["person_id"] for row in mine} | {
        row["id"] for row in every["person"] if row["organisation_id"] in sight.organisations
    }
    with scoped(seen_city.url, sight) as connection:
        assert numbers(connection, "SELECT id FROM post") == {row["id"] for row in mine}
        assert numbers(connection, "SELECT id FROM person") == known - {None}


def test_households_are_seen_one_by_one_only_with_the_grant_and_in_the_own_zones(seen_city: World) -> None:
    community = first(seen_city, "community")
    with owner(seen_city.url) as every:
        there = numbers(
            every,
            f"""SELECT household.id FROM household JOIN building ON building.id = building_id
                JOIN land_unit ON land_unit.id = land_unit_id WHERE community_zone_id = {community}""",
        )
    assert there
    with scoped(seen_city.url, seen_city.region(community)) as connection:
        assert numbers(connection, "SELECT id FROM household") == set()
    with scoped(seen_city.url, seen_city.region(community, households=True)) as connection:
        assert numbers(connection, "SELECT id FROM household") == there


@pytest.mark.parametrize(
    "claim",
    ["1); DROP TABLE incident; --", "{1,2}", "1,x", "1,,2", "1 OR true", "9223372036854775808"],
)
def test_a_claim_that_is_no_list_of_keys_shows_nothing(seen_city: World, claim: str) -> None:
    with psycopg.connect(seen_city.url) as connection:
        connection.execute("SET LOCAL ROLE gridgov_scoped")
        connection.execute("SELECT set_config('gridgov.roots', %s, true)", (claim,))
        with pytest.raises(psycopg.DataError):
            connection.execute("SELECT count(*) FROM incident")


# --- what cannot be found out -------------------------------------------------------------------------------

PROBES = {
    "routing": "INSERT INTO routing (incident_id, at, method, zone_version_ids) "
    "VALUES ({id}, now(), 'sql', '{{}}')",
    "work_order": "INSERT INTO work_order (incident_id, organisation_id, kind) VALUES ({id}, {org}, 'lead')",
    "reporter": "INSERT INTO reporter (incident_id, name) VALUES ({id}, 'x')",
    "transfer": "INSERT INTO transfer (incident_id, by) VALUES ({id}, 'x')",
    "history": "INSERT INTO history (actor, action, incident_id) VALUES ('li', 'incident.note', {id})",
    "history_incident": "INSERT INTO history_incident (incident_id, seq) VALUES ({id}, 1)",
    "case_moment": "INSERT INTO case_moment (incident_id, stage, entered_at, left_at, to_state) "
    "VALUES ({id}, 'total', now(), now(), 'closed')",
    "duplicate_decision": "INSERT INTO duplicate_decision (incident_id, other_id, decided_by, role) "
    "VALUES (least({id}, {mine}), greatest({id}, {mine}), 'li', 'dispatcher')",
    "merging": "UPDATE case_state SET duplicate_of_id = {id} WHERE incident_id = {mine}",
    "upload": "INSERT INTO attachment (sha256, kind, bytes, role, uploaded_by, attached_at, incident_id) "
    "VALUES (repeat('a', 64), 'pdf', 1, 'scene', 'li', now(), {id})",
}


@pytest.mark.parametrize("probe", PROBES)
def test_a_reference_to_what_is_not_seen_fails_alike_whether_it_is_there_or_not(
    seen_city: World, hidden: tuple[Sight, int, int], probe: str
) -> None:
    sight, mine, other = hidden
    organisation = min(seen_city.organisations.values())
    told = []
    for incident in (other, NOWHERE):
        with scoped(seen_city.url, sight) as connection:
            with pytest.raises(errors.InsufficientPrivilege) as refused:
                connection.execute(PROBES[probe].format(id=incident, org=organisation, mine=mine).encode())
            connection.rollback()
        told.append(str(refused.value).replace(str(incident), "N"))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT hold_incident({id}); SELECT id FROM incident WHERE id = {id}",
        "SELECT * FROM reporter_masked({id})",
        "SELECT set_config('gridgov.reporters', 'on', true); SELECT * FROM reporter_unmasked({id})",
        "SELECT * FROM told_with_others({id})",
        "SELECT 1 WHERE incident_in_sight({id})",
        "SELECT 1 WHERE sees_incident({id})",
        "SELECT * FROM entries_in_sight(ARRAY(SELECT seq FROM history WHERE incident_id = {id}))",
        "UPDATE incident SET text = 'mine' WHERE id = {id} RETURNING id",
        "UPDATE case_state SET handler = 'me' WHERE incident_id = {id} RETURNING incident_id",
        "DELETE FROM incident_clock WHERE incident_id = {id} RETURNING incident_id",
        "SELECT id FROM incident WHERE id = {id} FOR UPDATE",
        "SELECT count(*) FROM incident_cell HAVING count(*) > 0",
    ],
)
def test_no_function_and_no_statement_tells_of_what_is_not_seen(
    seen_city: World, hidden: tuple[Sight, int, int], asked: str
) -> None:
    sight, _, other = hidden
    with owner(seen_city.url) as connection:
        connection.execute(
            "INSERT INTO reporter (incident_id, name, phone) VALUES (%s, '王女士', '13800000000')"
            " ON CONFLICT DO NOTHING",
            (other,),
        )
    with scoped(seen_city.url, sight) as connection:
        for statement in asked.format(id=other).split("; "):
            cursor = connection.execute(statement.encode())
        assert cursor.fetchall() == []


def test_an_operator_that_shouts_does_not_see_other_rows_first(
    seen_city: World, hidden: tuple[Sight, int, int]
) -> None:
    """A condition that fails on a value would tell it; it is asked of seen rows only."""
    sight, _, other = hidden
    with owner(seen_city.url) as connection:
        [row] = connection.execute("SELECT text FROM incident WHERE id = %s", (other,))
    with scoped(seen_city.url, sight) as connection:
        rows = connection.execute(
            "SELECT id FROM incident WHERE 1 / CASE WHEN text = %s AND id = %s THEN 0 ELSE 1 END = 2",
            (row["text"], other),
        ).fetchall()
    assert rows == []


def test_contact_data_are_read_only_with_the_claim(seen_city: World, hidden: tuple[Sight, int, int]) -> None:
    sight, mine, _ = hidden
    with owner(seen_city.url) as connection:
        connection.execute(
            "INSERT INTO reporter (incident_id, name, phone, email)"
            " VALUES (%s, '王女士', '13812345678', 'w@x.cn') ON CONFLICT DO NOTHING",
            (mine,),
        )
    with scoped(seen_city.url, sight) as connection:
        assert connection.execute("SELECT * FROM reporter_unmasked(%s)", (mine,)).fetchall() == []
        masked = connection.execute("SELECT * FROM reporter_masked(%s)", (mine,)).fetchone()
        assert masked == {"name": "王**", "phone": "138****78", "email": "w***@x.cn"}
        connection.execute("SELECT set_config('gridgov.reporters', 'on', true)")
        whole = connection.execute("SELECT * FROM reporter_unmasked(%s)", (mine,)).fetchone()
        assert whole == {"name": "王女士", "phone": "13812345678", "email": "w@x.cn"}
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM reporter")


# --- what goes on with a narrow sight -----------------------------------------------------------------------


def test_what_is_held_is_seen_to_the_end_of_the_transaction(
    seen_city: World, hidden: tuple[Sight, int, int]
) -> None:
    sight, mine, _ = hidden
    with scoped(seen_city.url, sight) as connection:
        connection.execute("SELECT hold_incident(%s)", (mine,))
        connection.execute("UPDATE incident SET zone_ids = '{}' WHERE id = %s", (mine,))
        assert connection.execute("SELECT id FROM incident WHERE id = %s", (mine,)).fetchall() == [
            {"id": mine}
        ]
    with scoped(seen_city.url, sight) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("UPDATE incident SET zone_ids = '{}' WHERE id = %s", (mine,))
        connection.rollback()


def test_who_had_a_work_order_sees_the_case_when_it_is_somebody_elses(seen_city: World) -> None:
    first, second, third = sorted(seen_city.organisations.values())[:3]
    case = next(each for each in seen_city.incidents if each.organisation_id not in (first, second, third))
    with owner(seen_city.url) as connection, connection.transaction(force_rollback=True):

        def concerned() -> set[int]:
            row = connection.execute(
                "SELECT concerned_ids FROM incident WHERE id = %s", (case.id,)
            ).fetchone()
            assert row is not None
            return set(row["concerned_ids"]) - case.concerned_ids

        def ordered(organisation: int | None) -> None:
            connection.execute(
                "INSERT INTO work_order (incident_id, organisation_id, kind) VALUES (%s, %s, 'lead')",
                (case.id, organisation),
            )

        def given_to(organisation: int) -> None:
            connection.execute(
                "UPDATE incident SET overridden = false, organisation_id = %s WHERE id = %s",
                (organisation, case.id),
            )

        given_to(first)
        assert concerned() == set(), "who never worked on it has no part in it"
        ordered(first)
        assert concerned() == set(), "who is responsible sees it anyhow"
        given_to(second)
        assert concerned() == {first}
        ordered(third)
        assert concerned() == {first, third}
        given_to(first)
        assert concerned() == {first, third}
        with scoped(seen_city.url, Sight(organisations=frozenset({third}))) as other:
            assert other.execute("SELECT id FROM incident WHERE id = %s", (case.id,)).fetchall() == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT number FROM incident ORDER BY reported_at DESC, id DESC LIMIT 50",
        "SELECT number FROM incident WHERE is_open ORDER BY reported_at DESC, id DESC LIMIT 50",
        "SELECT count(*) FROM incident WHERE number = '3702122026102700019'",
        "SELECT count(*) FROM incident WHERE place && ST_MakeEnvelope(120.46, 36.10, 120.461, 36.101, 4326)",
        "SELECT count(*) FROM incident WHERE zone_ids @> ARRAY[5::bigint]",
        "SELECT count(*) FROM incident WHERE address ILIKE '%%松岭路 66%%'",
        "SELECT code FROM facility WHERE geom && ST_MakeEnvelope(120.46, 36.10, 120.461, 36.101, 4326)",
        "SELECT count(*) FROM incident",
    ],
)
def test_a_limited_sight_reads_by_index(seen_city: World, query: str) -> None:
    grid = first(seen_city, "base_grid")
    with scoped(seen_city.url, seen_city.region(grid)) as connection:
        # As serving connections are set; the sample is so small that reading it whole would be a fair plan.
        for name, value in {"random_page_cost": "1.1", "jit": "off", "enable_seqscan": "off"}.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        plan = "\n".join(row["QUERY PLAN"] for row in connection.execute(f"EXPLAIN {query}".encode()))
    assert "Seq Scan on incident" not in plan, plan
    assert "Seq Scan on facility" not in plan, plan
    if "&&" in query or "@>" in query or "ILIKE" in query or "number =" in query:
        condition = query.split(" WHERE ")[1].split(" ")[0]
        assert any(condition in line for line in plan.splitlines() if "Index Cond" in line), plan
