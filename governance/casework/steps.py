"""The life of an incident: which step may be taken now, and why another may not.

The table is the truth: `decide` reads it, the diagrams in ``docs/casework.md`` are made from it, and tests go
through it row by row. Nothing here knows a database; what has to be known is given as `Facts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.words import Words
from governance.access import Role
from governance.casework.facts import Facts
from governance.casework.guards import field_faults, guard_fault, person_fault
from governance.casework.names import OPEN, STATES, Action, Flow, State, action_words
from governance.casework.table import TRANSITIONS, Bond, Transition

__all__ = ["Fault", "Refusal", "decide", "diagram", "offered", "step_table"]


@dataclass(frozen=True)
class Fault:
    """One reason against a step. ``kind``: state, person, field or guard; ``field`` where it is about one."""

    kind: str
    words: Words
    field: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a step is not taken. Reasons of one kind come together."""

    faults: tuple[Fault, ...]


_ROWS: dict[tuple[Action, State, Flow], tuple[Transition, ...]] = {}
for _action in Action:
    for _state in State:
        for _flow in Flow:
            _ROWS[_action, _state, _flow] = tuple(
                row
                for row in TRANSITIONS
                if row.action is _action and row.source is _state and _flow in row.flows
            )


def decide(action: Action, facts: Facts) -> Transition | Refusal:
    """The row of the table that an action is now, or why it is none.

    Where several rows fit state and flow, the first that holds is taken; when none does, the reasons of the
    one that came farthest are told.
    """
    rows = _ROWS[action, facts.standing.state, facts.flow]
    if not rows:
        verb, state = action_words(action, facts.flow), STATES[facts.standing.state]
        words = Words(f"案件处于“{state.zh}”，不能{verb.zh}", f"the case is {state.en}: it cannot {verb.en}")
        return Refusal((Fault("state", words),))
    farthest: tuple[int, Refusal] | None = None
    for row in rows:
        reached, refusal = _refusal(row, facts)
        if refusal is None:
            return row
        if farthest is None or reached > farthest[0]:
            farthest = reached, refusal
    assert farthest is not None
    return farthest[1]


def _refusal(row: Transition, facts: Facts) -> tuple[int, Refusal | None]:
    """How far a row came, and what stands against it."""
    if (words := person_fault(row, facts)) is not None:
        return (0 if facts.actor.role not in row.roles else 1), Refusal((Fault("person", words),))
    if faults := [found for guard in row.guards if (found := guard_fault(guard, facts)) is not None]:
        return 2, Refusal(tuple(Fault("guard", words, name) for name, words in faults))
    if missing := field_faults(row, facts):
        return 3, Refusal(tuple(Fault("field", words, name) for name, words in missing))
    return 4, None


def offered(
    facts: Facts, *, anybody: bool = False
) -> list[tuple[Action, tuple[Transition, ...], Refusal | None]]:
    """Actions that state and flow know, with what stands against each; missing fields can be given.

    What only the program does is left out. ``anybody``: without asking who does it.
    """
    found: list[tuple[Action, tuple[Transition, ...], Refusal | None]] = []
    for action in Action:
        listed = _ROWS[action, facts.standing.state, facts.flow]
        rows = tuple(row for row in listed if row.roles != {Role.PROGRAM})
        if not rows:
            continue
        refusals = [_without_fields(row, facts, anybody=anybody) for row in rows]
        against = None
        if None not in refusals:
            against = max((each for each in refusals if each is not None), key=lambda each: each[0])[1]
        found.append((action, rows, against))
    return found


def _without_fields(row: Transition, facts: Facts, *, anybody: bool) -> tuple[int, Refusal] | None:
    """What stands against a row that no field of the step can mend."""
    if not anybody and (words := person_fault(row, facts)) is not None:
        return (0 if facts.actor.role not in row.roles else 1), Refusal((Fault("person", words),))
    faults = [found for guard in row.guards if (found := guard_fault(guard, facts)) is not None]
    lasting = tuple(Fault("guard", words) for name, words in faults if name is None)
    return (2, Refusal(lasting)) if lasting else None


_MARKS = {
    Bond.AREA: " (of the area)",
    Bond.NOT_HANDLER: " (never the handler)",
    Bond.NOT_OBJECTOR: " (another person)",
}


def diagram(flow: Flow) -> str:
    """The moves of a flow as a Mermaid state diagram; actions between the same two states share an arrow.

    Cancelling and merging, possible from nearly everywhere, and steps that change no state are left to the
    table of steps.
    """
    arrows: dict[tuple[State, State], dict[str, None]] = {}
    for row in TRANSITIONS:
        if flow in row.flows and row.moves and row.action not in (Action.CANCEL, Action.MERGE):
            mark = " (program)" if row.roles == {Role.PROGRAM} else _MARKS.get(row.bond, "")
            arrows.setdefault((row.source, row.target), {})[f"{row.action}{mark}"] = None
    lines = ["stateDiagram-v2", f"    [*] --> {State.REPORTED}"]
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    met = {state for pair in arrows for state in pair}
    lines += [f"    {state} --> [*]" for state in State if state in met - OPEN - {State.CLOSED}]
    return "\n".join(lines)


def step_table() -> str:
    """Every row of the table as Markdown, rows that differ in their source only together."""
    rows: dict[tuple[object, ...], list[Transition]] = {}
    for row in TRANSITIONS:
        key = (
            row.action,
            row.target if row.moves else None,
            row.flows,
            row.roles,
            row.bond,
            row.needs,
            row.guards,
        )
        rows.setdefault(key, []).append(row)
    lines = ["| action | from | to | flows | who | needs | must hold |", "|---|---|---|---|---|---|---|"]
    for together in rows.values():
        first = together[0]
        roles = [role for role in Role if role in first.roles]
        everybody = len(roles) == len(Role) - 1
        who = "everybody" if everybody else ", ".join(f"`{role}`" for role in roles)
        bond = "" if first.bond is Bond.ANYONE else f"; {first.bond.replace('_', ' ')}"
        sources = (
            "any state" if len(together) == len(State) else ", ".join(f"`{row.source}`" for row in together)
        )
        flows = "all" if len(first.flows) == len(Flow) else ", ".join(f for f in Flow if f in first.flows)
        lines.append(
            f"| `{first.action}` | {sources} | {f'`{first.target}`' if first.moves else 'stays'} "
            f"| {flows} "
            f"| {who}{bond} | {', '.join(f'`{name}`' for name in first.needs) or '-'} "
            f"| {', '.join(guard.replace('_', ' ') for guard in first.guards) or '-'} |"
        )
    return "\n".join(lines)
