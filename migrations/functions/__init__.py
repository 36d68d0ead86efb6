"""SQL of migrations: a folder per revision, frozen with it."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_sql(name: str) -> None:
    """Execute ``<name>.sql`` (``revision/subject``) of this folder in the migration's transaction."""
    text = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
