"""Plans for tests: drafts written straight into the tables, as an editor leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis.words import Words
from governance.planning.plans import create_plan
from governance.planning.publishing import Done, act
from governance.planning.states import Action
from grid_data.database import Connection, Database
from grid_data.land_units.graphs import refresh_unit_graph

AUTHOR, REVIEWER = "编制人", "审批人"


async def begin(connection: Connection, code: str = "P1", *, area: str | None = None) -> int:
    """A draft of the base grids of today, in which nothing is changed yet; its id."""
    await refresh_unit_graph(connection)
    cursor = await connection.execute(
        """INSERT INTO plan (code, layer_id, name_zh, name_en, author, area_zone_id)
           SELECT %s, id, '方案', 'Plan', %s, (SELECT id FROM zone WHERE code = %s)
           FROM layer WHERE kind = 'base_grid' RETURNING id""",
        [code, AUTHOR, area],
    )
    row = await cursor.fetchone()
    assert row is not None
    plan = int(row["id"])
    await connection.execute(
        """INSERT INTO plan_zone (plan_id, number, zone_id, code, name_zh, name_en, community_zone_id)
            SELECT %s, row_number() OVER (ORDER BY zone.code), zone.id, zone.code, v.name_zh, v.name_en,
                   v.parent_zone_id
            FROM zone_version AS v JOIN zone ON zone.id = v.zone_id
            JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
            LEFT JOIN zone AS area ON area.code = %s
            WHERE v.valid @> now() AND upper_inf(v.recorded)
              AND (area.id IS NULL OR v.parent_zone_id = area.id)""",
        [plan, area],
    )
    await connection.execute(
        """INSERT INTO plan_unit (plan_id, land_unit_id, base_number, number, households, residents,
                                   buildings, incidents_year, facilities, area_m2, perimeter_m)
            SELECT %s, u.id, z.number, z.number,
                   (SELECT count(*) FROM building JOIN household ON building_id = building.id
                    WHERE land_unit_id = u.id),
                   0, 0, 0, 0, u.area_m2, u.perimeter_m
            FROM land_unit AS u
            JOIN unit_zone AS m ON m.land_unit_id = u.id AND m.valid @> now() AND upper_inf(m.recorded)
            JOIN plan_zone AS z ON z.plan_id = %s AND z.zone_id = m.zone_id
            WHERE u.valid @> now()""",
        [plan, plan],
    )
    return plan


async def begin_on(connection: Connection, layer: str, code: str = "P1") -> int:
    """A draft of a layer whose zones are shapes, as planners begin it; its id."""
    await refresh_unit_graph(connection)
    await create_plan(connection, layer=layer, name=Words("方案", "Plan"), by=AUTHOR, code=code)
    cursor = await connection.execute("SELECT id FROM plan WHERE code = %s", [code])
    row = await cursor.fetchone()
    assert row is not None
    return int(row["id"])


async def add_zone(connection: Connection, plan: int, name: str = "新网格", code: str | None = None) -> int:
    """A new zone in a draft; its number."""
    cursor = await connection.execute(
        """INSERT INTO plan_zone (plan_id, number, code, name_zh)
           SELECT %s, max(number) + 1, %s, %s FROM plan_zone WHERE plan_id = %s RETURNING number""",
        [plan, code, name, plan],
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["number"])


async def numbers(connection: Connection, plan: int) -> dict[str, int]:
    """Number of each zone of a draft by the last six digits of its code."""
    cursor = await connection.execute(
        "SELECT code, number FROM plan_zone WHERE plan_id = %s AND code IS NOT NULL", [plan]
    )
    return {row["code"][-6:]: row["number"] for row in await cursor.fetchall()}


async def move(connection: Connection, plan: int, units: Mapping[str, int]) -> None:
    """Move units (by code) to zones (by number)."""
    for code, number in units.items():
        await connection.execute(
            """UPDATE plan_unit SET number = %s
               WHERE plan_id = %s AND land_unit_id = (SELECT id FROM land_unit WHERE code = %s)""",
            [number, plan, code],
        )


async def dissolve(connection: Connection, plan: int, number: int) -> None:
    """Mark a zone as one that ends."""
    await connection.execute(
        "UPDATE plan_zone SET dissolved = true WHERE plan_id = %s AND number = %s", [plan, number]
    )


async def cut(connection: Connection, plan: int, unit: str, pieces: Mapping[str, tuple[str, int]]) -> None:
    """Cut a unit: pieces by code, each with its shape as WKT and the number of its zone."""
    for code, (wkt, number) in pieces.items():
        await connection.execute(
            """WITH made AS (
                   INSERT INTO land_unit (code, community_zone_id, kind, geom, valid, plan_id, cut_from)
                   SELECT %s, community_zone_id, kind, ST_GeomFromText(%s, 4326), 'empty', %s, id
                   FROM land_unit WHERE code = %s RETURNING id, area_m2, perimeter_m, cut_from
               )
               INSERT INTO plan_unit (plan_id, land_unit_id, base_number, number, households, residents,
                                      buildings, incidents_year, facilities, area_m2, perimeter_m)
               SELECT %s, made.id, whole.base_number, %s, 0, 0, 0, 0, 0, made.area_m2, made.perimeter_m
               FROM made
               JOIN plan_unit AS whole ON whole.plan_id = %s AND whole.land_unit_id = made.cut_from""",
            [code, wkt, plan, unit, plan, number, plan],
        )
    await connection.execute(
        """UPDATE plan_unit SET number = NULL
           WHERE plan_id = %s AND land_unit_id = (SELECT id FROM land_unit WHERE code = %s)""",
        [plan, unit],
    )
    await connection.execute(
        """INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin)
           SELECT least(a.id, b.id), greatest(a.id, b.id), 1, 0, true, 'border'
           FROM land_unit AS a JOIN land_unit AS b ON ST_Relate(a.lattice, b.lattice, 'F***1****')
           WHERE a.code = ANY (%s) AND a.id <> b.id AND (a.id < b.id OR NOT b.code = ANY (%s))
           ON CONFLICT DO NOTHING""",
        [list(pieces), list(pieces)],
    )


async def do(database: Database, action: Action, code: str = "P1", by: str = AUTHOR, **values: Any) -> Done:
    """Do something with a plan in a transaction of its own."""
    from governance.access import VISITOR

    async with database.transaction(VISITOR) as connection:
        return await act(connection, action, code, by=by, **values)


async def publish(database: Database, code: str = "P1") -> Done:
    """Bring a draft into force."""
    await do(database, Action.SUBMIT, code)
    await do(database, Action.APPROVE, code, by=REVIEWER)
    return await do(database, Action.PUBLISH, code, by=REVIEWER)
