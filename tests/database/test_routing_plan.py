"""The plan of the routing statement: look-ups by index, one plan for all, no large table read whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from governance.access import VISITOR
from grid_data.database import Database
from grid_data.routing import route_whole

LARGE = {
    "zone", "zone_version", "zone_piece", "zone_border_piece", "land_unit", "unit_zone", "facility",
    "incident", "routing", "history",
}  # fmt: skip
PLACE = {
    "lon": "120.5309", "lat": "36.1198", "at": "'2026-06-01T00:00Z'", "category_id": "1", "radius_m": "20",
    "near_m": "30",
}  # fmt: skip


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Every node of a plan as EXPLAIN tells it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@pytest.fixture
async def plan(laoshan_database: str, anyio_backend: str) -> list[dict[str, Any]]:
    """The plan as a serving connection makes it, for parameters it does not know."""
    statement = route_whole()
    database = Database(laoshan_database, size=1)
    await database.open()
    try:
        async with database.transaction(VISITOR, plans="generic") as connection:
            await connection.execute(b"PREPARE routed AS " + statement.text)
            given = ", ".join(PLACE[name] for name in statement.names)
            explain = f"EXPLAIN (FORMAT JSON) EXECUTE routed ({given})".encode()
            row = await (await connection.execute(explain)).fetchone()
            assert row is not None
    finally:
        await database.close()
    told = row["QUERY PLAN"]
    return list(nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))


async def test_no_large_table_is_read_whole(plan: list[dict[str, Any]]) -> None:
    whole = {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}
    assert whole & LARGE == set()


async def test_places_are_looked_up_by_index(plan: list[dict[str, Any]]) -> None:
    used = {node["Index Name"] for node in plan if "Index Name" in node}
    assert used >= {
        "ix_zone_piece_shape",
        "ix_zone_border_piece_line",
        "pk_zone_version",
        "ix_land_unit_lattice",
        "ix_facility_geom",
        "pk_category",
    }


async def test_the_nearest_zone_comes_first_from_the_index(plan: list[dict[str, Any]]) -> None:
    """Out of all zones the borders are not measured one by one."""
    (scan,) = [node for node in plan if "Order By" in node]
    assert scan["Index Name"] == "ix_zone_border_piece_line"


async def test_no_plan_is_parallel_or_compiled(plan: list[dict[str, Any]]) -> None:
    assert not [node for node in plan if node["Node Type"].startswith("Gather")]


async def test_serving_settings_hold_for_every_connection_and_generic_plans_for_one_transaction(
    laoshan_database: str,
) -> None:
    asked = b"SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"
    names = ["jit", "max_parallel_workers_per_gather", "plan_cache_mode", "random_page_cost"]
    serving = {"jit": "off", "max_parallel_workers_per_gather": "0", "random_page_cost": "1.1"}
    with psycopg.connect(laoshan_database, autocommit=True) as owner:
        name = owner.info.dbname
        # What the database itself says must not matter: the program may not own an external one.
        owner.execute(f"ALTER DATABASE {name} SET random_page_cost = 4".encode())
        owner.execute(f"ALTER DATABASE {name} SET jit = on".encode())
        database = Database(laoshan_database, size=1)
        await database.open()
        try:
            for plans, mode in (("generic", "force_generic_plan"), ("auto", "auto")):
                async with database.transaction(VISITOR, plans=plans) as connection:  # type: ignore[arg-type]
                    found = await (await connection.execute(asked, [names])).fetchall()
                assert {row["name"]: row["setting"] for row in found} == {**serving, "plan_cache_mode": mode}
        finally:
            await database.close()
            owner.execute(f"ALTER DATABASE {name} RESET ALL".encode())
