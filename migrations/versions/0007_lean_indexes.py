"""Incidents and routings carry only the indexes that something reads, of the kind that costs least to keep.

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
    """Points in an index of quadrants, addresses of open incidents only, one key of routings, checks in one pass."""
    op.drop_index("ix_incident_place", "incident")
    op.create_index("ix_incident_place", "incident", ["place"], postgresql_using="spgist")
    op.drop_index("ix_incident_address", "incident")
    op.create_index(
        "ix_incident_open_address",
        "incident",
        ["address"],
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops"},
        postgresql_where=text(OPEN_STATES),
    )
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
    op.drop_index("ix_incident_open_address", "incident")
    op.create_index(
        "ix_incident_address",
        "incident",
        ["address"],
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops"},
    )
    op.drop_index("ix_incident_place", "incident")
    op.create_index("ix_incident_place", "incident", ["place"], postgresql_using="gist")
