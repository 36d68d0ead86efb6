"""The impact of a plan, told before anybody approves it: who and what moves from which grid to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gis.crs import geometry_to_metric, to_metric
from gis.overlap import overlaps
from gis.words import Words
from governance.incidents.answers import Answer, Name
from governance.planning.errors import PlanMissing
from governance.planning.judged import Judged
from governance.planning.judging import judge
from governance.planning.refusals import PlanRefused
from governance.planning.states import STATES, State
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.patrol_points import points_by_unit
from grid_data.planning.impact import (
    homes,
    open_by_unit,
    other_zones,
    posts_of,
    read_report,
    store_report,
    unit_figures,
)
from grid_data.planning.layer_pieces import stored_with
from grid_data.planning.publishing import read_plan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Flow", "GridChange", "Impact", "ImpactFault", "LayerOverlap", "OverlapRow", "Totals", "impact_of"]

AHEAD = (State.DRAFT, State.SUBMITTED, State.APPROVED, State.SCHEDULED)
COUNTED = (
    "units", "households", "residents", "buildings", "open_incidents", "incidents_year", "facilities",
    "patrol_points",
)  # fmt: skip


class GridRef(Answer):
    """A grid of the report: its code, or null for a new one that has none yet, and its name."""

    code: str | None
    name: Name


class Flow(Answer):
    """What goes from one grid to another. Posts go along only where the whole grid ends."""

    source: GridRef
    target: GridRef
    units: int
    households: int
    residents: int
    buildings: int
    open_incidents: int
    incidents_year: int
    facilities: int
    patrol_points: int
    posts: int
    area_m2: float


class GridChange(Answer):
    """A grid before and after."""

    grid: GridRef
    change: str
    households_before: int
    households_after: int
    residents_before: int
    residents_after: int
    open_incidents_before: int
    open_incidents_after: int
    area_m2_before: float
    area_m2_after: float
    posts: int


class OverlapRow(Answer):
    """A grid as planned, and a grid of another layer: what they have in common, as shares of the first."""

    grid: GridRef
    zone: str
    zone_name: Name
    area_m2: float
    area_share: float
    households: int
    household_share: float | None


class LayerOverlap(Answer):
    """A specialist layer against the grids as planned."""

    layer: str
    name: Name
    rows: list[OverlapRow]


class ImpactFault(Answer):
    """What is wrong with the plan; it cannot be approved with it."""

    code: str
    text: Name
    zone: int | None
    unit: str | None


class Totals(Answer):
    """What moves, all flows together, and how many grids change."""

    grids: int
    begun: int
    ended: int
    units: int
    households: int
    residents: int
    buildings: int
    open_incidents: int
    incidents_year: int
    facilities: int
    patrol_points: int
    posts: int


class Impact(Answer):
    """What a plan will do, as of now."""

    plan: str
    name: Name
    state: str
    revision: int
    at: datetime
    faults: list[ImpactFault]
    totals: Totals
    flows: list[Flow]
    grids: list[GridChange]
    overlaps: list[LayerOverlap]


async def impact_of(connection: Connection, code: str) -> Impact:
    """Work out what a plan that is not in force yet will do; later, what its approval rested on.

    Raises
    ------
    PlanMissing
    PlanRefused
        Nothing lies ahead, and it was not approved with a report.
    """
    plan = await read_plan(connection, code)
    if plan is None:
        raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
    state = State(plan["state"])
    if state not in AHEAD:
        kept = await read_report(connection, plan["id"])
        if kept is not None:
            return Impact.model_validate(kept | {"state": state, "revision": plan["revision"]})
        words = Words(
            f"方案处于“{STATES[state].zh}”，没有待生效的影响；变更见谱系与版本比较",
            f"the plan is {STATES[state].en}: nothing lies ahead; see lineage and comparison",
        )
        raise PlanRefused("plan-state", [words])
    judged = await judge(connection, plan, plan["now"])
    return await impact_as_judged(connection, plan, judged)


async def keep_impact(connection: Connection, plan: Mapping[str, Any], judged: Judged) -> None:
    """Keep the impact of a plan that is approved now."""
    report = await impact_as_judged(connection, plan, judged)
    await store_report(connection, plan["id"], report.model_dump(mode="json"))


async def impact_as_judged(connection: Connection, plan: Mapping[str, Any], judged: Judged) -> Impact:
    """The impact of a plan (a row of `lock_plan`) that was judged for now."""
    units = await _counted(connection, plan, judged)
    names = _names(judged)
    flows, posts = await _flows(connection, judged, units, names)
    grids = _grids(judged, units, names, posts)
    return Impact(
        plan=plan["code"],
        name=Name(zh=plan["name_zh"], en=plan["name_en"]),
        state=plan["state"],
        revision=plan["revision"],
        at=plan["now"],
        faults=[
            ImpactFault(
                code=fault.code,
                text=Name(zh=fault.text.zh, en=fault.text.en),
                zone=fault.zone,
                unit=fault.unit,
            )
            for fault in judged.faults
        ],
        totals=_totals(flows, grids),
        flows=flows,
        grids=grids,
        overlaps=await _overlaps(connection, plan["layer_id"], judged, units, names),
    )


async def _counted(connection: Connection, plan: Mapping[str, Any], judged: Judged) -> pd.DataFrame:
    """Units of the touched zones with everything that is counted; ``source`` and ``target`` by number."""
    import pandas as pd

    units = judged.units
    ids = units["id"].tolist()
    stored = await stored_with(connection, ids)
    opened = await open_by_unit(connection, ids, stored)
    points = await points_by_unit(connection, ids, stored)
    figures = await unit_figures(connection, plan["id"], ids)
    by_zone = {row["zone_id"]: row["number"] for row in judged.draft.zones if row["zone_id"] is not None}
    return pd.DataFrame(
        {
            "id": ids,
            "units": 1,
            "source": [by_zone.get(zone, 0) for zone in units["zone_before"].tolist()],
            "target": units["number"].tolist(),
            "households": units["households"].tolist(),
            "residents": units["residents"].tolist(),
            "area_m2": units["area_m2"].tolist(),
            "open_incidents": [opened.get(unit, 0) for unit in ids],
            "patrol_points": [points.get(unit, 0) for unit in ids],
            "incidents_year": [figures[unit][0] for unit in ids],
            "facilities": [figures[unit][1] for unit in ids],
            "buildings": [figures[unit][2] for unit in ids],
        }
    )


def _names(judged: Judged) -> dict[int, GridRef]:
    return {
        row["number"]: GridRef(
            code=row["code"] or row["zone_code"], name=Name(zh=row["name_zh"], en=row["name_en"])
        )
        for row in judged.draft.zones
    }


NOWHERE = GridRef(code=None, name=Name(zh="（无）", en="(none)"))


async def _flows(
    connection: Connection, judged: Judged, units: pd.DataFrame, names: Mapping[int, GridRef]
) -> tuple[list[Flow], dict[int, int]]:
    """Flows between grids, the largest first; and how many posts each grid has today, by number."""
    moving = units[units["source"] != units["target"]]
    sums = moving.groupby(["source", "target"], sort=True)[[*COUNTED, "area_m2"]].sum().reset_index()
    zone_ids = {row["number"]: row["zone_id"] for row in judged.draft.zones}
    ended = {number for number, zone in judged.zones.items() if zone.dissolved and zone.zone_id is not None}
    held = await posts_of(connection, [zone_ids[number] for number in judged.zones if zone_ids[number]])
    posts = {number: len(held.get(zone_ids[number] or 0, ())) for number in judged.zones}
    heirs: dict[int, int] = {}
    for row in sums.sort_values(["households", "area_m2", "target"]).to_dict("records"):
        heirs[row["source"]] = row["target"]
    flows = []
    for row in sums.to_dict("records"):
        source, target = int(row["source"]), int(row["target"])
        along = posts.get(source, 0) if source in ended and heirs[source] == target else 0
        flows.append(
            Flow(
                source=names.get(source, NOWHERE),
                target=names.get(target, NOWHERE),
                posts=along,
                area_m2=round(float(row["area_m2"]), 1),
                **{name: int(row[name]) for name in COUNTED},
            )
        )
    flows.sort(key=lambda flow: (-flow.households, -flow.area_m2))
    return flows, posts


def _grids(
    judged: Judged, units: pd.DataFrame, names: Mapping[int, GridRef], posts: Mapping[int, int]
) -> list[GridChange]:
    columns = ("households", "residents", "open_incidents", "area_m2")
    before, after = _sums(units, "source", columns), _sums(units, "target", columns)
    nothing = dict.fromkeys(columns, 0.0)
    found = []
    for number, zone in sorted(judged.zones.items()):
        then, later = before.get(number, nothing), after.get(number, nothing)
        change = "ended" if zone.dissolved else "begun" if zone.zone_id is None else "changed"
        values: dict[str, Any] = {}
        for name in columns:
            for side, sums in (("before", then), ("after", later)):
                values[f"{name}_{side}"] = round(sums[name], 1) if name == "area_m2" else int(sums[name])
        found.append(GridChange(grid=names[number], change=change, posts=posts.get(number, 0), **values))
    return found


def _sums(units: pd.DataFrame, side: str, columns: Sequence[str]) -> dict[int, dict[str, float]]:
    """Sums of columns by grid."""
    found: dict[int, dict[str, float]] = {}
    values = {name: units[name].tolist() for name in columns}
    for k, number in enumerate(units[side].tolist()):
        mine = found.setdefault(number, dict.fromkeys(columns, 0.0))
        for name in columns:
            mine[name] += values[name][k]
    return found


def _totals(flows: Sequence[Flow], grids: Sequence[GridChange]) -> Totals:
    summed = {name: sum(getattr(flow, name) for flow in flows) for name in (*COUNTED, "posts")}
    changes = [grid.change for grid in grids]
    return Totals(grids=len(grids), begun=changes.count("begun"), ended=changes.count("ended"), **summed)


async def _overlaps(
    connection: Connection, layer: int, judged: Judged, units: pd.DataFrame, names: Mapping[int, GridRef]
) -> list[LayerOverlap]:
    """The grids as planned against each other layer of grids, by area and by households."""
    drawn = [each for each in judged.drawn if each.number is not None]
    if not drawn:
        return []
    srid = (await read_city(connection)).frame.metric_srid
    shapes = np.array([each.shape for each in drawn], dtype=object)
    bounds = np.array([shape.bounds for shape in shapes])
    box = np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])
    planned = np.asarray(geometry_to_metric(shapes, srid))
    whole = [shape.area for shape in planned]
    position = {each.number: k for k, each in enumerate(drawn)}
    target = dict(zip(units["id"].tolist(), units["target"].tolist(), strict=True))
    # Buildings on a cut unit are stored there; which piece they stand on is found by the point.
    stored = await stored_with(connection, list(target))
    found = await homes(connection, sorted({*target, *stored.grounds}))
    places = np.column_stack(to_metric([home.x for home in found], [home.y for home in found], srid))
    owner = [position.get(target.get(home.unit, 0), -1) for home in found]
    lost = [k for k, n in enumerate(owner) if n < 0]
    tree = shapely.STRtree(planned)
    for k, n in tree.query(shapely.points(places[lost]), predicate="intersects").T[::-1].tolist():
        owner[lost[k]] = n
    kept = [k for k, n in enumerate(owner) if n >= 0]
    weights = np.array([found[k].households for k in kept], dtype=np.float64)
    owners = np.array([owner[k] for k in kept], dtype=np.int64)
    living_in = np.bincount(owners, weights=weights, minlength=len(drawn)) if kept else np.zeros(len(drawn))
    result = []
    for code, zones in (await other_zones(connection, layer, box)).items():
        others = np.asarray(geometry_to_metric(np.array([zone.shape for zone in zones], dtype=object), srid))
        rows = [
            OverlapRow(
                grid=names[drawn[row.a].number or 0],
                zone=zones[row.b].code,
                zone_name=Name(zh=zones[row.b].name_zh, en=zones[row.b].name_en),
                area_m2=round(row.area_m2, 1),
                area_share=round(row.area_m2 / whole[row.a], 4),
                households=int(row.weight),
                household_share=round(row.weight / living_in[row.a], 4) if living_in[row.a] else None,
            )
            for row in overlaps(planned, others, places[kept], owners, weights)
        ]
        result.append(
            LayerOverlap(layer=code, name=Name(zh=zones[0].layer_zh, en=zones[0].layer_en), rows=rows)
        )
    return result
