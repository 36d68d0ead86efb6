"""Accounts, sessions and tokens.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("sign_in_flow", "sign_in_attempt", "service_token", "session", "account_grant", "account")
ROLES = (
    "role IN ('acceptor', 'dispatcher', 'sorter', 'supervisor', 'officer', 'grid_worker', 'community_lead', "
    "'street_lead', 'district_lead', 'planner', 'approver', 'analyst', 'administrator', 'auditor')"
)


def _moment(name: str, *, now: bool = False, needed: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    nullable = not (now or needed)
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _text(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def _switch(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _key(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=not needed)


def _hash(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _identity() -> sa.Column[object]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _name() -> sa.Column[object]:
    return sa.Column("name", sa.Text(collation="C"), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Add the tables, the role that reads them, and what lies below a scope."""
    _account()
    _grant()
    _session()
    _token()
    _sign_in()
    run_sql("0018_accounts")


def _account() -> None:
    table = "account"
    op.create_table(
        table,
        _identity(),
        _name(),
        _text("display_zh", needed=True),
        _text("display_en"),
        _key("organisation_id"),
        _key("person_id"),
        _text("password_hash"),
        _moment("password_at"),
        _text("oidc_issuer"),
        _text("oidc_subject"),
        _switch("demo"),
        _moment("created_at", now=True),
        _moment("disabled_at"),
        _moment("signed_in_at"),
        _check(table, "name", "name <> '' AND length(name) <= 60"),
        _check(table, "oidc", "(oidc_issuer IS NULL) = (oidc_subject IS NULL)"),
        _refers(table, "organisation_id", "organisation"),
        _refers(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name=op.f("uq_account_oidc_issuer_oidc_subject")),
    )
    op.create_index("ix_account_organisation_id", table, ["organisation_id"])


def _grant() -> None:
    table = "account_grant"
    op.create_table(
        table,
        _identity(),
        _key("account_id", needed=True),
        _text("role", needed=True),
        _switch("everything"),
        _key("region_zone_id"),
        _key("organisation_id"),
        sa.Column("zone_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        _switch("posts"),
        _switch("from_claims"),
        sa.Column(
            "valid", postgresql.TSTZRANGE(), server_default=sa.text("tstzrange(now(), NULL)"), nullable=False
        ),
        _check(table, "role", ROLES),
        _check(
            table,
            "one_scope",
            "everything::integer + posts::integer + num_nonnulls(region_zone_id, organisation_id, zone_ids) = 1",
        ),
        _check(table, "zone_ids", "cardinality(zone_ids) > 0"),
        _check(table, "valid", "NOT lower_inf(valid)"),
        _refers(table, "account_id", "account"),
        _refers(table, "region_zone_id", "zone"),
        _refers(table, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
    )
    op.create_index("ix_account_grant_account_id", table, ["account_id"])


def _session() -> None:
    table = "session"
    op.create_table(
        table,
        _identity(),
        _hash("token_hash"),
        _key("account_id", needed=True),
        _text("way", needed=True),
        _moment("created_at", now=True),
        _moment("seen_at", now=True),
        _moment("expires_at", needed=True),
        _moment("revoked_at"),
        _text("address"),
        _text("agent"),
        _check(table, "way", "way IN ('password', 'oidc')"),
        _refers(table, "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index("ix_session_account_id", table, ["account_id"])
    op.create_index("ix_session_expires_at", table, ["expires_at"])


def _token() -> None:
    table = "service_token"
    op.create_table(
        table,
        _identity(),
        _name(),
        _hash("token_hash"),
        _text("role"),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        _switch("everything"),
        _key("region_zone_id"),
        _key("organisation_id"),
        sa.Column("zone_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        _switch("on_behalf"),
        _moment("created_at", now=True),
        _text("created_by", needed=True),
        _moment("expires_at"),
        _moment("seen_at"),
        _moment("revoked_at"),
        _check(table, "name", "name <> '' AND length(name) <= 60"),
        _check(table, "role", ROLES),
        _check(
            table,
            "one_scope",
            "everything::integer + num_nonnulls(region_zone_id, organisation_id, zone_ids) <= 1",
        ),
        _check(table, "zone_ids", "cardinality(zone_ids) > 0"),
        _refers(table, "region_zone_id", "zone"),
        _refers(table, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_token")),
        sa.UniqueConstraint("name", name=op.f("uq_service_token_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_token_token_hash")),
    )


def _sign_in() -> None:
    table = "sign_in_attempt"
    op.create_table(
        table,
        _text("kind", needed=True),
        _hash("key"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("last_at", now=True),
        _moment("next_at", needed=True),
        _check(table, "kind", "kind IN ('account', 'address')"),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_last_at", table, ["last_at"])
    table = "sign_in_flow"
    op.create_table(
        table,
        _hash("state_hash"),
        _hash("browser_hash"),
        _text("nonce", needed=True),
        _text("verifier", needed=True),
        _text("next_path", needed=True),
        _moment("created_at", now=True),
        _moment("expires_at", needed=True),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_flow")),
    )
    op.create_index("ix_sign_in_flow_expires_at", table, ["expires_at"])


def downgrade() -> None:
    """Take them away; the role stays, for other databases of the cluster may have it."""
    for table in TABLES:
        op.drop_table(table)
    run_sql("0018_drop_accounts")
