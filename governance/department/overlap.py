"""The specialist zones of a department over the base grids: which part lies where, what is in both."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.ground_share import shared_ground
from gis.task_area import SHARED_M2
from governance.department.answers import DepartmentOverlap, OverlapPart, ZoneOverlap
from governance.households import estimated
from governance.incidents.answers import Name, Named
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.department.overlap import (
    base_edition,
    grid_households,
    grids_named,
    grids_near,
    households_in_both,
    incidents_in_both,
    specialist_zones,
    version_shapes,
)

__all__ = ["Chosen", "Overlaps", "overlap"]


@dataclass(frozen=True)
class Chosen:
    """Whose specialist zones: of organisations, these, of a layer, in a zone; None does not choose."""

    organisation_ids: Sequence[int] | None = None
    own_ids: Sequence[int] | None = None
    layer: str | None = None
    zone_id: int | None = None


class Overlaps:
    """Parts of zones in base grids, kept: a version never changes, and grids change with their edition."""

    def __init__(self, limit: int = 2_000) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[int, int], dict[int, float]] = OrderedDict()

    async def of(self, connection: Connection, versions: Sequence[int]) -> dict[int, dict[int, float]]:
        """Square metres that each version of a zone shares with which base grid, by version."""
        edition = await base_edition(connection)
        missing = [version for version in versions if (version, edition) not in self._kept]
        found = {
            version: self._kept[version, edition] for version in versions if (version, edition) in self._kept
        }
        if missing:
            srid = (await read_city(connection)).frame.metric_srid
            shapes = await version_shapes(connection, missing)
            ids, grids = await grids_near(connection, missing)

            def measured() -> dict[int, dict[int, float]]:
                made = {}
                for version, shape in shapes.items():
                    metres, _ = shared_ground(shape, grids, srid)
                    made[version] = {
                        grid: float(m2)
                        for grid, m2 in zip(ids, metres.tolist(), strict=True)
                        if m2 >= SHARED_M2
                    }
                return made

            for version, parts in (await asyncio.to_thread(measured)).items():
                found[version] = self._kept[version, edition] = parts
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        return found


async def overlap(
    connection: Connection,
    kept: Overlaps,
    chosen: Chosen,
    *,
    one_by_one: bool,
    after: tuple[str, str] | None,
    limit: int,
) -> DepartmentOverlap:
    """Specialist zones with the base grids they lie over.

    Parameters
    ----------
    one_by_one
        Whether who asks may see households one by one.
    """
    zones = await specialist_zones(
        connection,
        organisation_ids=chosen.organisation_ids,
        own_ids=chosen.own_ids,
        layer=chosen.layer,
        zone_id=chosen.zone_id,
        after=after,
        limit=limit,
    )
    more, zones = len(zones) > limit, zones[:limit]
    parts = await kept.of(connection, [zone["version_id"] for zone in zones])
    named = await grids_named(connection, sorted({grid for each in parts.values() for grid in each}))
    ids = [zone["id"] for zone in zones]
    incidents = await incidents_in_both(connection, ids)
    if one_by_one:
        both = await households_in_both(connection, ids, list(named))
        whole: Mapping[int, int | None] = {}
    else:
        both, whole = {}, await grid_households(connection, list(named))

    def households(zone: int, grid: int, share: float) -> int | None:
        return both.get((zone, grid), 0) if one_by_one else estimated({grid: share}, whole)[0]

    items = []
    for zone in zones:
        found = []
        for grid, m2 in parts[zone["version_id"]].items():
            if grid not in named:
                continue
            share = min(1.0, m2 / named[grid]["area_m2"])
            found.append(
                OverlapPart(
                    grid=_named(named[grid]),
                    area_m2=round(m2, 1),
                    share=round(share, 6),
                    of_zone=round(min(1.0, m2 / zone["area_m2"]), 6),
                    households=households(zone["id"], grid, share),
                    incidents=incidents.get((zone["id"], grid), 0),
                )
            )
        items.append(
            ZoneOverlap(
                layer=Named(code=zone["layer"], name=Name(zh=zone["layer_zh"], en=zone["layer_en"])),
                zone=_named(zone),
                organisation=None
                if zone["organisation"] is None
                else Named(
                    code=zone["organisation"],
                    name=Name(zh=zone["organisation_zh"], en=zone["organisation_en"]),
                ),
                area_m2=round(zone["area_m2"], 1),
                grids=sorted(found, key=lambda each: (-each.area_m2, each.grid.code)),
            )
        )
    last = f"{zones[-1]['layer']}:{zones[-1]['code']}" if more else None
    return DepartmentOverlap(items=items, next=last)


def _named(row: Mapping[str, Any]) -> Named:
    return Named(code=row["code"], name=Name(zh=row["name_zh"], en=row["name_en"]))
