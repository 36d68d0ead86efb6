"""Any plans of a layer of shapes in turn: it stays a coverage, borders left alone stay as they are."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gis.lattice import to_lattice
from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.drawing import draw_move
from governance.planning.errors import MoveRefused
from governance.planning.moves import make_move
from governance.planning.plans import plan_shapes, plan_units
from governance.planning.refusals import PlanRefused
from governance.planning.requests import Paint, SplitLine
from governance.planning.states import Action
from grid_data.bulk.incidents import store_incidents
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from tests.database.test_bulk_routing import LATTICE_POINTS, frame_of
from tests.database.test_publishing_ground import police
from tests.support import databases, drafts, toy_city
from tests.support.drafts import AUTHOR, REVIEWER, do, publish

CITY = to_lattice(toy_city.box(0, 0, 4, 4))

# A line by two places on the rim of the city, counted in hundredths of its width, or a unit for a zone.
SHARES = st.integers(5, 95)
CUTS = st.tuples(st.just("cut"), SHARES, SHARES, st.booleans())
PAINTS = st.tuples(st.just("paint"), st.integers(0, 99), st.integers(0, 9), st.booleans())
PLANS = st.lists(st.one_of(CUTS, PAINTS, PAINTS), min_size=1, max_size=4)


@given(plans=st.lists(st.tuples(PLANS, st.sampled_from([False, False, True])), min_size=2, max_size=3))
@settings(
    max_examples=3, phases=[Phase.generate],
)  # fmt: skip
async def test_any_plans(
    cluster: Cluster, toy_template: str, plans: list[tuple[list[tuple[Any, ...]], bool]]
) -> None:
    """Cut, paint, publish, roll back, begin again; incidents lie on every vertex, edge and middle."""
    with databases.copy_of(cluster, toy_template) as url:
        database = Database(url, size=2)
        await database.open()
        try:
            async with database.transaction(OPERATOR) as connection:
                await store_incidents(connection, frame_of(LATTICE_POINTS))
                await reroute(connection, OPERATOR, full=True)
            for number, (moves, back) in enumerate(plans):
                await _one_plan(database, f"P{number}", moves, back=back)
        finally:
            await database.close()


async def _one_plan(database: Database, code: str, moves: list[tuple[Any, ...]], *, back: bool) -> None:
    before = await police(database)
    async with database.transaction(OPERATOR) as connection:
        await drafts.begin_on(connection, "police", code)
    start = await _drawn(database, code)
    _is_the_city(np.array(list(start["shapes"].values())))
    for move in moves:
        await _move(database, code, move)
    moved = await _drawn(database, code)
    _is_the_city(np.array(list(moved["shapes"].values())))
    try:
        await publish(database, code)
    except PlanRefused as refused:
        told = {refused.code, *(reason.en for reason in refused.reasons)}
        assert all(
            "plan" in each or "joined" in each or "no unit left" in each or "no ground" in each
            for each in told
        ), told
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("UPDATE plan SET state = 'withdrawn' WHERE code = %s", [code])
        assert _bytes(await police(database)) == _bytes(before)
        return
    after = await police(database)
    _is_the_city(np.array([to_lattice(shape) for shape in after.values()]))
    _is_left_alone(before, after, moved)
    async with database.transaction(OPERATOR) as connection:
        assert (await reroute(connection, OPERATOR, full=True, dry_run=True)).moves.empty
    if back:
        await do(database, Action.ROLL_BACK, code, by=REVIEWER)
        assert _bytes(await police(database)) == _bytes(before)


async def _drawn(database: Database, code: str) -> dict[str, Any]:
    """Units of a draft with their shapes (lattice), the codes of their zones, and where they were."""
    async with database.transaction(OPERATOR) as connection:
        read = await plan_units(connection, code)
        features = (await plan_shapes(connection, code)).model_dump()["units"]["features"]
        revision = read.revision
    shapes = {each["id"]: to_lattice(shapely.geometry.shape(each["geometry"])) for each in features}
    zones = {zone.number: zone.code for zone in read.zones}
    columns = read.units
    return {
        "revision": revision,
        "shapes": shapes,
        "zone": dict(zip(columns.id, columns.zone, strict=True)),
        "base": dict(zip(columns.id, columns.base_zone, strict=True)),
        "codes": zones,
    }


async def _move(database: Database, code: str, move: tuple[Any, ...]) -> None:
    """A move; one that is refused leaves the draft as it was."""
    kind, first, second, upright = move
    drawn = await _drawn(database, code)
    numbers = sorted(set(drawn["zone"].values()) - {None})
    try:
        async with database.transaction(OPERATOR) as connection:
            if kind == "paint":
                units = sorted(drawn["shapes"])
                unit, zone = units[first % len(units)], numbers[second % len(numbers)]
                await make_move(connection, code, drawn["revision"], AUTHOR, Paint([unit], zone))
            else:
                a, b = 0.04 * first / 100, 0.04 * second / 100
                ends = [(120.40 + a, 36.09), (120.40 + b, 36.15)]
                if not upright:
                    ends = [(120.39, 36.10 + a), (120.45, 36.10 + b)]
                zone = numbers[(first + second) % len(numbers)]
                line = shapely.LineString(ends)
                await draw_move(connection, code, drawn["revision"], AUTHOR, SplitLine(zone, line))
    except MoveRefused:
        pass


def _is_the_city(shapes: Any) -> None:
    """Shapes are a coverage without a gap, on the lattice."""
    assert shapely.coverage_is_valid(shapes)
    # No two overlap: they leave no gap if they are as large together.
    assert abs(shapely.area(shapes).sum() - CITY.area) < 0.5


def _is_left_alone(before: dict[str, Any], after: dict[str, Any], drawn: dict[str, Any]) -> None:
    """Units that lie wholly in their zone and stay keep their ground, and edges away from the rest stay."""
    zone, shapes = drawn["zone"], drawn["shapes"]
    old = {code: to_lattice(shape) for code, shape in before.items()}
    new = {code: to_lattice(shape) for code, shape in after.items()}
    still: list[tuple[str, Any]] = []
    touched: list[tuple[str, Any]] = []
    for unit, shape in shapes.items():
        code = drawn["codes"][zone[unit]]
        stays = zone[unit] == drawn["base"][unit] and code in old
        # A cut has put vertices into the edges of neighbours: to within a step of them.
        inside = stays and old[code].buffer(1.5).covers(shape)
        (still if inside else touched).append((code, shape))
    for code, shape in still:
        assert new[code].buffer(1.5).covers(shape)
    away = shapely.buffer(shapely.union_all([shape for _, shape in touched]), 2.0) if touched else None
    for code, shape in old.items():
        if code not in new:
            continue
        there = _edges(new[code])
        vertices, border = (
            {place for edge in there for place in edge},
            shapely.boundary(new[code]).buffer(1.0),
        )
        for edge in _edges(shape) - there:
            line = shapely.LineString(edge)
            if away is None or not away.intersects(line):
                # All it may have got is a vertex, where another border meets it.
                assert set(edge) <= vertices
                assert border.covers(line)


def _edges(shape: Any) -> set[tuple[tuple[float, float], ...]]:
    found = set()
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            places = list(map(tuple, shapely.get_coordinates(ring).tolist()))
            found |= {tuple(sorted(pair)) for pair in itertools.pairwise(places)}
    return found


def _bytes(zones: dict[str, Any]) -> dict[str, bytes]:
    return {code: shape.wkb for code, shape in zones.items()}
