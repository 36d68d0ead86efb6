"""Who read contact data of reporters is found without looking through the whole history.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NAME = "ix_history_unmask"


def upgrade() -> None:
    """Index the entries."""
    op.create_index(NAME, "history", ["seq"], postgresql_where=sa.text("action = 'reporter.unmask'"))


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(NAME, "history")
