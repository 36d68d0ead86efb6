"""Buildings: rows of slabs and towers, village houses, shops, schools and works, inside their unit.

Every unit gets a lattice of candidate footprints, turned like its block with the long side to the south
as is usual in northern China; those that lie inside the unit and clear of its borders, wide roads and water
are kept. Floors follow from how many households the unit is meant to hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from grid_data.sample.blocks import USES, Units
from grid_data.sample.lattice import Floats, Geometries, Ints
from grid_data.sample.splitting import frames
from grid_data.sample.streets import Streets
from grid_data.sample.waters import Waters

KINDS = ("residential", "public", "commercial", "industrial")

# Metres: width and depth of a footprint, gaps along and across, clearance from the unit border.
_TOWER = (30.0, 20.0, 24.0, 34.0, 10.0)
_SLAB = (52.0, 13.0, 12.0, 25.0, 9.0)
_TOWN_SLAB = (44.0, 12.0, 11.0, 20.0, 8.0)
_HOUSE = (11.5, 9.0, 2.8, 7.0, 5.0)
_HALL = (48.0, 26.0, 20.0, 24.0, 11.0)
_WORKS = (72.0, 34.0, 22.0, 26.0, 12.0)

_ATTEMPTS = 5
"""The lattice of footprints is tried in so many positions; the one with room for most is kept."""

HOUSEHOLDS_PER_HECTARE_TOWER = 150.0
"""Units meant to hold more households than this per hectare get towers."""

_MOST_IN_A_UNIT = 180.0
"""A unit with more households than this would leave its base grid little choice."""

_ROAD_CLEARANCE = {"motorway": 26.0, "trunk": 24.0, "primary": 20.0, "secondary": 14.0, "tertiary": 9.0,
                   "residential": 5.5, "path": 2.5}  # fmt: skip


@dataclass(frozen=True)
class Buildings:
    """Metric footprints with the unit they stand in; ``homes`` is the number of households of each."""

    shapes: Geometries
    unit: Ints
    kind: Ints
    floors: Ints
    stairwells: Ints
    homes: Ints


def wanted_households(units: Units, targets: Floats, random: np.random.Generator) -> Floats:
    """Households each unit is meant to hold; sums to ``targets`` per subdistrict."""
    weight = units.density**1.35 * units.area_m2 * random.lognormal(0.0, 0.28, len(units.area_m2))
    weight *= np.select(
        [units.use == USES.index("residential"), units.use == USES.index("village")], [1.0, 0.32], 0.0
    )
    total = np.bincount(units.subdistrict, weights=weight, minlength=len(targets))
    return np.asarray(targets[units.subdistrict] * weight / total[units.subdistrict])


def build(
    units: Units, streets: Streets, waters: Waters, targets: Floats, random: np.random.Generator
) -> Buildings:
    """Footprints and households of all units.

    ``targets`` are the households wanted per subdistrict. Where not all of a unit's share finds room, the
    rest goes to the units that have more, so totals are met nearly.
    """
    wanted = wanted_households(units, targets, random)
    use = units.use
    per_hectare = wanted / units.area_m2 * 1e4
    home = use == USES.index("residential")
    tall = home & (per_hectare > HOUSEHOLDS_PER_HECTARE_TOWER)
    town = home & (per_hectare < 45.0)
    styles = [
        (np.flatnonzero(tall), _TOWER, 0.0),
        (np.flatnonzero(home & ~tall & ~town), _SLAB, 0.0),
        (np.flatnonzero(town), _TOWN_SLAB, 0.0),
        (np.flatnonzero(use == USES.index("village")), _HOUSE, 0.25),
        (np.flatnonzero(np.isin(use, [USES.index("public"), USES.index("commercial")])), _HALL, 0.3),
        (np.flatnonzero(use == USES.index("industrial")), _WORKS, 0.2),
    ]
    placed = [_place(units, members, style, gaps, random) for members, style, gaps in styles]
    shapes = np.concatenate([part[0] for part in placed])
    unit = np.concatenate([part[1] for part in placed])
    clear = _clear_of(shapes, streets, waters)
    shapes, unit = shapes[clear], unit[clear]
    order = np.lexsort((*shapely.get_coordinates(shapely.centroid(shapes)).T, unit))
    shapes, unit = shapes[order], unit[order]
    return _fill(units, shapes, unit, wanted, targets, random)


def _south(units: Units, members: Ints) -> tuple[Floats, Floats]:
    """Unit vectors of each unit's axis nearest to east-west, and the one across, shapes (n, 2)."""
    _, long_side, short_side = frames(units.metric[members])
    flat_long = np.abs(long_side[:, 0]) / np.hypot(*long_side.T)
    flat_short = np.abs(short_side[:, 0]) / np.hypot(*short_side.T)
    axis = np.where((flat_long >= flat_short)[:, None], long_side, short_side)
    axis = axis / np.hypot(*axis.T)[:, None] * np.sign(axis[:, :1] + 1e-12)
    return axis, np.column_stack([-axis[:, 1], axis[:, 0]])


