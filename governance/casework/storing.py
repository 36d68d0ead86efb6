"""A step of a case, taken: decided by the table, written in one transaction with one entry in the history.

Reading goes out with the beginning of the transaction, and one statement that writes everything goes out
with COMMIT. Of two people who saw the same revision, one takes the step; the other is told that the case
has changed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from governance.access import Actor
from governance.casework.clocks import Clocks, clocks_after, clocks_of, fresh_clocks
from governance.casework.effects import SILENCE, after
from governance.casework.errors import CaseChanged, CaseMissing, StepRefused
from governance.casework.facts import Facts, Fields, Standing
from governance.casework.names import OPEN, Action, State
from governance.casework.reading import FACTS, Codes, asked_for, codes_of, facts_of, subject_of
from governance.casework.steps import Refusal, decide
from governance.casework.table import Effect, Transition
from governance.casework.written import Ended, written
from governance.deadlines.book import deadline_book
from governance.deadlines.calendar import OutOfCalendar
from governance.errors import InvalidValue
from grid_data.casework import open_cases
from grid_data.database import Connection, Database, last, one, run
from grid_data.guidance import add_answer, guidance_usable
from grid_data.transfers import add_transfer

__all__ = ["Done", "Step", "step_transaction", "take_in", "take_step"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What somebody wants to do, and the revision they saw; None: whatever it is now."""

    action: Action
    revision: int | None = None
    fields: Fields = field(default_factory=Fields)


@dataclass(frozen=True)
class Done:
    """A step taken. ``seq``: its entry in the history."""

    number: str
    revision: int
    state: State
    seq: int
    at: datetime


@asynccontextmanager
async def step_transaction(
    database: Database, actor: Actor, number: str, step: Step
) -> AsyncIterator[tuple[Connection, Row | None]]:
    """A transaction for a step, in its turn, and what is read at its beginning; both for `take_step`."""
    asked = asked_for(number, actor, step.action, step.fields)
    async with (
        database.steps,
        database.transaction_asking(actor.principal(), FACTS, asked, plans="generic") as opened,
    ):
        yield opened


async def take_step(
    connection: Connection,
    actor: Actor,
    number: str,
    step: Step,
    row: Row | None,
    *,
    silence: timedelta = SILENCE,
) -> Done:
    """Take a step; it is committed when this returns.

    Parameters
    ----------
    row
        What `step_transaction` read.
    silence
        After how long without an evaluation it lapses.

    Raises
    ------
    CaseMissing
    CaseChanged
        Somebody was faster.
    StepRefused
        The table does not allow it.
    UnknownOrganisation
    """
    prepared = await _prepare(connection, actor, number, step, row, silence)
    sent = {"sent": Jsonb(prepared.document, dumps=orjson.dumps)}
    if not prepared.more:
        done = await last(connection, "casework/step", sent)
        if done is None:
            raise CaseChanged(number, prepared.facts.standing.revision + 1)
        return prepared.done(done)
    return await _write(connection, prepared)


async def take_in(
    connection: Connection, actor: Actor, number: str, step: Step, *, silence: timedelta = SILENCE
) -> Done:
    """Take a step as part of the caller's transaction; raises as `take_step`."""
    row = await one(connection, FACTS, asked_for(number, actor, step.action, step.fields))
    return await _write(connection, await _prepare(connection, actor, number, step, row, silence))


@dataclass(frozen=True)
class _Prepared:
    row: Row
    facts: Facts
    transition: Transition
    standing: Standing
    codes: Codes
    document: dict[str, Any]

    @property
    def given(self) -> bool:
        """Whether somebody else is responsible from now on than the incident says."""
        lead_id = self.document["lead_id"]
        assigned = bool({Effect.ORDERS, Effect.ASSIGN} & set(self.transition.effects))
        return assigned and lead_id != self.row["organisation_id"]

    @property
    def more(self) -> bool:
        """Whether there is more to write than one statement does."""
        followed = self.row["has_duplicates"] and {
            Effect.END,
            Effect.MERGE,
            Effect.REOPEN,
            Effect.RATE,
        } & set(self.transition.effects)
        noted = {Effect.DIRECT_ANSWER, Effect.TRANSFERRED} & set(self.transition.effects)
        return bool(self.given or followed or noted or self.facts.fields.attachments)

    def done(self, told: Row) -> Done:
        standing = self.standing
        return Done(self.facts.number, standing.revision, standing.state, told["seq"], told["at"])


