"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from governance.access import OPERATOR, VISITOR
from grid_data.database import Connection, Database
from grid_data.history import add_history
from tests.support.toy_city import STREET


async def refuses(database: Database, statement: str, problem: type[Exception], match: str) -> None:
    """The statement fails at the latest at commit; the login role's rights are the widest there are."""
    with pytest.raises(problem, match=match):
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("RESET ROLE")
            await connection.execute(statement)


async def test_a_unit_is_in_at_most_one_grid_at_any_instant(toy_database: Database) -> None:
    await refuses(
        toy_database,
        """INSERT INTO unit_zone (land_unit_id, zone_id, layer_id, valid)
           SELECT land_unit.id, zone.id, zone.layer_id, tstzrange('2025-01-01', '2025-01-02')
           FROM land_unit, zone WHERE land_unit.code = 'U00' AND zone.code = '370212001002002'""",
        errors.ExclusionViolation,
        "ex_unit_zone_at_most_one",
    )


async def test_a_unit_is_in_at_least_one_grid_all_its_life(toy_database: Database) -> None:
    await refuses(
        toy_database,
        """UPDATE unit_zone SET valid = tstzrange(lower(valid), '2025-01-01')
           WHERE land_unit_id = (SELECT id FROM land_unit WHERE code = 'U00')""",
        errors.IntegrityConstraintViolation,
        "U00 is not in exactly one base grid",
    )
    await refuses(
        toy_database,
        "DELETE FROM unit_zone WHERE land_unit_id = (SELECT id FROM land_unit WHERE code = 'U11')",
        errors.IntegrityConstraintViolation,
        "U11 is not in exactly one base grid",
    )


async def test_a_new_unit_without_a_grid_is_refused_at_commit(toy_database: Database) -> None:
    await refuses(
        toy_database,
        """INSERT INTO land_unit (code, community_zone_id, kind, geom, valid)
           SELECT 'U99', community_zone_id, kind, geom, valid FROM land_unit WHERE code = 'U00'""",
        errors.IntegrityConstraintViolation,
        "has a grid never",
    )


async def test_a_unit_may_change_its_grid_in_one_transaction(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            """UPDATE unit_zone SET valid = tstzrange(lower(valid), '2026-01-01')
               WHERE land_unit_id = (SELECT id FROM land_unit WHERE code = 'U10')"""
        )
        await connection.execute(
            """INSERT INTO unit_zone (land_unit_id, zone_id, layer_id, valid)
               SELECT land_unit.id, zone.id, zone.layer_id, tstzrange('2026-01-01', NULL)
               FROM land_unit, zone WHERE land_unit.code = 'U10' AND zone.code = '370212001001002'"""
        )


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE zone_version SET name_zh = 'x'", "never overwritten"),
        ("UPDATE zone_version SET geom = ST_Translate(geom, 0.001, 0)", "never overwritten"),
        ("UPDATE zone_version SET valid = tstzrange('2020-01-01', NULL)", "never overwritten"),
        ("DELETE FROM zone_version", "never changed or removed"),
        ("UPDATE zone SET code = code || 'x'", "keeps its code"),
        ("DELETE FROM zone", "never changed or removed"),
        ("UPDATE assignment_rule SET priority = 99", "never rewritten"),
        ("UPDATE assignment_rule SET note_zh = 'x'", "never rewritten"),
        ("DELETE FROM assignment_rule", "closed, never removed"),
        ("DELETE FROM assignment_rule_support", "closed, never removed"),
        ("UPDATE assignment_rule_support SET rule_id = rule_id", "never changed or removed"),
    ],
)
async def test_what_was_published_is_never_overwritten(
    toy_database: Database, statement: str, match: str
) -> None:
    await refuses(toy_database, statement, errors.RestrictViolation, match)


async def test_a_rule_has_one_version_at_a_time(toy_database: Database) -> None:
    again = (
        "INSERT INTO assignment_rule (code, assign_to, organisation_id, valid)"
        " SELECT code, assign_to, organisation_id, tstzrange('2026-01-01', NULL) FROM assignment_rule"
        " WHERE code = 'R-GARBAGE'"
    )
    await refuses(toy_database, again, errors.ExclusionViolation, "ex_assignment_rule_one_at_a_time")


