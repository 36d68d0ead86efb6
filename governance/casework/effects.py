"""What a step makes of where a case stands: pure, so that it can be tried out without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from governance.casework.facts import Facts, Standing
from governance.casework.names import Action, DirectReason, Level, Outcome
from governance.casework.names import Satisfaction as Rating
from governance.casework.table import Effect, Transition

__all__ = ["SILENCE", "after"]

SILENCE = timedelta(days=7)
"""How long is waited for the appellant, where nothing else is set."""
_HIGHER = {Level.COMMUNITY: Level.STREET, Level.STREET: Level.DISTRICT, Level.DISTRICT: Level.DISTRICT}


def after(row: Transition, facts: Facts, silence: timedelta = SILENCE) -> Standing:
    """Where the case stands after a step that `decide` allows.

    Parameters
    ----------
    silence
        After how long without an evaluation it lapses.
    """
    changes: dict[str, Any] = {}
    if row.action is Action.FILE and facts.fields.condition is not None:
        changes["condition"] = facts.fields.condition
    for effect in row.effects:
        changes |= _changes(effect, facts, silence)
    # A note changes nothing that anybody decided on.
    revision = facts.standing.revision + bool(row.moves or row.effects)
    return replace(facts.standing, **changes, state=row.target, revision=revision)


def _changes(effect: Effect, facts: Facts, silence: timedelta) -> dict[str, Any]:
    standing, fields, actor, now = facts.standing, facts.fields, facts.actor, facts.now
    match effect:
        case Effect.ORDERS | Effect.ASSIGN:
            return {"lead": facts.lead, "supporting": _supporting(facts)}
        case Effect.WITHDRAW_ORDERS:
            return {"lead": None, "supporting": ()}
        case Effect.HANDLER:
            return {"handler": actor.name.strip(), "handler_organisation": actor.organisation}
        case Effect.REWORK:
            return {"reworks": standing.reworks + 1}
        case Effect.SEND_BACK:
            return {"send_backs": standing.send_backs + 1, "objection": None}
        case Effect.HAND_OVER:
            return {"hand_overs": standing.hand_overs + 1}
        case Effect.ASK:
            until = fields.until.isoformat() if fields.until else None
            asked = {"amount": fields.amount, "unit": fields.unit, "until": until}
            return {"extension": _said(facts) | asked}
        case Effect.EXTEND:
            return {"extensions": standing.extensions + 1}
        case Effect.NO_ASK:
            return {"extension": None}
        case Effect.SUSPEND:
            return {"suspended_at": now}
        case Effect.RESUME:
            return {"suspended_at": None}
        case Effect.SUPERVISE:
            return {"supervised_at": now}
        case Effect.OBJECTION:
            return {"objection": _said(facts) | ({"proposes": fields.lead} if fields.lead else {})}
        case Effect.NO_OBJECTION:
            return {"objection": None}
        case Effect.RISE:
            return {"level": _HIGHER[standing.level]}
        case Effect.TO_SORTING:
            return {"level": Level.DISTRICT, "direct_reason": DirectReason(fields.reason or "")}
        case Effect.SORTED:
            return {"direct_reason": None}
        case Effect.HANDLED:
            return {"outcome": Outcome.HANDLED}
        case Effect.SELF_HANDLED:
            return {"outcome": Outcome.SELF_HANDLED}
        case Effect.NOT_HANDLED:
            return {"outcome": None, "lapses_at": None}
        case Effect.DIRECT_ANSWER:
            return {"outcome": Outcome.DIRECT_ANSWER}
        case Effect.TRANSFERRED:
            return {"outcome": Outcome.TRANSFERRED_110}
        case Effect.RATE:
            return {"satisfaction": fields.satisfaction, "lapses_at": None}
        case Effect.NO_RATE:
            return {"satisfaction": None}
        case Effect.LAPSE:
            return {"satisfaction": Rating.LAPSED, "lapses_at": None}
        case Effect.WAIT:
            return {"lapses_at": now + silence}
        case Effect.MERGE:
            return {"duplicate_of": fields.into}
        case Effect.END:
            waiting = ("suspended_at", "extension", "objection", "direct_reason", "lapses_at")
            return {"closed_at": now} | dict.fromkeys(waiting)
        case Effect.REOPEN:
            return {
                "reopens": standing.reopens + 1, "closed_at": None, "outcome": None, "satisfaction": None,
                "lapses_at": None, "duplicate_of": None, "lead": None, "supporting": (),
            }  # fmt: skip
        case Effect.FINISH_ORDERS | Effect.FINISH_OWN_ORDER | Effect.AGAIN:
            return {}


def _said(facts: Facts) -> dict[str, Any]:
    actor = facts.actor
    return {
        "by": actor.name.strip(),
        "organisation": actor.organisation,
        "reason": facts.fields.reason,
        "at": facts.now.isoformat(),
    }


def _supporting(facts: Facts) -> tuple[str, ...]:
    """Who supports: whom the step names, else who did, else whom routing proposes beside its own choice."""
    lead, named = facts.lead, facts.fields.supporting
    if named is None:
        standing = facts.standing
        if standing.lead is not None and standing.lead == lead:
            named = standing.supporting
        else:
            named = facts.proposed_supporting if lead == facts.proposed else ()
    return tuple(code for code in dict.fromkeys(named) if code != lead)
