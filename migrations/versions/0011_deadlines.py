"""Working calendars, time limits and running clocks.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = "('urgent_hour', 'work_hour', 'work_day', 'natural_day')"
STAGES = "'accept', 'verify', 'file', 'dispatch', 'handle', 'check', 'evaluate'"


def upgrade() -> None:
    """Add calendars, limits, clocks and what was said of them."""
    _calendars()
    _limits()
    _clocks()
    run_sql("0011_deadlines")


def _calendars() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_calendar_day_kind")),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "organisation_window",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("windows", sa.Text(), nullable=False),
        sa.CheckConstraint("windows <> ''", name=op.f("ck_organisation_window_windows")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_window_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation_window")),
    )
    op.create_table(
        "deadline_setting",
        sa.Column("revision", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("windows", sa.Text(), server_default=sa.text("'08:00-12:00,14:00-18:00'"), nullable=False),
        sa.Column("only_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("only_one", name=op.f("ck_deadline_setting_only_one")),
        sa.PrimaryKeyConstraint("only_one", name=op.f("pk_deadline_setting")),
    )


def _limits() -> None:
    op.create_table(
        "time_limit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_kind", sa.Text(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(10, 4), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("warn", sa.Float(), server_default=sa.text("0.25"), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("note_zh", sa.Text(), nullable=True),
        sa.Column("note_en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "appeal_kind IS NULL OR appeal_kind IN ('livelihood', 'enterprise', 'enforcement')",
            name=op.f("ck_time_limit_appeal_kind"),
        ),
        sa.CheckConstraint("condition <> ''", name=op.f("ck_time_limit_condition")),
        sa.CheckConstraint(
            "urgency IS NULL OR urgency IN ('normal', 'urgent')", name=op.f("ck_time_limit_urgency")
        ),
        sa.CheckConstraint(f"stage IN ('total', {STAGES})", name=op.f("ck_time_limit_stage")),
        sa.CheckConstraint(f"kind IN {KINDS}", name=op.f("ck_time_limit_kind")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_time_limit_amount")),
        sa.CheckConstraint("warn BETWEEN 0 AND 1", name=op.f("ck_time_limit_warn")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_time_limit_valid")),
        postgresql.ExcludeConstraint(
            (sa.column("stage"), "="),
            (sa.text("COALESCE(category_id, (0)::bigint)"), "="),
            (sa.text("COALESCE(appeal_kind, ''::text)"), "="),
            (sa.text("COALESCE(condition, ''::text)"), "="),
            (sa.text("COALESCE(urgency, ''::text)"), "="),
            (sa.column("valid"), "&&"),
            name="ex_time_limit_one_at_a_time",
            using="gist",
        ),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_time_limit_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_limit")),
    )
    op.create_index("ix_time_limit_category_id", "time_limit", ["category_id"])


def _clocks() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "incident_clock",
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("soon_at", moment, nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_kind", sa.Text(), nullable=True),
        sa.Column("stage_started_at", moment, nullable=True),
        sa.Column("stage_due_at", moment, nullable=True),
        sa.Column("stage_soon_at", moment, nullable=True),
        sa.Column("paused_at", moment, nullable=True),
        sa.CheckConstraint(f"kind IS NULL OR kind IN {KINDS}", name=op.f("ck_incident_clock_kind")),
        sa.CheckConstraint(f"stage IS NULL OR stage IN ({STAGES})", name=op.f("ck_incident_clock_stage")),
        sa.CheckConstraint(
            f"stage_kind IS NULL OR stage_kind IN {KINDS}", name=op.f("ck_incident_clock_stage_kind")
        ),
        sa.CheckConstraint(
            "num_nonnulls(kind, due_at, soon_at) IN (0, 3)", name=op.f("ck_incident_clock_total_is_whole")
        ),
        sa.CheckConstraint(
            "num_nonnulls(stage_kind, stage_due_at, stage_soon_at) IN (0, 3)",
            name=op.f("ck_incident_clock_stage_is_whole"),
        ),
        sa.CheckConstraint("soon_at <= due_at", name=op.f("ck_incident_clock_soon_before_due")),
        sa.CheckConstraint(
            "stage_soon_at <= stage_due_at", name=op.f("ck_incident_clock_stage_soon_before_due")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_clock_incident_id"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_clock")),
    )
    op.create_index("ix_incident_clock_due_at", "incident_clock", ["due_at", "incident_id"])
    op.create_index("ix_incident_clock_stage_due_at", "incident_clock", ["stage_due_at", "incident_id"])
    op.create_table(
        "clock_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('due_soon', 'overdue', 'stage_overdue')",
            name=op.f("ck_clock_notice_kind"),
        ),
        sa.CheckConstraint(f"stage IN ('total', {STAGES})", name=op.f("ck_clock_notice_stage")),
        sa.CheckConstraint(
            "level IN ('community', 'street', 'district')", name=op.f("ck_clock_notice_level")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_clock_notice_incident_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_clock_notice_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_notice")),
        sa.UniqueConstraint("incident_id", "kind", "stage", "due_at", name="uq_clock_notice_once"),
    )
    op.create_index("ix_clock_notice_organisation_id", "clock_notice", ["organisation_id", "id"])


def downgrade() -> None:
    """Take them away; nothing else refers to them."""
    run_sql("0011_drop_deadlines")
    for table in (
        "clock_notice",
        "incident_clock",
        "time_limit",
        "deadline_setting",
        "organisation_window",
        "calendar_day",
    ):
        op.drop_table(table)
