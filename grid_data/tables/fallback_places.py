"""Coordinates that geocoders fall back to: found by the check, decided by a person."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Float, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from grid_data.tables.base import geometry, identity, metadata, one_of

FALLBACK_STATES = ("suspected", "confirmed", "refuted")

fallback_place = Table(
    "fallback_place",
    metadata,
    identity(),
    geometry("POINT", name="place"),
    Column("state", Text, nullable=False),
    # What the check found last; empty for a place a person named.
    Column("incidents", Integer),
    Column("share", Float),
    Column("grounds", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("evidence", JSONB),
    Column("found_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("reason", Text),
    CheckConstraint(one_of("state", *FALLBACK_STATES), name="state"),
    CheckConstraint("(state = 'suspected') = (decided_at IS NULL)", name="decided_at_a_time"),
    CheckConstraint(
        "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (reason IS NULL)",
        name="decided_with_a_reason",
    ),
    CheckConstraint("state <> 'suspected' OR found_at IS NOT NULL", name="suspected_when_found"),
    CheckConstraint(
        "(found_at IS NULL) = (evidence IS NULL) AND (found_at IS NULL) = (incidents IS NULL)"
        " AND (found_at IS NULL) = (share IS NULL)",
        name="found_with_evidence",
    ),
    Index("uq_fallback_place_place", "place", unique=True),
)
