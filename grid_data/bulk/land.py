"""Land units and the base grids made of them, in bulk."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.lattice import from_lattice, to_lattice
from grid_data.bulk.copying import copy, lookup, optional, ranges, reserve_ids, resolve, wkb
from grid_data.database import Connection


async def store_land_units(connection: Connection, frame: gpd.GeoDataFrame, valid_from: pd.Timestamp) -> int:
    """Store land units (code, community, kind, geometry) that live from ``valid_from`` on."""
    frame = frame.reset_index(drop=True)
    communities = await lookup(connection, "zone_ids", layer="community")
    return await copy(
        connection,
        "copy_land_units",
        {
            "id": await reserve_ids(connection, "land_unit", len(frame)),
            "code": frame["code"],
            "community_zone_id": resolve(frame["community"], communities, "community"),
            "kind": frame["kind"],
            "geom": wkb(frame.geometry),
            "valid": ranges(pd.Series([valid_from] * len(frame))),
        },
    )


async def store_unit_zones(connection: Connection, frame: pd.DataFrame) -> int:
    """Store which unit belongs to which zone of one layer (unit, layer, zone, valid_from, valid_to)."""
    frame = frame.reset_index(drop=True)
    layer = str(frame["layer"].iloc[0])
    units = await lookup(connection, "land_unit_ids")
    zones = await lookup(connection, "zone_ids", layer=layer)
    layer_id = (await lookup(connection, "layer_ids"))[layer]
    return await copy(
        connection,
        "copy_unit_zones",
        {
            "land_unit_id": resolve(frame["unit"], units, "unit"),
            "zone_id": resolve(frame["zone"], zones, "zone"),
            "layer_id": np.full(len(frame), layer_id),
            "valid": ranges(frame["valid_from"], optional(frame, "valid_to")),
            "plan_id": resolve(optional(frame, "plan"), await lookup(connection, "plan_ids"), "plan"),
        },
    )


def dissolve(units: gpd.GeoDataFrame, unit_zones: pd.DataFrame) -> gpd.GeoSeries:
    """Shape of every zone as the union of its units (MultiPolygon, EPSG:4326, exact on the lattice).

    ``units`` has code and geometry and is a clean coverage; ``unit_zones`` has unit and zone, each unit at
    most once per zone. The result is indexed by zone code. The union is taken in whole lattice steps, so
    that it has no rounding of its own and neighbouring zones keep sharing every vertex.
    """
    shapes = units.set_index("code").geometry.reindex(unit_zones["unit"])
    lattice = np.asarray(to_lattice(shapes.to_numpy()))
    codes, groups = np.unique(unit_zones["zone"].to_numpy(dtype=object), return_inverse=True)
    order = np.argsort(groups, kind="stable")
    cuts = np.searchsorted(groups[order], np.arange(1, len(codes)))
    merged = [shapely.coverage_union_all(part) for part in np.split(lattice[order], cuts)]
    as_multi = [
        shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape]) for shape in merged
    ]
    return gpd.GeoSeries(np.asarray(from_lattice(np.asarray(as_multi))), index=codes, crs=4326)
