"""The tile sets: what each vector tile holds, from which zoom on, and what its content depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["CONTEXT_SETS", "DEEPEST", "TileSet", "road_classes", "zone_set"]

DEEPEST = 22
"""Deepest zoom served; clients need none beyond ``TileSet.maxzoom``, they stretch those tiles."""


@dataclass(frozen=True)
class TileSet:
    """One tile set.

    Parameters
    ----------
    name
        Its name in addresses, and the name of its layer inside the tile.
    minzoom, maxzoom
        Zooms with content worth loading. Above ``maxzoom`` a tile unit is below 0.2 m here.
    depends_on
        A table, ``zones`` (a layer's edition) or ``incidents`` (the history).
    fields
        Properties inside the tile and what they mean.
    labels
        Properties of the label points, in a layer ``<name>_label``.
    layer_id
        The layer of zones drawn.
    """

    name: str
    minzoom: int
    maxzoom: int
    depends_on: Literal["zones", "incidents", "water", "road", "building", "land_unit", "facility"]
    fields: Mapping[str, str]
    description: str
    labels: Mapping[str, str] | None = None
    layer_id: int | None = None

    @property
    def differs_by_sight(self) -> bool:
        """Whether two people may get different tiles of it."""
        return self.depends_on in ("incidents", "facility")


def zone_set(code: str, layer_id: int, description: str) -> TileSet:
    """The tile set of a layer of zones."""
    names = {"code": "String", "name_zh": "String", "name_en": "String"}
    return TileSet(code, 0, 16, "zones", names | {"parent": "String"}, description, names, layer_id)


def land_set(layer_id: int) -> TileSet:
    """The city's ground, drawn from the layer of its topmost region."""
    return TileSet("land", 0, 14, "zones", {}, "The city's ground / 陆地", None, layer_id)


CONTEXT_SETS: Mapping[str, TileSet] = {
    each.name: each
    for each in (
        TileSet(
            "water", 0, 14, "water", {"kind": "String", "name_zh": "String", "name_en": "String"},
            "Sea, rivers, lakes, reservoirs / 水域",
        ),
        TileSet(
            "roads", 6, 16, "road", {"road_class": "String", "name_zh": "String", "name_en": "String"},
            "Roads; residential streets and paths from zoom 13 / 道路",
        ),
        TileSet(
            "buildings", 14, 16, "building",
            {
                "code": "String", "kind": "String", "floors": "Number", "address": "String",
                "name_zh": "String", "name_en": "String",
            },
            "Buildings / 建筑",
        ),
        TileSet(
            "land_units", 13, 16, "land_unit", {"code": "String", "kind": "String"}, "Land units / 基本单元"
        ),
        TileSet(
            "facilities", 15, 16, "facility",
            {
                "code": "String", "category": "String", "class_code": "String", "name_zh": "String",
                "name_en": "String", "state": "String",
            },
            "Facilities that still stand / 部件设施",
        ),
        TileSet(
            "incidents", 0, 16, "incidents",
            {
                "count": "Number", "open": "Number", "urgent": "Number", "class_code": "String",
                "number": "String", "category": "String", "category_name_zh": "String",
                "category_name_en": "String", "state": "String", "urgency": "String", "reported_at": "String",
            },
            "Up to zoom 14 clusters (count, open, urgent, class_code of the most frequent class), from 15 on "
            "single incidents / 事件:14 级及以下为聚合点",
        ),
    )
}  # fmt: skip

_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "path")


def road_classes(zoom: int) -> list[str]:
    """Classes of road drawn at a zoom."""
    shown = 2 if zoom < 9 else 3 if zoom < 10 else 4 if zoom < 11 else 5 if zoom < 13 else 7
    return list(_CLASSES[:shown])
