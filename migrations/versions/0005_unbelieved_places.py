"""Places that cannot be trusted: known fallback coordinates, and incidents located by a person.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = (
    "none_given",
    "not_a_number",
    "null_island",
    "swapped",
    "outside_city",
    "default_start",
    "inaccurate",
)
NOW = (*BEFORE[:-1], "shared_fallback", "inaccurate")


def upgrade() -> None:
    """Add the word, the tables, and what a person's locating leaves."""
    _allow(NOW)
    op.add_column("incident", sa.Column("located_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("incident", sa.Column("located_by", sa.Text(), nullable=True))
    op.add_column("incident", sa.Column("original_accuracy_m", sa.Float(), nullable=True))
    op.create_check_constraint(
        op.f("ck_incident_located_by_somebody"), "incident", "(located_at IS NULL) = (located_by IS NULL)"
    )
    op.create_index(
        "ix_incident_unlocated",
        "incident",
        ["place_problem", "reported_at", "id"],
        postgresql_where=sa.text("place IS NULL"),
    )
    op.create_table(
        "fallback_place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("incidents", sa.Integer(), nullable=True),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('suspected', 'confirmed', 'refuted')", name=op.f("ck_fallback_place_state")
        ),
        sa.CheckConstraint(
            "(state = 'suspected') = (decided_at IS NULL)", name=op.f("ck_fallback_place_decided_at_a_time")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (reason IS NULL)",
            name=op.f("ck_fallback_place_decided_with_a_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'suspected' OR found_at IS NOT NULL",
            name=op.f("ck_fallback_place_suspected_when_found"),
        ),
        sa.CheckConstraint(
            "(found_at IS NULL) = (evidence IS NULL) AND (found_at IS NULL) = (incidents IS NULL)"
            " AND (found_at IS NULL) = (share IS NULL)",
            name=op.f("ck_fallback_place_found_with_evidence"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fallback_place")),
    )
    op.create_index("uq_fallback_place_place", "fallback_place", ["place"], unique=True)
    op.create_table(
        "history_incident",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_history_incident_incident_id")
        ),
        sa.ForeignKeyConstraint(["seq"], ["history.seq"], name=op.f("fk_history_incident_seq")),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_history_incident")),
    )
    run_sql("0005_unbelieved_places")


def downgrade() -> None:
    """Take it away; what was withdrawn stays withdrawn, under the nearest word of before."""
    op.drop_table("history_incident")
    op.drop_table("fallback_place")
    op.drop_index("ix_incident_unlocated", table_name="incident")
    op.drop_constraint(op.f("ck_incident_located_by_somebody"), "incident", type_="check")
    for column in ("original_accuracy_m", "located_by", "located_at"):
        op.drop_column("incident", column)
    op.execute("UPDATE incident SET place_problem = 'default_start' WHERE place_problem = 'shared_fallback'")
    _allow(BEFORE)


def _allow(words: tuple[str, ...]) -> None:
    """The words a place problem may be."""
    op.drop_constraint(op.f("ck_incident_place_problem"), "incident", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f("ck_incident_place_problem"), "incident", f"place_problem IN ({listed})")