def _place(
    units: Units, members: Ints, style: tuple[float, float, float, float, float], gaps: float,
    random: np.random.Generator,
) -> tuple[Geometries, Ints]:  # fmt: skip
    """Footprints of one style that fit into the units, and their units; a share ``gaps`` is left out."""
    width, depth, gap_x, gap_y, clearance = style
    if not len(members):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    room = shapely.buffer(units.metric[members], -clearance)
    east, north = _south(units, members)
    centre = shapely.get_coordinates(shapely.centroid(units.metric[members]))
    bounds = shapely.bounds(units.metric[members])
    reach = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) / 2.0
    columns = (reach / (width + gap_x)).astype(int) + 1
    rows = (reach / (depth + gap_y)).astype(int) + 1
    counts = (2 * columns + 1) * (2 * rows + 1)
    owner = np.repeat(np.arange(len(members)), counts)
    running = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    across = 2 * columns[owner] + 1
    i, j = running % across - columns[owner], running // across - rows[owner]
    random_gaps = random.random(len(owner)) < gaps
    # Rows of a compound are not ruled lines: each building is shifted a little.
    sway = random.normal(0.0, 0.6 if width < 20.0 else 1.6, len(owner)).clip(-0.45 * gap_x, 0.45 * gap_x)
    size_x = width * random.uniform(0.8, 1.0, len(owner))
    size_y = depth * random.uniform(0.9, 1.0, len(owner))
    # Two thirds of the halls and works are L-shaped: a corner is cut out.
    bite = np.where(
        (depth > 22.0) & (random.random(len(owner)) < 0.66), random.uniform(0.35, 0.6, len(owner)), 0.0
    )
    outline = _outline(size_x, size_y, bite)
    best = np.full(len(members), -1)
    chosen = np.zeros(len(owner), dtype=bool)
    shapes = np.empty(len(owner), dtype=object)
    shapely.prepare(room)
    for _ in range(_ATTEMPTS):
        shift = random.uniform(-0.5, 0.5, (len(members), 2))
        x = (i + shift[owner, 0]) * (width + gap_x) + sway
        y = (j + shift[owner, 1]) * (depth + gap_y)
        local = outline + np.column_stack([x, y])[:, None]
        world = centre[owner, None] + local[..., :1] * east[owner, None] + local[..., 1:] * north[owner, None]
        middle = centre[owner] + x[:, None] * east[owner] + y[:, None] * north[owner]
        inside = shapely.contains_xy(room[owner], middle[:, 0], middle[:, 1]) & ~random_gaps
        candidates = np.flatnonzero(inside)
        drawn = shapely.polygons(world[candidates])
        fits = shapely.contains_properly(room[owner[candidates]], drawn)
        number = np.bincount(owner[candidates[fits]], minlength=len(members))
        better = number > best
        best = np.maximum(best, number)
        chosen[better[owner]] = False
        take = fits & better[owner[candidates]]
        chosen[candidates[take]] = True
        shapes[candidates[take]] = drawn[take]
    return shapely.simplify(shapes[chosen], 0.0), members[owner[chosen]]


def _outline(size_x: Floats, size_y: Floats, bite: Floats) -> Floats:
    """Corners of rectangles (or L-shapes where ``bite`` > 0) about the origin, shape (n, 6, 2)."""
    inner = 1.0 - 2.0 * bite
    corners = [
        np.column_stack([-size_x, -size_y]),
        np.column_stack([size_x, -size_y]),
        np.column_stack([size_x, size_y * inner]),
        np.column_stack([size_x * inner, size_y * inner]),
        np.column_stack([size_x * inner, size_y]),
        np.column_stack([-size_x, size_y]),
    ]
    return np.asarray(np.stack(corners, axis=1) / 2.0)


