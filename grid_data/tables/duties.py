"""The duty roster: which post is on duty on which day, from when to when."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from grid_data.tables.base import identity, metadata

# A night's duty belongs to the day it begins on.
duty = Table(
    "duty",
    metadata,
    identity(),
    Column("post_id", ForeignKey("post.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    CheckConstraint("NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during"),
    ExcludeConstraint(("post_id", "="), ("during", "&&"), name="ex_duty_one_at_a_time", using="gist"),
    Index("ix_duty_during", "during", postgresql_using="gist"),
    Index("ix_duty_day", "day", "post_id"),
)
