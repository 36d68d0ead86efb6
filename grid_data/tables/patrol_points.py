"""Patrol points: places that are visited on rounds. Their grid is that of the land unit they stand on."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, text

from grid_data.tables.base import geometry, identity, metadata, name_columns, spatial_index

patrol_point = Table(
    "patrol_point",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    *name_columns(),
    geometry("POINT"),
    # Null: it stands on none.
    Column("land_unit_id", ForeignKey("land_unit.id")),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("removed_at", DateTime(timezone=True)),
    CheckConstraint("code <> '' AND code = btrim(code)", name="code"),
    spatial_index("patrol_point"),
    Index("ix_patrol_point_land_unit_id", "land_unit_id"),
)