async def test_a_version_that_waits_may_be_taken_back(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE assignment_rule SET valid = tstzrange(lower(valid), '2900-01-01')"
            " WHERE code = 'R-GARBAGE'"
        )
        await connection.execute(
            "INSERT INTO assignment_rule (code, assign_to, organisation_id, valid)"
            " SELECT code, assign_to, organisation_id, tstzrange('2900-01-01', NULL) FROM assignment_rule"
            " WHERE code = 'R-GARBAGE'"
        )
        removed = await connection.execute("DELETE FROM assignment_rule WHERE lower(valid) > '2800-01-01'")
        assert removed.rowcount == 1


async def test_a_version_can_be_closed(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        cursor = await connection.execute(
            "UPDATE zone_version SET valid = tstzrange(lower(valid), '2026-01-01') WHERE name_zh = '西片区'"
        )
        assert cursor.rowcount == 1


async def test_two_versions_of_a_zone_never_overlap_in_time(toy_database: Database) -> None:
    await refuses(
        toy_database,
        """INSERT INTO zone_version (zone_id, layer_id, name_zh, geom, valid)
           SELECT zone_id, layer_id, name_zh, geom, valid FROM zone_version WHERE name_zh = '西片区'""",
        errors.ExclusionViolation,
        "ex_zone_version_one_at_a_time",
    )


async def test_a_code_is_never_given_twice(toy_database: Database) -> None:
    await refuses(
        toy_database,
        f"INSERT INTO zone (layer_id, code) SELECT layer_id, code FROM zone WHERE code = '{STREET}001001'",
        errors.UniqueViolation,
        "uq_zone_layer_code",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET actor = 'x'",
        "DELETE FROM history",
        "TRUNCATE history CASCADE",
        "TRUNCATE routing",
        "TRUNCATE incident CASCADE",
    ],
)
async def test_history_and_routings_are_append_only_even_for_their_owner(
    toy_database: Database, statement: str
) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await add_history(connection, "test", "test.entry")
    await refuses(toy_database, statement, errors.RestrictViolation, "never changed or removed")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET actor = 'x'",
        "DELETE FROM history",
        "DELETE FROM incident",
        "DELETE FROM zone",
        "TRUNCATE history CASCADE",
        "DROP TABLE incident",
        "UPDATE routing SET method = 'sql'",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
async def test_requests_have_no_right_to_what_must_never_happen(
    toy_database: Database, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with toy_database.transaction(VISITOR) as connection:
            await connection.execute(statement)


async def test_measures_are_in_metres_and_cannot_be_forgotten(connection: Connection) -> None:
    cursor = await connection.execute(
        """SELECT sum(area_m2) AS parts, (SELECT area_m2 FROM zone_version WHERE name_zh = '崂山区') AS whole
           FROM land_unit"""
    )
    row = await cursor.fetchone()
    assert row is not None
    # 0.04 degrees square at 36.12 north: 3,603 m by 4,438 m.
    assert row["whole"] == pytest.approx(3603 * 4438, rel=0.001)
    # Long edges are straight in degrees and bend a little in metres.
    assert row["parts"] == pytest.approx(row["whole"], rel=1e-6)


async def test_the_lattice_shape_has_whole_coordinates(connection: Connection) -> None:
    cursor = await connection.execute(
        """SELECT bool_and(ST_X(geom) = round(ST_X(geom)) AND ST_Y(geom) = round(ST_Y(geom))) AS whole,
                  count(*) AS n
           FROM (SELECT (ST_DumpPoints(lattice)).geom FROM zone_version) AS vertices"""
    )
    row = await cursor.fetchone()
    assert row is not None
    assert row["n"] > 50
    assert row["whole"]


async def test_every_change_of_a_layer_counts_its_edition_up(toy_database: Database) -> None:
    async def edition() -> int:
        async with toy_database.transaction(VISITOR) as connection:
            cursor = await connection.execute("SELECT edition FROM layer WHERE code = 'market'")
            row = await cursor.fetchone()
            assert row is not None
            return int(row["edition"])

    before = await edition()
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE zone_version SET valid = tstzrange(lower(valid), '2026-01-01') WHERE name_zh = '西片区'"
        )
    assert await edition() == before + 1
