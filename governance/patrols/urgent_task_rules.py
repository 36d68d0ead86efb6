"""Urgent tasks, decided on plain values: who may do what, and what becomes of receipts when grids change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gis.words import Words
from governance.access import Actor, Role

__all__ = [
    "COUNTED",
    "Change",
    "ReceiptAction",
    "ReceiptState",
    "follow_plan",
    "may_answer",
    "may_issue",
    "may_remind",
    "remind_at",
]


class ReceiptState(StrEnum):
    """Where the receipt of a grid stands."""

    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    MOVED = "moved"
    RELEASED = "released"


class ReceiptAction(StrEnum):
    """What a grid answers."""

    ACKNOWLEDGE = "acknowledge"
    DONE = "done"
    UNDO = "undo"


COUNTED = (ReceiptState.WAITING, ReceiptState.ACKNOWLEDGED, ReceiptState.DONE)
"""States that count for the completion share: one receipt for each grid that is concerned today."""

TOP = (Role.DISTRICT_LEAD, Role.STREET_LEAD, Role.DISPATCHER, Role.ADMINISTRATOR)
ANSWERING = (Role.GRID_WORKER, Role.COMMUNITY_LEAD, Role.STREET_LEAD)
REMIND_AFTER = 0.75
"""Share of the time to the due moment after which those who have not finished are reminded."""


def may_issue(actor: Actor) -> Words | None:
    """Why somebody may not issue or cancel urgent tasks; None: they may."""
    if actor.role in TOP:
        return None
    return Words(
        "紧急任务由区、街道负责人或派遣员下达和撤销",
        "urgent tasks are issued and cancelled by district and street leads and dispatchers",
    )


def may_remind(actor: Actor) -> Words | None:
    """Why somebody may not remind of a task; None: they may."""
    if actor.role in (*TOP, Role.COMMUNITY_LEAD):
        return None
    return Words("催办由社区以上负责人或派遣员进行", "leads and dispatchers remind of urgent tasks")


def may_answer(actor: Actor, *, here: bool, elsewhere: bool) -> Words | None:
    """Why somebody may not answer for a grid; None: they may.

    Parameters
    ----------
    here, elsewhere
        Whether a person of this name holds a post in the grid today, or in some other grid.
    """
    if actor.role not in ANSWERING:
        return Words(
            "回执由本网格的网格员填报，或由社区、街道负责人代填",
            "a grid's worker answers for it, or the lead of its community or street",
        )
    if actor.role is Role.GRID_WORKER and elsewhere and not here:
        return Words(
            f"{actor.name} 在其他网格任职，不在本网格",
            f"{actor.name} holds a post in another grid, and none in this one",
        )
    return None


def remind_at(issued: datetime, due: datetime) -> datetime:
    """When those who have not finished are reminded.

    >>> from datetime import UTC
    >>> remind_at(datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)).hour
    11
    """
    return issued + max(due - issued, timedelta()) * REMIND_AFTER


@dataclass(frozen=True)
class Change:
    """What a plan makes of the receipt of one grid.

    Attributes
    ----------
    sources
        Grids whose receipts it takes over.
    """

    grid: int
    state: ReceiptState
    sources: tuple[int, ...]
    reason: Words


def follow_plan(
    receipts: Mapping[int, ReceiptState],
    lineage: Collection[tuple[int | None, int | None]],
    alive: Collection[int],
    concerned: Collection[int],
    codes: Mapping[int, str],
) -> list[Change]:
    """What becomes of the receipts of an open task when a plan has changed grids.

    A grid that is concerned and has no receipt gets one: finished if every grid it took ground from, and
    that had a receipt, had finished, else waiting. A finished grid that took ground from one that had not is
    waiting again. The receipt of a grid that is gone moves to those it became; when none of them is
    concerned, or the grid itself is not any more, it is released, with the reason. What was finished stays on
    record.

    Parameters
    ----------
    receipts
        State by grid, before.
    lineage
        (from, to): ground went from one grid to another, or stayed.
    alive
        Grids there are now.
    concerned
        Of these the ones that the task is for.
    codes
        Codes for the words.
    """
    sources: dict[int, set[int]] = {}
    targets: dict[int, set[int]] = {}
    for source, target in lineage:
        if source is not None and target is not None:
            sources.setdefault(target, set()).add(source)
            targets.setdefault(source, set()).add(target)
    touched = {grid for step in lineage for grid in step if grid is not None}
    changes = []
    for grid in sorted(touched):
        mine = receipts.get(grid)
        if grid not in alive:
            if mine in COUNTED:
                heirs = sorted(targets.get(grid, set()) & set(alive) & set(concerned))
                changes.append(_gone(grid, heirs, codes))
            continue
        if grid in concerned:
            before = sorted(s for s in sources.get(grid, ()) if s != grid and receipts.get(s) in COUNTED)
            change = _here(grid, mine, before, receipts, codes)
            if change is not None:
                changes.append(change)
        elif mine in (ReceiptState.WAITING, ReceiptState.ACKNOWLEDGED):
            reason = Words(
                "网格调整后不再与任务范围相交", "after the redraw the grid shares no ground with the area"
            )
            changes.append(Change(grid, ReceiptState.RELEASED, (), reason))
    return changes


def _gone(grid: int, heirs: Sequence[int], codes: Mapping[int, str]) -> Change:
    if heirs:
        names = "、".join(codes[heir] for heir in heirs)
        reason = Words(
            f"网格已撤销，由 {names} 承接", f"the grid is dissolved; {names.replace('、', ', ')} carry on"
        )
        return Change(grid, ReceiptState.MOVED, (), reason)
    reason = Words(
        "网格已撤销，承接网格不在任务范围内",
        "the grid is dissolved, and none of its successors shares ground with the area",
    )
    return Change(grid, ReceiptState.RELEASED, (), reason)


def _here(
    grid: int,
    mine: ReceiptState | None,
    before: Sequence[int],
    receipts: Mapping[int, ReceiptState],
    codes: Mapping[int, str],
) -> Change | None:
    names = "、".join(codes[source] for source in before)
    english = names.replace("、", ", ")
    finished = all(receipts[source] is ReceiptState.DONE for source in before)
    if mine in COUNTED:
        if mine is ReceiptState.DONE and not finished:
            reason = Words(
                f"承接了尚未完成的 {names} 的地块，须补办",
                f"took ground from {english}, where the task was not finished",
            )
            return Change(grid, ReceiptState.WAITING, tuple(before), reason)
        return None
    if before and finished:
        reason = Words(f"由 {names} 划入，此前已完成", f"made from {english}, where the task was finished")
        return Change(grid, ReceiptState.DONE, tuple(before), reason)
    if before:
        reason = Words(
            f"由 {names} 划入，任务随之转来", f"made from {english}; the task came with the ground"
        )
    else:
        reason = Words("网格调整后与任务范围相交", "since the redraw the grid shares ground with the area")
    return Change(grid, ReceiptState.WAITING, tuple(before), reason)
