"""Guidance texts that answer an appeal without dispatch, what they answered, and hand-overs to 110."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from grid_data.tables.base import identity, metadata, one_of

# What never changes, and which version holds.
guidance = Table(
    "guidance",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    Column("category_id", ForeignKey("category.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    CheckConstraint("revision > 0", name="revision"),
    Index("ix_guidance_category_id", "category_id"),
)

# Every version of a text; rows are only added.
guidance_version = Table(
    "guidance_version",
    metadata,
    Column("guidance_id", ForeignKey("guidance.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text),
    # Until this day its owner must look at it again.
    Column("review_on", Date, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("by", Text, nullable=False),
    Column("reason", Text),
    PrimaryKeyConstraint("guidance_id", "revision"),
    CheckConstraint("by <> ''", name="by"),
    Index("ix_guidance_version_review_on", "review_on"),
    Index("ix_guidance_version_organisation_id", "organisation_id"),
)

# Which text answered an incident without dispatch, in which version.
direct_answer = Table(
    "direct_answer",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True),
    Column("guidance_id", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("by", Text, nullable=False),
    ForeignKeyConstraint(
        ["guidance_id", "revision"],
        ["guidance_version.guidance_id", "guidance_version.revision"],
        name="fk_direct_answer_guidance",
    ),
    Index("ix_direct_answer_guidance_id", "guidance_id"),
)

# Urgent cases handed to the police line, and what it answered. What came from there are incidents whose
# source is transfer_110.
transfer = Table(
    "transfer",
    metadata,
    identity(),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("agency", Text, nullable=False, server_default=text("'110'")),
    # The number there; empty until it is known.
    Column("reference", Text(collation="C")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("by", Text, nullable=False),
    Column("reason", Text),
    Column("reply", Text),
    Column("replied_at", DateTime(timezone=True)),
    Column("replied_by", Text),
    CheckConstraint(one_of("agency", "110"), name="agency"),
    CheckConstraint("num_nonnulls(reply, replied_at, replied_by) IN (0, 3)", name="reply"),
    Index("ix_transfer_incident_id", "incident_id"),
    Index("ix_transfer_reference", "reference", postgresql_where=text("reference IS NOT NULL")),
)
