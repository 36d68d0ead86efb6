"""Photos and files of incidents, and what a person decided about two that looked like one."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from grid_data.tables.base import metadata, one_of

KINDS = ("jpeg", "png", "webp", "pdf", "mp4")
ROLES = ("scene", "before", "after", "other")

# The content lies outside, under its digest: several rows may name the same.
attachment = Table(
    "attachment",
    metadata,
    # Drawn at random: who does not know it cannot ask for it.
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    # Of the content as it is kept, in hexadecimal digits.
    Column("sha256", Text(collation="C"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("name", Text),
    # What the camera wrote: when, and where; the kept content says neither.
    Column("taken_at", DateTime(timezone=True)),
    Column("position", Geometry("POINT", srid=4326, spatial_index=False)),
    Column("role", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # A report or a step named it; what nothing names is removed after a while.
    Column("attached_at", DateTime(timezone=True)),
    Column("incident_id", ForeignKey("incident.id")),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint(one_of("kind", *KINDS), name="kind"),
    CheckConstraint(one_of("role", *ROLES), name="role"),
    CheckConstraint("bytes > 0", name="bytes"),
    CheckConstraint(
        "(width > 0 AND height > 0) OR (kind = 'pdf' AND num_nonnulls(width, height) = 0)", name="size"
    ),
    CheckConstraint("incident_id IS NULL OR attached_at IS NOT NULL", name="attached"),
    Index("ix_attachment_sha256", "sha256"),
    Index(
        "ix_attachment_incident_id",
        "incident_id",
        "attached_at",
        postgresql_where=text("incident_id IS NOT NULL"),
    ),
    Index("ix_attachment_unnamed", "uploaded_at", postgresql_where=text("attached_at IS NULL")),
)

# Two incidents that a person holds to be two, however alike they look. The lower id comes first.
duplicate_decision = Table(
    "duplicate_decision",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("other_id", ForeignKey("incident.id"), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("decided_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("incident_id", "other_id"),
    CheckConstraint("incident_id < other_id", name="in_order"),
    Index("ix_duplicate_decision_other_id", "other_id"),
)
