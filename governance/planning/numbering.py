"""Numbering the grids of a plan anew: previewed, then made as a step of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import shapely

from gis.redraw.numbering import renumber
from gis.redraw.steps import RedrawRefused, Step
from governance.planning.answers import MoveAnswer, Renumbered
from governance.planning.errors import MoveRefused
from governance.planning.moves import answered, kept, opened, refuse_clashes, unknown_steps
from grid_data.database import Connection, rows
from grid_data.planning.stored import numbering, read_draft
from grid_data.planning.writing import write_step

__all__ = ["renumber_plan"]


async def renumber_plan(
    connection: Connection,
    code: str,
    revision: int,
    by: str,
    *,
    preview: bool,
    communities: Sequence[str] | None = None,
    known: Collection[int] = (),
) -> MoveAnswer:
    """Number grids inside their communities, west to east and north to south; a preview stores nothing.

    Parameters
    ----------
    communities
        Codes of the communities to number; None: all of the plan.
    known
        As for other moves.

    Raises
    ------
    PlanMissing, PlanNotDraft, PlanConflict
    MoveRefused
        A community is not part of the plan, codes cannot be given, or are in order already.
    """
    plan = await opened(connection, code, revision)
    since = await unknown_steps(connection, plan, revision, known)
    asked = None
    if communities is not None:
        found = await rows(connection, "plans/communities", {"plan": plan["id"], "codes": list(communities)})
        asked = [row["id"] for row in found]
        if missing := sorted(set(communities) - {row["code"] for row in found}):
            refusal = RedrawRefused(
                "unknown-community",
                f"方案中没有社区 {missing[0]}",
                f"the plan has no community {missing[0]}",
            )
            raise MoveRefused(refusal)
    read = await read_draft(connection, plan, asked, shapes=True)
    draft = read.draft
    if not draft.nested:
        refusal = RedrawRefused(
            "cannot-number", "该图层不按社区编码", "codes of this layer are not by community"
        )
        raise MoveRefused(refusal)
    pattern, used = await numbering(connection, plan["id"])
    names = {each: named.code for each, named in zip(draft.communities, read.communities, strict=True)}
    try:
        step = renumber(draft, shapely.bounds(draft.shapes), names, used, pattern)
        after = draft.made(step)
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal
    told = {"renumbered": _renumbered(step)}
    if preview:
        return await answered(
            connection, plan, step, replace(read, draft=after), plan["revision"], None, **told
        )
    refuse_clashes(plan, step, draft, since)
    await write_step(connection, plan["id"], step)
    return await kept(connection, plan, step, replace(read, draft=after), by, **told)


def _renumbered(step: Step) -> list[Renumbered]:
    return [
        Renumbered(number=number, before=None if was is None else was.code, after=now.code or "")
        for number, (was, now) in sorted(step.zones.items())
    ]
