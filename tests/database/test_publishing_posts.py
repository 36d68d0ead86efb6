"""Posts follow the grids of a plan: people stay, move on, or come back; vacancies are opened."""

from __future__ import annotations

from governance.access import OPERATOR
from governance.planning.states import Action
from grid_data.database import Connection, Database
from tests.support.drafts import REVIEWER, do, publish
from tests.support.editions import merge, split
from tests.support.importing import look


async def test_posts_follow_their_grid(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await posts(connection)
    await merge(toy_database)
    await publish(toy_database)
    assert await staffed(toy_database) == ["001001 full_time", "001001 grid_lead", "001001 grid_lead"]
    await split(toy_database, "P2", "U20 U30 U21 U31")
    await publish(toy_database, "P2")
    # The part that keeps the code keeps the people; the new grid waits for some.
    assert await staffed(toy_database) == ["001001 full_time", "001001 grid_lead", "001001 grid_lead"]
    assert await staffed(toy_database, "NULL") == ["001003 full_time", "001003 grid_lead"]
    # Whom it concerns is told how many are missing, and since when by the city's clock.
    (told,) = await look(
        toy_database,
        """SELECT DISTINCT
               text_zh, to_char(effective_from AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS at
           FROM notice JOIN plan ON plan.id = plan_id WHERE plan.code = 'P2'""",
    )
    assert "新网格有 2 个岗位空缺" in told["text_zh"]
    assert f"自 {told['at']} 起生效" in told["text_zh"]


async def test_people_return_with_a_roll_back(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await posts(connection)
    before = await staffed(toy_database)
    await merge(toy_database)
    await publish(toy_database)
    await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    assert await staffed(toy_database) == before
    assert await staffed(toy_database, "NULL") == []


async def posts(connection: Connection) -> None:
    for person, grid, kind in (
        ("A", "001001", "grid_lead"),
        ("B", "001001", "full_time"),
        ("C", "001002", "grid_lead"),
    ):
        await connection.execute(
            """WITH somebody AS (INSERT INTO person (code, name) VALUES (%s, %s) RETURNING id)
               INSERT INTO post (zone_id, kind, person_id, valid)
               SELECT zone.id, %s, somebody.id, tstzrange('2024-01-01', NULL) FROM zone, somebody
               WHERE zone.code = '370212001' || %s""",
            [person, person, kind, grid],
        )


async def staffed(database: Database, person: str = "NOT NULL") -> list[str]:
    """Posts of today, held or vacant."""
    found = await look(
        database,
        f"""SELECT right(zone.code, 6) || ' ' || kind AS post FROM post JOIN zone ON zone.id = zone_id
            WHERE valid @> now() AND person_id IS {person} ORDER BY 1""",
    )
    return [row["post"] for row in found]
