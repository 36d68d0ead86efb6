"""Assignment rules that can be changed, and overrides by hand.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Versions of a rule share its code; an incident may be given to an organisation by a person."""
    op.drop_constraint("uq_assignment_rule_code", "assignment_rule", type_="unique")
    op.create_exclude_constraint(
        "ex_assignment_rule_one_at_a_time",
        "assignment_rule",
        (sa.column("code"), "="),
        (sa.column("valid", postgresql.TSTZRANGE()), "&&"),
        using="gist",
    )
    op.add_column(
        "incident", sa.Column("overridden", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_routing_manual",
        "routing",
        ["incident_id", "id"],
        postgresql_where=sa.text("method = 'manual'"),
    )
    op.create_index(
        "ix_history_rules", "history", ["seq"], postgresql_where=sa.text("action = 'rules.change'")
    )
    run_sql("0004_rule_versions")


def downgrade() -> None:
    """Back to one row per rule: refused by the database while a rule has several versions."""
    run_sql("0004_drop_rule_versions")
    op.drop_index("ix_history_rules", table_name="history")
    op.drop_index("ix_routing_manual", table_name="routing")
    op.drop_column("incident", "overridden")
    op.drop_constraint("ex_assignment_rule_one_at_a_time", "assignment_rule")
    op.create_unique_constraint("uq_assignment_rule_code", "assignment_rule", ["code"])
