"""Figures that rankings add up: what each case counts for, and sums of whole months and ten days."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from grid_data.column_words import SUMS
from grid_data.tables.base import metadata, reference


def _day(name: str) -> Column[object]:
    return Column(name, Date)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


# Where incidents lie that lie in the same zones of all layers: few for many incidents.
figure_place = Table(
    "figure_place",
    metadata,
    Column("id", Integer, Identity(always=False), primary_key=True),
    # As of the incident; {} where it lies in no zone.
    Column("zone_ids", ARRAY(BigInteger), nullable=False),
    # Whether there is a believed place.
    _flag("located"),
    # Those of them that are ranked; 0: in none.
    Column("base_grid_id", BigInteger, nullable=False),
    Column("community_id", BigInteger, nullable=False),
    Column("street_id", BigInteger, nullable=False),
    Column("district_id", BigInteger, nullable=False),
    UniqueConstraint("zone_ids", "located", "base_grid_id"),
    Index("ix_figure_place_zone_ids", "zone_ids", postgresql_using="gin"),
)

# One row for each life of an incident, from the report or reopening to its end, as it was when it was
# counted last. Days are those of the city's clock.
case_figure = Table(
    "case_figure",
    metadata,
    reference("incident_id", "incident.id", nullable=False),
    Column("life", SmallInteger, nullable=False),
    Column("place_id", Integer, nullable=False),
    Column("category_id", BigInteger, nullable=False),
    # The class the category belongs to, or itself.
    Column("class_id", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    # Who leads or is responsible; 0: nobody.
    Column("organisation_id", BigInteger, nullable=False),
    # Of the first life.
    _day("reported_day"),
    _day("due_day"),
    Column("due_at", DateTime(timezone=True)),
    _day("ended_day"),
    # When it ended closed, not rejected, cancelled or merged.
    _day("closed_day"),
    # When the same incident was due, or closed, the next time.
    Column("later_due_at", DateTime(timezone=True)),
    _day("later_closed_day"),
    # Until when what it counts for depends on when the period ends; empty: it does not.
    _day("settled_day"),
    _flag("gone"),
    _flag("paused"),
    _flag("on_time"),
    _flag("reworked"),
    _flag("extended"),
    _flag("evaluated"),
    _flag("satisfied"),
    PrimaryKeyConstraint("incident_id", "life"),
    Index("ix_case_figure_reported_day", "reported_day"),
    Index("ix_case_figure_due_day", "due_day"),
    Index("ix_case_figure_closed_day", "closed_day"),
    Index("ix_case_figure_category_id_source", "category_id", "source"),
    Index("ix_case_figure_organisation_id", "organisation_id"),
    Index(
        "ix_case_figure_unsettled",
        text("daterange(due_day, settled_day)"),
        postgresql_using="gist",
        postgresql_where=text("settled_day IS NOT NULL"),
    ),
    Index(
        "ix_case_figure_closed_again",
        "closed_day",
        postgresql_where=text("later_closed_day IS NOT NULL"),
    ),
)

# Sums over lives, each as it stands in the end. ``grain`` says of what: 0 ten days, 1 month, 2 month and
# class, 3 month and source, 4 month and organisation.
period_figure = Table(
    "period_figure",
    metadata,
    Column("grain", SmallInteger, nullable=False),
    Column("starts", Date, nullable=False),
    Column("place_id", Integer, nullable=False),
    Column("class_id", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("organisation_id", BigInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in SUMS),
    PrimaryKeyConstraint("grain", "starts", "place_id", "class_id", "source", "organisation_id"),
    CheckConstraint("grain BETWEEN 0 AND 4", name="grain"),
)

# What has changed since it was counted: runs of incidents, written by triggers in the transaction that
# changes them.
figure_mark = Table(
    "figure_mark",
    metadata,
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    reference("first_id", "incident.id", nullable=False),
    reference("last_id", "incident.id", nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
