"""Organisations, persons and posts in bulk."""

from __future__ import annotations

import pandas as pd

from grid_data.bulk.copying import copy, lookup, optional, ranges, reserve_ids, resolve
from grid_data.database import Connection


async def store_organisations(connection: Connection, frame: pd.DataFrame) -> int:
    """Store organisations (code, name_zh, name_en, kind, parent, region_layer, region), in any order."""
    frame = frame.reset_index(drop=True)
    ids = await reserve_ids(connection, "organisation", len(frame))
    known = await lookup(connection, "organisation_ids")
    known |= dict(zip(frame["code"], map(int, ids), strict=True))
    regions = pd.Series([pd.NA] * len(frame), dtype="Int64")
    region_layer = optional(frame, "region_layer")
    for layer in sorted(region_layer.dropna().unique()):
        zones = await lookup(connection, "zone_ids", layer=layer)
        there = region_layer == layer
        regions[there] = resolve(frame.loc[there, "region"], zones, "region").to_numpy()
    return await copy(
        connection,
        "copy_organisations",
        {
            "id": ids,
            "code": frame["code"],
            "name_zh": frame["name_zh"],
            "name_en": optional(frame, "name_en"),
            "kind": frame["kind"],
            "parent_id": resolve(optional(frame, "parent"), known, "parent"),
            "region_zone_id": regions,
        },
    )


async def store_persons(connection: Connection, frame: pd.DataFrame) -> int:
    """Store persons (code, name, organisation, phone)."""
    frame = frame.reset_index(drop=True)
    return await copy(
        connection,
        "copy_persons",
        {
            "id": await reserve_ids(connection, "person", len(frame)),
            "code": frame["code"],
            "name": frame["name"],
            "organisation_id": resolve(
                optional(frame, "organisation"), await lookup(connection, "organisation_ids"), "organisation"
            ),
            "phone": optional(frame, "phone"),
        },
    )


async def store_posts(connection: Connection, frame: pd.DataFrame) -> int:
    """Store posts (layer, zone, kind, person or empty for a vacancy, organisation, valid_from, valid_to)."""
    persons = await lookup(connection, "person_ids")
    organisations = await lookup(connection, "organisation_ids")
    stored = 0
    for layer, part in frame.groupby("layer", sort=True):
        part = part.reset_index(drop=True)
        zones = await lookup(connection, "zone_ids", layer=layer)
        stored += await copy(
            connection,
            "copy_posts",
            {
                "zone_id": resolve(part["zone"], zones, "zone"),
                "kind": part["kind"],
                "person_id": resolve(optional(part, "person"), persons, "person"),
                "organisation_id": resolve(optional(part, "organisation"), organisations, "organisation"),
                "valid": ranges(part["valid_from"], optional(part, "valid_to")),
            },
        )
    return stored
