"""The whole schema as it stood before the first release: tables, then what tables cannot declare.

Revision ID: 0024
Revises:

Takes the place of the twenty-four revisions that led here; a database that stands at the last of them is at this one.
"""

from __future__ import annotations

from alembic import op

from migrations.functions import run_sql

revision = "0024"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")

# In the order foreign keys allow. Where two refer to each other, the key stands with the later one.
TABLES = (
    "city", "organisations", "categories", "zones", "plans", "land_units", "facilities", "households", "context",
    "patrol_points", "incidents", "history", "casework", "case_moments", "deadlines", "duties", "fallback_places",
    "attachments", "guidance", "notices", "alarms", "urgent_tasks", "figures", "set_aside", "accounts", "outlets",
)  # fmt: skip

# Roles before rights and policies, functions before the policies that call them.
BESIDE_TABLES = (
    "roles", "rights", "append_only", "zones", "land_units", "rules", "references", "map_cells", "casework",
    "deadlines", "history", "duties", "claims", "row_security", "households", "figures", "outlets",
)  # fmt: skip


def upgrade() -> None:
    """Make everything in an empty database."""
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for name in TABLES:
        run_sql(f"0024/tables/{name}")
    for name in BESIDE_TABLES:
        run_sql(f"0024/{name}")
    op.execute("CREATE SCHEMA task_queue")
    op.execute("SET LOCAL search_path = task_queue")
    run_sql("0024/task_queue")
    op.execute("SET LOCAL search_path TO DEFAULT")


def downgrade() -> None:
    """Remove everything but extensions and roles, which other databases or schemas may use."""
    run_sql("0024/removal")
