"""Frames of zones over the toy city, for imports."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from tests.support.toy_city import STREET, box

HEALTH = {
    "code": "health",
    "name_zh": "卫生网格",
    "name_en": "Health grid",
    "kind": "specialist",
    "cardinality": "exactly_one",
}


def zones(*rows: tuple[Any, ...]) -> gpd.GeoDataFrame:
    """Zones (code, name, shape, further columns by position)."""
    frame = gpd.GeoDataFrame(
        {"code": [row[0] for row in rows], "name_zh": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=4326,
    )
    if rows and len(rows[0]) > 3:
        frame["parent"] = [row[3] for row in rows]
    return frame


def halves(west: float = 2) -> gpd.GeoDataFrame:
    """Two zones over the toy city, divided at a column."""
    return zones(("H1", "西", box(0, 0, west, 4)), ("H2", "东", box(west, 0, 4 - west, 4)))


def communities(*shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    """Communities of the toy city's street."""
    return zones(
        *((f"{STREET}10{number}", f"社区{number}", shape, STREET) for number, shape in enumerate(shapes, 1))
    )
