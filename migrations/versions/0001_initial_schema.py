"""Initial schema: zones, land units, facilities, people, categories, incidents, history.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create extensions, tables, then the triggers and rights that tables cannot declare."""
    for extension in ("postgis", "btree_gist", "pg_trgm"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    create_tables()
    # Organisations govern regions and regions are answered for by organisations: one key comes afterwards.
    op.create_foreign_key(
        "fk_organisation_region_zone_id", "organisation", "zone", ["region_zone_id"], ["id"]
    )
    for name in ("0001_invariants", "0001_incident_cells", "0001_roles"):
        run_sql(name)


def create_tables() -> None:
    """Create every table in an order that foreign keys allow."""
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("standard_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("component_id", sa.BigInteger(), nullable=True),
        sa.Column("appeal_kind", sa.Text(), nullable=True),
        sa.Column("filing_condition_zh", sa.Text(), nullable=True),
        sa.Column("closing_condition_zh", sa.Text(), nullable=True),
        sa.Column("time_limit", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.CheckConstraint(
            "appeal_kind IS NULL OR appeal_kind IN ('livelihood', 'enterprise', 'enforcement')",
            name=op.f("ck_category_appeal_kind"),
        ),
        sa.CheckConstraint("kind IN ('component', 'matter', 'social')", name=op.f("ck_category_kind")),
        sa.CheckConstraint("standard_ref !~ ':' AND code !~ ':'", name=op.f("ck_category_key_separator")),
        sa.CheckConstraint(
            "time_limit ~ '^[0-9]+ (urgent_hour|work_hour|work_day|natural_day)$'",
            name=op.f("ck_category_time_limit"),
        ),
        sa.CheckConstraint("urgency IN ('normal', 'urgent')", name=op.f("ck_category_urgency")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_category_parent_is_another")),
        sa.ForeignKeyConstraint(["component_id"], ["category.id"], name=op.f("fk_category_component_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("standard_ref", "kind", "code", name="uq_category_key"),
    )
    op.create_index("ix_category_parent_id", "category", ["parent_id"], unique=False)
    op.create_table(
        "city",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("metric_srid", sa.Integer(), nullable=False),
        sa.Column("centre", Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("zoom", sa.Float(), nullable=False),
        sa.Column("outside_limit_m", sa.Float(), nullable=False),
        sa.Column("attribution_zh", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attribution_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("only_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{6}$'", name=op.f("ck_city_code")),
        sa.CheckConstraint("only_one", name=op.f("ck_city_only_one")),
        sa.CheckConstraint("outside_limit_m >= 0", name=op.f("ck_city_outside_limit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_city")),
        sa.UniqueConstraint("only_one", name=op.f("uq_city_only_one")),
    )
    op.create_table(
        "dataset",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("notice_zh", sa.Text(), nullable=False),
        sa.Column("notice_en", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("attribution", sa.Text(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("contents", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dataset")),
    )
    op.create_table(
        "incident_cell",
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("open_urgent", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("total_urgent", sa.Integer(), nullable=False),
        sa.Column("open_lon", sa.BigInteger(), nullable=False),
        sa.Column("open_lat", sa.BigInteger(), nullable=False),
        sa.Column("total_lon", sa.BigInteger(), nullable=False),
        sa.Column("total_lat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("x", "y", "class_id", name=op.f("pk_incident_cell")),
    )
    op.create_table(
        "incident_counter",
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", "day", name=op.f("pk_incident_counter")),
    )
    op.create_table(
        "layer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cardinality", sa.Text(), nullable=False),
        sa.Column("parent_layer_id", sa.BigInteger(), nullable=True),
        sa.Column("precedence", sa.SmallInteger(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("code_pattern", sa.Text(), nullable=True),
        sa.Column("nearest_tolerance_m", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("attribution_zh", sa.Text(), nullable=True),
        sa.Column("attribution_en", sa.Text(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("edition", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "cardinality IN ('exactly_one', 'at_most_one', 'many')", name=op.f("ck_layer_cardinality")
        ),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,40}$'", name=op.f("ck_layer_code")),
        sa.CheckConstraint(
            "kind <> 'base_grid' OR cardinality = 'exactly_one'", name=op.f("ck_layer_base_grid_exactly_one")
        ),
        sa.CheckConstraint(
            "kind IN ('region', 'base_grid', 'specialist', 'jurisdiction', 'context')",
            name=op.f("ck_layer_kind"),
        ),
        sa.CheckConstraint("nearest_tolerance_m >= 0", name=op.f("ck_layer_nearest_tolerance")),
        sa.CheckConstraint("parent_layer_id <> id", name=op.f("ck_layer_parent_is_another")),
        sa.ForeignKeyConstraint(["parent_layer_id"], ["layer.id"], name=op.f("fk_layer_parent_layer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layer")),
        sa.UniqueConstraint("code", name=op.f("uq_layer_code")),
    )
    op.create_index(
        "uq_layer_base_grid", "layer", ["kind"], unique=True, postgresql_where=sa.text("kind = 'base_grid'")
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("region_zone_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('government', 'street', 'community', 'admin', 'utility', 'squad')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_organisation_parent_is_another")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_index("ix_organisation_parent_id", "organisation", ["parent_id"], unique=False)
    op.create_table(
        "road",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("road_class", sa.Text(), nullable=False),
        sa.Column(
            "geom", Geometry(geometry_type="MULTILINESTRING", srid=4326, spatial_index=False), nullable=False
        ),
        sa.CheckConstraint(
            "road_class IN ('motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential', 'path')",
            name=op.f("ck_road_road_class"),
        ),
        sa.CheckConstraint("NOT ST_IsEmpty(geom)", name=op.f("ck_road_geometry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
        sa.UniqueConstraint("code", name=op.f("uq_road_code")),
    )
    op.create_index("ix_road_geom", "road", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "water",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geom", Geometry(srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("kind IN ('sea', 'river', 'lake', 'reservoir')", name=op.f("ck_water_kind")),
        sa.CheckConstraint("NOT ST_IsEmpty(geom)", name=op.f("ck_water_geometry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_water")),
        sa.UniqueConstraint("code", name=op.f("uq_water_code")),
    )
    op.create_index("ix_water_geom", "water", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("supervising_id", sa.BigInteger(), nullable=True),
        sa.Column("owning_id", sa.BigInteger(), nullable=True),
        sa.Column("maintaining_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'intact'"), nullable=False),
        sa.Column("accuracy_class", sa.Text(), server_default=sa.text("'C'"), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column("geom", Geometry(srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("accuracy_class IN ('A', 'B', 'C')", name=op.f("ck_facility_accuracy_class")),
        sa.CheckConstraint(
            "state IN ('intact', 'damaged', 'lost', 'abandoned', 'removed')", name=op.f("ck_facility_state")
        ),
        sa.CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom)", name=op.f("ck_facility_geometry")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_facility_category_id")),
        sa.ForeignKeyConstraint(
            ["maintaining_id"], ["organisation.id"], name=op.f("fk_facility_maintaining_id")
        ),
        sa.ForeignKeyConstraint(["owning_id"], ["organisation.id"], name=op.f("fk_facility_owning_id")),
        sa.ForeignKeyConstraint(
            ["supervising_id"], ["organisation.id"], name=op.f("fk_facility_supervising_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("code", name=op.f("uq_facility_code")),
    )
    op.create_index("ix_facility_category_id", "facility", ["category_id"], unique=False)
    op.create_index("ix_facility_geom", "facility", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_facility_owning_id", "facility", ["owning_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
    )
    op.create_index("ix_person_organisation_id", "person", ["organisation_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state <> 'published' OR effective_from IS NOT NULL", name=op.f("ck_plan_published_has_a_date")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'published', 'rolled_back', 'withdrawn')",
            name=op.f("ck_plan_state"),
        ),
        sa.CheckConstraint(
            "approver IS NULL OR approver IS DISTINCT FROM author",
            name=op.f("ck_plan_approved_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name=op.f("fk_plan_layer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_code")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code <> '' AND code = btrim(code)", name=op.f("ck_zone_code")),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name=op.f("fk_zone_layer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("id", "layer_id", name="uq_zone_id_layer"),
        sa.UniqueConstraint("layer_id", "code", name="uq_zone_layer_code"),
    )
    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("layer_id", sa.BigInteger(), nullable=True),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("assign_to", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("note_zh", sa.Text(), nullable=True),
        sa.Column("note_en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(assign_to = 'organisation') = (organisation_id IS NOT NULL)",
            name=op.f("ck_assignment_rule_organisation"),
        ),
        sa.CheckConstraint(
            "assign_to <> 'zone_organisation' OR layer_id IS NOT NULL",
            name=op.f("ck_assignment_rule_zone_organisation_has_a_layer"),
        ),
        sa.CheckConstraint(
            "assign_to IN ('organisation', 'zone_organisation', 'facility_owner', 'facility_maintainer')",
            name=op.f("ck_assignment_rule_assign_to"),
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_assignment_rule_valid")
        ),
        sa.CheckConstraint(
            "zone_id IS NULL OR layer_id IS NOT NULL", name=op.f("ck_assignment_rule_zone_has_a_layer")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_assignment_rule_category_id")
        ),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name=op.f("fk_assignment_rule_layer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_assignment_rule_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_assignment_rule_zone"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_assignment_rule_code")),
    )
    op.create_index("ix_assignment_rule_category_id", "assignment_rule", ["category_id"], unique=False)
    op.create_table(
        "land_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("community_zone_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geom", Geometry(geometry_type="POLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column(
            "lattice",
            Geometry(geometry_type="POLYGON", srid=0, spatial_index=False),
            sa.Computed("ST_SnapToGrid(ST_SetSRID(ST_Scale(geom, 1e7, 1e7), 0), 1)", persisted=True),
            nullable=True,
        ),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('block', 'building_cell', 'open_land', 'water_front', 'whole_grid')",
            name=op.f("ck_land_unit_kind"),
        ),
        sa.CheckConstraint(
            "NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_IsValid(lattice)",
            name=op.f("ck_land_unit_geometry"),
        ),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_land_unit_valid")),
        sa.ForeignKeyConstraint(
            ["community_zone_id"], ["zone.id"], name=op.f("fk_land_unit_community_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_land_unit_code")),
    )
    op.create_index("ix_land_unit_community_zone_id", "land_unit", ["community_zone_id"], unique=False)
    op.create_index("ix_land_unit_geom", "land_unit", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_land_unit_lattice", "land_unit", ["lattice"], unique=False, postgresql_using="gist")
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('grid_lead', 'police', 'full_time', 'part_time', 'trade', 'window')",
            name=op.f("ck_post_kind"),
        ),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_post_valid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_post_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_post_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"], unique=False)
    op.create_index("ix_post_zone_id", "post", ["zone_id"], unique=False)
    op.create_table(
        "zone_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("from_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("to_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('unchanged', 'split', 'merged', 'irregular')", name=op.f("ck_zone_lineage_kind")
        ),
        sa.CheckConstraint(
            "from_zone_id IS NOT NULL OR to_zone_id IS NOT NULL", name=op.f("ck_zone_lineage_has_an_end")
        ),
        sa.ForeignKeyConstraint(["from_zone_id"], ["zone.id"], name=op.f("fk_zone_lineage_from_zone_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_zone_lineage_plan_id")),
        sa.ForeignKeyConstraint(["to_zone_id"], ["zone.id"], name=op.f("fk_zone_lineage_to_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_lineage")),
        sa.UniqueConstraint("plan_id", "from_zone_id", "to_zone_id", name="uq_zone_lineage_step"),
    )
    op.create_index("ix_zone_lineage_from_zone_id", "zone_lineage", ["from_zone_id"], unique=False)
    op.create_index("ix_zone_lineage_to_zone_id", "zone_lineage", ["to_zone_id"], unique=False)
    op.create_table(
        "zone_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("parent_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom", Geometry(geometry_type="MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column(
            "lattice",
            Geometry(geometry_type="MULTIPOLYGON", srid=0, spatial_index=False),
            sa.Computed("ST_SnapToGrid(ST_SetSRID(ST_Scale(geom, 1e7, 1e7), 0), 1)", persisted=True),
            nullable=True,
        ),
        sa.Column("border", Geometry(spatial_index=False), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("perimeter_m", sa.Float(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(now(), NULL)"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("zone_id"), "="),
            (sa.column("valid"), "&&"),
            (sa.column("recorded"), "&&"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_zone_version_one_at_a_time",
        ),
        sa.CheckConstraint("GeometryType(border) = 'MULTILINESTRING'", name=op.f("ck_zone_version_border")),
        sa.CheckConstraint(
            "NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_IsValid(lattice)",
            name=op.f("ck_zone_version_geometry"),
        ),
        sa.CheckConstraint("NOT isempty(recorded)", name=op.f("ck_zone_version_recorded")),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_zone_version_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180", name=op.f("ck_zone_version_longitude")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_zone_version_organisation_id")
        ),
        sa.ForeignKeyConstraint(["parent_zone_id"], ["zone.id"], name=op.f("fk_zone_version_parent_zone_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_zone_version_plan_id")),
        sa.ForeignKeyConstraint(
            ["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_zone_version_zone"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_version")),
    )
    op.create_index(
        "ix_zone_version_border", "zone_version", ["border"], unique=False, postgresql_using="gist"
    )
    op.create_index("ix_zone_version_geom", "zone_version", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_zone_version_lattice", "zone_version", ["lattice"], unique=False, postgresql_using="gist"
    )
    op.create_index("ix_zone_version_layer_id", "zone_version", ["layer_id"], unique=False)
    op.create_index("ix_zone_version_parent_zone_id", "zone_version", ["parent_zone_id"], unique=False)
    op.create_table(
        "assignment_rule_support",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_assignment_rule_support_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["assignment_rule.id"], name=op.f("fk_assignment_rule_support_rule_id")
        ),
        sa.PrimaryKeyConstraint("rule_id", "organisation_id", name=op.f("pk_assignment_rule_support")),
    )
    op.create_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("floors", sa.SmallInteger(), nullable=False),
        sa.Column("stairwells", sa.SmallInteger(), nullable=False),
        sa.Column("geom", Geometry(srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint(
            "GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON', 'POINT')",
            name=op.f("ck_building_geometry_type"),
        ),
        sa.CheckConstraint(
            "kind IN ('residential', 'public', 'commercial', 'industrial')", name=op.f("ck_building_kind")
        ),
        sa.CheckConstraint("NOT ST_IsEmpty(geom) AND ST_IsValid(geom)", name=op.f("ck_building_geometry")),
        sa.CheckConstraint("floors > 0 AND stairwells >= 0", name=op.f("ck_building_counts")),
        sa.ForeignKeyConstraint(["land_unit_id"], ["land_unit.id"], name=op.f("fk_building_land_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("code", name=op.f("uq_building_code")),
    )
    op.create_index(
        "ix_building_address",
        "building",
        ["address"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops"},
    )
    op.create_index("ix_building_geom", "building", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_building_land_unit_id", "building", ["land_unit_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=True),
        sa.Column("appeal_kind", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("place", Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("place_accuracy_m", sa.Float(), nullable=True),
        sa.Column("place_problem", sa.Text(), nullable=True),
        sa.Column("original_lon", sa.Float(), nullable=True),
        sa.Column("original_lat", sa.Float(), nullable=True),
        sa.Column("original_crs", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'reported'"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("base_grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "zone_ids", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "appeal_kind IN ('livelihood', 'enterprise', 'enforcement')", name=op.f("ck_incident_appeal_kind")
        ),
        sa.CheckConstraint("number ~ '^[0-9]{6}[0-9]{8}[0-9]{5,}$'", name=op.f("ck_incident_number")),
        sa.CheckConstraint(
            "place_problem IN ('none_given', 'not_a_number', 'null_island', 'swapped', 'outside_city', 'default_start', 'inaccurate')",
            name=op.f("ck_incident_place_problem"),
        ),
        sa.CheckConstraint(
            "source IN ('hotline', 'app', 'grid_worker', 'patrol', 'video', 'sensor', 'transfer_110', 'department', 'import')",
            name=op.f("ck_incident_source"),
        ),
        sa.CheckConstraint(
            "state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated', 'closed', 'archived', 'rejected', 'cancelled')",
            name=op.f("ck_incident_state"),
        ),
        sa.CheckConstraint("urgency IN ('normal', 'urgent')", name=op.f("ck_incident_urgency")),
        sa.CheckConstraint(
            "(place IS NULL) = (place_problem IS NOT NULL)", name=op.f("ck_incident_a_place_or_a_problem")
        ),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_incident_text")),
        sa.CheckConstraint("place_accuracy_m >= 0", name=op.f("ck_incident_place_accuracy")),
        sa.ForeignKeyConstraint(["base_grid_id"], ["zone.id"], name=op.f("fk_incident_base_grid_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_incident_category_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_incident_facility_id")),
        sa.ForeignKeyConstraint(["land_unit_id"], ["land_unit.id"], name=op.f("fk_incident_land_unit_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_incident_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    op.create_index(
        "ix_incident_address",
        "incident",
        ["address"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"address": "gin_trgm_ops"},
    )
    op.create_index("ix_incident_base_grid_id", "incident", ["base_grid_id"], unique=False)
    op.create_index("ix_incident_category_id", "incident", ["category_id"], unique=False)
    op.create_index("ix_incident_land_unit_id", "incident", ["land_unit_id"], unique=False)
    op.create_index(
        "ix_incident_open_reported_at",
        "incident",
        ["reported_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')"
        ),
    )
    op.create_index(
        "ix_incident_organisation_id_reported_at",
        "incident",
        ["organisation_id", "reported_at"],
        unique=False,
    )
    op.create_index("ix_incident_place", "incident", ["place"], unique=False, postgresql_using="gist")
    op.create_index("ix_incident_reported_at_id", "incident", ["reported_at", "id"], unique=False)
    op.create_index("ix_incident_zone_ids", "incident", ["zone_ids"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_incident_source_ref",
        "incident",
        ["source", "source_ref"],
        unique=True,
        postgresql_where=sa.text("source_ref IS NOT NULL"),
    )
    op.create_table(
        "unit_zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "recorded",
            postgresql.TSTZRANGE(),
            server_default=sa.text("tstzrange(now(), NULL)"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("layer_id"), "="),
            (sa.column("land_unit_id"), "="),
            (sa.column("valid"), "&&"),
            (sa.column("recorded"), "&&"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_unit_zone_at_most_one",
        ),
        sa.CheckConstraint("NOT isempty(recorded)", name=op.f("ck_unit_zone_recorded")),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_unit_zone_valid")),
        sa.ForeignKeyConstraint(["land_unit_id"], ["land_unit.id"], name=op.f("fk_unit_zone_land_unit_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_unit_zone_plan_id")),
        sa.ForeignKeyConstraint(
            ["zone_id", "layer_id"], ["zone.id", "zone.layer_id"], name="fk_unit_zone_zone"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_zone")),
    )
    op.create_index("ix_unit_zone_land_unit_id", "unit_zone", ["land_unit_id"], unique=False)
    op.create_index("ix_unit_zone_zone_id", "unit_zone", ["zone_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("action ~ '^[a-z_]+[.][a-z_]+$'", name=op.f("ck_history_action")),
        sa.CheckConstraint("actor <> ''", name=op.f("ck_history_actor")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_history_incident_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_history_plan_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_history_zone_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_history")),
    )
    op.create_index(
        "ix_history_incident_id",
        "history",
        ["incident_id", "seq"],
        unique=False,
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )
    op.create_index(
        "ix_history_plan_id",
        "history",
        ["plan_id", "seq"],
        unique=False,
        postgresql_where=sa.text("plan_id IS NOT NULL"),
    )
    op.create_index(
        "ix_history_zone_id",
        "history",
        ["zone_id", "seq"],
        unique=False,
        postgresql_where=sa.text("zone_id IS NOT NULL"),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("door_plate", sa.Text(), nullable=False),
        sa.Column("stairwell", sa.SmallInteger(), nullable=True),
        sa.Column("floor", sa.SmallInteger(), nullable=True),
        sa.Column("residents", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("door_plate <> ''", name=op.f("ck_household_door_plate")),
        sa.CheckConstraint("residents >= 0", name=op.f("ck_household_residents")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_household_building_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("building_id", "door_plate", name="uq_household_door"),
    )
    op.create_table(
        "reporter",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.CheckConstraint("num_nonnulls(name, phone, email) > 0", name=op.f("ck_reporter_says_something")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_reporter_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_reporter")),
    )
    op.create_table(
        "routing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("routed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("zone_version_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("border_evidence", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_distance_m", sa.Float(), nullable=True),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "supporting_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("runners_up", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("overridden_by", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(method = 'manual') = (overridden_by IS NOT NULL AND override_reason IS NOT NULL)",
            name=op.f("ck_routing_override_has_a_reason"),
        ),
        sa.CheckConstraint("method IN ('sql', 'memory', 'manual')", name=op.f("ck_routing_method")),
        sa.CheckConstraint(
            "facility_id IS NULL OR facility_distance_m IS NOT NULL",
            name=op.f("ck_routing_facility_distance"),
        ),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_routing_facility_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_routing_incident_id")),
        sa.ForeignKeyConstraint(["land_unit_id"], ["land_unit.id"], name=op.f("fk_routing_land_unit_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_routing_organisation_id")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["assignment_rule.id"], name=op.f("fk_routing_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing")),
    )
    op.create_index("ix_routing_incident_id", "routing", ["incident_id", "id"], unique=False)


def downgrade() -> None:
    """Remove tables and functions; extensions and the cluster-wide role stay."""
    op.drop_constraint("fk_organisation_region_zone_id", "organisation", type_="foreignkey")
    op.drop_table("routing")
    op.drop_table("reporter")
    op.drop_table("household")
    op.drop_table("history")
    op.drop_table("unit_zone")
    op.drop_table("incident")
    op.drop_table("building")
    op.drop_table("assignment_rule_support")
    op.drop_table("zone_version")
    op.drop_table("zone_lineage")
    op.drop_table("post")
    op.drop_table("land_unit")
    op.drop_table("assignment_rule")
    op.drop_table("zone")
    op.drop_table("plan")
    op.drop_table("person")
    op.drop_table("facility")
    op.drop_table("water")
    op.drop_table("road")
    op.drop_table("organisation")
    op.drop_table("layer")
    op.drop_table("incident_counter")
    op.drop_table("incident_cell")
    op.drop_table("dataset")
    op.drop_table("city")
    op.drop_table("category")
    run_sql("0001_drop_functions")
