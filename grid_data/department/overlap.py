"""Specialist zones over the base grids: which there are, their shapes, and what is in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg.rows import DictRow

from grid_data.database import Connection, one, rows

__all__ = [
    "base_edition",
    "grid_households",
    "grids_named",
    "grids_near",
    "households_in_both",
    "incidents_in_both",
    "specialist_zones",
    "version_shapes",
]

Objects = NDArray[np.object_]
Pairs = dict[tuple[int, int], int]


async def specialist_zones(
    connection: Connection,
    *,
    organisation_ids: Sequence[int] | None,
    own_ids: Sequence[int] | None,
    layer: str | None,
    zone_id: int | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[DictRow]:
    """Specialist zones of today in the order of layer and code, at most ``limit`` + 1.

    Parameters
    ----------
    organisation_ids, own_ids
        Those that one of these organisations answers for, and these zones; None for both: all.
    zone_id
        This zone, or those that share ground with this one of another layer.
    after
        Layer and code of the last one of the page before.
    """
    asked: dict[str, Any] = {
        "organisation_ids": None if organisation_ids is None else list(organisation_ids),
        "own_ids": None if own_ids is None else list(own_ids),
        "layer": layer,
        "zone_id": zone_id,
        "after_layer": after and after[0],
        "after_code": after and after[1],
        "limit": limit,
    }
    return list(await rows(connection, "department_overlap/zones", asked))


async def version_shapes(connection: Connection, versions: Sequence[int]) -> dict[int, Any]:
    """Shapes of zone versions (EPSG:4326), by version."""
    found = await rows(connection, "department_overlap/shapes", {"versions": list(versions)})
    return {row["id"]: shapely.from_wkb(row["shape"]) for row in found}


async def grids_near(connection: Connection, versions: Sequence[int]) -> tuple[list[int], Objects]:
    """Base grids of today near some zone versions: identifiers and shapes (EPSG:4326)."""
    found = await rows(connection, "department_overlap/grids_near", {"versions": list(versions)})
    shapes = np.asarray(shapely.from_wkb([row["shape"] for row in found]), dtype=object)
    return [row["id"] for row in found], shapes


async def grids_named(connection: Connection, ids: Sequence[int]) -> dict[int, DictRow]:
    """Base grids of today by key: code, names, area_m2."""
    return {
        row["id"]: row for row in await rows(connection, "department_overlap/grids_named", {"ids": list(ids)})
    }


async def base_edition(connection: Connection) -> int:
    """The edition of the layer of base grids; 0 without one."""
    row = await one(connection, "department_overlap/edition")
    assert row is not None
    return int(row["edition"])


async def incidents_in_both(connection: Connection, zones: Sequence[int]) -> Pairs:
    """Open incidents by (zone, base grid)."""
    found = await rows(connection, "department_overlap/incidents", {"zones": list(zones)})
    return {(row["zone_id"], row["grid_id"]): row["n"] for row in found}


async def households_in_both(connection: Connection, zones: Sequence[int], grids: Sequence[int]) -> Pairs:
    """Households that may be seen one by one, by (zone, base grid)."""
    asked = {"zones": list(zones), "grids": list(grids)}
    found = await rows(connection, "department_overlap/households", asked)
    return {(row["zone_id"], row["grid_id"]): row["n"] for row in found}


async def grid_households(connection: Connection, grids: Sequence[int]) -> dict[int, int | None]:
    """Households of base grids in the scope of who asks; None where that is not told."""
    found = await rows(connection, "department_overlap/grid_households", {"grids": list(grids)})
    return {row["grid_id"]: row["households"] for row in found}
