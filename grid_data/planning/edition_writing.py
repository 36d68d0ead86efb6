"""A redraw written: memberships, units, zones and their versions, lineage, posts; each step one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from psycopg.types.json import Jsonb

from gis.lineage import Step
from grid_data.bulk.zones_stood_in import keep_zones_stood_in
from grid_data.database import Connection, rows, run
from grid_data.land_units.graphs import refresh_unit_graph

__all__ = ["NewVersion", "PostMove", "Writing", "add_notices", "organisations_told", "superseded"]


@dataclass(frozen=True)
class NewVersion:
    """A zone as it is from now on; ``shape`` is a MultiPolygon in EPSG:4326 on the lattice."""

    zone_id: int
    name_zh: str
    name_en: str | None
    parent_zone_id: int | None
    organisation_id: int | None
    shape: Any


@dataclass(frozen=True)
class PostMove:
    """A post that went from one zone to another, or began in one. ``filled``: somebody holds it."""

    from_zone: int | None
    to_zone: int
    kind: str
    filled: bool


@dataclass(frozen=True)
class Writing:
    """Writes one edition of one layer, for one plan, from one moment on."""

    connection: Connection
    plan_id: int
    layer_id: int
    at: datetime

    async def _run(self, name: str, **values: Any) -> int:
        own = {"plan": self.plan_id, "layer": self.layer_id, "at": self.at}
        return await run(self.connection, f"plan_publishing/{name}", own | values)

    async def units(
        self,
        moved: Mapping[int, int],
        roots: Mapping[int, int],
        redrawn: Sequence[int],
        communities: Sequence[int],
    ) -> None:
        """Units change zones.

        Parameters
        ----------
        moved
            Zone that each unit enters; pieces included.
        roots
            Unit each piece is cut from, by piece: these end, and the pieces come alive.
        redrawn
            Units whose border got a vertex.
        communities
            Communities with pieces or redrawn units, whose borders between units are found anew.
        """
        ended = sorted(set(roots.values()))
        pieces = sorted(roots)
        leaving = sorted((set(moved) - set(roots)) | set(ended))
        await self._run("close_memberships", units=leaving)
        if roots:
            await self._run("end_parents", pieces=pieces, roots=[roots[piece] for piece in pieces])
            await self._run("begin_pieces", pieces=pieces)
        await self._run("open_memberships", units=list(moved), zones=list(moved.values()))
        if redrawn:
            await self._run("add_vertices", units=list(redrawn))
        if roots:
            await run(self.connection, "imports/move_buildings", {"ids": ended, "at": self.at})
            await self._run("move_facilities", ids=ended)
            await run(self.connection, "patrol_points/move", {"ids": ended, "at": self.at})
            await self._run("forget_edges", units=ended)
        if communities:
            await refresh_unit_graph(self.connection, list(communities))

    async def zones(self, closed: Sequence[int], new: Sequence[NewVersion], ended: Sequence[int]) -> None:
        """Versions end and begin; zones are retired, or come back if they had been."""
        await self._run("close_versions", versions=list(closed))
        if new:
            await self._run("revive_zones", zones=[version.zone_id for version in new])
            await self._run(
                "insert_versions",
                zones=[version.zone_id for version in new],
                names_zh=[version.name_zh for version in new],
                names_en=[version.name_en for version in new],
                parents=[version.parent_zone_id for version in new],
                organisations=[version.organisation_id for version in new],
                shapes=shapely.to_wkb(np.array([version.shape for version in new])).tolist(),
            )
        await self._run("retire", zones=list(ended))
        await keep_zones_stood_in(self.connection, zones={*(version.zone_id for version in new), *ended})

    async def lineage(self, steps: Sequence[Step]) -> None:
        """What became of what; zones by identifier."""
        await self._run(
            "insert_lineage",
            sources=[step.source or None for step in steps],
            targets=[step.target or None for step in steps],
            kinds=[step.kind for step in steps],
            households=[step.households for step in steps],
            units=[step.units for step in steps],
            areas=[step.area_m2 for step in steps],
        )

    async def posts(self, heirs: Mapping[int, int], origins: Mapping[int, int]) -> list[PostMove]:
        """Posts of zones that end go to their heirs; new zones get vacancies like their origin's.

        Parameters
        ----------
        heirs
            Zone that goes on for each zone that ends.
        origins
            For each new zone the one it took most from.
        """
        own = {"at": self.at}
        given = {"sources": list(heirs), "targets": list(heirs.values())}
        moved = [
            PostMove(row["from_zone"], row["to_zone"], row["kind"], row["filled"])
            for row in await rows(self.connection, "plan_publishing/move_posts", own | given)
        ]
        vacant = {"sources": list(origins.values()), "targets": list(origins)}
        return moved + [
            PostMove(None, row["to_zone"], row["kind"], False)
            for row in await rows(self.connection, "plan_publishing/open_posts", own | vacant)
        ]

    async def name_zones(self, zones: Mapping[int, tuple[int, str]]) -> None:
        """Tell the plan which zone (id, code) each of its new numbers has become."""
        numbers = list(zones)
        await self._run(
            "name_zones",
            numbers=numbers,
            ids=[zones[number][0] for number in numbers],
            codes=[zones[number][1] for number in numbers],
        )


async def superseded(connection: Connection, plan_id: int, versions: Sequence[int]) -> list[str]:
    """Earlier plans of which these versions were, now superseded; their codes."""
    asked = {"plan": plan_id, "versions": list(versions)}
    return [row["code"] for row in await rows(connection, "plan_publishing/supersede", asked)]


async def organisations_told(connection: Connection, zones: Sequence[int]) -> dict[int, list[int]]:
    """Zones that concern each organisation: it answers for them, or governs a region they lie in."""
    found: dict[int, list[int]] = {}
    for row in await rows(connection, "plan_publishing/told", {"zones": list(zones)}):
        found.setdefault(row["id"], []).append(row["zone_id"])
    return found


async def add_notices(
    connection: Connection,
    plan_id: int,
    kind: str,
    told: Mapping[int, tuple[str, str, Mapping[str, Any]]],
) -> int:
    """Tell organisations: text in Chinese, in English, and the figures behind it."""
    return await run(
        connection,
        "plan_publishing/insert_notices",
        {
            "plan": plan_id,
            "kind": kind,
            "organisations": list(told),
            "texts_zh": [each[0] for each in told.values()],
            "texts_en": [each[1] for each in told.values()],
            "about": [Jsonb(each[2]) for each in told.values()],
        },
    )
