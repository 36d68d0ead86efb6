"""A duty roster, reminders of stages, roll-backs at a moment, videos.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NOTICES = ("due_soon", "overdue", "stage_overdue")
PLANS = ("scheduled", "published", "withdrawn", "failed", "rolled_back")
RETURNS = ("rollback_scheduled", "rollback_withdrawn", "rollback_failed")
FILES = ("jpeg", "png", "webp", "pdf")


def upgrade() -> None:
    """The roster first: functions ask it."""
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)",
            name=op.f("ck_duty_during"),
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_duty_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        postgresql.ExcludeConstraint(
            ("post_id", "="), ("during", "&&"), name="ex_duty_one_at_a_time", using="gist"
        ),
    )
    op.create_index("ix_duty_during", "duty", ["during"], postgresql_using="gist")
    op.create_index("ix_duty_day", "duty", ["day", "post_id"])
    op.add_column(
        "clock_notice",
        sa.Column(
            "post_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False, server_default=sa.text("'{}'")
        ),
    )
    _allow("clock_notice", "kind", (*NOTICES, "stage_due_soon"))
    op.add_column("plan", sa.Column("rollback_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("rollback_by", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_plan_rollback"), "plan", "num_nonnulls(rollback_at, rollback_by) IN (0, 2)"
    )
    op.create_index(
        "ix_plan_rollback_at", "plan", ["rollback_at"], postgresql_where=sa.text("rollback_at IS NOT NULL")
    )
    _allow("notice", "kind", (*PLANS, *RETURNS))
    _allow("attachment", "kind", (*FILES, "mp4"))
    run_sql("0024_duty")


def downgrade() -> None:
    """The roster, moments of roll-backs, and what was only possible since are lost."""
    op.execute("ALTER TABLE clock_notice DISABLE TRIGGER USER")
    op.execute("DELETE FROM clock_notice WHERE kind = 'stage_due_soon'")
    op.execute("ALTER TABLE clock_notice ENABLE TRIGGER USER")
    op.execute("ALTER TABLE notice DISABLE TRIGGER USER")
    op.execute("DELETE FROM notice WHERE kind LIKE 'rollback%'")
    op.execute("ALTER TABLE notice ENABLE TRIGGER USER")
    _allow("notice", "kind", PLANS)
    op.execute("DELETE FROM attachment WHERE kind = 'mp4'")
    _allow("attachment", "kind", FILES)
    op.drop_index("ix_plan_rollback_at", "plan")
    op.drop_constraint(op.f("ck_plan_rollback"), "plan", type_="check")
    op.drop_column("plan", "rollback_by")
    op.drop_column("plan", "rollback_at")
    _allow("clock_notice", "kind", NOTICES)
    op.drop_column("clock_notice", "post_ids")
    op.execute("DROP FUNCTION names_on_posts(bigint[])")
    op.execute("DROP FUNCTION posts_on_duty(bigint, bigint)")
    op.drop_table("duty")


def _allow(table: str, column: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")
