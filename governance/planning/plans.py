"""Plans: listed, read, made. Moves are in `moves`, judging in `judging`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from gis.redraw.draft import Draft
from gis.redraw.steps import DraftZone
from gis.units.graph import border_lines
from gis.words import Words
from governance.incidents.answers import Name, Named
from governance.planning.answers import (
    Band,
    BorderColumns,
    Plan,
    PlanArea,
    Plans,
    PlanShapes,
    PlanStep,
    PlanSteps,
    PlanUnits,
    PlanZone,
    UnitColumns,
)
from governance.planning.errors import NotRedrawable, PlanExists, PlanMissing
from grid_data.city import city_timezone, read_city
from grid_data.database import Connection, one, run
from grid_data.history import add_history
from grid_data.land_units.graphs import refresh_unit_graph
from grid_data.planning.layer_pieces import NO_PIECES, count_by_place, fit_pieces, pieces_in_force
from grid_data.planning.stored import (
    PlanRow,
    ReadDraft,
    current_moment,
    plan_row,
    plan_rows,
    read_draft,
    step_rows,
)

__all__ = [
    "create_plan",
    "get_plan",
    "list_plans",
    "plan_shapes",
    "plan_steps",
    "plan_units",
    "planned",
    "zones_of",
]

STANDARD_BAND = 300, 500
"""Households of a base grid, where nobody says otherwise."""


def plan_of(row: PlanRow) -> Plan:
    """A plan as it is answered."""
    area = None
    if row["area_code"] is not None:
        name = Name(zh=row["area_zh"] or row["area_code"], en=row["area_en"])
        area = PlanArea(layer=row["area_layer"], code=row["area_code"], name=name)
    same = {
        name: row[name]
        for name in ("code", "layer", "state", "revision", "author", "approver", "effective_from",
                     "rollback_at", "rollback_by", "created_at", "zones", "units", "households", "undo",
                     "redo")
    }  # fmt: skip
    return Plan(
        **same,
        name=Name(zh=row["name_zh"], en=row["name_en"]),
        note=None if row["note_zh"] is None else Name(zh=row["note_zh"], en=row["note_en"]),
        area=area,
        base=row["base_at"],
        band=Band(min=row["band_min"], max=row["band_max"]),
    )


async def list_plans(connection: Connection, *, layer: str | None = None, state: str | None = None) -> Plans:
    """Plans of a layer, in a state; the newest first, at most 500."""
    return Plans(items=[plan_of(row) for row in await plan_rows(connection, layer=layer, state=state)])


async def planned(connection: Connection, code: str, *, by: str | None = None) -> PlanRow:
    """The row of a plan.

    Raises
    ------
    PlanMissing
    """
    row = await plan_row(connection, code, by=by)
    if row is None:
        raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
    return row


async def get_plan(connection: Connection, code: str, *, by: str | None = None) -> Plan:
    """One plan; ``by`` is whose steps could be taken back or made again."""
    return plan_of(await planned(connection, code, by=by))


async def create_plan(
    connection: Connection,
    *,
    layer: str,
    name: Words,
    by: str,
    area: tuple[str, str] | None = None,
    base: datetime | None = None,
    band: tuple[int, int] | None = None,
    code: str | None = None,
    note: Words | None = None,
) -> Plan:
    """Start a draft from the edition of a moment (default now), on a layer or a region of it.

    Parameters
    ----------
    band
        Households a zone should have. Without one: of a base grid 300 to 500; on other layers, for which no
        standard is known, as many as the smallest and the largest zone of the draft have now.

    Raises
    ------
    NotRedrawable
        The layer is no layer of grids, or has no zone there at that moment.
    PlanMissing
        There is no such region.
    PlanExists
        The code is in use.
    """
    found = await one(connection, "plans/layer", {"code": layer})
    if found is None or found["kind"] not in ("base_grid", "specialist", "jurisdiction"):
        raise NotRedrawable(
            Words("只有网格图层可以重新划分", "only layers of grids can be redrawn"), field="layer"
        )
    if found["cardinality"] == "many":
        raise NotRedrawable(
            Words(
                "该图层的网格互相重叠，不能按单元重新划分",
                "zones of this layer overlap: units cannot be moved between them",
            ),
            field="layer",
        )
    area_id = None
    if area is not None:
        region = await one(connection, "plans/area", {"layer": area[0], "code": area[1]})
        if region is None:
            raise PlanMissing(
                Words(f"没有区域 {area[0]}:{area[1]}", f"no region {area[0]}:{area[1]}"), field="area"
            )
        area_id = region["id"]
    plan = await _insert(
        connection,
        code,
        {
            "layer_id": found["id"],
            "name_zh": name.zh,
            "name_en": name.en or None,
            "by": by,
            "area": area_id,
            "base": base or await current_moment(connection),
            "band_min": (band or STANDARD_BAND)[0],
            "band_max": (band or STANDARD_BAND)[1],
            "note_zh": note.zh if note else None,
            "note_en": note.en or None if note else None,
        },
    )
    row = await planned(connection, plan)
    nested = found["kind"] == "base_grid"
    cut = NO_PIECES if nested else await pieces_in_force(connection, found["id"], row["base_at"])
    of_plan = {
        "plan": row["id"],
        "layer_id": found["id"],
        "nested": nested,
        "area": area_id,
        "at": row["base_at"],
        "pieces": list(cut.ids),
        "held": sorted(cut.held),
    }
    zones = await run(connection, "plan_drafts/insert_zones", of_plan)
    units = await run(connection, "plan_drafts/insert_units", of_plan)
    if not zones or not units:
        raise NotRedrawable(
            Words("该时刻该范围内没有网格或地块", "there is no zone or no unit there at that moment"),
            field="base",
        )
    borders = await one(connection, "plan_drafts/has_borders", of_plan)
    if units > 1 and borders is not None and not borders["known"]:
        await refresh_unit_graph(connection)
    await count_by_place(connection, row["id"])
    if band is None and not nested:
        await run(connection, "plan_drafts/band_of_zones", {"plan": row["id"]})
    if cut.ids:
        srid = (await read_city(connection)).frame.metric_srid
        await fit_pieces(connection, row["id"], cut.ids, srid)
    made = await get_plan(connection, plan, by=by)
    await add_history(
        connection, by, "plan.create", plan_id=row["id"], after={"plan": made.model_dump(mode="json")}
    )
    return made


async def _insert(connection: Connection, code: str | None, values: dict[str, Any]) -> str:
    """Store the row of a plan under its code, or the next one of today; returns the code."""
    if code is not None:
        if await one(connection, "plan_drafts/insert", {"code": code, **values}) is None:
            raise PlanExists(f"there is a plan {code} already", field="code")
        return code
    today = await one(connection, "plan_drafts/codes_today", {"timezone": await city_timezone(connection)})
    assert today is not None
    number = today["plans"]
    while True:
        number += 1
        code = f"P{today['day']}-{number:02}"
        if await one(connection, "plan_drafts/insert", {"code": code, **values}) is not None:
            return code


def zones_of(zones: Sequence[DraftZone], posts: dict[int, int]) -> list[PlanZone]:
    """Zones as they are answered."""
    return [
        PlanZone(
            number=zone.number,
            code=zone.code,
            name=Name(zh=zone.name_zh, en=zone.name_en),
            base=zone.base,
            lock=zone.lock,
            exempt=zone.exempt,
            dissolved=zone.dissolved,
            posts=posts.get(zone.number, 0),
        )
        for zone in zones
    ]


async def plan_units(connection: Connection, code: str) -> PlanUnits:
    """All units, zones and borders of a plan."""
    plan = await planned(connection, code)
    read = await read_draft(connection, plan)
    draft, graph = read.draft, read.draft.graph
    return PlanUnits(
        revision=plan["revision"],
        zones=zones_of(list(draft.zones.values()), read.posts),
        communities=_communities(read),
        units=UnitColumns(
            id=draft.ids.tolist(),
            code=list(read.codes),
            community=graph.community.tolist(),
            households=graph.households.tolist(),
            residents=graph.residents.tolist(),
            buildings=graph.buildings.tolist(),
            incidents_year=draft.counts.incidents_year.tolist(),
            facilities=draft.counts.facilities.tolist(),
            area_m2=np.round(graph.area_m2, 3).tolist(),
            perimeter_m=np.round(graph.perimeter_m, 3).tolist(),
            zone=[number or None for number in draft.zone.tolist()],
            base_zone=[number or None for number in draft.counts.base.tolist()],
        ),
        edges=BorderColumns(
            a=graph.ends[:, 0].tolist(),
            b=graph.ends[:, 1].tolist(),
            length_m=np.round(graph.length_m, 3).tolist(),
            barrier=graph.barrier.tolist(),
            joined=graph.joined.tolist(),
        ),
    )


def _communities(read: ReadDraft) -> list[Named]:
    return [Named(code=each.code, name=Name(zh=each.name_zh, en=each.name_en)) for each in read.communities]


async def plan_shapes(connection: Connection, code: str) -> PlanShapes:
    """Polygons of a plan's units and lines of the borders between them, as GeoJSON."""
    plan = await planned(connection, code)
    draft = (await read_draft(connection, plan, shapes=True)).draft
    # Seconds for a large city: other requests are served meanwhile.
    return await asyncio.to_thread(_shapes, draft)


