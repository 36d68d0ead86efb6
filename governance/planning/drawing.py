"""Moves that are drawn: units are cut where the line runs through them, round the buildings on them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.lattice import from_lattice, to_lattice
from gis.redraw.cut import insert_vertices
from gis.redraw.draft import Draft
from gis.redraw.pieces import Contents, Division, Piece, completed
from gis.redraw.steps import RedrawRefused, Step
from gis.ways import way_along
from governance.planning.answers import CutUnit, MoveAnswer, NewBorders
from governance.planning.answers import Piece as PieceAnswer
from governance.planning.errors import MoveRefused
from governance.planning.moves import kept, opened, refuse_clashes, scope, unknown_steps
from governance.planning.plans import geojson
from governance.planning.requests import Border, DrawnMove, SplitLine
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.planning.stored import (
    PlanRow,
    ReadDraft,
    read_beyond,
    read_buildings,
    read_happened,
    read_ways,
    unit_of_building,
)
from grid_data.planning.writing import store_borders, store_pieces, write_step

__all__ = ["draw_move"]

AROUND_DEGREES = 0.01
"""So far round the places ways are looked for, about a kilometre."""


async def draw_move(
    connection: Connection, code: str, revision: int, by: str, move: DrawnMove, known: Collection[int] = ()
) -> MoveAnswer:
    """Make a move that may cut units, on the revision that was read; ``known`` as for other moves.

    Raises
    ------
    PlanMissing, PlanNotDraft
    PlanConflict
        Somebody else changed the same since.
    MoveRefused
        A rule forbids it, or the line divides nothing.
    """
    plan = await opened(connection, code, revision)
    since = await unknown_steps(connection, plan, revision, known)
    named = await _unit_named(connection, plan, move)
    read = await scope(connection, plan, named, move.zones, shapes=True)
    draft = read.draft
    move = await _by_ways(connection, move)
    standing = named or draft.ids[np.isin(draft.zone, list(move.zones))].tolist()
    buildings = await read_buildings(connection, standing)
    try:
        division = await asyncio.to_thread(move.division, draft, buildings)
        contents = await _contents(connection, plan, division, buildings)
        srid = (await read_city(connection)).frame.metric_srid
        wider, step, pieces = await asyncio.to_thread(completed, draft, division, contents, srid)
        step = await _with_beyond(connection, plan, division, step)
        wider.made(step)
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal
    refuse_clashes(plan, step, draft, since)
    stored = await store_pieces(connection, plan["id"], pieces) if pieces else {}
    given = {number: unit for number, (unit, _) in stored.items()}
    step = step.renamed(given)
    wider = replace(wider, ids=np.array([given.get(unit, unit) for unit in wider.ids.tolist()]))
    edges = await _borders(connection, wider, list(given.values()))
    await write_step(connection, plan["id"], step)
    after = replace(read, draft=wider.made(step))
    cut = _cut_units(pieces, stored, after, read)
    return await kept(connection, plan, step, after, by, cut=cut, edges=edges)


async def _by_ways(connection: Connection, move: DrawnMove) -> DrawnMove:
    """The move with its line led along roads and rivers, where that is asked for.

    Raises
    ------
    MoveRefused
    """
    if not isinstance(move, (SplitLine, Border)) or not move.along:
        return move
    places = [(x, y) for x, y in move.line.coords]
    lines = await read_ways(connection, places, AROUND_DEGREES)
    try:
        return replace(move, line=await asyncio.to_thread(way_along, lines, places))
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal


async def _unit_named(connection: Connection, plan: PlanRow, move: DrawnMove) -> list[int]:
    """The unit of the building that a move names.

    Raises
    ------
    MoveRefused
    """
    if move.building is None:
        return []
    unit = await unit_of_building(connection, plan["id"], move.building)
    if unit is None:
        raise MoveRefused(
            RedrawRefused(
                "unknown-building",
                f"方案范围内没有楼栋 {move.building}",
                f"there is no building {move.building} in the plan",
            )
        )
    return [unit]


async def _contents(
    connection: Connection, plan: PlanRow, division: Division, buildings: Mapping[int, Any]
) -> dict[int, Contents]:
    """What stands on the units that are cut, and what happened there."""
    parents = sorted(set(division.cuts.parent.values()))
    if not parents:
        return {}
    happened = await read_happened(connection, plan["id"], parents)
    return {unit: Contents(buildings.get(unit, ()), *happened[unit]) for unit in parents}


async def _with_beyond(connection: Connection, plan: PlanRow, division: Division, step: Step) -> Step:
    """The step, with units beyond the plan's area whose border received a vertex."""
    cuts = division.cuts
    if not cuts.vertices:
        return step
    shapes = dict(step.shapes)
    for unit, shape in (await read_beyond(connection, plan["id"], sorted(set(cuts.parent.values())))).items():
        lattice = to_lattice(shape)
        moved = insert_vertices(lattice, cuts.vertices)
        if moved is not lattice:
            shapes[unit] = (shape, from_lattice(moved))
    return replace(step, shapes=shapes, ground=step.ground | set(shapes))


async def _borders(connection: Connection, draft: Draft, pieces: Sequence[int]) -> NewBorders | None:
    """Store the borders of pieces, and answer those between units that are there."""
    if not pieces:
        return None
    rows = [draft.row[unit] for unit in pieces]
    new = np.asarray(np.isin(draft.graph.ends, rows).any(axis=1), dtype=np.bool_)
    await store_borders(connection, draft, new)
    graph = draft.graph
    return NewBorders(
        a=draft.ids[graph.ends[new, 0]].tolist(),
        b=draft.ids[graph.ends[new, 1]].tolist(),
        length_m=np.round(graph.length_m[new], 3).tolist(),
        barrier=graph.barrier[new].tolist(),
        joined=graph.joined[new].tolist(),
    )


def _cut_units(
    pieces: Sequence[Piece], stored: Mapping[int, tuple[int, str]], after: ReadDraft, read: ReadDraft
) -> list[CutUnit]:
    """Each unit cut, with its pieces as units."""
    found: dict[int, list[PieceAnswer]] = {}
    for piece in pieces:
        unit, code = stored[piece.number]
        row = after.draft.row[unit]
        counted = {name: getattr(piece, name) for name in
                   ("households", "residents", "buildings", "incidents_year", "facilities")}  # fmt: skip
        found.setdefault(piece.parent, []).append(
            PieceAnswer(
                unit=unit,
                code=code,
                community=read.communities[int(after.draft.graph.community[row])].code,
                **counted,
                area_m2=round(piece.area_m2, 3),
                perimeter_m=round(piece.perimeter_m, 3),
                zone=int(after.draft.zone[row]) or None,
                base_zone=int(after.draft.counts.base[row]) or None,
                geometry=geojson(piece.shape),
            )
        )
    return [CutUnit(unit=unit, pieces=each) for unit, each in found.items()]
