"""Working calendars, time limits, and the running clocks of open incidents."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from grid_data.tables.base import metadata, one_of, valid_range

KINDS = ("urgent_hour", "work_hour", "work_day", "natural_day")
STAGES = ("total", "accept", "verify", "file", "dispatch", "handle", "check", "evaluate")
NOTICES = ("due_soon", "overdue", "stage_overdue", "stage_due_soon")
LEVELS = ("community", "street", "district")
DUE_ORDER = (
    "CASE WHEN due_at IS NULL OR paused_at IS NOT NULL "
    "THEN 'infinity'::timestamp with time zone ELSE due_at END"
)

# Days that are not what their weekday says.
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("date", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    CheckConstraint(one_of("kind", "holiday", "workday"), name="kind"),
)

# A limit that is changed is closed and followed by another: clocks take the one of the moment they start.
time_limit = Table(
    "time_limit",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("category_id", ForeignKey("category.id")),
    Column("appeal_kind", Text),
    Column("condition", Text),
    Column("urgency", Text),
    Column("stage", Text, nullable=False),
    Column("amount", Numeric(10, 4), nullable=False),
    Column("kind", Text, nullable=False),
    # Share of the limit that is left when it counts as due soon.
    Column("warn", Float, nullable=False, server_default=text("0.25")),
    valid_range(),
    Column("note_zh", Text),
    Column("note_en", Text),
    CheckConstraint(
        "appeal_kind IS NULL OR " + one_of("appeal_kind", "livelihood", "enterprise", "enforcement"),
        name="appeal_kind",
    ),
    CheckConstraint("condition <> ''", name="condition"),
    CheckConstraint("urgency IS NULL OR " + one_of("urgency", "normal", "urgent"), name="urgency"),
    CheckConstraint(one_of("stage", *STAGES), name="stage"),
    CheckConstraint(one_of("kind", *KINDS), name="kind"),
    CheckConstraint("amount >= 0", name="amount"),
    CheckConstraint("warn BETWEEN 0 AND 1", name="warn"),
    CheckConstraint("NOT isempty(valid)", name="valid"),
    ExcludeConstraint(
        ("stage", "="),
        (text("COALESCE(category_id, (0)::bigint)"), "="),
        (text("COALESCE(appeal_kind, ''::text)"), "="),
        (text("COALESCE(condition, ''::text)"), "="),
        (text("COALESCE(urgency, ''::text)"), "="),
        ("valid", "&&"),
        name="ex_time_limit_one_at_a_time",
        using="gist",
    ),
    Index("ix_time_limit_category_id", "category_id"),
)

# Business hours of an organisation and those below it, as 08:30-12:00,14:00-18:00.
organisation_window = Table(
    "organisation_window",
    metadata,
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
    Column("windows", Text, nullable=False),
    CheckConstraint("windows <> ''", name="windows"),
)

# One row: the usual business hours, and a random name of the state of calendars and limits, which tells
# processes whether what they read still holds.
deadline_setting = Table(
    "deadline_setting",
    metadata,
    Column("revision", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("windows", Text, nullable=False, server_default=text("'08:00-12:00,14:00-18:00'")),
    Column("only_one", Boolean, primary_key=True, server_default=text("true")),
    CheckConstraint("only_one", name="only_one"),
)

# Clocks of open incidents only; one that ends takes its row away. Late and due soon follow from now().
incident_clock = Table(
    "incident_clock",
    metadata,
    Column("incident_id", BigInteger, nullable=False, autoincrement=False),
    Column("kind", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("soon_at", DateTime(timezone=True)),
    Column("stage", Text),
    Column("stage_kind", Text),
    Column("stage_started_at", DateTime(timezone=True)),
    Column("stage_due_at", DateTime(timezone=True)),
    Column("stage_soon_at", DateTime(timezone=True)),
    Column("paused_at", DateTime(timezone=True)),
    # In which order they are looked after: what has no limit, or stands, comes last.
    Column("due_order", DateTime(timezone=True), Computed(DUE_ORDER, persisted=True), nullable=False),
    PrimaryKeyConstraint("incident_id"),
    ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_clock_incident_id"),
    CheckConstraint("kind IS NULL OR " + one_of("kind", *KINDS), name="kind"),
    CheckConstraint("stage IS NULL OR " + one_of("stage", *STAGES[1:]), name="stage"),
    CheckConstraint("stage_kind IS NULL OR " + one_of("stage_kind", *KINDS), name="stage_kind"),
    CheckConstraint("num_nonnulls(kind, due_at, soon_at) IN (0, 3)", name="total_is_whole"),
    CheckConstraint("num_nonnulls(stage_kind, stage_due_at, stage_soon_at) IN (0, 3)", name="stage_is_whole"),
    CheckConstraint("soon_at <= due_at", name="soon_before_due"),
    CheckConstraint("stage_soon_at <= stage_due_at", name="stage_soon_before_due"),
    Index("ix_incident_clock_due_at", "due_at", "incident_id"),
    Index("ix_incident_clock_stage_due_at", "stage_due_at", "incident_id"),
    Index("ix_incident_clock_due_order", "due_order", "incident_id"),
)

# What was said of a due moment; one row for one moment, however often it is looked for.
clock_notice = Table(
    "clock_notice",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # Who is told: the level that holds the incident for a reminder, the next one up when it is late.
    Column("level", Text, nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    # Who was on duty for them at that moment.
    Column("post_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    CheckConstraint(one_of("kind", *NOTICES), name="kind"),
    CheckConstraint(one_of("stage", *STAGES), name="stage"),
    CheckConstraint(one_of("level", *LEVELS), name="level"),
    UniqueConstraint("incident_id", "kind", "stage", "due_at", name="uq_clock_notice_once"),
    Index("ix_clock_notice_organisation_id", "organisation_id", "id"),
)
