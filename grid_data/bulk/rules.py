"""Categories and assignment rules in bulk."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from grid_data.bulk.copying import copy, lookup, optional, ranges, reserve_ids, resolve
from grid_data.catalogues import CategoryRow
from grid_data.database import Connection


async def store_categories(connection: Connection, catalogue: Sequence[CategoryRow]) -> int:
    """Store catalogue rows; parents and components are rows of the same standard."""
    frame = pd.DataFrame([{name: getattr(row, name) for name in CategoryRow.__slots__} for row in catalogue])
    keys = frame["standard_ref"] + ":" + frame["kind"] + ":" + frame["code"]
    ids = await reserve_ids(connection, "category", len(frame))
    known = await lookup(connection, "category_ids") | dict(zip(keys, map(int, ids), strict=True))
    parents = (frame["standard_ref"] + ":" + frame["kind"] + ":" + frame["parent"]).where(
        frame["parent"].notna()
    )
    components = (frame["standard_ref"] + ":component:" + frame["related_component"]).where(
        frame["related_component"].notna()
    )
    return await copy(
        connection,
        "copy_categories",
        {
            "id": ids,
            "standard_ref": frame["standard_ref"],
            "kind": frame["kind"],
            "code": frame["code"],
            "parent_id": resolve(parents, known, "parent"),
            "level": frame["level"],
            "name_zh": frame["name_zh"],
            "name_en": frame["name_en"],
            "component_id": resolve(components, known, "related_component"),
            "appeal_kind": frame["appeal_kind"],
            "filing_condition_zh": frame["filing_condition_zh"],
            "closing_condition_zh": frame["closing_condition_zh"],
            "time_limit": frame["time_limit"],
            "urgency": frame["urgency"].fillna("normal"),
        },
    )


async def store_assignment_rules(connection: Connection, frame: pd.DataFrame) -> int:
    """Store assignment rules; ``supporting`` holds organisation codes joined by semicolons."""
    frame = frame.reset_index(drop=True)
    ids = await reserve_ids(connection, "assignment_rule", len(frame))
    organisations = await lookup(connection, "organisation_ids")
    layers = await lookup(connection, "layer_ids")
    zones = pd.Series([pd.NA] * len(frame), dtype="Int64")
    named = optional(frame, "zone").notna()
    for layer in sorted(frame.loc[named, "layer"].unique()):
        there = named & (frame["layer"] == layer)
        known = await lookup(connection, "zone_ids", layer=layer)
        zones[there] = resolve(frame.loc[there, "zone"], known, "zone").to_numpy()
    keys = (frame["standard_ref"] + ":" + frame["category_kind"] + ":" + frame["category"]).where(
        frame["category"].notna()
    )
    stored = await copy(
        connection,
        "copy_assignment_rules",
        {
            "id": ids,
            "code": frame["code"],
            "category_id": resolve(keys, await lookup(connection, "category_ids"), "category"),
            "layer_id": resolve(optional(frame, "layer"), layers, "layer"),
            "zone_id": zones,
            "assign_to": frame["assign_to"],
            "organisation_id": resolve(optional(frame, "organisation"), organisations, "organisation"),
            "priority": frame["priority"],
            "valid": ranges(frame["valid_from"], optional(frame, "valid_to")),
            "note_zh": optional(frame, "note_zh"),
            "note_en": optional(frame, "note_en"),
        },
    )
    pairs = [
        (int(rule), code)
        for rule, codes in zip(ids, optional(frame, "supporting"), strict=True)
        if isinstance(codes, str)
        for code in codes.split(";")
        if code
    ]
    if pairs:
        await copy(
            connection,
            "copy_assignment_rule_supports",
            {
                "rule_id": [rule for rule, _ in pairs],
                "organisation_id": resolve([code for _, code in pairs], organisations, "supporting"),
            },
        )
    return stored
