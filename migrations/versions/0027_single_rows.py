"""One row at a time is checked and counted without the work that many at a time need.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

from migrations.functions import run_sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BEFORE = {
    "references": (
        "incident_references_exist",
        "routing_references_exist",
        "reporter_references_exist",
        "case_state_references_exist",
        "incident_changed_references_exist",
    ),
    "map_cells": ("incident_cells_follow",),
}
"""What is replaced, by the file of revision 0024 that it stands in."""


def upgrade() -> None:
    """Replace the functions of the triggers."""
    for name in BEFORE:
        run_sql(f"0027/{name}")


def downgrade() -> None:
    """Put back the functions of before."""
    folder = Path(__file__).parents[1] / "functions" / "0024"
    for name, functions in BEFORE.items():
        text = (folder / f"{name}.sql").read_text(encoding="utf-8")
        for function in functions:
            found = re.search(
                rf"^CREATE (FUNCTION {function}\(\).*?^END \$\$;)", text, re.DOTALL | re.MULTILINE
            )
            assert found is not None
            op.get_bind().exec_driver_sql(f"CREATE OR REPLACE {found[1]}".replace("%", "%%"))
