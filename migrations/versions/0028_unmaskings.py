"""Who read contact data of reporters is found without looking through the whole history.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME = "ix_history_unmask"


def upgrade() -> None:
    """Index the entries."""
    op.create_index(NAME, "history", ["seq"], postgresql_where=sa.text("action = 'reporter.unmask'"))


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(NAME, "history")
