"""Land units, the atoms of the map, and which base grid each belongs to at any time."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from grid_data.tables.base import (
    geometry,
    identity,
    lattice_geometry,
    metadata,
    one_of,
    recorded_range,
    spatial_index,
    valid_range,
)

land_unit = Table(
    "land_unit",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    Column("community_zone_id", ForeignKey("zone.id"), nullable=False),
    Column("kind", Text, nullable=False),
    geometry("POLYGON"),
    lattice_geometry("POLYGON"),
    # Filled by a trigger, in the city's metric system.
    Column("area_m2", Float, nullable=False),
    # A unit that is cut ends; its parts begin.
    valid_range(),
    CheckConstraint(
        one_of("kind", "block", "building_cell", "open_land", "water_front", "whole_grid"), name="kind"
    ),
    CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
    CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_IsValid(lattice)", name="geometry"),
    spatial_index("land_unit"),
    spatial_index("land_unit", "lattice"),
    Index("ix_land_unit_community_zone_id", "community_zone_id"),
)

# A unit is in at most one zone of a layer at any instant (exclusion), and, while it lives, in at least
# one base grid (deferred constraint trigger): no gap and no overlap, for all time, without geometry.
unit_zone = Table(
    "unit_zone",
    metadata,
    identity(),
    Column("land_unit_id", ForeignKey("land_unit.id"), nullable=False),
    Column("zone_id", BigInteger, nullable=False),
    Column("layer_id", BigInteger, nullable=False),
    valid_range(),
    recorded_range(),
    Column("plan_id", ForeignKey("plan.id")),
    ForeignKeyConstraint(["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_unit_zone_zone"),
    ExcludeConstraint(
        ("layer_id", "="),
        ("land_unit_id", "="),
        ("valid", "&&"),
        ("recorded", "&&"),
        name="ex_unit_zone_at_most_one",
        using="gist",
        deferrable=True,
        initially="DEFERRED",
    ),
    CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
    CheckConstraint("NOT isempty(recorded)", name="recorded"),
    Index("ix_unit_zone_land_unit_id", "land_unit_id"),
    Index("ix_unit_zone_zone_id", "zone_id"),
)
