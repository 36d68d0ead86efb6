"""Layers, zones and their editions in bulk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from grid_data.bulk.copying import copy, lookup, optional, ranges, reserve_ids, resolve, wkb
from grid_data.database import Connection, one

_LAYER_COLUMNS = (
    "code", "name_zh", "name_en", "kind", "cardinality", "parent", "precedence", "depth", "code_pattern",
    "nearest_tolerance_m", "attribution_zh", "attribution_en", "synthetic",
)  # fmt: skip


async def store_layers(connection: Connection, frame: pd.DataFrame) -> int:
    """Define layers, parents before children."""
    for row in _parents_first(frame, "code", "parent").to_dict("records"):
        values = {name: _plain(row.get(name)) for name in _LAYER_COLUMNS}
        await one(connection, "bulk/insert_layer", values)
    return len(frame)


async def store_zone_identities(
    connection: Connection, layer: str, codes: pd.Series[Any], retired_at: pd.Series[Any] | None = None
) -> dict[str, int]:
    """Make sure that a layer has these zones; returns the identifiers of all its zones by code."""
    known = await lookup(connection, "zone_ids", layer=layer)
    layer_id = (await lookup(connection, "layer_ids"))[layer]
    retired = pd.Series([pd.NaT] * len(codes)) if retired_at is None else retired_at
    frame = pd.DataFrame({"code": list(codes), "retired_at": pd.to_datetime(list(retired), utc=True)})
    fresh = frame.drop_duplicates("code")
    fresh = fresh[~fresh["code"].isin(known)].reset_index(drop=True)
    if len(fresh):
        ids = await reserve_ids(connection, "zone", len(fresh))
        await copy(
            connection,
            "copy_zones",
            {
                "id": ids,
                "layer_id": np.full(len(fresh), layer_id),
                "code": fresh["code"],
                "retired_at": fresh["retired_at"],
            },
        )
        known |= dict(zip(fresh["code"], map(int, ids), strict=True))
    return known


async def store_zone_versions(
    connection: Connection,
    layer: str,
    frame: pd.DataFrame,
    *,
    parent_layer: str | None,
    plan: str | None = None,
) -> int:
    """Store versions of a layer's zones.

    ``frame`` has code, name_zh, name_en, parent, organisation, valid_from, valid_to and geometry
    (MultiPolygon, EPSG:4326, on the lattice). The zones themselves exist already.

    Raises
    ------
    UnknownCode
        A zone, parent or organisation is not stored.
    """
    frame = frame.reset_index(drop=True)
    zones = await lookup(connection, "zone_ids", layer=layer)
    layer_id = (await lookup(connection, "layer_ids"))[layer]
    parents = await lookup(connection, "zone_ids", layer=parent_layer) if parent_layer else {}
    organisations = await lookup(connection, "organisation_ids")
    plans = pd.Series([plan] * len(frame), dtype="object") if plan else optional(frame, "plan")
    return await copy(
        connection,
        "copy_zone_versions",
        {
            "id": await reserve_ids(connection, "zone_version", len(frame)),
            "zone_id": resolve(frame["code"], zones, "code"),
            "layer_id": np.full(len(frame), layer_id),
            "name_zh": frame["name_zh"],
            "name_en": optional(frame, "name_en"),
            "parent_zone_id": resolve(optional(frame, "parent"), parents, "parent"),
            "organisation_id": resolve(optional(frame, "organisation"), organisations, "organisation"),
            "geom": wkb(frame["geometry"]),
            "valid": ranges(frame["valid_from"], optional(frame, "valid_to")),
            "plan_id": resolve(plans, await lookup(connection, "plan_ids"), "plan"),
        },
    )


async def store_lineage(connection: Connection, frame: pd.DataFrame) -> int:
    """Store what became of which zone: columns plan, layer, from_code, to_code, kind and the amounts."""
    plans = await lookup(connection, "plan_ids")
    stored = 0
    for layer, part in frame.groupby("layer", sort=True):
        part = part.reset_index(drop=True)
        zones = await lookup(connection, "zone_ids", layer=layer)
        stored += await copy(
            connection,
            "copy_zone_lineage",
            {
                "plan_id": resolve(part["plan"], plans, "plan"),
                "from_zone_id": resolve(part["from_code"], zones, "from_code"),
                "to_zone_id": resolve(part["to_code"], zones, "to_code"),
                "kind": part["kind"],
                "households": part["households"],
                "units": part["units"],
                "area_m2": part["area_m2"],
            },
        )
    return stored


def _parents_first(frame: pd.DataFrame, code: str, parent: str) -> pd.DataFrame:
    has_parent = frame[parent].notna()
    order: list[int] = []
    placed: set[object] = set()
    waiting = list(frame.index)
    while waiting:
        ready = [i for i in waiting if not has_parent[i] or frame.at[i, parent] in placed]
        if not ready:
            raise ValueError(
                f"{parent}: {frame.loc[waiting, code].tolist()} have no parent or a circle of them"
            )
        order += ready
        placed |= set(frame.loc[ready, code])
        waiting = [i for i in waiting if i not in set(ready)]
    return frame.loc[order]


def _plain(value: Any) -> Any:
    """A pandas cell as a value psycopg knows: empty cells as None, numpy scalars as Python's."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value
