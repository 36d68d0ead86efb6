"""Land units cut from anything are a clean coverage of their communities, and no building is cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crs import geometry_to_metric
from gis.lattice import is_on_lattice, to_lattice
from gis.unit_graph import Barrier
from gis.units.build import STEPS, build_units
from gis.units.faces import Plane
from gis.units.options import KINDS, Homes, LandUnits, UnitOptions
from gis.units.ways import WayKind, Ways
from grid_data.land_units.building import read_buildings, read_ways
from tests.unit.gis.units.cities import METRIC, Shapes, placed, random_ground

FIXTURES = Path(__file__).parents[3] / "fixtures"
SMALL = UnitOptions(
    smallest_m2=150.0, thin_m=4.0, largest_block_m2=4000.0, most_households=30, smallest_cell_m2=80.0
)


def is_clean(units: LandUnits, communities: Shapes) -> None:
    """Valid, single parts, on the lattice, no gap and no overlap, each unit in its community."""
    lattice = to_lattice(units.shapes)
    assert {shape.geom_type for shape in units.shapes} == {"Polygon"}
    assert is_on_lattice(units.shapes)
    assert shapely.is_valid(lattice).all()
    assert shapely.coverage_is_valid(lattice)
    ground = shapely.union_all(to_lattice(communities))
    union = shapely.coverage_union_all(lattice)
    # A crossing on a slanting border is moved to the lattice, by less than a step.
    assert shapely.symmetric_difference(ground, union).area <= ground.length
    for number, area in enumerate(to_lattice(communities)):
        own = shapely.coverage_union_all(lattice[units.community == number])
        assert shapely.symmetric_difference(own, area).area <= area.length


def graph_fits(units: LandUnits, srid: int = METRIC) -> None:
    """Borders are told once, and make up the perimeters but for the outer border."""
    graph = units.graph
    assert len(np.unique(graph.ends, axis=0)) == len(graph.ends)
    metric = geometry_to_metric(units.shapes, srid)
    outer = shapely.length(shapely.coverage_union_all(metric))
    assert 2 * graph.length_m.sum() + outer == pytest.approx(graph.perimeter_m.sum(), rel=1e-9)
    assert graph.joined[graph.length_m == 0].all()


def cut_buildings(units: LandUnits, buildings: Shapes, communities: Shapes, *, by_m2: float) -> list[int]:
    """Buildings inside one community that more than one unit has a part of."""
    cells, footprints, areas = (to_lattice(shapes) for shapes in (units.shapes, buildings, communities))
    plane = Plane.at(float(shapely.get_y(shapely.centroid(communities[0]))))
    building, cell = shapely.STRtree(cells).query(footprints, predicate="intersects")
    part = plane.area(shapely.intersection(footprints[building], cells[cell]))
    pieces = np.bincount(building[part > by_m2], minlength=len(buildings))
    inside = np.bincount(
        shapely.STRtree(areas).query(footprints, predicate="within")[0], minlength=len(buildings)
    )
    return [int(number) for number in np.flatnonzero((pieces > 1) & (inside > 0))]


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(0, 14), st.integers(0, 25))
def test_any_lines_and_buildings_make_a_clean_coverage(
    seed: int, communities: int, lines: int, buildings: int
) -> None:
    ground = random_ground(seed, communities, lines, buildings)
    units = build_units(
        ground.codes,
        ground.communities,
        ground.ways,
        METRIC,
        buildings=ground.buildings,
        homes=ground.homes,
        options=SMALL,
    )
    is_clean(units, ground.communities)
    graph_fits(units)
    assert cut_buildings(units, ground.buildings, ground.communities, by_m2=1.0) == []
    assert units.graph.households.sum() + units.homes_outside == ground.homes.households.sum()
    places = to_lattice(shapely.points(ground.homes.lon, ground.homes.lat))
    middle = shapely.union_all(to_lattice(ground.communities)).buffer(-2)
    assert units.homes_outside <= ground.homes.households[~shapely.intersects(middle, places)].sum()
    assert len(set(units.codes)) == len(units)
    assert all(
        code.startswith(ground.codes[of])
        for code, of in zip(units.codes, units.community.tolist(), strict=True)
    )


def test_the_same_ground_gives_the_same_units() -> None:
    ground = random_ground(7, 3, 9, 12)
    once, again = (
        build_units(ground.codes, ground.communities, ground.ways, METRIC, buildings=ground.buildings)
        for _ in range(2)
    )
    assert once.codes == again.codes
    assert shapely.equals_exact(once.shapes, again.shapes).all()


SQUARE = placed(np.array([shapely.box(0, 0, 40_000, 40_000)]))


def line(*points: tuple[int, int]) -> shapely.LineString:
    """A line counted in lattice steps from the corner."""
    shape: shapely.LineString = placed(np.array([shapely.LineString(points)]))[0]
    return shape


def test_a_tower_stays_with_its_podium_and_neighbours_get_cells_of_their_own() -> None:
    podium, tower = shapely.box(5000, 5000, 15_000, 15_000), shapely.box(8000, 8000, 11_000, 11_000)
    houses = [
        podium,
        tower,
        shapely.box(25_000, 5000, 30_000, 10_000),
        shapely.box(5000, 30_000, 9000, 35_000),
    ]
    units = build_units(["C"], SQUARE, Ways.none(), METRIC, buildings=placed(np.array(houses)))
    assert sorted(units.graph.buildings.tolist()) == [1, 1, 2]
    assert {KINDS[kind] for kind in units.kind} == {"building_cell"}
    assert set(units.graph.barrier.tolist()) == {int(Barrier.COMPOUND)}


def test_a_building_over_the_street_is_given_whole_to_the_block_that_has_most_of_it() -> None:
    street = Ways.of(np.array([line((20_000, -100), (20_000, 40_100))]), WayKind.STREET)
    house = placed(np.array([shapely.box(14_000, 18_000, 22_000, 22_000)]))
    units = build_units(["C"], SQUARE, street, METRIC, buildings=house)
    assert len(units) == 2
    west = units.shapes[np.argmax(units.graph.buildings)]
    assert shapely.covers(west, house[0])
    assert shapely.covers(west, shapely.Point(placed(np.array([shapely.Point(1000, 1000)]))[0]))


def test_a_building_of_the_next_community_does_not_take_a_piece_of_one_over_the_street() -> None:
    halves = placed(np.array([shapely.box(0, 0, 20_000, 40_000), shapely.box(20_000, 0, 40_000, 40_000)]))
    lines = [line((x, -100), (x, 40_100)) for x in (10_000, 25_000)]
    street = Ways.of(np.array(lines), WayKind.STREET)
    across, house = shapely.box(11_000, 13_000, 36_000, 15_000), shapely.box(4000, 12_000, 12_000, 16_000)
    buildings = placed(np.array([across, house]))
    units = build_units(["A", "B"], halves, street, METRIC, buildings=buildings)
    assert cut_buildings(units, buildings, halves, by_m2=0.1) == []
    assert units.buildings_cut == 1


def test_the_strip_between_two_carriageways_is_absorbed() -> None:
    lanes = [line((x, -100), (x, 40_100)) for x in (20_000, 20_500)]
    units = build_units(["C"], SQUARE, Ways.of(np.array(lanes), WayKind.ARTERIAL), METRIC)
    assert len(units) == 2
    assert units.graph.barrier.tolist() == [Barrier.ARTERIAL]


def test_a_river_is_divided_along_its_middle_and_parts_what_no_bridge_joins() -> None:
    river = placed(np.array([shapely.box(-100, 18_000, 40_100, 22_000)]))
    water = Ways.of(river, WayKind.RIVER)
    units = build_units(["C"], SQUARE, water, METRIC)
    assert len(units) == 2
    north, south = (shapely.area(geometry_to_metric(shape, METRIC)) for shape in units.shapes)
    assert north == pytest.approx(south, rel=0.02)
    # Nobody lives there: what is left over is not cut off for good.
    assert units.graph.barrier.tolist() == [Barrier.RIVER]
    many = np.array([100, 100])
    lon, lat = shapely.get_coordinates(shapely.centroid(units.shapes)).T
    homes = Homes(lon, lat, many, many)
    assert build_units(["C"], SQUARE, water, METRIC, homes=homes).graph.joined.tolist() == [False]
    bridge = Ways.of(np.array([line((20_000, 10_000), (20_000, 30_000))]), WayKind.PATH)
    assert build_units(["C"], SQUARE, water + bridge, METRIC, homes=homes).graph.joined.tolist() == [True]


def test_a_lake_is_a_unit_of_its_own() -> None:
    lake = placed(np.array([shapely.Point(20_000, 20_000).buffer(8000)]))
    units = build_units(["C"], SQUARE, Ways.of(lake, WayKind.RIVER), METRIC)
    assert sorted(KINDS[kind] for kind in units.kind) == ["block", "water_front"]


def test_a_street_that_ends_short_of_the_next_is_led_on() -> None:
    streets = [line((20_000, -100), (20_000, 19_500)), line((-100, 20_000), (40_100, 20_000))]
    units = build_units(["C"], SQUARE, Ways.of(np.array(streets), WayKind.STREET), METRIC)
    assert len(units) == 3
    apart = UnitOptions(close_m=0.0)
    assert (
        len(build_units(["C"], SQUARE, Ways.of(np.array(streets), WayKind.STREET), METRIC, options=apart))
        == 2
    )


def test_overlapping_communities_and_narrow_gaps_are_mended_and_told() -> None:
    west, east = shapely.box(0, 0, 20_010, 40_000), shapely.box(20_000, 0, 30_000, 40_000)
    far = shapely.box(30_020, 0, 40_000, 40_000)
    units = build_units(["A", "B", "C"], placed(np.array([west, east, far])), Ways.none(), METRIC)
    lattice = to_lattice(units.shapes)
    assert shapely.coverage_is_valid(lattice)
    # The slit is open at both ends: it is no gap that lines enclose.
    assert units.mended_m2 == pytest.approx(10 * 40_000 * 0.009 * 0.0111, rel=0.05)


def test_streets_and_buildings_of_shanghai() -> None:
    folder = FIXTURES / "shanghai"
    ways = read_ways(folder / "lujiazui_roads.geojson", None, pieces=True)
    buildings, _ = read_buildings(folder / "lujiazui_buildings.geojson", pieces=True)
    assert len(buildings) == 88
    communities = np.array(
        [shapely.box(121.496, 31.234, 121.501, 31.242), shapely.box(121.501, 31.234, 121.506, 31.242)]
    )
    places = shapely.get_coordinates(shapely.point_on_surface(buildings))
    each = np.full(len(places), 30)
    homes = Homes(places[:, 0], places[:, 1], each, each * 2)
    told: list[str] = []
    units = build_units(
        ["310115005001", "310115005002"],
        communities,
        ways,
        4549,
        buildings=buildings,
        homes=homes,
        progress=lambda step, _: told.append(step),
    )
    assert told == list(STEPS)
    is_clean(units, communities)
    graph_fits(units)
    assert cut_buildings(units, buildings, communities, by_m2=1.0) == []
    assert units.graph.households.sum() + units.homes_outside == 30 * 88
    assert {Barrier.COMPOUND, Barrier.STREET, Barrier.ARTERIAL} <= set(units.graph.barrier.tolist())


def test_streets_of_wuhan() -> None:
    ways = read_ways(FIXTURES / "wuhan" / "streets.geojson", None)
    cells = [shapely.box(114.408 + 0.016 * k, 30.498, 114.424 + 0.016 * k, 30.526) for k in range(2)]
    communities = np.array(cells)
    units = build_units(["420111001001", "420111001002"], communities, ways, 4547)
    is_clean(units, communities)
    graph_fits(units, 4547)
    assert len(units) > 20
    graph = units.graph
    inside = graph.community[graph.ends[:, 0]] == graph.community[graph.ends[:, 1]]
    streets = np.isin(graph.barrier, (Barrier.STREET, Barrier.ARTERIAL))
    assert graph.length_m[inside & streets].sum() > 0.9 * graph.length_m[inside].sum()
