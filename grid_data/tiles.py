"""Vector tiles: one statement per tile, and the edition a tile's validator is made from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grid_data.database import Connection, is_scoped, one
from grid_data.tile_sets import CONTEXT_SETS, DEEPEST, TileSet, land_set, road_classes, zone_set

__all__ = ["Address", "Stand", "find_tile_set", "tile"]

MARGIN = 64 / 4096
"""What a tile holds beyond its edge, so that outlines and thick lines meet without a seam."""
CLUSTERS_UP_TO = 14
CELL_ZOOM = 17
"""Zoom whose tiles are the cells of ``incident_cell``."""


@dataclass(frozen=True)
class Address:
    """A tile of the Web Mercator pyramid: zoom, column from the west, row from the north.

    >>> Address(0, 0, 0).longitude(1)
    180.0
    """

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the pyramid has this tile."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    def longitude(self, offset: float) -> float:
        """Longitude of a point ``offset`` tile widths from the western edge."""
        return (self.x + offset) / (1 << self.z) * 360 - 180

    def latitude(self, offset: float) -> float:
        """Latitude of a point ``offset`` tile heights from the northern edge."""
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (self.y + offset) / 2**self.z))))

    def parameters(self) -> dict[str, float]:
        """Edges with and without the margin (degrees), and half a tile unit to thin lines by."""
        return {
            "z": self.z,
            "x": self.x,
            "y": self.y,
            "west": max(self.longitude(-MARGIN), -180.0),
            "east": min(self.longitude(1 + MARGIN), 180.0),
            "north": self.latitude(-MARGIN),
            "south": self.latitude(1 + MARGIN),
            "inner_west": self.longitude(0),
            "inner_east": self.longitude(1),
            "inner_north": self.latitude(0),
            "inner_south": self.latitude(1),
            # On a screen a tile has 512 pixels: four units are half a pixel.
            "step": 360 / 2**self.z / 4096 * (4 if self.z < CLUSTERS_UP_TO else 1),
        }

    def cells(self) -> dict[str, int]:
        """The tile in cells of incident counts, and the shift that makes 8 by 8 of them."""
        below = CELL_ZOOM - self.z
        return {
            "shift": max(below - 3, 0),
            "cell_west": self.x << below,
            "cell_east": (self.x + 1) << below,
            "cell_north": self.y << below,
            "cell_south": (self.y + 1) << below,
        }


@dataclass(frozen=True)
class Stand:
    """A tile set, and a text that differs whenever the content of its tiles may differ."""

    tiles: TileSet
    edition: str


async def find_tile_set(connection: Connection, name: str, at: datetime | None) -> Stand | None:
    """The tile set of this name (a layer of zones, or one of the fixed ones) as it stands at a moment."""
    if name not in CONTEXT_SETS:
        layer = await one(connection, "tiles/zone_set", {"name": name, "at": at})
        if layer is None:
            return None
        edition = f"{layer['id']}.{layer['edition']}.{layer['since'] and layer['since'].isoformat()}"
        if name == "land":
            return Stand(land_set(layer["id"]), edition)
        title = " / ".join(filter(None, (layer["name_en"], layer["name_zh"])))
        return Stand(zone_set(layer["code"], layer["id"], title), edition)
    tiles = CONTEXT_SETS[name]
    if tiles.depends_on == "incidents":
        row = await one(connection, "tiles/history_edition")
    else:
        row = await one(connection, "tiles/table_edition", {"table": tiles.depends_on})
    assert row is not None
    return Stand(tiles, row["edition"])


async def tile(
    connection: Connection, tiles: TileSet, address: Address, *, at: datetime | None, all_states: bool
) -> bytes:
    """One tile as MVT; empty when there is nothing in it."""
    if address.z < tiles.minzoom:
        return b""
    parameters: dict[str, Any] = address.parameters()
    if tiles.name == "incidents" and address.z <= CLUSTERS_UP_TO:
        # What is counted beforehand is counted from all rows.
        key = "tiles/incident_clusters_seen" if is_scoped(connection) else "tiles/incident_clusters"
        row = await one(connection, key, parameters | address.cells() | {"all": all_states})
    elif tiles.name == "incidents":
        row = await one(connection, "tiles/incident_points", parameters | {"all": all_states})
    elif tiles.name == "roads":
        row = await one(connection, "tiles/roads", parameters | {"classes": road_classes(address.z)})
    elif tiles.name == "land":
        row = await one(connection, "tiles/land", parameters | {"layer_id": tiles.layer_id})
    elif tiles.depends_on == "zones":
        row = await one(
            connection,
            "tiles/zones",
            parameters | {"layer_id": tiles.layer_id, "name": tiles.name, "at": at},
        )
    else:
        row = await one(connection, _PLAIN[tiles.name], parameters)
    assert row is not None
    content: bytes = row["tile"]
    return content


_PLAIN = {
    "water": "tiles/water",
    "buildings": "tiles/buildings",
    "land_units": "tiles/land_units",
    "facilities": "tiles/facilities",
}
