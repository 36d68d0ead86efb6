"""Incidents and routings: byte order of references, one key, checks in one pass, indexes for looking over open ones.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from migrations.functions import run_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN_STATES = (
    "state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')"
)


def upgrade() -> None:
    """Byte order of references, one key of routings, checks in one pass; what is asked of all open incidents."""
    # References are compared byte by byte, not by the rules of a language.
    op.execute('ALTER TABLE incident ALTER source_ref TYPE text COLLATE "C"')
    op.drop_index("ix_routing_incident_id", "routing")
    op.drop_constraint("pk_routing", "routing", type_="primary")
    op.create_primary_key("pk_routing", "routing", ["incident_id", "id"])
    op.drop_index("ix_incident_open_land_unit_id", "incident")
    op.create_index(
        "ix_incident_open_land_unit_id",
        "incident",
        ["land_unit_id", "base_grid_id"],
        postgresql_where=text(OPEN_STATES),
    )
    op.create_index(
        "ix_incident_open_overridden",
        "incident",
        ["id"],
        postgresql_where=text(f"overridden AND {OPEN_STATES}"),
    )
    op.create_index(
        "ix_incident_recorded_at",
        "incident",
        ["recorded_at"],
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    )
    run_sql("0007_statement_checks")


def downgrade() -> None:
    """The indexes and checks of before."""
    run_sql("0007_drop_statement_checks")
    op.drop_index("ix_incident_recorded_at", "incident")
    op.drop_index("ix_incident_open_overridden", "incident")
    op.drop_index("ix_incident_open_land_unit_id", "incident")
    op.create_index(
        "ix_incident_open_land_unit_id", "incident", ["land_unit_id"], postgresql_where=text(OPEN_STATES)
    )
    op.drop_constraint("pk_routing", "routing", type_="primary")
    op.create_primary_key("pk_routing", "routing", ["id"])
    op.create_index("ix_routing_incident_id", "routing", ["incident_id", "id"])
    op.execute('ALTER TABLE incident ALTER source_ref TYPE text COLLATE "default"')
