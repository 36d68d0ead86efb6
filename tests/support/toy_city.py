"""A city of sixteen square land units, small enough to know every answer by heart.

::

    36.14 ┌────┬────┬────┬────┐      community …001: columns 0 and 1, grids …001001 (rows 0, 1), …001002
          │ 30 │ 31 │ 32 │ 33 │      community …002: columns 2 and 3, grids …002001 (rows 0, 1), …002002
          ├────┼────┼────┼────┤      police: two zones, border at 36.115, across the units
          │ 20 │ 21 │ 22 │ 23 │      market: one zone over the western half only
          ├────┼────┼────┼────┤
          │ 10 │ 11 │ 12 │ 13 │      A unit "ab" lies in row a, column b, and is 0.01 degrees wide.
          ├────┼────┼────┼────┤
          │ 00 │ 01 │ 02 │ 03 │
    36.10 └────┴────┴────┴────┘
        120.40              120.44
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis.lattice import snap_geometry
from grid_data import catalogues
from grid_data.bulk import land, people, rules, surveyed, zones
from grid_data.database import Connection, run

WEST, SOUTH, STEP = 120.40, 36.10, 0.01
SINCE = pd.Timestamp("2024-01-01T00:00:00+08:00")
STREET = "370212001"
MATTER = "GB/T 47678.5-2026:matter:"
GARBAGE = f"{MATTER}06010"
LAMP_BROKEN = f"{MATTER}01037"
PARKING = f"{MATTER}09009"


def box(column: float, row: float, columns: float = 1, rows: float = 1) -> shapely.Polygon:
    """A rectangle counted in units from the south-west corner, on the lattice."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    shape: shapely.Polygon = snap_geometry(
        shapely.box(west, south, west + columns * STEP, south + rows * STEP)
    )
    return shape


def multi(*parts: shapely.Polygon) -> shapely.MultiPolygon:
    """Parts as one multipolygon."""
    return shapely.MultiPolygon(list(parts))


LAYERS = pd.DataFrame(
    [
        ("district", "区", "District", "region", "exactly_one", None, 10, 1, 50.0),
        ("subdistrict", "街道", "Subdistrict", "region", "exactly_one", "district", 20, 2, 50.0),
        ("community", "社区", "Community", "region", "exactly_one", "subdistrict", 30, 3, 50.0),
        ("base_grid", "基础网格", "Base grid", "base_grid", "exactly_one", "community", 40, 4, 50.0),
        ("police", "公安网格", "Police grid", "specialist", "exactly_one", None, 50, 5, 50.0),
        ("market", "市场监管网格", "Market supervision grid", "specialist", "at_most_one", None, 60, 5, 0.0),
    ],
    columns=[
        "code",
        "name_zh",
        "name_en",
        "kind",
        "cardinality",
        "parent",
        "precedence",
        "depth",
        "nearest_tolerance_m",
    ],
).assign(code_pattern=None, attribution_zh=None, attribution_en=None, synthetic=True)

ORGANISATIONS = pd.DataFrame(
    [
        ("GOV", "崂山区政府", "Laoshan District Government", "government", None),
        ("ST1", "中韩街道办事处", "Zhonghan Subdistrict Office", "street", "GOV"),
        ("CM1", "西社区", "West Community", "community", "ST1"),
        ("CM2", "东社区", "East Community", "community", "ST1"),
        ("POL", "公安分局", "Police Bureau", "admin", "GOV"),
        ("PO1", "南派出所", "South Police Station", "squad", "POL"),
        ("PO2", "北派出所", "North Police Station", "squad", "POL"),
        ("MKT", "市场监管局", "Market Supervision Bureau", "admin", "GOV"),
        ("PWR", "供电公司", "Power Company", "utility", "GOV"),
    ],
    columns=["code", "name_zh", "name_en", "kind", "parent"],
)


def zone_frames() -> dict[str, pd.DataFrame]:
    """Versions of every layer but the base grids, whose shapes come from their units."""

    def frame(rows: list[tuple[str, str, str | None, str | None, shapely.MultiPolygon]]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=["code", "name_zh", "parent", "organisation", "geometry"]).assign(
            valid_from=SINCE, valid_to=None
        )

    return {
        "district": frame([("370212", "崂山区", None, "GOV", multi(box(0, 0, 4, 4)))]),
        "subdistrict": frame([(STREET, "中韩街道", "370212", "ST1", multi(box(0, 0, 4, 4)))]),
        "community": frame(
            [
                (f"{STREET}001", "西社区", STREET, "CM1", multi(box(0, 0, 2, 4))),
                (f"{STREET}002", "东社区", STREET, "CM2", multi(box(2, 0, 2, 4))),
            ]
        ),
        "police": frame(
            [
                ("P-SOUTH", "南警区", None, "PO1", multi(box(0, 0, 4, 1.5))),
                ("P-NORTH", "北警区", None, "PO2", multi(box(0, 1.5, 4, 2.5))),
            ]
        ),
        "market": frame([("M-WEST", "西片区", None, "MKT", multi(box(0, 0, 2, 4)))]),
    }


