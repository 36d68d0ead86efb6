"""What one routing statement per incident needs: zones and borders in small pieces, extents at hand.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from migrations.functions import run_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the derived tables, fill them from the zones that are there, keep them by triggers."""
    op.add_column(
        "layer", sa.Column("extent", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True)
    )
    op.create_table(
        "zone_piece",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("shape", Geometry(None, spatial_index=False), nullable=False),
        sa.Column("edge", Geometry(None, spatial_index=False), nullable=False),
    )
    op.create_table(
        "zone_border_piece",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("line", Geometry(None, spatial_index=False), nullable=False),
    )
    run_sql("0002_serving_routes")
    run_sql("0002_incident_cells")
    op.create_index("ix_zone_piece_shape", "zone_piece", ["shape"], postgresql_using="gist")
    op.create_index("ix_zone_border_piece_line", "zone_border_piece", ["line"], postgresql_using="gist")


def downgrade() -> None:
    """Take them away; nothing is lost, they are derived."""
    run_sql("0002_drop_serving_routes")
    op.drop_table("zone_border_piece")
    op.drop_table("zone_piece")
    op.drop_column("layer", "extent")
