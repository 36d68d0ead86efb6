"""Bulk intake and re-routing: references per statement, needed indexes only, editions of versions.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from migrations.functions import run_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFERENCES = (
    ("incident", "category_id", "category"),
    ("incident", "organisation_id", "organisation"),
    ("incident", "land_unit_id", "land_unit"),
    ("incident", "base_grid_id", "zone"),
    ("incident", "facility_id", "facility"),
    ("routing", "incident_id", "incident"),
    ("routing", "land_unit_id", "land_unit"),
    ("routing", "facility_id", "facility"),
    ("routing", "rule_id", "assignment_rule"),
    ("routing", "organisation_id", "organisation"),
    ("reporter", "incident_id", "incident"),
)

OPEN_STATES = (
    "state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')"
)


def upgrade() -> None:
    """Replace foreign keys by checks per statement; drop indexes that nothing reads."""
    for table, column, _ in REFERENCES:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    run_sql("0003_references")
    # Zones are found by zone_ids; units only among open incidents, when they move to another grid.
    op.drop_index("ix_incident_base_grid_id", "incident")
    op.drop_index("ix_incident_land_unit_id", "incident")
    op.create_index(
        "ix_incident_open_land_unit_id", "incident", ["land_unit_id"], postgresql_where=text(OPEN_STATES)
    )
    op.add_column(
        "zone_version", sa.Column("edition", sa.BigInteger(), server_default=text("0"), nullable=False)
    )
    op.create_index("ix_zone_version_layer_id_edition", "zone_version", ["layer_id", "edition"])
    run_sql("0003_editions")
    op.create_index(
        "ix_history_rerouting", "history", ["seq"], postgresql_where=text("action = 'routing.again'")
    )


def downgrade() -> None:
    """Bring foreign keys and indexes back."""
    op.drop_index("ix_history_rerouting", "history")
    op.execute("DROP TRIGGER zone_version_names_its_edition ON zone_version")
    op.execute("DROP FUNCTION zone_version_names_its_edition()")
    op.drop_index("ix_zone_version_layer_id_edition", "zone_version")
    op.drop_column("zone_version", "edition")
    op.drop_index("ix_incident_open_land_unit_id", "incident")
    op.create_index("ix_incident_land_unit_id", "incident", ["land_unit_id"])
    op.create_index("ix_incident_base_grid_id", "incident", ["base_grid_id"])
    run_sql("0003_drop_references")
    for table, column, referred in REFERENCES:
        op.create_foreign_key(f"fk_{table}_{column}", table, referred, [column], ["id"])