def units() -> gpd.GeoDataFrame:
    """The sixteen land units."""
    rows = [
        (f"U{row}{column}", f"{STREET}00{1 + column // 2}", "block", box(column, row))
        for row in range(4)
        for column in range(4)
    ]
    return gpd.GeoDataFrame(rows, columns=["code", "community", "kind", "geometry"], crs=4326)


def unit_zones() -> pd.DataFrame:
    """Which grid each unit is in."""
    rows = [
        (f"U{row}{column}", "base_grid", f"{STREET}00{1 + column // 2}00{1 + row // 2}", SINCE, pd.NaT)
        for row in range(4)
        for column in range(4)
    ]
    return pd.DataFrame(rows, columns=["unit", "layer", "zone", "valid_from", "valid_to"])


RULES = pd.DataFrame(
    [
        # code, category kind, category, layer, zone, assign_to, organisation, supporting, priority
        ("R-FALLBACK", None, None, "community", None, "zone_organisation", None, None, 0),
        ("R-STREET", "matter", "09", "police", None, "zone_organisation", None, None, 0),
        ("R-PARKING", "matter", "09009", "police", None, "zone_organisation", None, "CM1;MKT", 0),
        ("R-GARBAGE", "matter", "06010", None, None, "organisation", "MKT", None, 0),
        ("R-GARBAGE-WEST", "matter", "06010", "market", "M-WEST", "organisation", "CM1", None, -5),
        ("R-LAMP", "matter", "01", None, None, "facility_owner", None, None, 0),
    ],
    columns=[
        "code",
        "category_kind",
        "category",
        "layer",
        "zone",
        "assign_to",
        "organisation",
        "supporting",
        "priority",
    ],
).assign(
    standard_ref=lambda f: f["category_kind"].map({"matter": "GB/T 47678.5-2026"}),
    valid_from=SINCE,
    valid_to=None,
)

CITY = {
    "code": "370212",
    "name_zh": "玩具城",
    "name_en": "Toy City",
    "timezone": "Asia/Shanghai",
    "metric_srid": 4549,
    "lon": 120.4205,
    "lat": 36.1195,
    "zoom": 12.0,
    "outside_limit_m": 2000.0,
    "attribution_zh": "",
    "attribution_en": "",
}


def lamps() -> gpd.GeoDataFrame:
    """One street lamp owned by the power company, in unit 00."""
    return gpd.GeoDataFrame(
        {
            "code": ["37021201037000001"],
            "standard_ref": ["GB/T 47678.5-2026"],
            "category": ["01037"],
            "owning": ["PWR"],
            "state": ["intact"],
            "accuracy_class": ["A"],
            "geometry": [shapely.Point(120.405, 36.105)],
        },
        crs=4326,
    )


async def load(connection: Connection, **changes: Any) -> None:
    """Store the toy city in the caller's transaction; ``changes`` replace frames by name."""
    frames: dict[str, Any] = {
        "units": units(),
        "unit_zones": unit_zones(),
        "rules": RULES,
        **zone_frames(),
    } | changes
    await run(connection, "bulk/insert_city", CITY)
    await rules.store_categories(connection, list(catalogues.read_all()))
    await zones.store_layers(connection, LAYERS)
    grids = frames["unit_zones"].drop_duplicates(["zone", "valid_from"])
    for layer in LAYERS["code"]:
        codes = grids["zone"] if layer == "base_grid" else frames[layer]["code"]
        await zones.store_zone_identities(connection, layer, codes)
    await people.store_organisations(connection, ORGANISATIONS)
    for layer, parent in zip(LAYERS["code"], LAYERS["parent"], strict=True):
        if layer == "base_grid":
            await land.store_land_units(connection, frames["units"], SINCE)
            shapes = land.dissolve(frames["units"], frames["unit_zones"])
            versions = grids.assign(
                code=grids["zone"],
                name_zh="第" + grids["zone"].str[-3:] + "网格",
                parent=grids["zone"].str[:12],
                geometry=list(shapes.reindex(grids["zone"])),
            )
        else:
            versions = frames[layer]
        await zones.store_zone_versions(
            connection, layer, versions, parent_layer=parent if isinstance(parent, str) else None
        )
    await land.store_unit_zones(connection, frames["unit_zones"])
    await surveyed.store_facilities(connection, lamps())
    await rules.store_assignment_rules(connection, frames["rules"])
