"""Land units with the base grid each belongs to, into their two tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from grid_data.bulk.copying import copy, lookup, ranges, reserve_ids, resolve, wkb
from grid_data.database import Connection
from grid_data.importers.layers import Layer

__all__ = ["store_units"]


async def store_units(connection: Connection, layer: Layer, begun: pd.DataFrame) -> int:
    """Store new units (code, community, kind, zone, valid_from, geometry) of a layer of base grids.

    Communities are zones of the layer's parent; the grids exist already.
    """
    if begun.empty:
        return 0
    communities = await lookup(connection, "zone_ids", layer=layer.parent)
    zones = await lookup(connection, "zone_ids", layer=layer.code)
    layer_id = (await lookup(connection, "layer_ids"))[layer.code]
    ids = await reserve_ids(connection, "land_unit", len(begun))
    valid = ranges(begun["valid_from"])
    await copy(
        connection,
        "copy_land_units",
        {
            "id": ids,
            "code": begun["code"],
            "community_zone_id": resolve(begun["community"], communities, "community"),
            "kind": begun["kind"],
            "geom": wkb(begun["geometry"]),
            "valid": valid,
        },
    )
    return await copy(
        connection,
        "copy_unit_zones",
        {
            "land_unit_id": ids,
            "zone_id": resolve(begun["zone"], zones, "zone"),
            "layer_id": np.full(len(begun), layer_id),
            "valid": valid,
            "plan_id": pd.Series([None] * len(begun), dtype=object),
        },
    )
