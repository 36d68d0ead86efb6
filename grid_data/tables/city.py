"""The city this database serves, and where its data come from."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Float, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from grid_data.tables.base import geometry, metadata, name_columns

city = Table(
    "city",
    metadata,
    Column("code", Text, primary_key=True),
    *name_columns(),
    Column("timezone", Text, nullable=False),
    Column("metric_srid", Integer, nullable=False),
    geometry("POINT", name="centre"),
    Column("zoom", Float, nullable=False),
    # Farther from the city than this, a place is not believed.
    Column("outside_limit_m", Float, nullable=False),
    Column("attribution_zh", Text, nullable=False, server_default=text("''")),
    Column("attribution_en", Text, nullable=False, server_default=text("''")),
    # There is one city in a database.
    Column("only_one", Boolean, nullable=False, server_default=text("true"), unique=True),
    CheckConstraint("only_one", name="only_one"),
    CheckConstraint("code ~ '^[0-9]{6}$'", name="code"),
    CheckConstraint("outside_limit_m >= 0", name="outside_limit"),
)

dataset = Table(
    "dataset",
    metadata,
    Column("code", Text, primary_key=True),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("notice_zh", Text, nullable=False),
    Column("notice_en", Text, nullable=False),
    Column("licence", Text),
    Column("attribution", Text),
    Column("synthetic", Boolean, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("contents", JSONB, nullable=False, server_default=text("'{}'")),
)
