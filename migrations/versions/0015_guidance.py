"""Urgent tasks, guidance texts, hand-overs to 110, and the stages that cases have passed.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = (
    "case_moment", "task_reminder", "task_receipt", "urgent_task", "transfer", "direct_answer", "guidance_version", "guidance",
)  # fmt: skip


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def _due(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _text(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def _code(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Text(collation="C"), nullable=not needed)


def _identity() -> sa.Column[object]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _key(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=not needed)


def _keys(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Add the tables, and who may do what with them."""
    _tasks()
    _receipts()
    _reminders()
    _guidance()
    _transfers()
    _moments()
    _allow_actions("^[a-z_]+[.][a-z0-9_]+$")
    run_sql("0015_guidance")


def _allow_actions(pattern: str) -> None:
    """What an action in the history may be called: a case can go to 110."""
    op.drop_constraint(op.f("ck_history_action"), "history", type_="check")
    op.create_check_constraint(op.f("ck_history_action"), "history", f"action ~ '{pattern}'")


def _tasks() -> None:
    op.create_table(
        "urgent_task",
        _identity(),
        _code("code"),
        _text("title_zh", needed=True),
        _text("title_en"),
        _text("text_zh", needed=True),
        _text("text_en"),
        _text("forward_zh"),
        _text("forward_en"),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        _keys("area_zone_ids"),
        sa.Column("area_about", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _moment("issued_at", now=True),
        _text("issued_by", needed=True),
        _text("role", needed=True),
        _key("organisation_id", needed=False),
        _due("remind_at"),
        _due("due_at"),
        _moment("cancelled_at"),
        _text("cancelled_by"),
        _text("cancel_reason"),
        sa.CheckConstraint(
            "area IS NOT NULL OR cardinality(area_zone_ids) > 0", name=op.f("ck_urgent_task_area")
        ),
        sa.CheckConstraint(
            "remind_at <= due_at AND issued_at <= due_at", name=op.f("ck_urgent_task_moments")
        ),
        sa.CheckConstraint(
            "num_nonnulls(cancelled_at, cancelled_by, cancel_reason) IN (0, 3)",
            name=op.f("ck_urgent_task_cancelled"),
        ),
        sa.CheckConstraint("issued_by <> ''", name=op.f("ck_urgent_task_issued_by")),
        _refers("urgent_task", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgent_task")),
        sa.UniqueConstraint("code", name=op.f("uq_urgent_task_code")),
    )
    op.create_index("ix_urgent_task_area", "urgent_task", ["area"], postgresql_using="gist")
    op.create_index(
        "ix_urgent_task_due_at", "urgent_task", ["due_at"], postgresql_where=sa.text("cancelled_at IS NULL")
    )


def _receipts() -> None:
    table = "task_receipt"
    op.create_table(
        table,
        _key("task_id"),
        _key("grid_id"),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        _moment("since", now=True),
        _moment("acknowledged_at"),
        _text("acknowledged_by"),
        _moment("done_at"),
        _text("done_by"),
        _text("note"),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column(
            "attachment_ids",
            postgresql.ARRAY(postgresql.UUID(as_uuid=True)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("reminders", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("reminded_at"),
        _key("plan_id", needed=False),
        _keys("from_grid_ids"),
        _text("reason_zh"),
        _text("reason_en"),
        sa.CheckConstraint(
            "state IN ('waiting', 'acknowledged', 'done', 'moved', 'released')",
            name=op.f("ck_task_receipt_state"),
        ),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name=op.f("ck_task_receipt_acknowledged")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_task_receipt_done")),
        sa.CheckConstraint(
            "state <> 'done' OR done_at IS NOT NULL", name=op.f("ck_task_receipt_done_by_somebody")
        ),
        sa.CheckConstraint("count >= 0", name=op.f("ck_task_receipt_count")),
        sa.CheckConstraint(
            "state NOT IN ('moved', 'released') OR reason_zh IS NOT NULL",
            name=op.f("ck_task_receipt_says_why"),
        ),
        _refers(table, "task_id", "urgent_task"),
        _refers(table, "grid_id", "zone"),
        _refers(table, "plan_id", "plan"),
        sa.PrimaryKeyConstraint("task_id", "grid_id", name=op.f("pk_task_receipt")),
    )
    op.create_index("ix_task_receipt_grid_id", table, ["grid_id", "task_id"])


def _reminders() -> None:
    table = "task_reminder"
    op.create_table(
        table,
        _identity(),
        _key("task_id"),
        _text("kind", needed=True),
        _moment("at", now=True),
        _text("by", needed=True),
        sa.Column("grids", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('manual', 'due_soon', 'overdue')", name=op.f("ck_task_reminder_kind")),
        _refers(table, "task_id", "urgent_task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_reminder")),
    )
    op.create_index("ix_task_reminder_task_id", table, ["task_id", "id"])
    op.create_index(
        "uq_task_reminder_once",
        table,
        ["task_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'manual'"),
    )


def _guidance() -> None:
    op.create_table(
        "guidance",
        _identity(),
        _code("code"),
        _key("category_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("retired_at"),
        sa.CheckConstraint("revision > 0", name=op.f("ck_guidance_revision")),
        _refers("guidance", "category_id", "category"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance")),
        sa.UniqueConstraint("code", name=op.f("uq_guidance_code")),
    )
    op.create_index("ix_guidance_category_id", "guidance", ["category_id"])
    table = "guidance_version"
    op.create_table(
        table,
        _key("guidance_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _key("organisation_id"),
        _text("title_zh", needed=True),
        _text("title_en"),
        _text("text_zh", needed=True),
        _text("text_en"),
        sa.Column("review_on", sa.Date(), nullable=False),
        _moment("at", now=True),
        _text("by", needed=True),
        _text("reason"),
        sa.CheckConstraint("by <> ''", name=op.f("ck_guidance_version_by")),
        _refers(table, "guidance_id", "guidance"),
        _refers(table, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("guidance_id", "revision", name=op.f("pk_guidance_version")),
    )
    op.create_index("ix_guidance_version_review_on", table, ["review_on"])
    op.create_index("ix_guidance_version_organisation_id", table, ["organisation_id"])
    table = "direct_answer"
    op.create_table(
        table,
        _key("incident_id"),
        _key("guidance_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("at", now=True),
        _text("by", needed=True),
        _refers(table, "incident_id", "incident"),
        sa.ForeignKeyConstraint(
            ["guidance_id", "revision"],
            ["guidance_version.guidance_id", "guidance_version.revision"],
            name="fk_direct_answer_guidance",
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_direct_answer")),
    )
    op.create_index("ix_direct_answer_guidance_id", table, ["guidance_id"])


def _transfers() -> None:
    table = "transfer"
    op.create_table(
        table,
        _identity(),
        _key("incident_id"),
        sa.Column("agency", sa.Text(), server_default=sa.text("'110'"), nullable=False),
        _code("reference", needed=False),
        _moment("at", now=True),
        _text("by", needed=True),
        _text("reason"),
        _text("reply"),
        _moment("replied_at"),
        _text("replied_by"),
        sa.CheckConstraint("agency IN ('110')", name=op.f("ck_transfer_agency")),
        sa.CheckConstraint(
            "num_nonnulls(reply, replied_at, replied_by) IN (0, 3)", name=op.f("ck_transfer_reply")
        ),
        _refers(table, "incident_id", "incident"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_incident_id", table, ["incident_id"])
    op.create_index(
        "ix_transfer_reference",
        table,
        ["reference"],
        postgresql_where=sa.text("reference IS NOT NULL"),
    )


def _moments() -> None:
    table = "case_moment"
    counts = [
        sa.Column(name, sa.Integer(), nullable=True) for name in ("reworks", "send_backs", "extensions")
    ]
    op.create_table(
        table,
        _key("incident_id"),
        _text("stage", needed=True),
        _due("entered_at"),
        _moment("due_at"),
        _due("left_at"),
        _text("to_state", needed=True),
        *counts,
        sa.CheckConstraint(
            "stage IN ('total', 'accept', 'verify', 'file', 'dispatch', 'handle', 'check', 'evaluate')",
            name=op.f("ck_case_moment_stage"),
        ),
        sa.PrimaryKeyConstraint("incident_id", "stage", "left_at", name=op.f("pk_case_moment")),
    )
    op.create_index(
        "ix_case_moment_stage_due_at",
        table,
        ["stage", "due_at"],
        postgresql_include=["incident_id", "left_at"],
    )
    op.create_index(
        "ix_case_moment_stage_left_at",
        table,
        ["stage", "left_at"],
        postgresql_include=["incident_id", "due_at"],
    )


def downgrade() -> None:
    """Take them away with all they hold."""
    run_sql("0015_drop_guidance")
    op.drop_constraint(op.f("ck_history_action"), "history", type_="check")
    # History is never removed: entries that are called otherwise stay.
    op.execute(
        "ALTER TABLE history ADD CONSTRAINT ck_history_action CHECK (action ~ '^[a-z_]+[.][a-z_]+$') NOT VALID"
    )
    for table in TABLES:
        op.drop_table(table)
