"""City facilities (components): lamps, manholes, hydrants, trees, each with its owner and keeper."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from grid_data.tables.base import geometry, identity, metadata, name_columns, one_of, spatial_index

facility = Table(
    "facility",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    Column("category_id", ForeignKey("category.id"), nullable=False),
    *name_columns(chinese_required=False),
    Column("supervising_id", ForeignKey("organisation.id")),
    Column("owning_id", ForeignKey("organisation.id")),
    Column("maintaining_id", ForeignKey("organisation.id")),
    Column("state", Text, nullable=False, server_default=text("'intact'")),
    # Positional accuracy: A 0.5 m, B 1 m, C 10 m.
    Column("accuracy_class", Text, nullable=False, server_default=text("'C'")),
    Column("surveyed_on", Date),
    # Of today, by a point on the facility; kept so that counting per unit needs no geometry.
    Column("land_unit_id", ForeignKey("land_unit.id")),
    # Zones of today, of all active layers, that a point on it is in: whoever sees one of them sees it.
    Column("zone_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    geometry("GEOMETRY"),
    CheckConstraint(one_of("state", "intact", "damaged", "lost", "abandoned", "removed"), name="state"),
    CheckConstraint(one_of("accuracy_class", "A", "B", "C"), name="accuracy_class"),
    CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom)", name="geometry"),
    spatial_index("facility"),
    Index("ix_facility_category_id", "category_id"),
    Index("ix_facility_owning_id", "owning_id"),
    Index("ix_facility_supervising_id", "supervising_id"),
    Index("ix_facility_maintaining_id", "maintaining_id"),
    Index("ix_facility_land_unit_id", "land_unit_id"),
    Index("ix_facility_zone_ids", "zone_ids", postgresql_using="gin"),
)
