"""Moves in a plan: made, taken back, made again; each one transaction, one step, one entry in the history.

Who asks says which revision of the plan was read. What others changed since is compared with the move: where
both touch the same unit, the same ground or the same attribute of a zone, nothing is stored and both versions
are told; everything else goes together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.crs import geometry_to_metric
from gis.measures import NOWHERE, Band
from gis.redraw.draft import Draft
from gis.redraw.steps import RedrawRefused, Step, clashes
from gis.redraw.undo import Made, Turned, turned
from gis.words import Words
from governance.planning.answers import Conflict, MoveAnswer, UnitMoved
from governance.planning.errors import MoveRefused, PlanConflict, PlanMissing, PlanNotDraft
from governance.planning.measures import figures_of
from governance.planning.plans import zones_of
from governance.planning.requests import Assign, Paint, WholeMove
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.planning.stored import PlanRow, ReadDraft, communities_of, lock_plan, read_draft, read_shapes
from grid_data.planning.writing import (
    StoredStep,
    mark_step,
    pieces_of,
    step_to_take,
    steps_near,
    steps_since,
    store_step,
    write_step,
)

__all__ = ["make_move", "take_step"]


async def make_move(
    connection: Connection, code: str, revision: int, by: str, move: WholeMove, known: Collection[int] = ()
) -> MoveAnswer:
    """Make a move on the revision that was read.

    Parameters
    ----------
    known
        Revisions since whose steps the person made as well: the move was thought out on top of them.

    Raises
    ------
    PlanMissing, PlanNotDraft
    PlanConflict
        Somebody else changed the same since.
    MoveRefused
        A rule forbids it: a lock, another community, a zone that is no more.
    """
    plan = await opened(connection, code, revision)
    since = await unknown_steps(connection, plan, revision, known)
    read = await scope(connection, plan, move.units, move.zones)
    await _refuse_cut(connection, plan, move, read.draft, since)
    unknown = frozenset(
        number for stored in since for number, (was, _) in stored.step.zones.items() if was is None
    )
    try:
        step = await asyncio.to_thread(move.step, read.draft, unknown)
        after = read.draft.made(step)
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal
    refuse_clashes(plan, step, read.draft, since)
    await write_step(connection, plan["id"], step)
    return await kept(connection, plan, step, replace(read, draft=after), by)


async def opened(connection: Connection, code: str, revision: int) -> PlanRow:
    """A draft, locked, whose revision the caller can have read.

    Raises
    ------
    PlanMissing, PlanNotDraft, PlanConflict
    """
    plan = await lock_plan(connection, code)
    if plan is None:
        raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
    if plan["state"] != "draft":
        raise PlanNotDraft(plan["state"])
    if revision > plan["revision"]:
        raise PlanConflict(
            Words(
                f"方案没有版次 {revision}，当前为 {plan['revision']}",
                f"the plan has no revision {revision} yet; it is at {plan['revision']}",
            ),
            plan["revision"],
        )
    return plan


async def unknown_steps(
    connection: Connection, plan: PlanRow, revision: int, known: Collection[int] = ()
) -> list[StoredStep]:
    """Steps since a revision, but those the caller knows of."""
    since = await steps_since(connection, plan["id"], revision)
    return [stored for stored in since if stored.revision not in known]


async def scope(
    connection: Connection,
    plan: PlanRow,
    units: Sequence[int],
    zones: Sequence[int],
    *,
    named: Sequence[int] = (),
    shapes: bool = False,
) -> ReadDraft:
    """The part of a plan that a move concerns: the communities of its units and zones.

    Zones of a layer that is not nested may reach anywhere: there it is the whole plan.
    """
    near = None
    if plan["nested"]:
        near = await communities_of(connection, plan["id"], [*units, *named], zones)
    return await read_draft(connection, plan, near, named=named, shapes=shapes)


def refuse_clashes(plan: PlanRow, step: Step, draft: Draft, since: Sequence[StoredStep]) -> None:
    """Refuse a step that touches what others changed since.

    Raises
    ------
    PlanConflict
    """
    units, attributes = clashes(step, [stored.step for stored in since])
    if not units and not attributes:
        return
    raise _conflict(plan, step, units, attributes, draft, since)


async def _refuse_cut(
    connection: Connection, plan: PlanRow, move: WholeMove, draft: Draft, since: Sequence[StoredStep]
) -> None:
    """Refuse a move of units that others have cut since; what these are now is told with it.

    Raises
    ------
    PlanConflict
    """
    there = {unit for unit in move.units if unit in draft.row and draft.zone[draft.row[unit]] != NOWHERE}
    cut = {
        unit: stored
        for stored in since
        for unit, now in zip(stored.step.units, stored.step.after, strict=True)
        if now is None
    }
    gone = [unit for unit in dict.fromkeys(move.units) if unit in cut and unit not in there]
    if not gone:
        return
    wanted: dict[int, int] = {}
    if isinstance(move, Paint):
        wanted = dict.fromkeys(move.units, move.zone)
    elif isinstance(move, Assign):
        wanted = dict(zip(move.units, move.targets, strict=True))
    pieces = await pieces_of(connection, plan["id"], gone)
    conflicts = [
        Conflict(
            unit=unit, number=None, attribute=None, yours=wanted.get(unit), theirs=None,
            by=cut[unit].author, at=cut[unit].at, pieces=pieces.get(unit, []),
        )
        for unit in gone
    ]  # fmt: skip
    by = conflicts[0].by
    raise PlanConflict(
        Words(
            f"{by} 已切分其中 {len(gone)} 个地块，未写入任何内容",
            f"{by} has cut {len(gone)} of these units since; nothing was stored",
        ),
        plan["revision"],
        conflicts,
    )


async def kept(
    connection: Connection, plan: PlanRow, step: Step, after: ReadDraft, by: str, **more: Any
) -> MoveAnswer:
    """Store a step that has been written, and answer it."""
    revision = plan["revision"] + 1
    seq = await store_step(connection, plan["id"], step, by, revision)
    await _tell(connection, plan, step, by, revision, seq, "plan.move")
    return await answered(connection, plan, step, after, revision, seq, **more)


async def _tell(
    connection: Connection, plan: PlanRow, step: Step, by: str, revision: int, seq: int, action: str
) -> None:
    await add_history(
        connection,
        by,
        action,
        plan_id=plan["id"],
        before={"revision": plan["revision"]},
        after={
            "revision": revision,
            "seq": seq,
            "kind": step.kind,
            "units": len(step.units),
            "zones": step.touched_zones,
        },
    )


async def answered(
    connection: Connection,
    plan: PlanRow,
    step: Step,
    after: ReadDraft,
    revision: int,
    seq: int | None,
    **more: Any,
) -> MoveAnswer:
    """What a step did, with the figures of the zones it touched."""
    draft = after.draft
    touched = [number for number in step.touched_zones if number in draft.zones]
    concerned = np.isin(draft.zone, touched)
    metric = np.full(len(draft.ids), None, dtype=object)
    if concerned.any():
        srid = (await read_city(connection)).frame.metric_srid
        shapes = await read_shapes(connection, plan, draft.ids[concerned])
        metric[concerned] = geometry_to_metric(shapes, srid)
    band = Band(plan["band_min"], plan["band_max"])
    changed = [draft.zones[number] for number in sorted(step.zones) if number in draft.zones]
    return MoveAnswer(
        revision=revision,
        seq=seq,
        moves=[
            UnitMoved(unit=unit, from_=before, to=now)
            for unit, before, now in zip(step.units, step.before, step.after, strict=True)
        ],
        zones=zones_of(changed, after.posts),
        measures=figures_of(draft.measures(band, touched, metric), draft.zones, after.posts),
        **{"cut": [], "edges": None, "renumbered": [], **more},
    )


async def take_step(
    connection: Connection, code: str, revision: int, by: str, *, seq: int | None = None, again: bool = False
) -> MoveAnswer:
    """Take the newest step of a person back, or make the last one taken back again; ``seq`` names another.

    Raises
    ------
    PlanMissing, PlanNotDraft
    PlanConflict
        There is no such step, or what it touched was changed since.
    MoveRefused
        A lock made since forbids it.
    """
    plan = await opened(connection, code, revision)
    stored = await step_to_take(connection, plan["id"], by, seq, again=again)
    if stored is None:
        words = Words(f"{by} 没有可恢复的步骤", f"{by} has no step to make again")
        if not again:
            words = Words(f"{by} 没有可撤销的步骤", f"{by} has no step to take back")
        raise PlanConflict(words, plan["revision"])
    read = await scope(
        connection,
        plan,
        stored.step.units,
        stored.step.touched_zones,
        named=stored.step.units,
        shapes=bool(stored.step.ground),
    )
    others = await steps_near(connection, plan["id"], stored.step.units)
    found = turned(
        Made(stored.seq, stored.undone, stored.step),
        read.draft,
        [Made(other.seq, other.undone, other.step) for other in others],
        again=again,
    )
    _refuse_overtaken(plan, found, stored, read.draft, others)
    step = found.step
    try:
        after = read.draft.made(step)
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal
    await write_step(connection, plan["id"], step)
    now = plan["revision"] + 1
    await mark_step(connection, plan["id"], stored.seq, now, undone=not again)
    await _tell(connection, plan, step, by, now, stored.seq, "plan.redo" if again else "plan.undo")
    return await answered(connection, plan, step, replace(read, draft=after), now, stored.seq)


def _refuse_overtaken(
    plan: PlanRow, found: Turned, stored: StoredStep, draft: Draft, others: Sequence[StoredStep]
) -> None:
    """Refuse to turn a step round when the plan is not as the step left it.

    Raises
    ------
    PlanConflict
    """
    if not found.units and not found.attributes:
        return
    others = [other for other in others if other.seq != stored.seq]
    raise _conflict(plan, found.step, found.units, found.attributes, draft, others or [stored])


def _conflict(
    plan: PlanRow,
    step: Step,
    units: Collection[int],
    attributes: Collection[tuple[int, str]],
    draft: Draft,
    others: Sequence[StoredStep],
) -> PlanConflict:
    """Both versions of everything that a step and steps of others have in common."""
    wanted = dict(zip(step.units, step.after, strict=True))
    newest = sorted(others, key=lambda other: -other.revision)
    conflicts = []
    for unit in sorted(units):
        last = next((o for o in newest if unit in o.step.units or unit in o.step.ground), newest[0])
        now = int(draft.zone[draft.row[unit]]) if unit in draft.row else NOWHERE
        conflicts.append(
            Conflict(
                unit=unit, number=None, attribute=None, yours=wanted.get(unit), theirs=now or None,
                by=last.author, at=last.at,
            )
        )  # fmt: skip
    for number, name in sorted(attributes):
        last = next((o for o in newest if (number, name) in o.step.attributes()), newest[0])
        yours, theirs = step.zones[number][1], draft.zones.get(number)
        conflicts.append(
            Conflict(
                unit=None, number=number, attribute=name, yours=getattr(yours, name),
                theirs=getattr(theirs, name, None), by=last.author, at=last.at,
            )
        )  # fmt: skip
    return PlanConflict(
        Words(
            f"{conflicts[0].by} 已改动其中 {len(conflicts)} 处，未写入任何内容",
            f"{conflicts[0].by} has changed {len(conflicts)} of this since; nothing was stored",
        ),
        plan["revision"],
        conflicts,
    )
