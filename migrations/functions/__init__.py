"""Functions, triggers and rights, as SQL files frozen with the migration that applies them."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_sql(name: str) -> None:
    """Execute ``<name>.sql`` of this folder in the migration's transaction."""
    text = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
