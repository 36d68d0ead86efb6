"""Editions of the toy city for tests: drafts that split and merge, and what is in force."""

from __future__ import annotations

from governance.access import OPERATOR
from grid_data.database import Database
from tests.support import drafts
from tests.support.importing import look


async def grids(database: Database, at: str = "now()") -> dict[str, str]:
    """Grids at a moment by the last six digits of their code, with their units."""
    found = await look(
        database,
        f"""SELECT zone.code, string_agg(land_unit.code, ' ' ORDER BY land_unit.code) AS units
            FROM zone JOIN unit_zone ON unit_zone.zone_id = zone.id AND unit_zone.valid @> {at}
                AND upper_inf(unit_zone.recorded)
            JOIN land_unit ON land_unit.id = unit_zone.land_unit_id AND land_unit.valid @> {at}
            GROUP BY zone.code""",
    )
    return {row["code"][-6:]: row["units"] for row in found}


async def shapes_are_units(database: Database) -> None:
    """Every grid of today is exactly the union of its units, and together they are what they always were."""
    (row,) = await look(
        database,
        """WITH whole AS (
               SELECT version.zone_id, version.lattice, ST_Union(land_unit.lattice) AS units
               FROM zone_version AS version
               JOIN layer ON layer.id = version.layer_id AND layer.kind = 'base_grid'
               LEFT JOIN unit_zone ON unit_zone.zone_id = version.zone_id AND unit_zone.valid @> now()
                   AND upper_inf(unit_zone.recorded)
               LEFT JOIN land_unit ON land_unit.id = unit_zone.land_unit_id
               WHERE version.valid @> now() AND upper_inf(version.recorded)
               GROUP BY version.id)
           SELECT bool_and(ST_Equals(lattice, units)) AS same,
                  ST_Area(ST_Union(lattice)) = sum(ST_Area(lattice)) AS apart,
                  ST_Area(ST_Union(lattice)) = (400000.0 * 400000.0) AS whole
           FROM whole""",
    )
    assert row == {"same": True, "apart": True, "whole": True}


async def split(database: Database, code: str = "P1", units: str = "U00 U10") -> int:
    """A draft in which some units of the south-western grid become a grid of their own."""
    async with database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, code)
        new = await drafts.add_zone(connection, plan)
        await drafts.move(connection, plan, dict.fromkeys(units.split(), new))
    return plan


async def merge(database: Database, code: str = "P1") -> int:
    """A draft in which the grid 001002 is dissolved into 001001."""
    async with database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, code)
        number = await drafts.numbers(connection, plan)
        await drafts.move(connection, plan, dict.fromkeys(("U20", "U21", "U30", "U31"), number["001001"]))
        await drafts.dissolve(connection, plan, number["001002"])
    return plan


async def steps(database: Database, plan: str = "P1") -> list[tuple[str, str, str, int]]:
    found = await look(
        database,
        f"""SELECT right(old.code, 6) AS old, right(new.code, 6) AS new, kind, units FROM zone_lineage
            JOIN plan ON plan.id = plan_id AND plan.code = '{plan}'
            JOIN zone AS old ON old.id = from_zone_id JOIN zone AS new ON new.id = to_zone_id
            ORDER BY old.code, new.code""",
    )
    return [(row["old"], row["new"], row["kind"], row["units"]) for row in found]


async def toy_change(database: Database, statement: str) -> None:
    async with database.transaction(OPERATOR) as connection:
        await connection.execute(statement.encode())