async def _prepare(
    connection: Connection, actor: Actor, number: str, step: Step, row: Row | None, silence: timedelta
) -> _Prepared:
    if row is None:
        raise CaseMissing(number)
    if not row["has_case"]:
        await open_cases(connection, [row["id"]])
        row = await one(connection, FACTS, asked_for(number, actor, step.action, step.fields))
        assert row is not None
    if step.revision not in (None, row["revision"]) and step.action is not Action.NOTE:
        raise CaseChanged(number, row["revision"])
    codes = codes_of(row, actor, step.fields)
    facts = facts_of(row, actor, step.fields)
    transition = decide(step.action, facts)
    if isinstance(transition, Refusal):
        raise StepRefused(number, transition)
    if Effect.DIRECT_ANSWER in transition.effects and not await guidance_usable(
        connection, facts.fields.guidance or ""
    ):
        raise InvalidValue(f"no guidance text {facts.fields.guidance} is in use", field="guidance")
    if (condition := facts.fields.condition) is not None:
        known = (await deadline_book(connection, row["book"])).conditions(row["category_id"])
        if step.action is not Action.FILE or condition not in known:
            listed = ", ".join(known) or "none"
            raise InvalidValue(
                f"filing may say a condition that limits of the category know: {listed}", field="condition"
            )
    standing = after(transition, facts, silence)
    main_id = row["duplicate_of_id"]
    if Effect.MERGE in transition.effects:
        main_id = row["main"]["id"]
    elif standing.duplicate_of is None:
        main_id = None
    document = written(
        transition,
        facts,
        standing,
        codes,
        incident_id=row["id"],
        main_id=main_id,
        clocks=await _clocks(connection, transition, facts, standing, row, codes),
        stored=clocks_of(row),
        due_at=row["due_at"],
    )
    return _Prepared(row, facts, transition, standing, codes, document)


async def _clocks(
    connection: Connection, transition: Transition, facts: Facts, standing: Standing, row: Row, codes: Codes
) -> Clocks | Ended | None:
    """The clocks after the step; None: it does not touch them."""
    stored = clocks_of(row)
    if Effect.END in transition.effects:
        return Ended(stored.total.due_at if stored and stored.total else None)
    timed = {Effect.SUSPEND, Effect.RESUME, Effect.EXTEND, Effect.ORDERS} & set(transition.effects)
    if standing.state not in OPEN or not (transition.moves or timed):
        return None
    book = await deadline_book(connection, row["book"])
    organisation_id = codes.id(standing.lead) or row["organisation_id"]
    subject = subject_of(row, organisation_id)
    clocks = stored or fresh_clocks(
        book, subject, facts.standing.state, began=row["reported_at"], entered=row["state_since"]
    )
    try:
        return clocks_after(transition, facts, standing, clocks, book, subject)
    except (OutOfCalendar, OverflowError):
        raise InvalidValue("the extension reaches beyond all calendars", field="amount") from None


async def _write(connection: Connection, prepared: _Prepared) -> Done:
    facts, document = prepared.facts, prepared.document
    told = await one(connection, "casework/step", {"sent": Jsonb(document, dumps=orjson.dumps)})
    if told is None:
        raise CaseChanged(facts.number, facts.standing.revision + 1)
    key = {"incident_id": prepared.row["id"]}
    if prepared.given:
        reason = facts.fields.reason or prepared.transition.action.value
        chosen = {"by": facts.actor.name.strip(), "reason": reason}
        named = {"organisation_id": document["lead_id"], "supporting_ids": document["supporting_ids"]}
        # The organisation a person gave it to is responsible, whatever routing finds again.
        await run(connection, "overrides/keep", key | chosen | named)
        if prepared.row["overridden"]:
            await run(connection, "overrides/lift", key | named)
        await run(connection, "overrides/set", key | named)
    if facts.fields.attachments:
        await run(connection, "casework/attach", key | {"attachments": list(facts.fields.attachments)})
    effects = set(prepared.transition.effects)
    incident, by = prepared.row["id"], facts.actor.name.strip()
    if Effect.DIRECT_ANSWER in effects:
        await add_answer(connection, incident, facts.fields.guidance or "", by)
    if Effect.TRANSFERRED in effects:
        told_there = facts.fields.reason or facts.fields.note
        await add_transfer(connection, incident, reference=facts.fields.reference, by=by, reason=told_there)
    if prepared.row["has_duplicates"]:
        if Effect.MERGE in effects:
            moved = key | {"seq": told["seq"], "main_id": document["duplicate_of_id"]}
            await run(connection, "casework/follow_main", moved)
        elif effects & {Effect.END, Effect.REOPEN, Effect.RATE}:
            ends = {name: document[name] for name in ("outcome", "satisfaction", "closed_at")}
            await run(connection, "casework/follow", key | ends | {"seq": told["seq"]})
    return prepared.done(told)
