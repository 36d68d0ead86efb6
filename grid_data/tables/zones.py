"""Layers, zones, their versions and lineage.

A zone is an identity; its shape, name and answering organisation at a time are a version. Versions
are closed and followed by others, never overwritten (held by a trigger).
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from grid_data.tables.base import (
    geometry,
    identity,
    lattice_geometry,
    metadata,
    name_columns,
    one_of,
    recorded_range,
    spatial_index,
    valid_range,
)

layer = Table(
    "layer",
    metadata,
    identity(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("kind", Text, nullable=False),
    Column("cardinality", Text, nullable=False),
    Column("parent_layer_id", ForeignKey("layer.id")),
    # Order in which layers are named in an answer; lower first.
    Column("precedence", SmallInteger, nullable=False),
    # How specific a rule on this layer is; deeper wins.
    Column("depth", SmallInteger, nullable=False),
    Column("code_pattern", Text),
    Column("nearest_tolerance_m", Float, nullable=False, server_default=text("0")),
    Column("attribution_zh", Text),
    Column("attribution_en", Text),
    Column("synthetic", Boolean, nullable=False, server_default=text("false")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Counts up with every change of the layer's zones (trigger): tiles and caches are keyed by it.
    Column("edition", BigInteger, nullable=False, server_default=text("0")),
    # Box round its zones that have no end; root layers only, kept by the same trigger.
    Column("extent", Geometry("POLYGON", srid=4326, spatial_index=False)),
    CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,40}$'", name="code"),
    CheckConstraint(
        one_of("kind", "region", "base_grid", "specialist", "jurisdiction", "context"), name="kind"
    ),
    CheckConstraint(one_of("cardinality", "exactly_one", "at_most_one", "many"), name="cardinality"),
    CheckConstraint("nearest_tolerance_m >= 0", name="nearest_tolerance"),
    CheckConstraint("parent_layer_id <> id", name="parent_is_another"),
    CheckConstraint("kind <> 'base_grid' OR cardinality = 'exactly_one'", name="base_grid_exactly_one"),
    Index("uq_layer_base_grid", "kind", unique=True, postgresql_where=text("kind = 'base_grid'")),
)

zone = Table(
    "zone",
    metadata,
    identity(),
    Column("layer_id", ForeignKey("layer.id"), nullable=False),
    # Byte order: it is the order of the tie-break.
    Column("code", Text(collation="C"), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    # A code names one zone for ever: it is never given to another, also after retirement.
    UniqueConstraint("layer_id", "code", name="uq_zone_layer_code"),
    UniqueConstraint("id", "layer_id", name="uq_zone_id_layer"),
    CheckConstraint("code <> '' AND code = btrim(code)", name="code"),
)

zone_version = Table(
    "zone_version",
    metadata,
    identity(),
    Column("zone_id", BigInteger, nullable=False),
    Column("layer_id", BigInteger, nullable=False),
    *name_columns(),
    Column("parent_zone_id", ForeignKey("zone.id")),
    Column("organisation_id", ForeignKey("organisation.id")),
    geometry("MULTIPOLYGON"),
    lattice_geometry("MULTIPOLYGON"),
    # The boundary in the city's metric system; filled by a trigger, as area_m2 and perimeter_m are.
    Column("border", Geometry(None, spatial_index=False), nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("perimeter_m", Float, nullable=False),
    valid_range(),
    recorded_range(),
    Column("plan_id", ForeignKey("plan.id")),
    # Edition of the layer in which this version was made or last closed (trigger).
    Column("edition", BigInteger, nullable=False, server_default=text("0")),
    ForeignKeyConstraint(["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_zone_version_zone"),
    ExcludeConstraint(
        ("zone_id", "="),
        ("valid", "&&"),
        ("recorded", "&&"),
        name="ex_zone_version_one_at_a_time",
        using="gist",
        deferrable=True,
        initially="DEFERRED",
    ),
    CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
    CheckConstraint("NOT isempty(recorded)", name="recorded"),
    CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_IsValid(lattice)", name="geometry"),
    CheckConstraint("GeometryType(border) = 'MULTILINESTRING'", name="border"),
    CheckConstraint("ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180", name="longitude"),
    spatial_index("zone_version"),
    spatial_index("zone_version", "lattice"),
    spatial_index("zone_version", "border"),
    Index("ix_zone_version_parent_zone_id", "parent_zone_id"),
    Index("ix_zone_version_layer_id", "layer_id"),
    Index("ix_zone_version_layer_id_edition", "layer_id", "edition"),
)

# Zones and borders cut small, for looking up one place without reading whole shapes. Derived by a trigger
# from every version, so no foreign keys: they would cost more than the cutting.
zone_piece = Table(
    "zone_piece",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("zone_id", BigInteger, nullable=False),
    Column("layer_id", BigInteger, nullable=False),
    Column("code", Text(collation="C"), nullable=False),
    # A part of the version's ``lattice``, and the line round that part: cuts and borders.
    Column("shape", Geometry(None, spatial_index=False), nullable=False),
    Column("edge", Geometry(None, spatial_index=False), nullable=False),
    spatial_index("zone_piece", "shape"),
)

zone_border_piece = Table(
    "zone_border_piece",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    # A part of the version's ``border``, in the metric system.
    Column("line", Geometry(None, spatial_index=False), nullable=False),
    spatial_index("zone_border_piece", "line"),
)

zone_lineage = Table(
    "zone_lineage",
    metadata,
    identity(),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("from_zone_id", ForeignKey("zone.id")),
    Column("to_zone_id", ForeignKey("zone.id")),
    Column("kind", Text, nullable=False),
    Column("households", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("area_m2", Float, nullable=False),
    CheckConstraint(one_of("kind", "unchanged", "split", "merged", "irregular"), name="kind"),
    CheckConstraint("from_zone_id IS NOT NULL OR to_zone_id IS NOT NULL", name="has_an_end"),
    UniqueConstraint("plan_id", "from_zone_id", "to_zone_id", name="uq_zone_lineage_step"),
    Index("ix_zone_lineage_from_zone_id", "from_zone_id"),
    Index("ix_zone_lineage_to_zone_id", "to_zone_id"),
)
