"""What the map shows beneath the zones and what redrawing follows: roads and water."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table, Text

from grid_data.tables.base import geometry, identity, metadata, name_columns, one_of, spatial_index

road = Table(
    "road",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    *name_columns(chinese_required=False),
    Column("road_class", Text, nullable=False),
    geometry("MULTILINESTRING"),
    CheckConstraint(
        one_of("road_class", "motorway", "trunk", "primary", "secondary", "tertiary", "residential", "path"),
        name="road_class",
    ),
    CheckConstraint("NOT ST_IsEmpty(geom)", name="geometry"),
    spatial_index("road"),
)

water = Table(
    "water",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    *name_columns(chinese_required=False),
    Column("kind", Text, nullable=False),
    geometry("GEOMETRY"),
    CheckConstraint(one_of("kind", "sea", "river", "lake", "reservoir"), name="kind"),
    CheckConstraint("NOT ST_IsEmpty(geom)", name="geometry"),
    spatial_index("water"),
)
