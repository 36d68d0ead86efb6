"""Units cut by a drawn line, into force and back, on the sample city: shapes, borders and incidents hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis.words import Words
from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.comparison import Edition, compare
from governance.planning.drawing import draw_move
from governance.planning.errors import MoveRefused
from governance.planning.impact import impact_of
from governance.planning.plans import create_plan, plan_shapes, plan_units
from governance.planning.requests import SplitLine
from governance.planning.states import Action, State
from grid_data.bulk.incidents import store_incidents
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from tests.database.test_bulk_routing import frame_of
from tests.support import databases
from tests.support.drafts import AUTHOR, REVIEWER, do, publish
from tests.support.importing import look


@pytest.fixture
def small_sample(cluster: Cluster) -> Iterator[str]:
    """Address of the small sample, for this test alone."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield url


@pytest.fixture
async def city(small_sample: str, anyio_backend: str) -> AsyncIterator[Database]:
    """The same, open."""
    database = Database(small_sample, size=2)
    await database.open()
    yield database
    await database.close()


async def cut_draft(city: Database) -> NDArray[np.float64]:
    """A draft in which a line across a grid cuts units; all vertices of the pieces."""
    async with city.transaction(OPERATOR) as connection:
        await create_plan(connection, layer="base_grid", name=Words("切分", "Cuts"), by=AUTHOR, code="P1")
        columns = (await plan_units(connection, "P1")).units
        features = (await plan_shapes(connection, "P1")).model_dump()["units"]["features"]
    shapes = {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}
    for zone in sorted({number for number in columns.zone if number is not None}):
        mine = [shapes[unit] for unit, number in zip(columns.id, columns.zone, strict=True) if number == zone]
        west, south, east, north = shapely.total_bounds(np.array(mine)).tolist()
        for share in (0.5, 0.4, 0.6):
            x = west + (east - west) * share
            line = shapely.LineString([(x, south - 0.001), (x, north + 0.001)])
            try:
                async with city.transaction(OPERATOR) as connection:
                    answer = await draw_move(connection, "P1", 0, AUTHOR, SplitLine(zone, line))
            except MoveRefused:
                continue
            assert answer.cut, "a line through the middle of a grid cut nothing"
            pieces = [piece for cut in answer.cut for piece in cut.pieces]
            drawn = [shapely.geometry.shape(piece.model_dump()["geometry"]) for piece in pieces]
            return np.unique(shapely.get_coordinates(drawn), axis=0)
    raise AssertionError("no line cuts anything")


async def test_a_cut_grid_into_force_and_back(city: Database) -> None:
    """Incidents lie on every vertex of the pieces, and between them along the cut."""
    vertices = await cut_draft(city)
    between = (vertices[:-1] + vertices[1:]) / 2
    points = [tuple(place) for place in np.round([*vertices, *between], 7).tolist()]
    async with city.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame_of(points))
        await reroute(connection, OPERATOR, full=True)
        impact = await impact_of(connection, "P1")
        before = await _grids(city)
    assert impact.faults == []
    assert impact.totals.begun == 1
    done = await publish(city)
    assert done.edition is not None
    assert await _moving(city) == 0
    assert await _wrong_shapes(city) == []
    assert await _stray(city) == {"buildings": 0, "facilities": 0, "edges": 0}
    async with city.transaction(OPERATOR) as connection:
        found = await compare(connection, "base_grid", Edition(plan="P1"), Edition(plan="P1"))
        assert found.summary.units == 0
    back = await do(city, Action.ROLL_BACK, by=REVIEWER)
    assert back.state is State.PUBLISHED
    assert await _moving(city) == 0
    assert await _wrong_shapes(city) == []
    after = await _grids(city)
    assert {code: round(area) for code, area in after.items()} == {
        code: round(area) for code, area in before.items()
    }


async def _moving(city: Database) -> int:
    async with city.transaction(OPERATOR) as connection:
        return len((await reroute(connection, OPERATOR, full=True, dry_run=True)).moves)


async def _grids(city: Database) -> dict[str, float]:
    found = await look(
        city,
        """SELECT zone.code, version.area_m2 FROM zone_version AS version
           JOIN zone ON zone.id = version.zone_id
           JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
           WHERE version.valid @> now() AND upper_inf(version.recorded)""",
    )
    return {row["code"]: row["area_m2"] for row in found}


async def _wrong_shapes(city: Database) -> list[str]:
    """Grids that are not the union of their units."""
    found = await look(
        city,
        """SELECT zone.code FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
           JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
           JOIN unit_zone ON unit_zone.zone_id = zone.id AND unit_zone.valid @> now()
               AND upper_inf(unit_zone.recorded)
           JOIN land_unit AS unit ON unit.id = unit_zone.land_unit_id
           WHERE version.valid @> now() AND upper_inf(version.recorded)
           GROUP BY zone.code, version.id
           HAVING NOT ST_Equals(version.lattice, ST_Union(unit.lattice))""",
    )
    return [row["code"] for row in found]


async def _stray(city: Database) -> dict[str, int]:
    """What still hangs on units that ended."""
    (row,) = await look(
        city,
        """SELECT (SELECT count(*) FROM building JOIN land_unit AS unit ON unit.id = land_unit_id
                   WHERE NOT unit.valid @> now())::int AS buildings,
                  (SELECT count(*) FROM facility JOIN land_unit AS unit ON unit.id = land_unit_id
                   WHERE NOT unit.valid @> now())::int AS facilities,
                  (SELECT count(*) FROM unit_edge JOIN land_unit AS unit ON unit.id IN (unit_a, unit_b)
                   WHERE NOT unit.valid @> now())::int AS edges""",
    )
    return dict(row)
