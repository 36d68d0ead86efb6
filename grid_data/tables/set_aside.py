"""Indexes set aside for a large load: what is noted here must be built again."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Table, Text, text

from grid_data.tables.base import metadata

set_aside_index = Table(
    "set_aside_index",
    metadata,
    Column("name", Text(collation="C"), primary_key=True),
    # All that follows the name in CREATE INDEX.
    Column("definition", Text, nullable=False),
    Column("set_aside_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
