"""A plan as it is to be published: read from its tables, and written into zones, units and posts.

What is to be done is decided above; here every step is one statement over many rows, in the caller's
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from grid_data.bulk.copying_out import copy_out
from grid_data.database import Connection, one, rows, run

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Draft",
    "Version",
    "concerned",
    "due_plans",
    "lock_plan",
    "read_draft",
    "read_plan",
    "read_shapes",
    "read_versions",
]

Ints = NDArray[np.int64]

_UNITS = {
    "id": pa.int64(),
    "code": pa.string(),
    "community": pa.int64(),
    "base": pa.int64(),
    "number": pa.int64(),
    "households": pa.int64(),
    "residents": pa.int64(),
    "area_m2": pa.float64(),
    "piece": pa.int64(),
    "cut_from": pa.int64(),
    "lives": pa.int64(),
    "here": pa.int64(),
    "redrawn": pa.int64(),
}


@dataclass(frozen=True, eq=False)
class Draft:
    """A plan beside what is stored at the moment it is to take effect.

    Attributes
    ----------
    units
        One row per land unit of the plan, by ascending id: id, code, community, base (number of the zone it
        was in), number (wanted; 0 none), households, residents, area_m2, piece (lives in the draft only),
        cut_from, lives (at the moment), here (id of the zone it is in at the moment), redrawn (its shape got
        a vertex).
    zones
        Rows of `plan_publishing/zones`, by number.
    codes
        Every code a zone of the layer has or had, with its id.
    """

    plan_id: int
    units: pd.DataFrame
    zones: Sequence[Mapping[str, Any]]
    codes: Mapping[str, int]

    @property
    def moved(self) -> pd.DataFrame:
        """Units that are wanted in another zone than they were in, or are new; cut ones left out."""
        units = self.units
        wanted = units[units["number"] > 0]
        return wanted[(wanted["number"] != wanted["base"]) | (wanted["piece"] > 0)]

    @property
    def pieces(self) -> pd.DataFrame:
        """Units that come alive."""
        units = self.units
        return units[(units["piece"] > 0) & (units["number"] > 0)]

    def roots(self) -> dict[int, int]:
        """The living unit each piece that comes alive is cut from, by piece, over any cuts between."""
        parent = dict(zip(self.units["id"].tolist(), self.units["cut_from"].tolist(), strict=True))
        draft = dict(zip(self.units["id"].tolist(), self.units["piece"].tolist(), strict=True))
        found: dict[int, int] = {}
        for piece in self.pieces["id"].tolist():
            unit = piece
            while draft.get(unit):
                unit = parent[unit]
            found[piece] = unit
        return found


@dataclass(frozen=True)
class Version:
    """A version of a zone; ``shape`` in EPSG:4326 on the lattice."""

    id: int
    zone_id: int
    code: str
    name_zh: str
    name_en: str | None
    parent_zone_id: int | None
    organisation_id: int | None
    since: datetime
    shape: Any


async def lock_plan(connection: Connection, code: str) -> dict[str, Any] | None:
    """A plan by its code, locked until the transaction ends; None if there is none."""
    return await one(connection, "plan_publishing/plan", {"code": code})


async def read_plan(connection: Connection, code: str) -> dict[str, Any] | None:
    """A plan as `lock_plan` gives it, for whoever only reads."""
    return await one(connection, "plan_publishing/plan_read", {"code": code})


async def due_plans(connection: Connection) -> list[tuple[str, bool]]:
    """Codes of the plans whose moment has come, in its order; whether to go back, not to take effect."""
    return [(row["code"], row["returns"]) for row in await rows(connection, "plan_publishing/due")]


async def read_draft(connection: Connection, plan: Mapping[str, Any], at: datetime) -> Draft:
    """A plan (a row of `lock_plan`) beside what is stored at a moment."""
    asked = {"plan": plan["id"], "layer": plan["layer_id"], "at": at}
    units = (await copy_out(connection, "plan_publishing/units", asked, _UNITS)).to_pandas()
    zones = await rows(connection, "plan_publishing/zones", {"plan": plan["id"], "at": at})
    codes = await rows(connection, "plan_publishing/codes", {"layer": plan["layer_id"]})
    return Draft(plan["id"], units, zones, {row["code"]: row["id"] for row in codes})


async def units_in_zones(connection: Connection, zones: Sequence[int], at: datetime) -> dict[int, int]:
    """Zone by unit, for all units that are in some zones at a moment."""
    asked = {"zones": list(zones), "at": at}
    return {
        row["id"]: row["zone_id"] for row in await rows(connection, "plan_publishing/units_in_zones", asked)
    }


async def zone_codes(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Codes of zones by id."""
    found = await rows(connection, "plan_publishing/zone_codes", {"ids": list(ids)})
    return {row["id"]: row["code"] for row in found}


