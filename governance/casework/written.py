"""What a step writes: the columns of the case, its work orders, its clock and the entry in the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from governance.casework.clocks import Clocks
from governance.casework.facts import Facts, Standing
from governance.casework.guards import returns_to_grid
from governance.casework.names import OPEN
from governance.casework.reading import Codes
from governance.casework.table import Effect, Transition

__all__ = ["Ended", "written"]

_PLAIN = tuple(
    each.name
    for each in fields(Standing)
    if each.name not in ("state", "lead", "supporting", "handler_organisation", "duplicate_of")
)
_TOLD = tuple(each.name for each in fields(Standing) if each.name not in ("state", "revision"))
_SAID = ("reason", "note", "result", "into", "reference", "guidance", "condition", "amount", "unit", "until")


@dataclass(frozen=True)
class Ended:
    """A clock that ends; ``due_at``: when the whole was due in the end."""

    due_at: datetime | None


def written(
    row: Transition,
    facts: Facts,
    standing: Standing,
    codes: Codes,
    *,
    incident_id: int,
    main_id: int | None,
    clocks: Clocks | Ended | None,
    stored: Clocks | None,
    due_at: datetime | None,
) -> dict[str, Any]:
    """The document that ``casework/step`` takes.

    Parameters
    ----------
    clocks
        As they are after the step; None: left alone.
    stored
        As they were before it; what is equal is told in the history and not written again.
    due_at
        What the case row keeps of an earlier end.
    """
    ends = isinstance(clocks, Ended)
    if isinstance(clocks, Ended):
        due_at = clocks.due_at
    elif standing.state in OPEN:
        due_at = None
    effects = row.effects
    again = Effect.AGAIN in effects and standing.lead is not None
    closes = (
        "all"
        if {Effect.ORDERS, Effect.FINISH_ORDERS, Effect.WITHDRAW_ORDERS, Effect.END} & set(effects)
        else "own"
        if Effect.FINISH_OWN_ORDER in effects
        else None
    )
    orders: list[dict[str, Any]] = []
    if Effect.ORDERS in effects or again:
        orders.append({"organisation_id": codes.id(standing.lead), "kind": "lead"})
    if Effect.ORDERS in effects:
        orders += [{"organisation_id": codes.id(code), "kind": "supporting"} for code in standing.supporting]
    values = {name: getattr(standing, name) for name in _PLAIN}
    return values | {
        "incident_id": incident_id,
        "seen": facts.standing.revision,
        "lead_id": codes.id(standing.lead),
        "supporting_ids": [codes.ids[code] for code in standing.supporting],
        "handler_organisation_id": codes.id(standing.handler_organisation),
        "duplicate_of_id": main_id,
        "due_at": due_at,
        "state": standing.state.value,
        "moves": row.moves,
        "orders": orders,
        "closes": closes,
        "closing_id": codes.id(facts.actor.organisation) if closes == "own" else None,
        "result": facts.fields.result or facts.fields.reason,
        "clock": clocks.values() if isinstance(clocks, Clocks) and clocks != stored else None,
        "ends": ends,
        "actor": facts.actor.name.strip(),
        "action": f"incident.{row.action.value}",
        **_history(row, facts, standing, clocks),
    }


def _history(
    row: Transition, facts: Facts, standing: Standing, clocks: Clocks | Ended | None
) -> dict[str, dict[str, Any]]:
    """What the case was and what it is, as far as the step changed it; who, as what, and why."""
    was, given = facts.standing, facts.fields
    changed = [name for name in _TOLD if getattr(was, name) != getattr(standing, name)]
    after: dict[str, Any] = {
        "state": standing.state.value,
        "from": was.state.value,
        "to": standing.state.value,
        "role": facts.actor.role.value,
        "organisation": facts.actor.organisation,
    }
    after |= {name: getattr(standing, name) for name in changed}
    said: Mapping[str, Any] = {name: getattr(given, name) for name in _SAID}
    after |= {name: value for name, value in said.items() if value is not None}
    if given.attachments:
        after["attachments"] = list(given.attachments)
    if {Effect.ORDERS, Effect.ASSIGN} & set(row.effects) and returns_to_grid(facts):
        after["returned_to_grid"] = True
    if isinstance(clocks, Clocks):
        told = clocks.values()
        after["clock"] = {name: told[name] for name in ("due_at", "stage", "stage_due_at", "paused_at")}
    elif isinstance(clocks, Ended):
        late = clocks.due_at is not None and facts.now > clocks.due_at
        after["clock"] = {"due_at": clocks.due_at, "on_time": None if clocks.due_at is None else not late}
    before = {"state": was.state.value} | {name: getattr(was, name) for name in changed}
    return {"before": before, "after": after}
