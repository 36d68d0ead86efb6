"""Accounts, what they are granted, how they are let in. Only the role ``gridgov_gate`` reads these tables.

A secret is never stored: of a session, a token or a sign-in under way there is a SHA-256 hash of 256 random
bits, of a password an Argon2id hash.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE

from grid_data.tables.base import FROM_NOW_ON, identity, metadata, one_of

ROLES = (
    "acceptor", "dispatcher", "sorter", "supervisor", "officer", "grid_worker", "community_lead",
    "street_lead", "district_lead", "planner", "approver", "analyst", "administrator", "auditor",
)  # fmt: skip
NO = text("false")
NOW = text("now()")


def _moment(name: str, *, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=NOW if now else None)


account = Table(
    "account",
    metadata,
    identity(),
    # What is typed to sign in, in small letters; written into the history.
    Column("name", Text(collation="C"), nullable=False, unique=True),
    Column("display_zh", Text, nullable=False),
    Column("display_en", Text),
    # For whom they work, where a grant does not say it.
    Column("organisation_id", ForeignKey("organisation.id")),
    # Whose posts give the scope of grants on posts.
    Column("person_id", ForeignKey("person.id"), unique=True),
    # None: signs in by single sign-on only.
    Column("password_hash", Text),
    _moment("password_at"),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    # Its password is known to everybody: lets in nobody where the server does not show the demo.
    Column("demo", Boolean, nullable=False, server_default=NO),
    _moment("created_at", now=True),
    _moment("disabled_at"),
    _moment("signed_in_at"),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
    CheckConstraint("name <> '' AND length(name) <= 60", name="name"),
    CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc"),
    Index("ix_account_organisation_id", "organisation_id"),
)

# A role and where it is held. What is taken away gets an end; rows stay.
account_grant = Table(
    "account_grant",
    metadata,
    identity(),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("everything", Boolean, nullable=False, server_default=NO),
    # With all zones below it today.
    Column("region_zone_id", ForeignKey("zone.id")),
    # With all organisations below it.
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("zone_ids", ARRAY(BigInteger)),
    # The zones of the posts that the account's person holds at the moment of asking.
    Column("posts", Boolean, nullable=False, server_default=NO),
    # Made from the claims of single sign-on; replaced by those of the next one.
    Column("from_claims", Boolean, nullable=False, server_default=NO),
    Column("valid", TSTZRANGE, nullable=False, server_default=FROM_NOW_ON),
    CheckConstraint(one_of("role", *ROLES), name="role"),
    CheckConstraint(
        "everything::integer + posts::integer + num_nonnulls(region_zone_id, organisation_id, zone_ids) = 1",
        name="one_scope",
    ),
    CheckConstraint("cardinality(zone_ids) > 0", name="zone_ids"),
    CheckConstraint("NOT lower_inf(valid)", name="valid"),
    Index("ix_account_grant_account_id", "account_id"),
)

session = Table(
    "session",
    metadata,
    identity(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("way", Text, nullable=False),
    _moment("created_at", now=True),
    # To the minute.
    _moment("seen_at", now=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _moment("revoked_at"),
    Column("address", Text),
    Column("agent", Text),
    CheckConstraint(one_of("way", "password", "oidc"), name="way"),
    Index("ix_session_account_id", "account_id"),
    Index("ix_session_expires_at", "expires_at"),
)

service_token = Table(
    "service_token",
    metadata,
    identity(),
    Column("name", Text(collation="C"), nullable=False, unique=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    # As what it takes steps; none: it takes none, or says as whom.
    Column("role", Text),
    Column("permissions", ARRAY(Text), nullable=False),
    # Where; nothing stated: it sees nothing.
    Column("everything", Boolean, nullable=False, server_default=NO),
    Column("region_zone_id", ForeignKey("zone.id")),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("zone_ids", ARRAY(BigInteger)),
    # A machine that says for whom it acts.
    Column("on_behalf", Boolean, nullable=False, server_default=NO),
    _moment("created_at", now=True),
    Column("created_by", Text, nullable=False),
    _moment("expires_at"),
    _moment("seen_at"),
    _moment("revoked_at"),
    CheckConstraint("name <> '' AND length(name) <= 60", name="name"),
    CheckConstraint(one_of("role", *ROLES), name="role"),
    CheckConstraint(
        "everything::integer + num_nonnulls(region_zone_id, organisation_id, zone_ids) <= 1", name="one_scope"
    ),
    CheckConstraint("cardinality(zone_ids) > 0", name="zone_ids"),
)

# Failed tries in a row, by account name and by address. Forgotten after a day without any.
sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("kind", Text, primary_key=True),
    # SHA-256 of the name or address: what is typed into the wrong field is kept nowhere.
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    _moment("last_at", now=True),
    Column("next_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(one_of("kind", "account", "address"), name="kind"),
    Index("ix_sign_in_attempt_last_at", "last_at"),
)

# A single sign-on that has begun: it ends once, in the browser that began it, within ten minutes.
sign_in_flow = Table(
    "sign_in_flow",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    # Proof key of the code (RFC 7636).
    Column("verifier", Text, nullable=False),
    Column("next_path", Text, nullable=False),
    _moment("created_at", now=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_sign_in_flow_expires_at", "expires_at"),
)
