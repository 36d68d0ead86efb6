"""Any plan at all: grids are their units and the city, and full routing finds nothing left to move."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.publishing import act
from governance.planning.states import Action
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Connection, Database
from tests.database.test_bulk_routing import LATTICE_POINTS, frame_of
from tests.support import drafts
from tests.support.drafts import AUTHOR, REVIEWER

WEST, EAST = ("U{row}0", "U{row}1"), ("U{row}2", "U{row}3")
# Borders inside a community of two columns and four rows, by position in its list of units.
BORDERS = [(2 * row, 2 * row + 1) for row in range(4)] + [
    (2 * row + column, 2 * row + 2 + column) for row in range(3) for column in range(2)
]


def units_of(columns: tuple[str, str]) -> list[str]:
    return [column.format(row=row) for row in range(4) for column in columns]


@st.composite
def divisions(draw: st.DrawFn) -> list[int]:
    """A connected division of a community: part of each unit, parts numbered from 0 in any order."""
    part = list(range(8))
    for a, b in draw(st.permutations(BORDERS))[: draw(st.integers(3, 10))]:
        part = [part[a] if each == part[b] else each for each in part]
    names = draw(st.permutations(sorted(set(part))))
    return [names.index(each) for each in part]


@given(west=divisions(), east=divisions())
@settings(max_examples=8)
async def test_any_plan(toy_database: Database, west: list[int], east: list[int]) -> None:
    """Points on every vertex, edge and middle; grids lose and gain units, begin and end."""
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            await store_incidents(connection, frame_of(LATTICE_POINTS))
            await reroute(connection, OPERATOR, full=True)
            plan = await drafts.begin(connection)
            changed = await _redraw(connection, plan, {"001": (WEST, west), "002": (EAST, east)})
            if not changed:
                raise _Undo
            await act(connection, Action.SUBMIT, "P1", by=AUTHOR)
            await act(connection, Action.APPROVE, "P1", by=REVIEWER)
            done = await act(connection, Action.PUBLISH, "P1", by=REVIEWER)
            # At once, not at commit: one zone at any instant, always in a base grid.
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            full = await reroute(connection, OPERATOR, full=True, dry_run=True)
            assert full.moves.empty
            await _grids_are_their_units(connection)
            assert done.edition is not None
            named = {(step.source, step.target) for step in done.edition.lineage}
            assert len(named) == len(done.edition.lineage)
            raise _Undo


async def _redraw(
    connection: Connection, plan: int, divided: dict[str, tuple[tuple[str, str], list[int]]]
) -> bool:
    """Give each part a grid: the community's two, then new ones; grids without a part are dissolved."""
    number = await drafts.numbers(connection, plan)
    changed = False
    for community, (columns, parts) in divided.items():
        grids = [number[f"{community}001"], number[f"{community}002"]]
        while len(grids) <= max(parts):
            grids.append(await drafts.add_zone(connection, plan))
        wanted = {unit: grids[part] for unit, part in zip(units_of(columns), parts, strict=True)}
        await drafts.move(connection, plan, wanted)
        for empty in set(grids) - set(wanted.values()):
            await drafts.dissolve(connection, plan, empty)
        stays = {unit: grids[int(unit[1]) // 2] for unit in wanted}
        changed |= wanted != stays
    return changed


async def _grids_are_their_units(connection: Connection) -> None:
    cursor = await connection.execute(
        """WITH whole AS (
               SELECT version.lattice, version.parent_zone_id, ST_Union(unit.lattice) AS units,
                      count(DISTINCT unit.community_zone_id) AS communities,
                      min(unit.community_zone_id) AS community
               FROM zone_version AS version
               JOIN layer ON layer.id = version.layer_id AND layer.kind = 'base_grid'
               JOIN unit_zone ON unit_zone.zone_id = version.zone_id AND unit_zone.valid @> now()
                   AND upper_inf(unit_zone.recorded)
               JOIN land_unit AS unit ON unit.id = unit_zone.land_unit_id
               WHERE version.valid @> now() AND upper_inf(version.recorded)
               GROUP BY version.id)
           SELECT bool_and(ST_Equals(lattice, units)) AS same, sum(ST_Area(lattice)) AS area,
                  ST_Area(ST_Union(lattice)) AS whole,
                  bool_and(communities = 1 AND community = parent_zone_id) AS nested
           FROM whole"""
    )
    row = await cursor.fetchone()
    assert row == {"same": True, "area": 400_000.0**2, "whole": 400_000.0**2, "nested": True}


class _Undo(Exception):
    """Leaves the transaction without a trace, for the next example."""
