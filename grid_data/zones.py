"""Zones: lists, one zone with its people, homes, versions and lineage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grid_data.database import Connection, all_rows, one, rows
from grid_data.patterns import containing, starting

__all__ = ["FEW", "ZonePage", "zone_detail", "zone_id", "zones_page"]

FEW = 10
"""So many households tell nothing of one; of fewer the number is kept back."""


@dataclass(frozen=True)
class ZonePage:
    """Items as JSON texts, and the key of the last one (layer id, code) when more follow."""

    items: list[str]
    last: tuple[int, str] | None


async def zones_page(
    connection: Connection,
    *,
    layer: str | None,
    text: str | None,
    parent: str | None,
    at: datetime | None,
    after: tuple[int, str] | None,
    limit: int,
) -> ZonePage:
    """Zones valid at a moment (None: now), ``text`` being the beginning of a code or part of a name."""
    found = await rows(
        connection,
        "zones/page",
        {
            "layer": layer,
            "prefix": starting(text) if text else None,
            "pattern": containing(text) if text else None,
            "parent": parent,
            "at": at,
            "after_layer": after[0] if after else None,
            "after_code": after[1] if after else None,
            "limit": limit,
        },
    )
    shown = found[:limit]
    more = len(found) > limit
    return ZonePage(
        [row["item"] for row in shown], (shown[-1]["layer_id"], shown[-1]["code"]) if more else None
    )


async def zone_id(connection: Connection, layer: str, code: str) -> int | None:
    """Key of a zone by its layer's code and its own."""
    row = await one(connection, "zones/zone", {"layer": layer, "code": code})
    return row["id"] if row else None


async def zone_detail(
    connection: Connection, layer: str, code: str, at: datetime | None, *, geometry: bool
) -> dict[str, Any] | None:
    """A zone with everything known about it at a moment (None: now); None when there is no such zone.

    Homes are counted over the land units a base grid had at the moment, for a region over those of its
    communities, for other layers over the buildings whose point lies in the zone. They are told to whose zone
    it is; fewer than `FEW` households only to who may see households one by one.
    """
    zone = await one(connection, "zones/zone", {"layer": layer, "code": code})
    if zone is None:
        return None
    row = await one(connection, "zones/detail", {"zone_id": zone["id"], "at": at, "geometry": geometry})
    if row is None:
        return None
    document: dict[str, Any] = row["document"]
    if not geometry:
        del document["geometry"]
    asked = {"zone_id": zone["id"], "version_id": row["version_id"], "at": row["moment"]}
    homes: dict[str, int | None] = {"buildings": None, "households": None, "residents": None}
    if row["homes_told"]:
        kind = zone["kind"] if zone["kind"] in ("base_grid", "region") else "shape"
        async with all_rows(connection):
            homes |= await one(connection, _POPULATION[kind], asked) or {}
        if 0 < (homes["households"] or 0) < FEW and not row["homes_one_by_one"]:
            homes |= {"households": None, "residents": None}
    return document | homes


_POPULATION = {
    "base_grid": "zones/population_of_base_grid",
    "region": "zones/population_of_region",
    "shape": "zones/population_of_shape",
}
