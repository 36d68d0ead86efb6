"""What a decision about a case needs to know: where it stands, who asks, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.access import Actor
from governance.casework.names import PUBLIC, DirectReason, Flow, Level, Outcome, Satisfaction, State

__all__ = ["Facts", "Fields", "Main", "Standing"]


@dataclass(frozen=True)
class Standing:
    """Where a case stands: what steps change. Organisations by code.

    Attributes
    ----------
    lead, supporting
        Who works on it, from dispatch on.
    handler, handler_organisation
        Who began or reported the work last.
    extension
        An extension asked for and not decided: by, organisation, reason, at, amount, unit, until.
    objection
        An objection that waits for adjudication: by, organisation, reason, at, who should lead (proposes).
    direct_reason
        Set while it lies at the district's sorting desk.
    lapses_at
        When silence counts as no evaluation.
    condition
        Which condition of its category holds, where limits tell several apart: said when it is filed.
    """

    state: State
    revision: int = 0
    level: Level = Level.DISTRICT
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    handler: str | None = None
    handler_organisation: str | None = None
    reworks: int = 0
    send_backs: int = 0
    extensions: int = 0
    hand_overs: int = 0
    reopens: int = 0
    suspended_at: datetime | None = None
    supervised_at: datetime | None = None
    objection: Mapping[str, Any] | None = None
    extension: Mapping[str, Any] | None = None
    direct_reason: DirectReason | None = None
    outcome: Outcome | None = None
    satisfaction: Satisfaction | None = None
    duplicate_of: str | None = None
    lapses_at: datetime | None = None
    closed_at: datetime | None = None
    condition: str | None = None


@dataclass(frozen=True)
class Fields:
    """What a step says beside the action; None was not said. Organisations by code."""

    reason: str | None = None
    note: str | None = None
    lead: str | None = None
    supporting: tuple[str, ...] | None = None
    amount: float | None = None
    unit: str | None = None
    until: datetime | None = None
    result: str | None = None
    satisfaction: Satisfaction | None = None
    into: str | None = None
    reference: str | None = None
    guidance: str | None = None
    condition: str | None = None
    attachments: tuple[str, ...] = ()

    def says(self, name: str) -> bool:
        """Whether a field was given and says something."""
        value = getattr(self, name)
        return bool(value.strip()) if isinstance(value, str) else bool(value)


@dataclass(frozen=True)
class Main:
    """The case that another is to be merged into."""

    number: str
    state: State
    duplicate_of: str | None = None


@dataclass(frozen=True)
class Facts:
    """All of it, as of one moment.

    Attributes
    ----------
    proposed, proposed_supporting
        Whom routing proposes.
    reporter_grid
        Organisations that answer for the grid of the grid worker who reported; empty for other sources.
    area
        Organisations that govern the place, from the community to the district.
    main
        The case to merge into; None: there is none of this number.
    evidence
        What the attachments of the step show: scene, before, after, other.
    missing
        Attachments that are not there, or belong to another case.
    due_at
        When the whole is due; None: it has no limit.
    """

    number: str
    standing: Standing
    flow: Flow
    source: str
    actor: Actor
    now: datetime
    fields: Fields = field(default_factory=Fields)
    proposed: str | None = None
    proposed_supporting: tuple[str, ...] = ()
    reporter_grid: frozenset[str] = frozenset()
    area: frozenset[str] = frozenset()
    main: Main | None = None
    evidence: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    due_at: datetime | None = None

    @property
    def has_appellant(self) -> bool:
        """Whether somebody outside the administration stands behind it."""
        return self.source in PUBLIC

    @property
    def lead(self) -> str | None:
        """Who is to lead after this step: whom it names, else whom routing proposes."""
        return self.fields.lead or self.standing.lead or self.proposed
