"""The table of steps: which action leads from where to where, who may take it, what must hold.

This is data. `governance.casework.steps` decides by it, the diagrams and the table in ``docs/casework.md``
are made from it, and tests go through it row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from governance.access import Role
from governance.casework.names import OPEN, Action, Flow, State

__all__ = ["TAKES", "TRANSITIONS", "Bond", "Effect", "Guard", "Transition"]


class Bond(StrEnum):
    """How who does it must stand to the case."""

    ANYONE = "anyone"
    LEADS = "leads"
    """Their organisation leads."""
    SUPPORTS = "supports"
    """Their organisation supports."""
    WORKS = "works"
    """Their organisation leads or supports."""
    AREA = "area"
    """Their organisation governs the place."""
    HOLDS = "holds"
    """They lead the level that holds the case, in its area."""
    NOT_HANDLER = "not_handler"
    """Neither who handled it nor anybody of an organisation that worked on it."""
    NOT_ASKER = "not_asker"
    """Neither who asked for an extension nor anybody of their organisation."""
    NOT_OBJECTOR = "not_objector"
    """Neither who objected nor anybody of their organisation."""


class Guard(StrEnum):
    """What must hold, beside state, person and fields."""

    ACTIVE = "active"
    """It is not suspended."""
    SUSPENDED = "suspended"
    NOT_SUPERVISED = "not_supervised"
    APPELLANT = "appellant"
    """It comes from the public: somebody waits for an answer."""
    NO_APPELLANT = "no_appellant"
    LEAD_KNOWN = "lead_known"
    """The step names who is to lead, or routing proposes somebody."""
    NEW_LEAD = "new_lead"
    """Another organisation is to lead than does."""
    SAME_LEAD = "same_lead"
    DECIDED_RETURN = "decided_return"
    """What a grid worker reported goes back to that grid only with a reason, which is recorded."""
    NOT_SORTING = "not_sorting"
    SORTING = "sorting"
    """It lies at the sorting desk of the district."""
    DIRECT_REASON = "direct_reason"
    """One of the three reasons of a direct report."""
    OBJECTED = "objected"
    NOT_OBJECTED = "not_objected"
    ASKED = "asked"
    """An extension was asked for and waits."""
    NOT_ASKED = "not_asked"
    EXTENT = "extent"
    """An amount with its unit, or a moment in the future."""
    MAIN_FITS = "main_fits"
    """The case to merge into is open, another one, and not merged itself."""
    SELF_FOUND = "self_found"
    """A grid worker or a patrol reported it."""
    BEFORE_AND_AFTER = "before_and_after"
    """Photos of before and after."""
    SELF_HANDLED = "self_handled"
    NOT_SELF_HANDLED = "not_self_handled"
    UNSATISFIED = "unsatisfied"
    REASON_IF_UNSATISFIED = "reason_if_unsatisfied"
    RATED = "rated"
    """The appellant rated it, or said nothing for long enough; or there was nothing to handle."""
    NOT_RATED = "not_rated"
    ANSWERED = "answered"
    """It was closed without being dispatched."""
    NOT_ANSWERED = "not_answered"
    LAPSED = "lapsed"
    """The time to evaluate is over."""
    LATE = "late"
    """The whole is past its due moment."""
    BELOW_DISTRICT = "below_district"
    """The community or the street holds it."""


class Effect(StrEnum):
    """What is written beside the state, the revision and the entry in the history."""

    ORDERS = "orders"
    """Lead and supporting organisations get work orders; earlier ones that are open end."""
    ASSIGN = "assign"
    """Lead and supporting organisations are set, without work orders yet."""
    FINISH_ORDERS = "finish_orders"
    FINISH_OWN_ORDER = "finish_own_order"
    WITHDRAW_ORDERS = "withdraw_orders"
    """Open work orders end, nobody leads."""
    AGAIN = "again"
    """The leading organisation gets a work order again."""
    HANDLER = "handler"
    REWORK = "rework"
    SEND_BACK = "send_back"
    HAND_OVER = "hand_over"
    ASK = "ask"
    EXTEND = "extend"
    NO_ASK = "no_ask"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERVISE = "supervise"
    OBJECTION = "objection"
    NO_OBJECTION = "no_objection"
    RISE = "rise"
    TO_SORTING = "to_sorting"
    SORTED = "sorted"
    HANDLED = "handled"
    SELF_HANDLED = "self_handled"
    NOT_HANDLED = "not_handled"
    DIRECT_ANSWER = "direct_answer"
    TRANSFERRED = "transferred"
    RATE = "rate"
    NO_RATE = "no_rate"
    LAPSE = "lapse"
    WAIT = "wait"
    """From now on silence counts."""
    END = "end"
    """Its clock ends; what was merged into it ends with it."""
    MERGE = "merge"
    REOPEN = "reopen"
    """A new clock; what was merged into it is open with it."""


@dataclass(frozen=True)
class Transition:
    """One row of the table; ``needs`` names fields that must say something."""

    action: Action
    source: State
    target: State
    flows: frozenset[Flow]
    roles: frozenset[Role]
    bond: Bond
    needs: tuple[str, ...]
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]

    @property
    def moves(self) -> bool:
        """Whether the state changes."""
        return self.source is not self.target


L, E, F = Flow.LIVELIHOOD, Flow.ENTERPRISE, Flow.ENFORCEMENT
EVERY = (L, E, F)
DESK = (Role.ACCEPTOR, Role.DISPATCHER)
DISPATCH = (Role.DISPATCHER, Role.DISTRICT_LEAD)
WORKERS = (Role.OFFICER, Role.GRID_WORKER, Role.COMMUNITY_LEAD, Role.STREET_LEAD)
VISITORS = (Role.SUPERVISOR, Role.ACCEPTOR)
REOPENERS = (*DESK, Role.SUPERVISOR, Role.DISTRICT_LEAD)
JUDGES = (Role.DISPATCHER, Role.SORTER, Role.DISTRICT_LEAD)
PEOPLE = tuple(role for role in Role if role is not Role.PROGRAM)
WORKING = (State.DISPATCHED, State.HANDLING)
UNDER_WAY = tuple(state for state in State if state in OPEN)
EVEN_SUSPENDED = frozenset((Action.RESUME, Action.SUPERVISE, Action.CANCEL, Action.MERGE, Action.NOTE))


def _rows(
    action: Action,
    sources: State | Iterable[State],
    target: State | None,
    roles: Iterable[Role],
    *,
    flows: Iterable[Flow] = EVERY,
    bond: Bond = Bond.ANYONE,
    needs: tuple[str, ...] = (),
    guards: tuple[Guard, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> list[Transition]:
    """One row for each source; without a target the state stays."""
    if action not in EVEN_SUSPENDED:
        guards = (Guard.ACTIVE, *guards)
    listed = (sources,) if isinstance(sources, State) else tuple(sources)
    return [
        Transition(
            action, source, target or source, frozenset(flows), frozenset(roles), bond, needs, guards, effects
        )
        for source in listed
    ]


A, S, G, X, R = Action, State, Guard, Effect, Role
TRANSITIONS: tuple[Transition, ...] = tuple(
    row
    for rows in (
        # The way in.
        _rows(A.ACCEPT, S.REPORTED, S.ACCEPTED, (*DESK, R.COMMUNITY_LEAD)),
        _rows(A.REJECT, (S.REPORTED, S.ACCEPTED, S.VERIFIED), S.REJECTED, DESK, needs=("reason",),
              effects=(X.END,)),
        _rows(A.VERIFY, S.ACCEPTED, S.VERIFIED, (R.SUPERVISOR,), flows=(L,), bond=Bond.AREA,
              guards=(G.APPELLANT,)),
        _rows(A.VERIFY, S.ACCEPTED, S.VERIFIED, (R.SUPERVISOR,), flows=(F,), bond=Bond.AREA),
        _rows(A.FILE, S.VERIFIED, S.FILED, DESK, flows=(L, F)),
        _rows(A.FILE, S.ACCEPTED, S.FILED, DESK, flows=(L,), guards=(G.NO_APPELLANT,)),
        _rows(A.ANSWER_DIRECTLY, (S.REPORTED, S.ACCEPTED), S.CLOSED, DESK, needs=("guidance",),
              effects=(X.DIRECT_ANSWER, X.RATE, X.END)),
        _rows(A.TRANSFER_110, (S.REPORTED, S.ACCEPTED, S.VERIFIED, S.FILED), S.CLOSED, DESK,
              needs=("reference",), effects=(X.TRANSFERRED, X.END)),
        # To whom.
        _rows(A.DISPATCH, S.FILED, S.DISPATCHED, DISPATCH, flows=(L, F), guards=(G.NOT_SORTING,
              G.LEAD_KNOWN, G.DECIDED_RETURN), effects=(X.ORDERS,)),
        _rows(A.DISPATCH, S.ACCEPTED, S.DISPATCHED, DISPATCH, flows=(E,), guards=(G.NOT_SORTING,
              G.LEAD_KNOWN, G.DECIDED_RETURN), effects=(X.ORDERS,)),
        _rows(
            A.DIRECT_REPORT, (S.ACCEPTED, S.VERIFIED, S.FILED), None, (R.COMMUNITY_LEAD,), bond=Bond.HOLDS,
            needs=("reason",), guards=(G.DIRECT_REASON, G.NOT_SORTING), effects=(X.TO_SORTING,),
        ),
        _rows(A.SORT, (S.ACCEPTED, S.VERIFIED), None, (R.SORTER,), flows=(L, F), needs=("lead",),
              guards=(G.SORTING, G.DECIDED_RETURN), effects=(X.SORTED, X.ASSIGN)),
        _rows(A.SORT, S.FILED, S.DISPATCHED, (R.SORTER,), flows=(L, F), needs=("lead",),
              guards=(G.DECIDED_RETURN,), effects=(X.SORTED, X.ORDERS)),
        _rows(
            A.SORT, S.ACCEPTED, S.DISPATCHED, (R.SORTER,), flows=(E,), needs=("lead",),
            guards=(G.DECIDED_RETURN,), effects=(X.SORTED, X.ORDERS),
        ),
        _rows(
            A.ESCALATE, (S.REPORTED, S.ACCEPTED, S.VERIFIED, S.FILED, *WORKING), None, (R.COMMUNITY_LEAD,
            R.STREET_LEAD), bond=Bond.HOLDS, needs=("note",), effects=(X.RISE,),
        ),
        _rows(
            A.ESCALATE, UNDER_WAY, None, (R.PROGRAM,), guards=(G.LATE, G.BELOW_DISTRICT), effects=(X.RISE,),
        ),
        # Work.
        _rows(
            A.START, S.DISPATCHED, S.HANDLING, WORKERS, bond=Bond.LEADS, guards=(G.NOT_OBJECTED,),
            effects=(X.HANDLER,),
        ),
        _rows(
            A.FEED_BACK, S.HANDLING, S.FED_BACK, WORKERS, bond=Bond.LEADS, needs=("result",),
            guards=(G.NOT_OBJECTED,), effects=(X.HANDLER, X.HANDLED, X.NO_ASK, X.FINISH_ORDERS),
        ),
        _rows(
            A.FEED_BACK, WORKING, None, WORKERS, bond=Bond.SUPPORTS, needs=("result",),
            effects=(X.FINISH_OWN_ORDER,),
        ),
        _rows(
            A.SELF_HANDLE, (S.REPORTED, S.ACCEPTED), S.FED_BACK, (R.GRID_WORKER,), flows=(L,),
            needs=("result", "attachments"), guards=(G.SELF_FOUND, G.BEFORE_AND_AFTER), effects=(X.HANDLER,
            X.SELF_HANDLED),
        ),
        _rows(
            A.SEND_BACK, WORKING, S.FILED, WORKERS, flows=(L, F), bond=Bond.LEADS, needs=("reason",),
            guards=(G.NOT_OBJECTED,), effects=(X.SEND_BACK, X.NO_ASK, X.WITHDRAW_ORDERS),
        ),
        _rows(
            A.SEND_BACK, WORKING, S.ACCEPTED, WORKERS, flows=(E,), bond=Bond.LEADS, needs=("reason",),
            guards=(G.NOT_OBJECTED,), effects=(X.SEND_BACK, X.NO_ASK, X.WITHDRAW_ORDERS),
        ),
        _rows(
            A.SEND_BACK, S.FILED, S.ACCEPTED, (R.DISPATCHER,), flows=(L, F), needs=("reason",),
            effects=(X.SEND_BACK,),
        ),
        _rows(
            A.ASK_EXTENSION, WORKING, None, WORKERS, bond=Bond.LEADS, needs=("reason",), guards=(G.NOT_ASKED,
            G.EXTENT), effects=(X.ASK,),
        ),
        _rows(
            A.GRANT_EXTENSION, WORKING, None, (*DISPATCH, R.SUPERVISOR, R.APPROVER), bond=Bond.NOT_ASKER,
            guards=(G.ASKED,), effects=(X.EXTEND, X.NO_ASK),
        ),
        _rows(
            A.REFUSE_EXTENSION, WORKING, None, (*DISPATCH, R.SUPERVISOR, R.APPROVER), bond=Bond.NOT_ASKER,
            needs=("reason",), guards=(G.ASKED,), effects=(X.NO_ASK,),
        ),
        _rows(A.SUSPEND, (S.FILED, *WORKING), None, DISPATCH, needs=("reason",), effects=(X.SUSPEND,)),
        _rows(A.RESUME, (S.FILED, *WORKING), None, DISPATCH, guards=(G.SUSPENDED,), effects=(X.RESUME,)),
        _rows(
            A.SUPERVISE, UNDER_WAY, None, (R.SUPERVISOR, R.STREET_LEAD, R.DISTRICT_LEAD), needs=("reason",),
            guards=(G.NOT_SUPERVISED,), effects=(X.SUPERVISE,),
        ),
        _rows(
            A.OBJECT, WORKING, None, WORKERS, bond=Bond.WORKS, needs=("reason",), guards=(G.NOT_OBJECTED,),
            effects=(X.OBJECTION,),
        ),
        _rows(
            A.ADJUDICATE, WORKING, S.DISPATCHED, JUDGES, bond=Bond.NOT_OBJECTOR, needs=("reason",),
            guards=(G.OBJECTED, G.NEW_LEAD, G.DECIDED_RETURN), effects=(X.NO_OBJECTION, X.NO_ASK, X.HAND_OVER,
            X.ORDERS),
        ),
        _rows(
            A.ADJUDICATE, WORKING, None, JUDGES, bond=Bond.NOT_OBJECTOR, needs=("reason",),
            guards=(G.OBJECTED, G.SAME_LEAD), effects=(X.NO_OBJECTION,),
        ),
        _rows(
            A.HAND_OVER, WORKING, S.DISPATCHED, JUDGES, needs=("reason", "lead"), guards=(G.NOT_OBJECTED,
            G.NEW_LEAD, G.DECIDED_RETURN), effects=(X.HAND_OVER, X.NO_ASK, X.ORDERS),
        ),
        _rows(
            A.HAND_OVER, S.DISPATCHED, None, (R.PROGRAM,), needs=("reason", "lead"), guards=(G.NOT_OBJECTED,
            G.NEW_LEAD, G.DECIDED_RETURN), effects=(X.HAND_OVER, X.NO_ASK, X.ORDERS),
        ),
        # Whether it is done.
        _rows(
            A.CHECK_PASS, S.FED_BACK, S.CHECKED, (R.SUPERVISOR,), flows=(L,), bond=Bond.NOT_HANDLER,
            guards=(G.APPELLANT,), effects=(X.WAIT,),
        ),
        _rows(
            A.CHECK_PASS, S.FED_BACK, S.CHECKED, (R.SUPERVISOR,), flows=(L,), bond=Bond.NOT_HANDLER,
            guards=(G.NO_APPELLANT,),
        ),
        _rows(A.CHECK_PASS, S.FED_BACK, S.CHECKED, VISITORS, flows=(E,), bond=Bond.NOT_HANDLER),
        _rows(A.CHECK_PASS, S.FED_BACK, S.CHECKED, (R.SUPERVISOR,), flows=(F,), bond=Bond.NOT_HANDLER),
        _rows(
            A.CHECK_FAIL, S.FED_BACK, S.HANDLING, (R.SUPERVISOR,), flows=(L, F), bond=Bond.NOT_HANDLER,
            needs=("reason",), guards=(G.NOT_SELF_HANDLED,), effects=(X.REWORK, X.NOT_HANDLED, X.AGAIN),
        ),
        _rows(
            A.CHECK_FAIL, S.FED_BACK, S.HANDLING, VISITORS, flows=(E,), bond=Bond.NOT_HANDLER,
            needs=("reason",), effects=(X.REWORK, X.NOT_HANDLED, X.AGAIN),
        ),
        _rows(
            A.CHECK_FAIL, S.FED_BACK, S.FILED, (R.SUPERVISOR,), flows=(L,), bond=Bond.NOT_HANDLER,
            needs=("reason",), guards=(G.SELF_HANDLED,), effects=(X.REWORK, X.NOT_HANDLED),
        ),
        _rows(
            A.CHECK_FAIL, S.EVALUATED, S.HANDLING, VISITORS, flows=(L,), bond=Bond.NOT_HANDLER,
            needs=("reason",), guards=(G.UNSATISFIED,), effects=(X.REWORK, X.NOT_HANDLED, X.NO_RATE, X.AGAIN),
        ),
        _rows(
            A.EVALUATE, S.CHECKED, S.EVALUATED, VISITORS, flows=(L,), bond=Bond.NOT_HANDLER,
            needs=("satisfaction",), guards=(G.APPELLANT,), effects=(X.RATE,),
        ),
        _rows(
            A.LAPSE, S.CHECKED, S.EVALUATED, (R.PROGRAM,), flows=(L,), guards=(G.LAPSED,), effects=(X.LAPSE,),
        ),
        _rows(
            A.CLOSE, S.EVALUATED, S.CLOSED, DESK, flows=(L,), guards=(G.REASON_IF_UNSATISFIED,),
            effects=(X.END,),
        ),
        _rows(A.CLOSE, S.CHECKED, S.CLOSED, DESK, flows=(L,), guards=(G.NO_APPELLANT,), effects=(X.END,)),
        _rows(A.CLOSE, S.CHECKED, S.CLOSED, DESK, flows=(E,), effects=(X.END, X.WAIT)),
        _rows(A.CLOSE, S.CHECKED, S.CLOSED, DESK, flows=(F,), effects=(X.END,)),
        _rows(
            A.EVALUATE, S.CLOSED, None, VISITORS, flows=(E,), bond=Bond.NOT_HANDLER, needs=("satisfaction",),
            guards=(G.NOT_RATED,), effects=(X.RATE,),
        ),
        _rows(A.LAPSE, S.CLOSED, None, (R.PROGRAM,), flows=(E,), guards=(G.LAPSED,), effects=(X.LAPSE,)),
        _rows(A.ARCHIVE, S.CLOSED, S.ARCHIVED, (*DESK, R.ADMINISTRATOR), flows=(L, F)),
        _rows(A.ARCHIVE, S.CLOSED, S.ARCHIVED, (*DESK, R.ADMINISTRATOR), flows=(E,), guards=(G.RATED,)),
        # Out of the way, and back.
        _rows(
            A.CANCEL, UNDER_WAY, S.CANCELLED, (*DISPATCH, R.ADMINISTRATOR), needs=("reason",),
            effects=(X.WITHDRAW_ORDERS, X.END),
        ),
        _rows(
            A.MERGE, (S.REPORTED, S.ACCEPTED, S.VERIFIED, S.FILED, *WORKING), S.MERGED, DESK, needs=("into",),
            guards=(G.MAIN_FITS,), effects=(X.WITHDRAW_ORDERS, X.MERGE, X.END),
        ),
        _rows(
            A.REOPEN, (S.CLOSED, S.ARCHIVED), S.FILED, REOPENERS, flows=(L, F), needs=("reason",),
            guards=(G.NOT_ANSWERED,), effects=(X.REOPEN,),
        ),
        _rows(
            A.REOPEN, (S.CLOSED, S.ARCHIVED), S.ACCEPTED, REOPENERS, flows=(L, F), needs=("reason",),
            guards=(G.ANSWERED,), effects=(X.REOPEN,),
        ),
        _rows(
            A.REOPEN, (S.CLOSED, S.ARCHIVED), S.ACCEPTED, REOPENERS, flows=(E,), needs=("reason",),
            effects=(X.REOPEN,),
        ),
        _rows(
            A.REOPEN, (S.REJECTED, S.CANCELLED, S.MERGED), S.ACCEPTED, REOPENERS, needs=("reason",),
            effects=(X.REOPEN,),
        ),
        _rows(A.NOTE, tuple(State), None, PEOPLE, needs=("note",)),
    )
    for row in rows
)  # fmt: skip

TAKES: dict[Action, tuple[str, ...]] = {
    A.FILE: ("condition",),
    A.DISPATCH: ("lead", "supporting", "reason"),
    A.SORT: ("supporting", "reason"),
    A.OBJECT: ("lead",),
    A.ADJUDICATE: ("lead", "supporting"),
    A.HAND_OVER: ("supporting",),
    A.ASK_EXTENSION: ("amount", "unit", "until"),
    A.ANSWER_DIRECTLY: ("satisfaction", "note"),
    A.CLOSE: ("reason",),
}
"""Fields an action can do without; every action takes a note and attachments."""
