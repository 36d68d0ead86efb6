"""The history names the machine that said who acted, beside the person.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CLAIMED = "NULLIF(current_setting('gridgov.through'::text, true), ''::text)"


def upgrade() -> None:
    """Add the column; entries there are stay without."""
    op.add_column("history", sa.Column("through", sa.Text()))
    op.alter_column("history", "through", server_default=sa.text(CLAIMED))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("history", "through")
