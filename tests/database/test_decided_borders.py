"""What was decided about borders of units, links and railways, goes on with the pieces of cut units."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely

from governance.access import OPERATOR
from governance.planning.drawing import draw_move
from governance.planning.plans import plan_units
from governance.planning.requests import SplitLine
from grid_data.database import Connection, Database
from grid_data.land_units.edges import decide_edge, take_edges
from grid_data.land_units.graphs import read_unit_graph, refresh_unit_graph
from tests.database.test_unit_graph import edges
from tests.support import drafts
from tests.support.drafts import AUTHOR, publish

THROUGH_COLUMN_0 = [120.405, 36.09, 120.405, 36.12]
"""Through U00 and U10, from the border of the city to that of their grid."""


async def _decide(database: Database) -> None:
    """A bridge from U00 to U30, and a railway between U10 and U20, of which the database knows no line."""
    async with database.transaction(OPERATOR) as connection:
        await refresh_unit_graph(connection)
        await decide_edge(connection, "U00", "U30", joined=True, actor=AUTHOR)
        rail = {"unit_a": ["U10"], "unit_b": ["U20"], "length_m": [900.0], "barrier": ["rail"]}
        assert await take_edges(connection, pd.DataFrame(rail).assign(joined="false")) == 1


async def _split(database: Database, layer: str, code: str, zone: str, line: list[float]) -> None:
    """A plan in force that splits a zone, named by the end of its code, along a line through units."""
    async with database.transaction(OPERATOR) as connection:
        plan = await drafts.begin_on(connection, layer, code)
        number = (await drafts.numbers(connection, plan))[zone]
        drawn = SplitLine(number, shapely.LineString([line[:2], line[2:]]))
        assert (await draw_move(connection, code, 0, AUTHOR, drawn)).cut
    await publish(database, code)


async def _of_draft(connection: Connection, code: str) -> dict[tuple[str, str], tuple[float, bool]]:
    """Length and crossing of the borders and links of a draft, by the codes of its units."""
    told: Any = await plan_units(connection, code)
    codes, found = told.units.code, told.edges
    ends = zip(found.a, found.b, strict=True)
    pairs = [(min(codes[a], codes[b]), max(codes[a], codes[b])) for a, b in ends]
    return dict(zip(pairs, zip(found.length_m, found.joined, strict=True), strict=True))


def _links(borders: dict[tuple[str, str], tuple[float, bool]]) -> dict[tuple[str, str], bool]:
    return {pair: joined for pair, (length, joined) in borders.items() if length == 0}


async def test_links_and_railways_outlive_the_cut_of_a_unit(toy_database: Database) -> None:
    await _decide(toy_database)
    await _split(toy_database, "base_grid", "P1", "001001", THROUGH_COLUMN_0)
    async with toy_database.transaction(OPERATOR) as connection:
        await refresh_unit_graph(connection)
        stored = edges(await read_unit_graph(connection))
    found = {(min(pair), max(pair)): way for pair, way in stored.items()}
    assert found["U10.1", "U20"] == found["U10.2", "U20"] == ("RAIL", False)
    assert found["U10.1", "U10.2"][1]
    links = {pair: way for pair, way in found.items() if pair[0].startswith("U00") and pair[1] == "U30"}
    assert list(links.values()) == [("LAND", True)]


async def test_a_bridge_leads_on_to_pieces_where_base_grids_cut_its_far_end(toy_database: Database) -> None:
    await _decide(toy_database)
    await _split(toy_database, "police", "P1", "-SOUTH", THROUGH_COLUMN_0)
    await _split(toy_database, "base_grid", "B1", "001002", [120.405, 36.12, 120.405, 36.15])
    async with toy_database.transaction(OPERATOR) as connection:
        await drafts.begin_on(connection, "police", "P2")
        links = _links(await _of_draft(connection, "P2"))
    assert len(links) == 1
    ((here, there),) = links
    assert (here[:4], there[:4]) == ("U00.", "U30.")
    assert links[here, there]


async def test_what_is_decided_afterwards_holds_for_pieces_of_the_layer(toy_database: Database) -> None:
    await _decide(toy_database)
    await _split(toy_database, "police", "P1", "-SOUTH", THROUGH_COLUMN_0)
    async with toy_database.transaction(OPERATOR) as connection:
        await decide_edge(connection, "U00", "U30", joined=False, actor=AUTHOR)
        await decide_edge(connection, "U00", "U31", joined=True, actor=AUTHOR)
        await decide_edge(connection, "U00", "U01", joined=False, actor=AUTHOR)
        await drafts.begin_on(connection, "police", "P2")
        borders = await _of_draft(connection, "P2")
    links = _links(borders)
    # A link that is parted is still known, but holds nothing together.
    assert {(here[:3], there): joined for (here, there), joined in links.items()} == {
        ("U00", "U30"): False, ("U00", "U31"): True,
    }  # fmt: skip
    beside = [joined for (here, there), (length, joined) in borders.items()
              if here.startswith("U00.") and there == "U01" and length]  # fmt: skip
    assert beside == [False]
