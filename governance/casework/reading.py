"""A case read for a decision: the row of the database as facts, and codes as keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.access import Actor
from governance.casework.clocks import Subject
from governance.casework.facts import Facts, Fields, Main, Standing
from governance.casework.names import Action, DirectReason, Flow, Level, Outcome, Satisfaction, State
from governance.errors import UnknownOrganisation

__all__ = ["FACTS", "Codes", "asked_for", "codes_of", "facts_of", "subject_of"]

FACTS = "casework/facts"
_ASSIGNING = frozenset((Action.DISPATCH, Action.SORT, Action.ADJUDICATE, Action.HAND_OVER))
_LOCAL = frozenset((Action.VERIFY, Action.ESCALATE, Action.DIRECT_REPORT))


def asked_for(number: str, actor: Actor | None, action: Action | None, fields: Fields) -> dict[str, Any]:
    """Parameters of ``casework/facts``; without an action everything is looked up."""
    codes = [actor and actor.organisation, fields.lead, *(fields.supporting or ())]
    return {
        "number": number,
        "codes": [code for code in codes if code is not None],
        "proposal": action is None or action in _ASSIGNING,
        "area": action is None or action in _LOCAL,
        "into": fields.into,
        "attachments": list(fields.attachments),
    }


@dataclass(frozen=True)
class Codes:
    """Keys of the organisations that a step can be about."""

    ids: Mapping[str, int]

    def id(self, code: str | None) -> int | None:
        """The key of a code."""
        return None if code is None else self.ids[code]


def codes_of(row: Mapping[str, Any], actor: Actor | None, fields: Fields) -> Codes:
    """The keys of everybody named.

    Raises
    ------
    UnknownOrganisation
        The field says which of them.
    """
    named: dict[str, int] = row["named"] or {}
    asked = [("organisation", actor and actor.organisation), ("lead", fields.lead)]
    asked += [(f"supporting.{position}", code) for position, code in enumerate(fields.supporting or ())]
    for field, code in asked:
        if code is not None and code not in named:
            raise UnknownOrganisation(f"there is no organisation {code}", field=field)
    ids = {**named, **(row["supporting"] or {}), **(row["proposed_supporting"] or {})}
    for code, key in (
        ("lead", "lead_id"),
        ("proposed", "organisation_id"),
        ("handler_organisation", "handler_organisation_id"),
    ):
        if row[code] is not None:
            ids[row[code]] = row[key]
    return Codes(ids)


def facts_of(row: Mapping[str, Any], actor: Actor, fields: Fields) -> Facts:
    """What `governance.casework.steps.decide` needs."""
    evidence: dict[str, str] = row["evidence"] or {}
    main = row["main"]
    return Facts(
        number=row["number"],
        standing=_standing(row),
        flow=Flow(row["appeal_kind"]),
        source=row["source"],
        actor=actor,
        now=row["now"],
        fields=fields,
        proposed=row["proposed"],
        proposed_supporting=tuple(sorted(row["proposed_supporting"] or ())),
        reporter_grid=frozenset(row["reporter_grid"] or ()),
        area=frozenset(row["area"] or ()),
        main=main and Main(main["number"], State(main["state"]), main["duplicate_of"]),
        evidence=frozenset(evidence.values()),
        missing=tuple(each for each in fields.attachments if each not in evidence),
        due_at=row["clock_due_at"],
    )


def _standing(row: Mapping[str, Any]) -> Standing:
    supporting: dict[str, int] = row["supporting"] or {}
    by_id = {key: code for code, key in supporting.items()}
    return Standing(
        state=State(row["state"]),
        revision=row["revision"],
        level=Level(row["level"]),
        lead=row["lead"],
        supporting=tuple(by_id[key] for key in row["supporting_ids"]),
        handler=row["handler"],
        handler_organisation=row["handler_organisation"],
        reworks=row["reworks"],
        send_backs=row["send_backs"],
        extensions=row["extensions"],
        hand_overs=row["hand_overs"],
        reopens=row["reopens"],
        suspended_at=row["suspended_at"],
        supervised_at=row["supervised_at"],
        objection=row["objection"],
        extension=row["extension"],
        direct_reason=row["direct_reason"] and DirectReason(row["direct_reason"]),
        outcome=row["outcome"] and Outcome(row["outcome"]),
        satisfaction=row["satisfaction"] and Satisfaction(row["satisfaction"]),
        duplicate_of=row["duplicate_of"],
        lapses_at=row["lapses_at"],
        closed_at=row["closed_at"],
        condition=row["condition"],
    )


def subject_of(row: Mapping[str, Any], organisation_id: int | None) -> Subject:
    """What the limits of the case depend on; ``organisation_id``: whose business hours hold."""
    return Subject(
        row["category_id"],
        Flow(row["appeal_kind"]),
        row["urgency"],
        row["source"],
        organisation_id,
        row["condition"],
    )
