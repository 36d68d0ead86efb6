"""Two planners on pieces that an earlier plan of the layer left: they conflict as on any unit."""

from __future__ import annotations

import pytest
import shapely

from governance.access import OPERATOR
from governance.planning.drawing import draw_move
from governance.planning.errors import PlanConflict
from governance.planning.moves import make_move, take_step
from governance.planning.plans import plan_units
from governance.planning.requests import Paint, SplitLine
from grid_data.database import Connection, Database
from tests.database.test_layer_pieces import cut_city
from tests.database.test_publishing_ground import draft

__all__ = ["cut_city"]

NORTH, SOUTH = 1, 2
ACROSS_THE_REST = shapely.LineString([(120.405, 36.09), (120.405, 36.106)])
"""Cuts U00.1, the southern piece of U00, and nothing else."""
ALONG_THE_SOUTH = shapely.LineString([(120.39, 36.103), (120.45, 36.103)])


async def _unit(connection: Connection, code: str) -> int:
    units = (await plan_units(connection, "P2")).units
    return int(units.id[units.code.index(code)])


async def test_the_same_piece_shows_both_sides_and_pieces_of_one_unit_go_together(cut_city: Database) -> None:
    await draft(cut_city, {}, "P2")
    async with cut_city.transaction(OPERATOR) as connection:
        strip, rest = await _unit(connection, "U00.2"), await _unit(connection, "U00.1")
        await make_move(connection, "P2", 0, "甲", Paint([strip], SOUTH))
        # The other read the plan before that: the rest of the unit is free, the strip is not.
        answer = await make_move(connection, "P2", 0, "乙", Paint([rest], NORTH))
        assert answer.revision == 2
    async with cut_city.transaction(OPERATOR) as connection:
        with pytest.raises(PlanConflict) as conflict:
            await make_move(connection, "P2", 1, "甲", Paint([strip, rest], SOUTH))
        (both,) = conflict.value.conflicts
        assert (both.unit, both.by) == (rest, "乙")
        units = (await plan_units(connection, "P2")).units
        zones = dict(zip(units.id, units.zone, strict=True))
        assert (zones[strip], zones[rest]) == (SOUTH, NORTH), "nothing is overwritten unseen"


async def test_a_piece_that_another_cuts_is_theirs_until_the_plan_is_read_again(cut_city: Database) -> None:
    await draft(cut_city, {}, "P2")
    async with cut_city.transaction(OPERATOR) as connection:
        rest, strip = await _unit(connection, "U00.1"), await _unit(connection, "U00.2")
        drawn = await draw_move(connection, "P2", 0, "甲", SplitLine(SOUTH, ACROSS_THE_REST))
        assert [each.unit for each in drawn.cut] == [rest]
    async with cut_city.transaction(OPERATOR) as connection:
        with pytest.raises(PlanConflict) as conflict:
            await make_move(connection, "P2", 0, "乙", Paint([rest], NORTH))
        (both,) = conflict.value.conflicts
        assert (both.unit, both.by, both.yours, both.theirs) == (rest, "甲", NORTH, None)
        assert set(both.pieces) == {piece.unit for piece in drawn.cut[0].pieces}
    async with cut_city.transaction(OPERATOR) as connection:
        with pytest.raises(PlanConflict):
            # The same ground, drawn on what was read before: two cuts of it do not go together.
            await draw_move(connection, "P2", 0, "乙", SplitLine(SOUTH, ALONG_THE_SOUTH))
    async with cut_city.transaction(OPERATOR) as connection:
        # Whoever builds on a piece of the piece keeps the cut from being taken back.
        moved = await make_move(connection, "P2", 1, "乙", Paint([drawn.cut[0].pieces[0].unit], NORTH))
        with pytest.raises(PlanConflict):
            await take_step(connection, "P2", moved.revision, "甲")
        await take_step(connection, "P2", moved.revision, "乙")
    async with cut_city.transaction(OPERATOR) as connection:
        await take_step(connection, "P2", moved.revision + 1, "甲")
        units = (await plan_units(connection, "P2")).units
        assert {rest, strip} <= set(units.id)
