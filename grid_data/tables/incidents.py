"""Incidents, who reported them, how each was routed, and the counts per map cell."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from grid_data.column_words import OPEN_STATES, PLACE_PROBLEMS, SOURCES, STATES
from grid_data.tables.base import identity, metadata, one_of, reference, spatial_index

incident = Table(
    "incident",
    metadata,
    # First what every row has and is always of one length, then what indexes and checks read: a row is taken
    # apart only as far as somebody reads, and wide texts lie behind that.
    identity(),
    reference("category_id", "category.id", nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("state_since", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # Partial indexes hold on this instead of the state: a step within the open life changes none of them.
    Column("is_open", Boolean, Computed(one_of("state", *OPEN_STATES), persisted=True)),
    # A person chose the organisation; routing again leaves it alone.
    Column("overridden", Boolean, nullable=False, server_default=text("false")),
    # What the latest routing found, kept here so that "open in my zone" is one index scan.
    reference("organisation_id", "organisation.id"),
    reference("land_unit_id", "land_unit.id"),
    reference("base_grid_id", "zone.id"),
    reference("facility_id", "facility.id"),
    Column("account_id", BigInteger),
    Column("place_accuracy_m", Float),
    Column("original_lon", Float),
    Column("original_lat", Float),
    # Set when a person put the incident where it is; the accuracy of what was sent is kept then.
    Column("original_accuracy_m", Float),
    Column("located_at", DateTime(timezone=True)),
    Column("place", Geometry("POINT", srid=4326, spatial_index=False)),
    Column("zone_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    # Who sees it beside those of its zones and of its organisation: organisations that have or had a work
    # order for it (triggers; the responsible one is named above), and the account that reported it.
    Column("concerned_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("state", Text, nullable=False, server_default=text("'reported'")),
    Column("urgency", Text, nullable=False, server_default=text("'normal'")),
    Column("source", Text, nullable=False),
    # Compared byte by byte, not by the rules of a language.
    Column("source_ref", Text(collation="C")),
    # District code, day of the report, running number of that day.
    Column("number", Text(collation="C"), nullable=False, unique=True),
    Column("address", Text),
    # Why the place given was not believed; such an incident waits for locating and has no place.
    Column("place_problem", Text),
    Column("appeal_kind", Text, nullable=False),
    Column("original_crs", Text),
    Column("located_by", Text),
    Column("text", Text, nullable=False),
    CheckConstraint("number ~ '^[0-9]{6}[0-9]{8}[0-9]{5,}$'", name="number"),
    CheckConstraint(one_of("source", *SOURCES), name="source"),
    CheckConstraint(one_of("appeal_kind", "livelihood", "enterprise", "enforcement"), name="appeal_kind"),
    CheckConstraint(one_of("urgency", "normal", "urgent"), name="urgency"),
    CheckConstraint(one_of("state", *STATES), name="state"),
    CheckConstraint(one_of("place_problem", *PLACE_PROBLEMS), name="place_problem"),
    CheckConstraint("(place IS NULL) = (place_problem IS NOT NULL)", name="a_place_or_a_problem"),
    CheckConstraint("(located_at IS NULL) = (located_by IS NULL)", name="located_by_somebody"),
    CheckConstraint("place_accuracy_m >= 0", name="place_accuracy"),
    CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name="text"),
    spatial_index("incident", "place"),
    # Intake is idempotent: a source sends the same report once, however often it calls.
    Index(
        "uq_incident_source_ref",
        "source",
        "source_ref",
        unique=True,
        postgresql_where=text("source_ref IS NOT NULL"),
    ),
    Index("ix_incident_reported_at_id", "reported_at", "id"),
    Index("ix_incident_organisation_id_reported_at", "organisation_id", "reported_at"),
    Index("ix_incident_category_id", "category_id"),
    # With the grid: which units have moved away from it is told without reading the incidents.
    Index(
        "ix_incident_open_land_unit_id",
        "land_unit_id",
        "base_grid_id",
        postgresql_where=text("is_open"),
    ),
    # A few rows of all: what a person decided.
    Index(
        "ix_incident_open_overridden",
        "id",
        postgresql_where=text("overridden AND is_open"),
    ),
    # Incidents are stored in about this order: ranges of pages tell what came in since a moment.
    Index(
        "ix_incident_recorded_at",
        "recorded_at",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    ),
    # What dispatchers see on their map, and what is near.
    Index("ix_incident_open_place", "place", postgresql_using="gist", postgresql_where=text("is_open")),
    Index("ix_incident_zone_ids", "zone_ids", postgresql_using="gin"),
    Index(
        "ix_incident_concerned_ids",
        "concerned_ids",
        postgresql_using="gin",
        postgresql_where=text("concerned_ids <> '{}'"),
    ),
    Index("ix_incident_account_id", "account_id", postgresql_where=text("account_id IS NOT NULL")),
    Index(
        "ix_incident_open_reported_at",
        "reported_at",
        "id",
        postgresql_where=text("is_open"),
    ),
    # The queue for locating.
    Index(
        "ix_incident_unlocated",
        "place_problem",
        "reported_at",
        "id",
        postgresql_where=text("place IS NULL"),
    ),
    # Part of an address, of closed ones too: dear to enter, but without it such a search reads the table.
    Index(
        "ix_incident_address",
        "address",
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops"},
    ),
    # Room on each page for the next version of a row.
    postgresql_with={"fillfactor": "85"},
)

# Contact data stand apart: their own grant, never part of lists.
reporter = Table(
    "reporter",
    metadata,
    reference("incident_id", "incident.id", primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    Column("email", Text),
    CheckConstraint("num_nonnulls(name, phone, email) > 0", name="says_something"),
)

# One row per routing of an incident; rows are added, never changed.
routing = Table(
    "routing",
    metadata,
    Column("id", BigInteger, Identity(always=False), nullable=False),
    reference("incident_id", "incident.id", nullable=False),
    Column("routed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # The moment asked about: which versions and rules were valid then.
    Column("at", DateTime(timezone=True), nullable=False),
    reference("land_unit_id", "land_unit.id"),
    reference("facility_id", "facility.id"),
    Column("facility_distance_m", Float),
    reference("rule_id", "assignment_rule.id"),
    reference("organisation_id", "organisation.id"),
    # Versions found, in the order of layer precedence.
    Column("zone_version_ids", ARRAY(BigInteger), nullable=False),
    Column("supporting_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("method", Text, nullable=False),
    # Only what is worth saying, per layer code: on_border, near_border, nearest, outside, the distance
    # in metres, other candidates. A layer not named here was inside, 30 m or more from its border.
    Column("border_evidence", JSONB, nullable=False, server_default=text("'{}'")),
    # [{rule, organisation, lost_by}], best first.
    Column("runners_up", JSONB, nullable=False, server_default=text("'[]'")),
    Column("overridden_by", Text),
    Column("override_reason", Text),
    CheckConstraint(one_of("method", "sql", "memory", "manual"), name="method"),
    CheckConstraint(
        "(method = 'manual') = (overridden_by IS NOT NULL AND override_reason IS NOT NULL)",
        name="override_has_a_reason",
    ),
    CheckConstraint("facility_id IS NULL OR facility_distance_m IS NOT NULL", name="facility_distance"),
    # The routings of an incident in their order; nothing asks for one by its id alone.
    PrimaryKeyConstraint("incident_id", "id"),
    Index("ix_routing_manual", "incident_id", "id", postgresql_where=text("method = 'manual'")),
)

# Running numbers per district and day.
incident_counter = Table(
    "incident_counter",
    metadata,
    Column("district", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("district", "day"),
)

# Counts per Web Mercator cell of zoom 17 (about 250 m here), category class and open or not; kept by a
# trigger with the change that moves them, so that clusters at low zooms need no scan of incidents.
incident_cell = Table(
    "incident_cell",
    metadata,
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("class_id", BigInteger, nullable=False),
    Column("open", Integer, nullable=False),
    Column("open_urgent", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("total_urgent", Integer, nullable=False),
    # Sums of coordinates in whole lattice steps, for the point a cluster is drawn at.
    Column("open_lon", BigInteger, nullable=False),
    Column("open_lat", BigInteger, nullable=False),
    Column("total_lon", BigInteger, nullable=False),
    Column("total_lat", BigInteger, nullable=False),
    PrimaryKeyConstraint("x", "y", "class_id"),
)

# Counts of a large statement, one element per cell and class, on their way: a trigger adds them when the
# transaction commits. Between transactions it is empty.
incident_cell_change = Table(
    "incident_cell_change",
    metadata,
    identity(),
    *(Column(name, ARRAY(Integer), nullable=False) for name in ("x", "y")),
    *(
        Column(name, ARRAY(BigInteger), nullable=False)
        for name in (
            "class_id", "open", "open_urgent", "total", "total_urgent",
            "open_lon", "open_lat", "total_lon", "total_lat",
        )
    ),
)  # fmt: skip
