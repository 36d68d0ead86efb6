"""The same step of many cases: looked at first, then all that are allowed in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gis.words import Words
from governance.access import Actor
from governance.casework.effects import SILENCE, after
from governance.casework.errors import CaseChanged
from governance.casework.names import State
from governance.casework.reading import FACTS, asked_for, codes_of, facts_of
from governance.casework.steps import Refusal, decide
from governance.casework.storing import Step, take_in
from grid_data.casework import open_cases
from grid_data.database import Connection, one

__all__ = ["Batch", "take_many"]


@dataclass
class Batch:
    """What became of a batch: number, revision and state of each done; number and reasons of each refused."""

    done: list[tuple[str, int, State]] = field(default_factory=list)
    refused: list[tuple[str, tuple[Words, ...]]] = field(default_factory=list)


async def take_many(
    connection: Connection,
    actor: Actor,
    numbers: Sequence[str],
    step: Step,
    *,
    preview: bool,
    silence: timedelta = SILENCE,
) -> Batch:
    """Take a step of every case that allows it, as part of the caller's transaction.

    Each has an entry of its own in the history. Cases are taken in the order of their numbers, so that two
    batches never wait for each other in a circle; one that somebody changes meanwhile is refused.

    Parameters
    ----------
    preview
        Change nothing; ``done`` says what would be.

    Raises
    ------
    UnknownOrganisation
    """
    batch = Batch()
    for number in sorted(set(numbers)):
        asked = asked_for(number, actor, step.action, step.fields)
        row = await one(connection, FACTS, asked)
        if row is not None and not row["has_case"]:
            await open_cases(connection, [row["id"]])
            row = await one(connection, FACTS, asked)
        if row is None:
            batch.refused.append((number, (Words(f"没有案件 {number}", f"there is no case {number}"),)))
            continue
        codes_of(row, actor, step.fields)
        facts = facts_of(row, actor, step.fields)
        found = decide(step.action, facts)
        if isinstance(found, Refusal):
            batch.refused.append((number, tuple(fault.words for fault in found.faults)))
            continue
        if preview:
            standing = after(found, facts, silence)
            batch.done.append((number, standing.revision, standing.state))
            continue
        try:
            done = await take_in(
                connection, actor, number, Step(step.action, row["revision"], step.fields), silence=silence
            )
        except CaseChanged:
            words = Words("刚被他人处理，请刷新后重试", "somebody took a step this very moment: look again")
            batch.refused.append((number, (words,)))
            continue
        batch.done.append((number, done.revision, done.state))
    return batch
