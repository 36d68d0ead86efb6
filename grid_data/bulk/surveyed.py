"""What surveyors bring: buildings, households, facilities, roads and water, in bulk."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grid_data.bulk.copying import copy, lookup, optional, reserve_ids, resolve, wkb
from grid_data.bulk.standing import units_under
from grid_data.bulk.zones_stood_in import list_texts, zones_under
from grid_data.database import Connection


async def store_buildings(connection: Connection, frame: gpd.GeoDataFrame) -> int:
    """Store buildings (code, name_zh, address, unit, kind, floors, stairwells, geometry)."""
    frame = frame.reset_index(drop=True)
    return await copy(
        connection,
        "copy_buildings",
        {
            "id": await reserve_ids(connection, "building", len(frame)),
            "code": frame["code"],
            "name_zh": optional(frame, "name_zh"),
            "address": frame["address"],
            "land_unit_id": resolve(frame["unit"], await lookup(connection, "land_unit_ids"), "unit"),
            "kind": frame["kind"],
            "floors": frame["floors"],
            "stairwells": frame["stairwells"],
            "zone_ids": list_texts(await zones_under(connection, frame.geometry.to_numpy())),
            "geom": wkb(frame.geometry),
        },
    )


async def store_households(connection: Connection, frame: pd.DataFrame) -> int:
    """Store households (building, door_plate, stairwell, floor, residents)."""
    frame = frame.reset_index(drop=True)
    return await copy(
        connection,
        "copy_households",
        {
            "building_id": resolve(frame["building"], await lookup(connection, "building_ids"), "building"),
            "door_plate": frame["door_plate"],
            "stairwell": optional(frame, "stairwell"),
            "floor": optional(frame, "floor"),
            "residents": frame["residents"],
        },
    )


async def store_facilities(connection: Connection, frame: gpd.GeoDataFrame) -> int:
    """Store facilities (code, standard_ref, category, name_zh, organisations, state, accuracy, geometry)."""
    frame = frame.reset_index(drop=True)
    keys = frame["standard_ref"].astype(str) + ":component:" + frame["category"].astype(str)
    organisations = await lookup(connection, "organisation_ids")
    return await copy(
        connection,
        "copy_facilities",
        {
            "code": frame["code"],
            "category_id": resolve(keys, await lookup(connection, "category_ids"), "category"),
            "name_zh": optional(frame, "name_zh"),
            "supervising_id": resolve(optional(frame, "supervising"), organisations, "supervising"),
            "owning_id": resolve(optional(frame, "owning"), organisations, "owning"),
            "maintaining_id": resolve(optional(frame, "maintaining"), organisations, "maintaining"),
            "state": frame["state"],
            "accuracy_class": frame["accuracy_class"],
            "surveyed_on": pd.to_datetime(optional(frame, "surveyed_on")).dt.strftime("%Y-%m-%d"),
            "land_unit_id": await units_under(connection, frame.geometry.to_numpy()),
            "zone_ids": list_texts(await zones_under(connection, frame.geometry.to_numpy())),
            "geom": wkb(frame.geometry),
        },
    )


async def store_roads(connection: Connection, frame: gpd.GeoDataFrame) -> int:
    """Store roads (code, name_zh, name_en, road_class, geometry)."""
    frame = frame.reset_index(drop=True)
    lines = [
        line if line.geom_type == "MultiLineString" else shapely.multilinestrings([line])
        for line in frame.geometry
    ]
    return await copy(
        connection,
        "copy_roads",
        {
            "code": frame["code"],
            "name_zh": optional(frame, "name_zh"),
            "name_en": optional(frame, "name_en"),
            "road_class": frame["road_class"],
            "geom": wkb(np.asarray(lines, dtype=object)),
        },
    )


async def store_water(connection: Connection, frame: gpd.GeoDataFrame) -> int:
    """Store water (code, name_zh, name_en, kind, geometry)."""
    frame = frame.reset_index(drop=True)
    return await copy(
        connection,
        "copy_water",
        {
            "code": frame["code"],
            "name_zh": optional(frame, "name_zh"),
            "name_en": optional(frame, "name_en"),
            "kind": frame["kind"],
            "geom": wkb(frame.geometry),
        },
    )
