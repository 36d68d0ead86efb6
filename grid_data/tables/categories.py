"""What an incident or a facility can be, and which organisation answers for it where."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
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

from grid_data.tables.base import identity, metadata, name_columns, one_of, valid_range

category = Table(
    "category",
    metadata,
    identity(),
    Column("standard_ref", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text(collation="C"), nullable=False),
    Column("parent_id", ForeignKey("category.id")),
    Column("level", SmallInteger, nullable=False),
    *name_columns(),
    # The component a matter of the kind "… abnormal" is about; its facilities may be concerned.
    Column("component_id", ForeignKey("category.id")),
    Column("appeal_kind", Text),
    Column("filing_condition_zh", Text),
    Column("closing_condition_zh", Text),
    Column("time_limit", Text),
    Column("urgency", Text, nullable=False, server_default=text("'normal'")),
    # 01001 is a component and a matter at once: a bare code is no key.
    UniqueConstraint("standard_ref", "kind", "code", name="uq_category_key"),
    CheckConstraint(one_of("kind", "component", "matter", "social"), name="kind"),
    CheckConstraint(one_of("urgency", "normal", "urgent"), name="urgency"),
    CheckConstraint(
        "appeal_kind IS NULL OR " + one_of("appeal_kind", "livelihood", "enterprise", "enforcement"),
        name="appeal_kind",
    ),
    CheckConstraint(
        "time_limit ~ '^[0-9]+ (urgent_hour|work_hour|work_day|natural_day)$'", name="time_limit"
    ),
    CheckConstraint("parent_id <> id", name="parent_is_another"),
    CheckConstraint("standard_ref !~ ':' AND code !~ ':'", name="key_separator"),
    Index("ix_category_parent_id", "parent_id"),
)

# One version of a rule; versions share the code. A version is closed and followed by another.
assignment_rule = Table(
    "assignment_rule",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False),
    # The root of a category subtree; empty: any category.
    Column("category_id", ForeignKey("category.id")),
    Column("layer_id", ForeignKey("layer.id")),
    # One zone of the layer; empty: any of them.
    Column("zone_id", BigInteger),
    Column("assign_to", Text, nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    valid_range(),
    Column("note_zh", Text),
    Column("note_en", Text),
    ForeignKeyConstraint(
        ["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_assignment_rule_zone"
    ),
    CheckConstraint(
        one_of("assign_to", "organisation", "zone_organisation", "facility_owner", "facility_maintainer"),
        name="assign_to",
    ),
    CheckConstraint("(assign_to = 'organisation') = (organisation_id IS NOT NULL)", name="organisation"),
    CheckConstraint(
        "assign_to <> 'zone_organisation' OR layer_id IS NOT NULL", name="zone_organisation_has_a_layer"
    ),
    CheckConstraint("zone_id IS NULL OR layer_id IS NOT NULL", name="zone_has_a_layer"),
    CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
    ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_assignment_rule_one_at_a_time", using="gist"),
    Index("ix_assignment_rule_category_id", "category_id"),
)

assignment_rule_support = Table(
    "assignment_rule_support",
    metadata,
    Column("rule_id", ForeignKey("assignment_rule.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
)