async def joined_pairs(connection: Connection, units: Sequence[int]) -> Ints:
    """Pairs of units whose border, or a link, holds a grid together: int64 (m, 2)."""
    pairs = await rows(connection, "plan_publishing/joined", {"units": list(units)})
    return np.array([(row["unit_a"], row["unit_b"]) for row in pairs], np.int64).reshape(-1, 2)


async def read_shapes(connection: Connection, plan_id: int, units: Sequence[int]) -> dict[int, Any]:
    """Shapes of units by id, as a plan has them, in EPSG:4326."""
    found = await rows(connection, "plan_publishing/shapes", {"plan": plan_id, "units": list(units)})
    shapes = shapely.from_wkb([row["shape"] for row in found])
    return {row["id"]: shape for row, shape in zip(found, shapes, strict=True)}


async def read_versions(connection: Connection, zones: Sequence[int], at: datetime) -> dict[int, Version]:
    """Versions of zones at a moment, by zone."""
    found = await rows(connection, "plan_publishing/versions", {"zones": list(zones), "at": at})
    return {row["zone_id"]: Version(**row | {"shape": shapely.from_wkb(row["shape"])}) for row in found}


async def shapes_beside(
    connection: Connection, versions: Sequence[int], zones: Sequence[int], at: datetime
) -> dict[int, Any]:
    """Shapes of the layer's zones round some versions, by zone; ``zones`` are left out."""
    asked = {"versions": list(versions), "zones": list(zones), "at": at}
    found = await rows(connection, "plan_publishing/beside", asked)
    return {row["zone_id"]: shapely.from_wkb(row["shape"]) for row in found}


async def concerned(connection: Connection, units: Sequence[int], zones: Sequence[int]) -> pa.Table:
    """Open incidents that units which moved or ended may concern; columns as for routing again."""
    # Loaded when a plan takes effect: it brings the whole of bulk routing along.
    from grid_data.rerouting import INCIDENT_COLUMNS

    asked = {"units": list(units), "zones": list(zones)}
    return await copy_out(connection, "plan_publishing/concerned", asked, INCIDENT_COLUMNS)


async def insert_zones(connection: Connection, layer_id: int, codes: Sequence[str]) -> dict[str, int]:
    """New zones of a layer; ids by code."""
    found = await rows(connection, "plan_publishing/insert_zones", {"layer": layer_id, "codes": list(codes)})
    return {row["code"]: row["id"] for row in found}


async def told_before(connection: Connection, plan_id: int) -> list[int]:
    """Organisations that were told of a plan."""
    return [row["id"] for row in await rows(connection, "plan_publishing/told_before", {"plan": plan_id})]


async def notice_rows(
    connection: Connection, *, organisation: str | None, plan: str | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Notices, the newest first."""
    asked = {"organisation": organisation, "plan": plan, "before": before, "limit": limit}
    return list(await rows(connection, "plan_publishing/notices", asked))


async def change_state(
    connection: Connection,
    plan: Mapping[str, Any],
    state: str,
    *,
    approver: str | None,
    effective_from: datetime | None,
    rollback: tuple[datetime | None, str | None],
) -> None:
    """Bring a plan to a state, and count its revision up. ``rollback``: when it goes back, who asked."""
    await run(
        connection,
        "plan_publishing/change_state",
        {
            "plan": plan["id"],
            "state": state,
            "approver": approver,
            "effective_from": effective_from,
            "rollback_at": rollback[0],
            "rollback_by": rollback[1],
        },
    )
