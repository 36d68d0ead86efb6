"""The queue of background tasks, in a PostgreSQL schema of its own.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

from migrations.functions import run_sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the schema; only the login role may use it, requests never do."""
    op.execute("CREATE SCHEMA task_queue")
    op.execute("SET LOCAL search_path = task_queue")
    run_sql("0006_task_queue")
    op.execute("SET LOCAL search_path TO DEFAULT")


def downgrade() -> None:
    """Remove it with all tasks."""
    op.execute("DROP SCHEMA task_queue CASCADE")
