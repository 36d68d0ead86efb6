"""Who borders whom, along what, and where a grid may hold together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.unit_graph import Barrier, UnitGraph
from gis.units.graph import GraphOptions, border_lines, unit_graph
from gis.units.graph_check import check_graph
from gis.units.ways import WayKind, Ways, road_kinds
from tests.unit.gis.coverages import voronoi

FOUR = np.array([shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)])
"""Squares of 100 m: 0 and 1 in the south, 2 and 3 in the north."""

MIDDLE = [(-50, 100), (250, 100)]


def ways(*rows: tuple[Any, WayKind]) -> Ways:
    """Lines (as points) or areas, with their kinds."""
    shapes = [row if isinstance(row, shapely.Polygon) else shapely.LineString(row) for row, _ in rows]
    return Ways(np.array(shapes, dtype=object), np.array([kind for _, kind in rows], dtype=np.uint8))


def graph(polygons: Any, barriers: Ways | None = None, households: int = 100, **options: Any) -> UnitGraph:
    """A graph of units with as many households each, in one community unless told."""
    n = len(polygons)
    homes = np.full(n, households)
    community = options.pop("community", np.zeros(n, dtype=int))
    return unit_graph(np.array(polygons), homes, homes, homes, community, barriers=barriers, **options)


def edges(found: UnitGraph) -> dict[tuple[int, int], tuple[str, bool]]:
    """Barrier and whether joined, by pair."""
    return {
        (int(a), int(b)): (Barrier(kind).name, bool(joined))
        for (a, b), kind, joined in zip(found.ends, found.barrier, found.joined, strict=True)
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(0, 2))
def test_borders_are_told_once_and_add_up_to_the_perimeters(seed: int, zones: int, wiggles: int) -> None:
    cells = voronoi(seed, zones, wiggles=wiggles)
    found = graph(cells)
    borders = found.length_m > 0
    assert (found.ends[:, 0] < found.ends[:, 1]).all()
    assert len(np.unique(found.ends, axis=0)) == len(found.ends)
    outer = shapely.length(shapely.union_all(cells))
    assert 2 * found.length_m.sum() + outer == pytest.approx(found.perimeter_m.sum(), rel=1e-9)
    assert shapely.length(border_lines(cells, found.ends)) == pytest.approx(found.length_m)
    left, right = shapely.STRtree(cells).query(cells, predicate="touches")
    meeting = shapely.length(shapely.intersection(cells[left], cells[right]))
    rook = {
        (a, b)
        for a, b, long in zip(left.tolist(), right.tolist(), meeting, strict=True)
        if a < b and long > 0
    }
    assert {(int(a), int(b)) for a, b in found.ends[borders]} == rook


def test_a_border_is_what_runs_along_it_and_not_what_crosses_it() -> None:
    street = ([(-50, 102), (250, 102)], WayKind.STREET)
    lane = ([(100, -50), (100, 250)], WayKind.PATH)
    found = edges(graph(FOUR, ways(street, lane)))
    assert found[0, 2] == found[1, 3] == ("STREET", True)
    assert found[0, 1] == found[2, 3] == ("LAND", True)
    far = edges(graph(FOUR, ways(([(-50, 105), (250, 105)], WayKind.STREET))))
    assert far[0, 2] == ("LAND", True)


def test_of_several_the_strongest_counts_and_of_stretches_the_longest() -> None:
    both = ways((MIDDLE, WayKind.STREET), (MIDDLE, WayKind.RAIL))
    assert edges(graph(FOUR, both))[0, 2][0] == "RAIL"
    parts = ways(([(-50, 100), (30, 100)], WayKind.ARTERIAL), ([(30, 100), (250, 100)], WayKind.STREET))
    assert edges(graph(FOUR, parts))[0, 2][0] == "STREET"


def test_cells_of_one_block_border_inside_a_compound_unless_something_runs_there() -> None:
    block = np.array([7, 7, 7, -1])
    found = edges(graph(FOUR, ways((MIDDLE, WayKind.STREET)), compound=block))
    assert found[0, 1] == ("COMPOUND", True)
    assert found[0, 2] == ("STREET", True)
    assert found[2, 3] == ("LAND", True)


@pytest.mark.parametrize("fence", [WayKind.RIVER, WayKind.MOTORWAY, WayKind.RAIL])
def test_nobody_crosses_a_fence_but_by_a_road(fence: WayKind) -> None:
    line = (MIDDLE, fence)
    assert {pair for pair, (_, joined) in edges(graph(FOUR, ways(line))).items() if not joined} == {
        (0, 2),
        (1, 3),
    }
    # A road through the western pair, one that ends at the fence in the eastern.
    roads = ([(50, 50), (50, 150)], WayKind.STREET), ([(150, 50), (150, 100)], WayKind.STREET)
    found = edges(graph(FOUR, ways(line, *roads)))
    assert (found[0, 2][1], found[1, 3][1]) == (True, False)
    # A road along the fence is no crossing.
    beside = ([(-50, 100), (250, 100)], WayKind.STREET)
    assert not edges(graph(FOUR, ways(line, beside)))[0, 2][1]
    if fence is not WayKind.MOTORWAY:
        over = ([(50, 50), (50, 150)], WayKind.MOTORWAY)
        assert not edges(graph(FOUR, ways(line, over)))[0, 2][1]


def test_a_bridge_between_units_joins_both_sides_of_its_road() -> None:
    # The road is itself the border of the units, on both banks.
    bridge = ([(100, -50), (100, 250)], WayKind.ARTERIAL)
    found = edges(graph(FOUR, ways((MIDDLE, WayKind.RIVER), bridge)))
    assert found[0, 2] == found[1, 3] == ("RIVER", True)
    halves = ([(100, -50), (100, 100)], WayKind.ARTERIAL), ([(100, 100), (100, 250)], WayKind.ARTERIAL)
    assert edges(graph(FOUR, ways((MIDDLE, WayKind.RIVER), *halves)))[0, 2][1]


def test_water_areas_are_rivers_too() -> None:
    river = shapely.box(-50, 90, 250, 112)
    found = edges(graph(FOUR, ways((river, WayKind.RIVER))))
    assert found[0, 2] == ("RIVER", False)
    assert found[0, 1] == ("LAND", True)


def test_a_gap_in_the_fence_joins() -> None:
    assert edges(graph(FOUR, ways(([(-50, 100), (60, 100)], WayKind.RAIL))))[0, 2] == ("RAIL", True)


def test_where_nobody_lives_nothing_is_cut_off() -> None:
    river = ways((MIDDLE, WayKind.RIVER))
    found = graph(FOUR, river, households=0)
    assert found.parts(np.zeros(4, dtype=int))[0] == 1
    assert (~found.joined).sum() == 1


def test_an_island_is_linked_to_the_nearest_unit_of_its_community() -> None:
    island = shapely.box(100, 400, 150, 450)
    found = graph([*FOUR, island], community=np.array([0, 0, 0, 1, 1]))
    assert (found.ends[found.length_m == 0].tolist(), edges(found)[3, 4][1]) == ([[3, 4]], True)
    alone = graph([*FOUR, island], community=np.array([0, 0, 0, 0, 1]))
    assert (alone.length_m > 0).all()


def test_units_within_reach_are_linked_unless_another_lies_between() -> None:
    # Three in a row, 20 m apart, one 60 m behind them, one of another community beside them.
    row = [shapely.box(x, 0, x + 100, 100) for x in (0, 120, 240)]
    units = [*row, shapely.box(400, 0, 500, 100), shapely.box(120, 120, 220, 220)]
    homes, community = np.full(5, 100), np.array([0, 0, 0, 0, 1])

    def links(reach_m: float) -> Any:
        made = unit_graph(np.array(units), homes, homes, homes, community,
                          options=GraphOptions(reach_m=reach_m))  # fmt: skip
        assert made.joined.all()
        assert (made.length_m == 0).all()
        return made.ends.tolist()

    assert links(0) == []
    assert links(20) == [[0, 1], [1, 2]]
    # From the first to the third the way leads over the second.
    assert links(150) == [[0, 1], [1, 2], [2, 3]]


def test_units_across_a_street_are_within_reach_where_corners_meet_its_sides() -> None:
    south, north = ([shapely.box(x, y, x + 100, y + 100) for x in (0, 100)] for y in (0, 120))
    homes = np.full(4, 100)
    made = unit_graph(np.array([*south, *north]), homes, homes, homes, homes * 0,
                      options=GraphOptions(reach_m=20))  # fmt: skip
    assert {(0, 2), (1, 3)} <= {tuple(pair) for pair in made.ends[made.length_m == 0].tolist()}


def test_units_that_meet_in_a_corner_are_not_within_reach() -> None:
    corner = [shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)]
    homes = np.full(2, 100)
    made = unit_graph(np.array(corner), homes, homes, homes, homes * 0, options=GraphOptions(reach_m=50))
    assert not len(made.ends)


def test_a_bridge_over_ground_of_nobody_is_a_link() -> None:
    south, north = shapely.box(0, 0, 100, 100), shapely.box(0, 160, 100, 260)
    beside = shapely.box(100, 160, 200, 260)
    bridge = ways(([(150, 300), (150, 200), (50, 200), (50, 50)], WayKind.STREET))
    found = graph([south, north, beside], bridge)
    assert edges(found)[0, 1] == ("RIVER", True)
    assert found.length_m[(found.ends == [0, 1]).all(axis=1)].tolist() == [0.0]


def test_what_is_cut_off_is_told_with_its_place() -> None:
    degrees = shapely.transform(FOUR, lambda points: points * 1e-5 + [114.0, 30.0])
    found = check_graph(graph(FOUR, ways((MIDDLE, WayKind.RIVER))), ["A", "B", "C", "D"], degrees)
    assert [(one.kind, one.codes, one.households) for one in found] == [("cut_off", ("C", "D"), 200)]
    assert shapely.covers(degrees[2], shapely.Point(found[0].place))
    assert check_graph(graph(FOUR), ["A", "B", "C", "D"], degrees) == []


def test_roads_are_known_by_the_words_of_maps_and_surveys() -> None:
    words = [
        "motorway_link",
        "['trunk', 'primary']",
        "次干路",
        "living_street",
        "service",
        "light_rail",
        float("nan"),
    ]
    assert [WayKind(kind).name for kind in road_kinds(words)] == [
        "MOTORWAY", "ARTERIAL", "ARTERIAL", "STREET", "PATH", "RAIL", "STREET",
    ]  # fmt: skip
