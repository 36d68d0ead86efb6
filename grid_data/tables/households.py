"""Buildings and the households in them. No person is stored here, only counts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from grid_data.tables.base import geometry, identity, metadata, name_columns, one_of, spatial_index

building = Table(
    "building",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    *name_columns(chinese_required=False),
    Column("address", Text, nullable=False),
    Column("land_unit_id", ForeignKey("land_unit.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("floors", SmallInteger, nullable=False),
    Column("stairwells", SmallInteger, nullable=False),
    # Zones of today, of all active layers, that a point on it is in: ascending identifiers.
    Column("zone_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    geometry("GEOMETRY"),
    CheckConstraint(one_of("kind", "residential", "public", "commercial", "industrial"), name="kind"),
    CheckConstraint("floors > 0 AND stairwells >= 0", name="counts"),
    CheckConstraint("GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON', 'POINT')", name="geometry_type"),
    CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom)", name="geometry"),
    spatial_index("building"),
    Index("ix_building_land_unit_id", "land_unit_id"),
    Index("ix_building_zone_ids", "zone_ids", postgresql_using="gin"),
    Index(
        "ix_building_address", "address", postgresql_using="gin", postgresql_ops={"address": "gin_trgm_ops"}
    ),
)

household = Table(
    "household",
    metadata,
    identity(),
    Column("building_id", ForeignKey("building.id"), nullable=False),
    Column("door_plate", Text, nullable=False),
    Column("stairwell", SmallInteger),
    Column("floor", SmallInteger),
    Column("residents", SmallInteger, nullable=False),
    UniqueConstraint("building_id", "door_plate", name="uq_household_door"),
    CheckConstraint("residents >= 0", name="residents"),
    CheckConstraint("door_plate <> ''", name="door_plate"),
)
