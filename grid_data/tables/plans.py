"""Plans: redraws of one layer, as moves of land units between zones that are numbered inside the plan.

A plan starts from an edition of its layer and keeps, per unit, where it was and where it is now. A step holds
every move it made, so that it can be taken back after a restart, and merged with those of another planner.
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
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from grid_data.tables.base import identity, metadata, name_columns, one_of

plan = Table(
    "plan",
    metadata,
    identity(),
    Column("code", Text, nullable=False, unique=True),
    Column("layer_id", ForeignKey("layer.id"), nullable=False),
    *name_columns(),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("author", Text),
    Column("approver", Text),
    Column("effective_from", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # The region it may change; null: the whole layer.
    Column("area_zone_id", ForeignKey("zone.id")),
    # The moment whose edition it starts from.
    Column("base_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # Counts accepted steps and changes of state: whoever writes says which one was read.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # Households a zone should have.
    Column("band_min", Integer, nullable=False, server_default=text("300")),
    Column("band_max", Integer, nullable=False, server_default=text("500")),
    # What it is for.
    Column("note_zh", Text),
    Column("note_en", Text),
    # The plan that this one takes back.
    Column("reverts_id", ForeignKey("plan.id")),
    # When it is to be rolled back, and who asked for that.
    Column("rollback_at", DateTime(timezone=True)),
    Column("rollback_by", Text),
    CheckConstraint(
        one_of(
            "state",
            "draft",
            "submitted",
            "approved",
            "scheduled",
            "published",
            "superseded",
            "withdrawn",
            "rolled_back",
        ),
        name="state",
    ),
    CheckConstraint(
        "state NOT IN ('scheduled', 'published') OR effective_from IS NOT NULL", name="published_has_a_date"
    ),
    CheckConstraint(
        "approver IS NULL OR approver IS DISTINCT FROM author", name="approved_by_a_second_person"
    ),
    CheckConstraint("band_min >= 0 AND band_max >= band_min", name="band"),
    CheckConstraint("revision >= 0", name="revision"),
    CheckConstraint("num_nonnulls(rollback_at, rollback_by) IN (0, 2)", name="rollback"),
    Index("ix_plan_layer_id", "layer_id"),
    Index("uq_plan_reverts_id", "reverts_id", unique=True, postgresql_where=text("reverts_id IS NOT NULL")),
    Index("ix_plan_scheduled", "effective_from", postgresql_where=text("state = 'scheduled'")),
    Index("ix_plan_rollback_at", "rollback_at", postgresql_where=text("rollback_at IS NOT NULL")),
)

# The impact of a plan as it was when somebody approved it: what the approval rests on.
plan_report = Table(
    "plan_report",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("report", JSONB, nullable=False),
)

# A zone of a draft. Its number is the plan's own and is given once.
plan_zone = Table(
    "plan_zone",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("number", Integer, nullable=False),
    # The zone of the layer it is; null: the plan makes it.
    Column("zone_id", ForeignKey("zone.id")),
    # The code it is to have; null: one is given when the plan is published.
    Column("code", Text(collation="C")),
    *name_columns(),
    # The community it lies in, for base grids.
    Column("community_zone_id", ForeignKey("zone.id")),
    # Outside the band for good: a campus, a market.
    Column("exempt", Boolean, nullable=False, server_default=text("false")),
    # What may not happen: units leaving, units entering, either.
    Column("lock", Text, nullable=False, server_default=text("'none'")),
    Column("dissolved", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("plan_id", "number"),
    CheckConstraint(one_of("lock", "none", "out", "in", "both"), name="lock"),
    CheckConstraint("number > 0", name="number"),
    UniqueConstraint("plan_id", "zone_id", name="uq_plan_zone_zone"),
    Index("ix_plan_zone_zone_id", "zone_id"),
)

# Every land unit of the plan's area, with the figures it is judged by: counted once, so that a step costs
# what it touches, and reviewers see the numbers planners saw.
plan_unit = Table(
    "plan_unit",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("land_unit_id", ForeignKey("land_unit.id"), nullable=False),
    # Where it was in the edition the plan starts from; a piece, where the unit was that it is cut from.
    # Null: in no zone, or a unit outside the area whose border received a vertex.
    Column("base_number", Integer),
    # Where it is now. Null with a base number: it is cut, or a piece of a cut that was taken back.
    Column("number", Integer),
    Column("households", Integer, nullable=False),
    Column("residents", Integer, nullable=False),
    Column("buildings", Integer, nullable=False),
    # Incidents reported in the 365 days before the plan was made.
    Column("incidents_year", Integer, nullable=False),
    Column("facilities", Integer, nullable=False),
    # In the city's metric system.
    Column("area_m2", Float, nullable=False),
    Column("perimeter_m", Float, nullable=False),
    # Its shape in this draft, where a neighbour's cut put a vertex into its border.
    Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False)),
    PrimaryKeyConstraint("plan_id", "land_unit_id"),
    ForeignKeyConstraint(
        ["plan_id", "base_number"], ["plan_zone.plan_id", "plan_zone.number"], name="fk_plan_unit_base_zone"
    ),
    ForeignKeyConstraint(
        ["plan_id", "number"], ["plan_zone.plan_id", "plan_zone.number"], name="fk_plan_unit_zone"
    ),
    CheckConstraint("ST_IsValid(geom)", name="geometry"),
    CheckConstraint(
        "households >= 0 AND residents >= 0 AND buildings >= 0 AND incidents_year >= 0 AND facilities >= 0",
        name="counts",
    ),
    Index("ix_plan_unit_plan_id_number", "plan_id", "number"),
    Index("ix_plan_unit_land_unit_id", "land_unit_id"),
)

# One action of a planner, as moves of units. Taken back, it stays, and can be made again.
plan_step = Table(
    "plan_step",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    # Revision of the plan in which it was last made, taken back or made again.
    Column("revision", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Unit, where it was, where it went. Null is nowhere: a cut unit goes there, its pieces come from there.
    Column("units", ARRAY(BigInteger), nullable=False),
    Column("from_numbers", ARRAY(Integer), nullable=False),
    Column("to_numbers", ARRAY(Integer), nullable=False),
    # What else changed: attributes of zones by number, shapes of units by identifier.
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("plan_id", "seq"),
    CheckConstraint(
        "cardinality(units) = cardinality(from_numbers) AND cardinality(units) = cardinality(to_numbers)",
        name="moves",
    ),
    CheckConstraint("author <> ''", name="author"),
    Index("ix_plan_step_plan_id_revision", "plan_id", "revision"),
)
