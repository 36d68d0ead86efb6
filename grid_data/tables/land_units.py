"""Land units, the atoms of the map: which base grid each belongs to at any time, and who borders whom."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
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
    Column("perimeter_m", Float, nullable=False),
    # A unit that is cut ends; its parts begin. Empty: a piece that lives in a draft only.
    valid_range(),
    # The plan that cut it, and the unit it is a piece of.
    Column("plan_id", ForeignKey("plan.id")),
    Column("cut_from", ForeignKey("land_unit.id")),
    CheckConstraint(
        one_of("kind", "block", "building_cell", "open_land", "water_front", "whole_grid"), name="kind"
    ),
    CheckConstraint("(NOT isempty(valid) OR plan_id IS NOT NULL) AND NOT lower_inf(valid)", name="valid"),
    CheckConstraint("(plan_id IS NULL) = (cut_from IS NULL)", name="cut_by_a_plan"),
    CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_IsValid(lattice)", name="geometry"),
    Index("ix_land_unit_plan_id", "plan_id", postgresql_where=text("plan_id IS NOT NULL")),
    Index("ix_land_unit_cut_from", "cut_from", postgresql_where=text("cut_from IS NOT NULL")),
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

# The rook graph of land units. Computed with them; what a person decides about a border stays decided.
unit_edge = Table(
    "unit_edge",
    metadata,
    Column("unit_a", ForeignKey("land_unit.id"), primary_key=True),
    Column("unit_b", ForeignKey("land_unit.id"), primary_key=True),
    # Of the common border; 0 for a link that is none.
    Column("length_m", Float, nullable=False),
    # gis.unit_graph.Barrier.
    Column("barrier", SmallInteger, nullable=False),
    # Whether a grid may hold together by this border alone.
    Column("joined", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("unit_a < unit_b", name="smaller_first"),
    CheckConstraint("barrier BETWEEN 0 AND 5", name="barrier"),
    CheckConstraint("length_m >= 0 AND (length_m > 0) = (origin = 'border')", name="length"),
    CheckConstraint(one_of("origin", "border", "link"), name="origin"),
    Index("ix_unit_edge_unit_b", "unit_b"),
)
