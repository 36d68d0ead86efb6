"""A plan judged: figures of its zones and of the whole, what it moves, and what is not right yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric
from gis.measures import Band, ZoneMeasures
from gis.redraw.draft import Draft
from gis.redraw.steps import DraftZone
from gis.words import Words
from governance.incidents.answers import Name
from governance.planning.answers import PlanMeasures, PlanProblem, PlanTotals, ProblemCode, ZoneFigures
from governance.planning.plans import planned
from grid_data.city import read_city
from grid_data.database import Connection, rows
from grid_data.planning.layer_pieces import stored_with_of
from grid_data.planning.stored import read_draft

__all__ = ["figures_of", "plan_measures"]

Shapes = NDArray[np.object_]


def figures_of(
    measures: Iterable[ZoneMeasures], zones: Mapping[int, DraftZone], posts: Mapping[int, int]
) -> list[ZoneFigures]:
    """Figures as they are answered; of dissolved zones nothing is left to tell but what they lost."""
    found = []
    for each in measures:
        values = {name: value for name, value in vars(each).items() if name != "perimeter_m"}
        for name in ("area_m2", "polsby_popper", "reock", "barrier_share"):
            if values[name] is not None:
                values[name] = round(values[name], 3 if name == "area_m2" else 6)
        found.append(ZoneFigures(**values, posts=posts.get(each.number, 0)))
    return found


async def plan_measures(connection: Connection, code: str) -> PlanMeasures:
    """The whole plan judged.

    Raises
    ------
    PlanMissing
    """
    plan = await planned(connection, code)
    read = await read_draft(connection, plan, shapes=True)
    draft, band = read.draft, Band(plan["band_min"], plan["band_max"])
    shapes = draft.shapes
    assert shapes is not None
    srid = (await read_city(connection)).frame.metric_srid if len(shapes) else 4326
    metric = geometry_to_metric(shapes, srid)
    # Seconds for a large city: other requests are served meanwhile.
    measured = await asyncio.to_thread(draft.measures, band, draft.zones, metric)
    stored = await stored_with_of(connection, plan["id"])
    grounds = sorted(set(stored.grounds))
    cut = await rows(connection, "plans/buildings_cut", {"plan": plan["id"], "grounds": grounds})
    figures = figures_of(measured, draft.zones, read.posts)
    moved = draft.zone != draft.counts.base
    return PlanMeasures(
        revision=plan["revision"],
        totals=_totals(draft, measured, read.posts, len(cut)),
        zones=[each for each in figures if not draft.zones[each.number].dissolved],
        moved_households=int(draft.graph.households[moved].sum()),
        problems=[*await asyncio.to_thread(_problems, draft, measured, band), *_cut_buildings(cut)],
    )


def _totals(draft: Draft, measured: Sequence[ZoneMeasures], posts: Mapping[int, int], cut: int) -> PlanTotals:
    graph, zones = draft.graph, draft.zones
    living = [each for each in measured if not zones[each.number].dissolved]
    held = [each for each in living if not zones[each.number].exempt]
    moved = draft.zone != draft.counts.base
    shapes = [each.polsby_popper for each in living if each.units]
    return PlanTotals(
        zones=len(living),
        units=len(draft.ids),
        households=int(graph.households.sum()),
        residents=int(graph.residents.sum()),
        buildings=int(graph.buildings.sum()),
        incidents_year=int(draft.counts.incidents_year.sum()),
        facilities=int(draft.counts.facilities.sum()),
        posts=sum(posts.get(each.number, 0) for each in living),
        zones_before=sum(zone.base for zone in zones.values()),
        in_band=sum(each.in_band for each in held),
        exempt=len(living) - len(held),
        connected=sum(each.connected for each in living),
        moved_units=int(moved.sum()),
        moved_households=int(graph.households[moved].sum()),
        buildings_cut=cut,
        mean_polsby_popper=round(float(np.mean(shapes)), 6) if shapes else None,
    )


def _problems(draft: Draft, measured: Sequence[ZoneMeasures], band: Band) -> list[PlanProblem]:
    """Everything that is not right yet, zone by zone, each with a place to go to."""
    found: list[PlanProblem] = []
    _, part = draft.graph.parts(draft.zone)
    for each in measured:
        zone = draft.zones[each.number]
        if zone.dissolved:
            continue
        members = draft.members(each.number)
        label = zone.named
        if not len(members):
            found.append(_problem("empty-zone", zone, None, f"{label.zh}没有地块", f"{label.en} has no unit"))
            continue
        middle = _place(draft, members)
        if not each.in_band and not zone.exempt:
            where = "低于下限" if each.households < band.minimum else "高于上限"
            limit = band.minimum if each.households < band.minimum else band.maximum
            under = "below" if each.households < band.minimum else "above"
            found.append(
                _problem(
                    "out-of-band", zone, middle, f"{label.zh}有 {each.households} 户，{where} {limit} 户",
                    f"{label.en} has {each.households} households, {under} {limit}",
                )
            )  # fmt: skip
        if not each.connected:
            parts, sizes = np.unique(part[members], return_counts=True)
            lost = members[part[members] == parts[np.argmin(sizes)]]
            found.append(
                _problem(
                    "not-connected", zone, _place(draft, lost), f"{label.zh}不连通，分为 {len(parts)} 块",
                    f"{label.en} is not connected: it has {len(parts)} parts",
                )
            )  # fmt: skip
        if draft.nested and not each.inside_community:
            found.append(
                _problem("outside-community", zone, middle, f"{label.zh}跨社区",
                         f"{label.en} reaches into another community")
            )  # fmt: skip
    return found


def _problem(code: ProblemCode, zone: DraftZone, place: list[float] | None, zh: str, en: str) -> PlanProblem:
    return PlanProblem(code=code, number=zone.number, unit=None, place=place, text=Name(zh=zh, en=en))


def _place(draft: Draft, rows_: NDArray[np.int64]) -> list[float]:
    """A point on the unit in the middle of some units."""
    assert draft.shapes is not None
    shapes = draft.shapes[rows_]
    centre = shapely.centroid(shapely.geometrycollections(shapes))
    nearest = shapes[int(np.argmin(shapely.distance(shapes, centre)))]
    point = shapely.point_on_surface(nearest)
    return [round(point.x, 7), round(point.y, 7)]


def _cut_buildings(cut: Sequence[Mapping[str, Any]]) -> list[PlanProblem]:
    found = []
    for row in cut:
        words = Words(
            f"网格边界穿过楼栋 {row['code']}", f"a border of zones runs through the building {row['code']}"
        )
        found.append(
            PlanProblem(
                code="building-cut", number=row["number"], unit=None, place=[row["lon"], row["lat"]],
                text=Name(zh=words.zh, en=words.en),
            )
        )  # fmt: skip
    return found