def _clear_of(shapes: Geometries, streets: Streets, waters: Waters) -> NDArray[np.bool_]:
    """Which footprints keep clear of carriageways and water."""
    clear = np.ones(len(shapes), dtype=bool)
    tree = shapely.STRtree(shapes)
    lines = np.array(streets.lines, dtype=object)
    reach = np.array([_ROAD_CLEARANCE[road_class] for road_class in streets.road_class])
    clear[tree.query(lines, predicate="dwithin", distance=reach)[1]] = False
    land_water = waters.areas[[kind != "sea" for kind in waters.kind]]
    clear[tree.query(land_water, predicate="dwithin", distance=4.0)[1]] = False
    return clear


def _fill(
    units: Units, shapes: Geometries, unit: Ints, wanted: Floats, targets: Floats, random: np.random.Generator
) -> Buildings:
    """Floors, stairwells and households of each footprint."""
    use = units.use[unit]
    area = shapely.area(shapes)
    count = len(shapes)
    kind = np.select(
        [use == USES.index("public"), use == USES.index("commercial"), use == USES.index("industrial")],
        [1, 2, 3],
        0,
    )
    flats = use == USES.index("residential")
    houses = use == USES.index("village")
    # Flats per floor: one for each 105 m2 of footprint; a stairwell serves two of them, in a tower four.
    per_floor = np.where(flats, np.maximum(2, np.rint(area / 105.0)), 1.0)
    capacity = np.bincount(unit, weights=np.where(flats, per_floor, 0.0), minlength=len(units.use))
    in_houses = np.clip(random.poisson(0.38, count) + 1, 1, 3) * houses
    village_homes = np.bincount(units.subdistrict[unit], weights=in_houses, minlength=len(targets))
    share = _with_room(wanted, np.asarray(capacity, dtype=np.float64), units, targets - village_homes)
    floors = np.ones(count)
    usual = share[unit] / np.maximum(capacity[unit], 1.0)
    floors[flats] = np.rint(usual[flats] * random.uniform(0.86, 1.14, int(flats.sum())))
    floors[flats] = np.clip(floors[flats], 3, 33)
    homes = np.where(flats, per_floor * floors, 0.0)
    homes[houses] = in_houses[houses]
    floors[houses] = np.where(homes[houses] > 1, random.integers(2, 4, int(houses.sum())), 1)
    other = ~flats & ~houses
    storeys = np.select(
        [kind == 1, kind == 2], [random.integers(2, 7, count), random.integers(2, 9, count)], 1
    )
    high = (kind == 2) & (units.density[unit] > 0.7) & (random.random(count) < 0.3)
    floors[other] = np.where(high, random.integers(12, 40, count), storeys)[other]
    stairwells = np.ones(count)
    stairwells[flats] = np.where(
        floors[flats] > 18, np.ceil(per_floor[flats] / 4), np.ceil(per_floor[flats] / 2)
    )
    whole = [np.asarray(values, dtype=np.int64) for values in (kind, floors, stairwells, homes)]
    return Buildings(shapes, unit, *whole)


def _with_room(wanted: Floats, capacity: Floats, units: Units, targets: Floats) -> Floats:
    """Households in flats per unit: as wanted, capped by what fits, summing to the targets if possible."""
    flats = units.use == USES.index("residential")
    ceiling = np.where(flats, np.minimum(capacity * 30.0, _MOST_IN_A_UNIT), 0.0)
    share = np.zeros(len(wanted))
    for subdistrict, goal in enumerate(targets.tolist()):
        here = flats & (units.subdistrict == subdistrict) & (ceiling > 0)
        # Water-filling: a common factor on the wanted numbers, found by halving.
        low, high = 0.0, 50.0
        for _ in range(50):
            factor = (low + high) / 2.0
            if np.minimum(wanted[here] * factor, ceiling[here]).sum() < goal:
                low = factor
            else:
                high = factor
        share[here] = np.minimum(wanted[here] * low, ceiling[here])
    return share
