"""Where each case stands beside its state, and the work orders that organisations have for it.

One row of ``case_state`` for every incident, made with it. What is written at every step is narrow, and no
index holds what a usual step changes, so that it stays on its page.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from grid_data.tables.base import identity, metadata, one_of, reference

LEVELS = ("community", "street", "district")
DIRECT_REASONS = ("multi_department", "outside_list", "unclear_responsibility")
OUTCOMES = ("handled", "self_handled", "direct_answer", "transferred_110")
SATISFACTIONS = ("satisfied", "basic", "unsatisfied", "lapsed")
COUNTERS = ("revision", "reworks", "send_backs", "extensions", "hand_overs", "reopens")


def _counter(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


case_state = Table(
    "case_state",
    metadata,
    reference("incident_id", "incident.id", primary_key=True),
    # Counts the steps: whoever takes one says which they have seen.
    _counter("revision"),
    # Who holds it: it rises level by level.
    Column("level", Text, nullable=False),
    # Who works on it, from dispatch on; before, what routing proposes stands on the incident.
    reference("lead_id", "organisation.id"),
    Column("supporting_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    # Which condition of its category holds, where time limits tell several apart.
    Column("condition", Text),
    # Who began or reported the work last: never the one who checks it.
    Column("handler", Text),
    reference("handler_organisation_id", "organisation.id"),
    _counter("reworks"),
    _counter("send_backs"),
    _counter("extensions"),
    _counter("hand_overs"),
    _counter("reopens"),
    Column("suspended_at", DateTime(timezone=True)),
    Column("supervised_at", DateTime(timezone=True)),
    # {by, organisation, reason, at}: waits for adjudication.
    Column("objection", JSONB),
    # {by, organisation, reason, at, amount, unit or until}: waits for somebody else to grant it.
    Column("extension", JSONB),
    # Why a community handed it to the district's sorting desk, until it is sorted.
    Column("direct_reason", Text),
    Column("outcome", Text),
    Column("satisfaction", Text),
    # The base grid of the grid worker who reported it: it does not come back there without a decision.
    reference("reported_grid_id", "zone.id"),
    reference("duplicate_of_id", "incident.id"),
    # When the appellant's silence counts as no evaluation.
    Column("lapses_at", DateTime(timezone=True)),
    # When it was due in the end, and when it was closed: kept when its clock is gone.
    Column("due_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint(one_of("level", *LEVELS), name="level"),
    CheckConstraint(one_of("direct_reason", *DIRECT_REASONS), name="direct_reason"),
    CheckConstraint(one_of("outcome", *OUTCOMES), name="outcome"),
    CheckConstraint(one_of("satisfaction", *SATISFACTIONS), name="satisfaction"),
    CheckConstraint("duplicate_of_id <> incident_id", name="duplicate_of_another"),
    CheckConstraint(" AND ".join(f"{name} >= 0" for name in COUNTERS), name="counters"),
    # A few rows of all.
    Index(
        "ix_case_state_duplicate_of_id",
        "duplicate_of_id",
        postgresql_where=text("duplicate_of_id IS NOT NULL"),
    ),
    # What waits at a sorting desk, and what is watched from above.
    Index("ix_case_state_direct_reason", "incident_id", postgresql_where=text("direct_reason IS NOT NULL")),
    Index("ix_case_state_objection", "incident_id", postgresql_where=text("objection IS NOT NULL")),
    Index("ix_case_state_supervised_at", "incident_id", postgresql_where=text("supervised_at IS NOT NULL")),
    # Who holds the open ones, told without reading them.
    Index(
        "ix_case_state_open",
        "incident_id",
        postgresql_include=["level"],
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_case_state_lapses_at", "lapses_at", postgresql_where=text("lapses_at IS NOT NULL")),
    postgresql_with={"fillfactor": "80"},
)

# One organisation's task in a case.
work_order = Table(
    "work_order",
    metadata,
    identity(),
    reference("incident_id", "incident.id", nullable=False),
    reference("organisation_id", "organisation.id", nullable=False),
    Column("kind", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("closed_at", DateTime(timezone=True)),
    # What was done, in the organisation's words; of an order taken away, why.
    Column("result", Text),
    CheckConstraint(one_of("kind", "lead", "supporting"), name="kind"),
    CheckConstraint("closed_at >= opened_at", name="closed_after_opening"),
    Index("ix_work_order_incident_id", "incident_id"),
)