def _shapes(draft: Draft) -> PlanShapes:
    assert draft.shapes is not None
    lines = border_lines(draft.shapes, draft.graph.ends)
    return PlanShapes(
        units=_collection(draft.ids.tolist(), draft.shapes),
        edges=_collection(range(len(lines)), lines),
    )


def _collection(ids: Sequence[int], shapes: Any) -> dict[str, Any]:
    features = [
        {"type": "Feature", "id": number, "properties": {}, "geometry": geojson(shape)}
        for number, shape in zip(ids, shapes, strict=True)
        if not shape.is_empty
    ]
    return {"type": "FeatureCollection", "features": features}


def geojson(shape: Any) -> dict[str, Any]:
    """A shape as GeoJSON; coordinates on the lattice have at most seven decimals."""
    found: dict[str, Any] = shapely.geometry.mapping(shape)
    return found


async def plan_steps(
    connection: Connection, code: str, *, before: int | None = None, limit: int = 100
) -> PlanSteps:
    """Steps of a plan, the newest first."""
    plan = await planned(connection, code)
    found = await step_rows(connection, plan["id"], before=before, limit=limit + 1)
    items = [PlanStep(**row) for row in found[:limit]]
    return PlanSteps(items=items, next=items[-1].seq if len(found) > limit else None)
