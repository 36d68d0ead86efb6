"""References of incidents are compared byte by byte, routings have one key, references are checked in one pass.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

from migrations.functions import run_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Byte order of references, one key of routings, checks in one pass."""
    # References are compared byte by byte, not by the rules of a language.
    op.execute('ALTER TABLE incident ALTER source_ref TYPE text COLLATE "C"')
    op.drop_index("ix_routing_incident_id", "routing")
    op.drop_constraint("pk_routing", "routing", type_="primary")
    op.create_primary_key("pk_routing", "routing", ["incident_id", "id"])
    run_sql("0007_statement_checks")


def downgrade() -> None:
    """The indexes and checks of before."""
    run_sql("0007_drop_statement_checks")
    op.drop_constraint("pk_routing", "routing", type_="primary")
    op.create_primary_key("pk_routing", "routing", ["id"])
    op.create_index("ix_routing_incident_id", "routing", ["incident_id", "id"])
    op.execute('ALTER TABLE incident ALTER source_ref TYPE text COLLATE "default"')
