"""Plans in force: all their states, what a roll-back takes back, and notices to organisations.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = ("draft", "submitted", "approved", "published", "rolled_back", "withdrawn")
NOW = ("draft", "submitted", "approved", "scheduled", "published", "superseded", "withdrawn", "rolled_back")


def upgrade() -> None:
    """Add the states, the link from a roll-back to what it takes back, and the notices."""
    _allow(NOW, "state NOT IN ('scheduled', 'published') OR effective_from IS NOT NULL")
    op.add_column("plan", sa.Column("reverts_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_plan_reverts_id"), "plan", "plan", ["reverts_id"], ["id"])
    op.create_index(
        "uq_plan_reverts_id",
        "plan",
        ["reverts_id"],
        unique=True,
        postgresql_where=sa.text("reverts_id IS NOT NULL"),
    )
    op.create_index(
        "ix_plan_scheduled", "plan", ["effective_from"], postgresql_where=sa.text("state = 'scheduled'")
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("about", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('scheduled', 'published', 'withdrawn', 'failed', 'rolled_back')",
            name=op.f("ck_notice_kind"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_notice_plan_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_organisation_id_id", "notice", ["organisation_id", "id"])
    op.create_index("ix_notice_plan_id", "notice", ["plan_id"])
    run_sql("0010_plan_force")


def downgrade() -> None:
    """Take them away; a plan goes back to the nearest state of before."""
    op.drop_table("notice")
    op.drop_index("ix_plan_scheduled", table_name="plan")
    op.drop_index("uq_plan_reverts_id", table_name="plan")
    op.drop_column("plan", "reverts_id")
    op.execute("UPDATE plan SET state = 'approved' WHERE state = 'scheduled'")
    op.execute("UPDATE plan SET state = 'published' WHERE state = 'superseded'")
    _allow(BEFORE, "state <> 'published' OR effective_from IS NOT NULL")


def _allow(states: tuple[str, ...], dated: str) -> None:
    """The states there are, and which of them need a date."""
    op.drop_constraint(op.f("ck_plan_state"), "plan", type_="check")
    op.drop_constraint(op.f("ck_plan_published_has_a_date"), "plan", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_plan_state"), "plan", f"state IN ({listed})")
    op.create_check_constraint(op.f("ck_plan_published_has_a_date"), "plan", dated)
