"""Both routings give the same answer: random layers, zones with holes and parts, two editions, every border.

The statement is asked point by point, the router once; what they say is compared to the last digit.
Layers are made by joining the cells of one clean coverage at random: that makes holes, islands, parts that
touch at a point, vertices shared by many zones, and, where zones are left out, gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.lattice import from_lattice
from gis.router import NEAR_M, LayerAnswer, Method, Router, ZoneLayer
from governance.access import OPERATOR
from grid_data.bulk import zones as bulk_zones
from grid_data.database import Connection, Database
from grid_data.routing import RoutedPlace, route_place
from tests.support import toy_city
from tests.support.toy_city import SINCE, box
from tests.unit.gis.coverages import ORIGIN, SIDE, as_degrees, interesting_points, voronoi

CHANGE = datetime(2025, 3, 1, tzinfo=UTC)
MOMENTS = (CHANGE - timedelta(microseconds=1), CHANGE)
# In byte order 10 < 9 < A < Z < a < é < 网: unlike what people or locales would say.
CODES = ["9", "10", "Z", "a", "A", "é", "网格1", "b-2", "B_2", "0", "zz", "AA"]
METRIC = 4549

# What one layer says at one point: zones with method and distance, and the candidates passed over.
Said = tuple[list[tuple[str | None, str, float | None]], list[str]]


@dataclass(frozen=True)
class Drawn:
    """A layer in two editions."""

    code: str
    cardinality: str
    tolerance_m: float
    precedence: int
    codes: list[str]
    shapes: list[Any]
    later: list[bool]

    def zone_layer(self, order: Sequence[int] | None = None) -> ZoneLayer:
        """The layer for the router, its zones in some order."""
        places = list(range(len(self.codes))) if order is None else list(order)
        return ZoneLayer(
            self.code,
            [self.codes[k] for k in places],
            [self.shapes[k] for k in places],
            self.cardinality,
            self.tolerance_m,
            valid=[(CHANGE, None) if self.later[k] else (None, CHANGE) for k in places],
        )


def draw_layer(name: str, cells: Any, random: np.random.Generator) -> Drawn:
    """Join cells to zones, twice: what was one zone is split later, and others are merged."""
    cardinality = str(random.choice(["exactly_one", "at_most_one", "many"]))
    codes: list[str] = []
    shapes: list[Any] = []
    later: list[bool] = []
    for edition in (False, True):
        names = random.permutation(CODES)[: random.integers(1, min(len(CODES), len(cells)) + 1)]
        zone_of = random.integers(0, len(names), len(cells))
        for number, code in enumerate(names):
            mine = cells[zone_of == number]
            if cardinality == "many":
                mine = cells[(zone_of == number) | (random.random(len(cells)) < 0.2)]
            if not len(mine) or random.random() < 0.15:
                continue
            joined = from_lattice(shapely.coverage_union_all(mine))
            codes.append(str(code))
            shapes.append(shapely.multipolygons(shapely.get_parts(joined)))
            later.append(edition)
    tolerance = float(random.choice([0.0, 12.5, 60.0])) if cardinality == "exactly_one" else 0.0
    return Drawn(name, cardinality, tolerance, int(random.integers(0, 3)), codes, shapes, later)


async def store(connection: Connection, layers: Sequence[Drawn], *, kind: str = "specialist") -> None:
    """Store layers with both editions."""
    frame = pd.DataFrame(
        {
            "code": [layer.code for layer in layers],
            "name_zh": [layer.code for layer in layers],
            "kind": kind,
            "cardinality": [layer.cardinality for layer in layers],
            "parent": None,
            "precedence": [layer.precedence for layer in layers],
            "depth": 5,
            "nearest_tolerance_m": [layer.tolerance_m for layer in layers],
            "name_en": None,
            "code_pattern": None,
            "attribution_zh": None,
            "attribution_en": None,
            "synthetic": True,
        }
    )
    await bulk_zones.store_layers(connection, frame)
    for layer in layers:
        await bulk_zones.store_zone_identities(connection, layer.code, pd.Series(sorted(set(layer.codes))))
        versions = gpd.GeoDataFrame(
            {
                "code": layer.codes,
                "name_zh": layer.codes,
                "valid_from": [pd.Timestamp(CHANGE) if later else SINCE for later in layer.later],
                "valid_to": [pd.NaT if later else pd.Timestamp(CHANGE) for later in layer.later],
                "geometry": layer.shapes,
            },
            crs=4326,
        )
        await bulk_zones.store_zone_versions(connection, layer.code, versions, parent_layer=None)


async def where_zones_are_cut(connection: Connection) -> Any:
    """Lattice points, shape (n, 2), on the corners and edges of the pieces that the statement asks first."""
    cursor = await connection.execute("SELECT ST_AsBinary(edge) AS edge FROM zone_piece ORDER BY code, edge")
    corners = [shapely.get_coordinates(shapely.from_wkb(row["edge"])) for row in await cursor.fetchall()]
    found = [np.concatenate([at, (at[1:] + at[:-1]) / 2]) for at in corners]
    return np.round(np.concatenate([np.empty((0, 2)), *found])).astype(np.int64)


def near(border_m: float | None) -> float | None:
    """A distance as answers tell it."""
    return None if border_m is None or not border_m < NEAR_M else round(border_m, 6)


def said_by_sql(found: RoutedPlace, layer: str) -> Said:
    rows = [row for row in found.zones if row["layer"] == layer and row["code"] is not None]
    zones = []
    for row in rows:
        away = row["border_m"] if row["method"] == "nearest" else near(row["border_m"])
        zones.append((row["code"], row["method"], None if away is None else round(away, 6)))
    return zones, [candidate["code"] for row in rows for candidate in row["candidates"]]


def said_by_router(answer: LayerAnswer, point: int, cardinality: str) -> Said:
    def one(number: int, method: int, border_m: float) -> tuple[str | None, str, float | None]:
        kind = Method(method)
        away = (
            float(border_m)
            if kind is Method.NEAREST
            else near(None if np.isnan(border_m) else float(border_m))
        )
        return answer.codes[number], kind.name.lower(), None if away is None else round(away, 6)

    zones = []
    if answer.zone[point] >= 0:
        zones.append(one(answer.zone[point], answer.method[point], answer.border_m[point]))
    if cardinality != "many":
        return zones, list(answer.others_of(point))
    for k in np.flatnonzero(answer.other_point == point):
        zones.append(one(answer.other_zone[k], answer.other_method[k], answer.other_border_m[k]))
    return zones, []


def agree(one: Said, other: Said) -> bool:
    """Equal but for the last digit of a distance."""
    if one[1] != other[1] or [zone[:2] for zone in one[0]] != [zone[:2] for zone in other[0]]:
        return False
    pairs = [(a[2], b[2]) for a, b in zip(one[0], other[0], strict=True)]
    return all(
        a == b or abs((NEAR_M if a is None else a) - (NEAR_M if b is None else b)) < 2e-6 for a, b in pairs
    )


class _Undo(Exception):
    """Leaves the transaction without a trace, for the next example."""


@given(
    seed=st.integers(0, 10**6),
    cells=st.integers(1, 14),
    layers=st.integers(1, 3),
    wiggles=st.sampled_from([0, 2, 25]),
)
@settings(max_examples=12)
async def test_random_layers_in_two_editions(
    toy_database: Database, seed: int, cells: int, layers: int, wiggles: int
) -> None:
    random = np.random.default_rng(seed)
    ground = voronoi(seed, cells, wiggles=wiggles)
    drawn = [draw_layer(f"layer{k}", ground, random) for k in range(layers)]
    every = interesting_points(seed, ground, 6)
    points = every[random.permutation(len(every))[:25]]
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            await connection.execute("UPDATE layer SET active = false")
            await store(connection, [drawn[k] for k in random.permutation(layers)])
            # What is inactive or only context is drawn over everything and answers nothing.
            aside = [draw_layer(name, ground, random) for name in ("inactive", "context")]
            await store(connection, aside[:1])
            await connection.execute("UPDATE layer SET active = false WHERE code = 'inactive'")
            await store(connection, aside[1:], kind="context")
            cuts = await where_zones_are_cut(connection)
            picked = cuts[random.permutation(len(cuts))[:8]]
            points = np.concatenate([points, picked + random.integers(-3, 4, picked.shape)])
            lon, lat = as_degrees(points)
            for at in MOMENTS:
                router = Router.build([layer.zone_layer() for layer in drawn], METRIC, at=at)
                answers = router.route(lon, lat)
                shuffled = Router.build(
                    [
                        drawn[k].zone_layer(random.permutation(len(drawn[k].codes)).tolist())
                        for k in random.permutation(layers)
                    ],
                    METRIC,
                    at=at,
                ).route(lon, lat)
                for point in range(len(lon)):
                    found = await route_place(
                        connection, lon=lon[point], lat=lat[point], at=at, category_id=None, accuracy_m=None
                    )
                    order = [(row["precedence"], row["layer"]) for row in found.zones]
                    assert order == sorted(order)
                    assert {row["layer"] for row in found.zones} <= {layer.code for layer in drawn}
                    for layer in drawn:
                        by_sql = said_by_sql(found, layer.code)
                        by_router = said_by_router(answers[layer.code], point, layer.cardinality)
                        where = (layer.code, layer.cardinality, at, float(lon[point]), float(lat[point]))
                        assert agree(by_sql, by_router), (where, by_sql, by_router)
                        again = said_by_router(shuffled[layer.code], point, layer.cardinality)
                        assert again == by_router, where
                        if layer.cardinality != "many":
                            assert len(by_sql[0]) <= 1
            raise _Undo


async def test_a_vertex_shared_by_eight_zones_and_zones_that_touch_at_a_point(
    connection: Connection, toy_database: Database
) -> None:
    """A pinwheel: at the hub all eight cover the point; opposite wings touch nowhere else."""
    hub = np.array(ORIGIN) + SIDE // 2
    rim = hub + 1_000 * np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)])
    names = ["W3", "W10", "w1", "W2", "V", "X", "9", "é"]
    wings = [
        from_lattice(shapely.Polygon([tuple(hub), tuple(rim[k]), tuple(rim[(k + 1) % 8])])) for k in range(8)
    ]
    layer = Drawn(
        "wings", "exactly_one", 0.0, 0, names, [shapely.multipolygons([w]) for w in wings], [False] * 8
    )
    pair = Drawn(
        "pair",
        "at_most_one",
        0.0,
        1,
        ["P2", "P1"],
        [shapely.multipolygons([wings[k]]) for k in (0, 4)],
        [False] * 2,
    )
    lon, lat = as_degrees(np.array([hub, rim[1], (hub + rim[0]) // 2, hub + np.array([1, 5_000])]))
    async with toy_database.transaction(OPERATOR) as opened:
        await store(opened, [layer, pair])
    answers = Router.build([layer.zone_layer(), pair.zone_layer()], METRIC, at=MOMENTS[0]).route(lon, lat)
    told: list[tuple[Said, Said]] = []
    for point in range(len(lon)):
        found = await route_place(
            connection, lon=lon[point], lat=lat[point], at=MOMENTS[0], category_id=None, accuracy_m=None
        )
        for one in (layer, pair):
            assert agree(
                said_by_sql(found, one.code), said_by_router(answers[one.code], point, one.cardinality)
            )
        told.append((said_by_sql(found, "wings"), said_by_sql(found, "pair")))
    first, *others = sorted(names, key=lambda name: name.encode())
    assert told[0] == (([(first, "on_border", 0.0)], others), ([("P1", "on_border", 0.0)], ["P2"]))
    # rim[1] is the far corner that the wings 0 and 1 share; then the edge between the wings 7 and 0.
    assert told[1] == (([("W10", "on_border", 0.0)], ["W3"]), ([("P2", "on_border", 0.0)], []))
    assert told[2] == (([("W3", "on_border", 0.0)], ["é"]), ([("P2", "on_border", 0.0)], []))
    assert told[3] == (([], []), ([], []))


UNITS = [f"U{row}{column}" for row in range(4) for column in range(4)]


def memberships(grids: Sequence[int], edition: int, begin: Any, end: Any) -> pd.DataFrame:
    """Which grid each unit is in: a grid never leaves its community, but need not be in one piece."""
    rows = [
        (unit, "base_grid", f"{toy_city.STREET}00{1 + int(unit[2]) // 2}{edition}{grid:02d}", begin, end)
        for unit, grid in zip(UNITS, grids, strict=True)
    ]
    return pd.DataFrame(rows, columns=["unit", "layer", "zone", "valid_from", "valid_to"])


quarter_steps = st.integers(0, 16)
inside = st.floats(0, 0.04)


@given(
    before=st.lists(st.integers(0, 3), min_size=16, max_size=16),
    after=st.lists(st.integers(0, 3), min_size=16, max_size=16),
    # Unit vertices, edges and middles; and anywhere.
    exact=st.lists(st.tuples(quarter_steps, quarter_steps), min_size=10, max_size=10),
    free=st.lists(st.tuples(inside, inside), min_size=5, max_size=5),
)
@settings(max_examples=6)
async def test_every_point_of_the_city_has_exactly_one_base_grid(
    empty_open_database: Database,
    before: list[int],
    after: list[int],
    exact: list[tuple[int, int]],
    free: list[tuple[float, float]],
) -> None:
    frame = pd.concat(
        [
            memberships(before, 1, SINCE, pd.Timestamp(CHANGE)),
            memberships(after, 2, pd.Timestamp(CHANGE), pd.NaT),
        ],
        ignore_index=True,
    )
    owner = {
        (edition, unit): zone
        for edition, part in ((False, frame[:16]), (True, frame[16:]))
        for unit, zone in zip(part["unit"], part["zone"], strict=True)
    }
    points = [(toy_city.WEST + column / 400, toy_city.SOUTH + row / 400) for column, row in exact]
    points += [(toy_city.WEST + x, toy_city.SOUTH + y) for x, y in free]
    units = toy_city.units().set_index("code")["geometry"]
    with pytest.raises(_Undo):
        async with empty_open_database.transaction(OPERATOR) as connection:
            await toy_city.load(connection, unit_zones=frame)
            for at in MOMENTS:
                for lon, lat in points:
                    x, y = round(lon, 7), round(lat, 7)
                    found = await route_place(
                        connection, lon=x, lat=y, at=at, category_id=None, accuracy_m=None
                    )
                    (grid,) = [row for row in found.zones if row["layer"] == "base_grid"]
                    covering = [code for code in UNITS if shapely.intersects_xy(units[code], x, y)]
                    assert covering, "the point is in the city"
                    grids = sorted({owner[at >= CHANGE, code] for code in covering})
                    assert (grid["code"], [c["code"] for c in grid["candidates"]]) == (grids[0], grids[1:])
                    assert found.land_unit == next(c for c in covering if owner[at >= CHANGE, c] == grids[0])
            raise _Undo


def test_the_units_fill_the_city() -> None:
    whole = shapely.union_all(toy_city.units().geometry.to_numpy())
    assert shapely.equals(shapely.normalize(whole), shapely.normalize(box(0, 0, 4, 4)))
