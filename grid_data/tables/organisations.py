"""Organisations, the people in them and the posts they hold in zones."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from grid_data.tables.base import identity, metadata, name_columns, one_of, valid_range

organisation = Table(
    "organisation",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    *name_columns(),
    Column("kind", Text, nullable=False),
    Column("parent_id", ForeignKey("organisation.id")),
    # The region it governs: a subdistrict office its subdistrict, a community committee its community.
    Column("region_zone_id", ForeignKey("zone.id", use_alter=True, name="fk_organisation_region_zone_id")),
    CheckConstraint(
        one_of("kind", "government", "street", "community", "admin", "utility", "squad"), name="kind"
    ),
    CheckConstraint("parent_id <> id", name="parent_is_another"),
    Index("ix_organisation_parent_id", "parent_id"),
)

person = Table(
    "person",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    # Told whole only to who coordinates the work.
    Column("phone", Text),
    Index("ix_person_organisation_id", "organisation_id"),
)

# A post without a person is a vacancy.
post = Table(
    "post",
    metadata,
    identity(),
    Column("zone_id", ForeignKey("zone.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("organisation_id", ForeignKey("organisation.id")),
    valid_range(),
    CheckConstraint(
        one_of("kind", "grid_lead", "police", "full_time", "part_time", "trade", "window"), name="kind"
    ),
    CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
    Index("ix_post_zone_id", "zone_id"),
    Index("ix_post_person_id", "person_id"),
)
