"""What leaves the house by itself: webhooks and their deliveries, weekly reports by e-mail, share links.

Each belongs to somebody, and shows what that person may see at the moment it is sent or opened.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from grid_data.tables.base import identity, metadata, one_of, reference

DELIVERY_STATES = ("waiting", "sending", "delivered", "dead", "withheld", "dropped")
UNDONE = ("waiting", "sending", "dead")
NOW = text("now()")


def _owner() -> tuple[Column[str], Column[int]]:
    """Who made it, and the account whose sight it has. None: made where nobody signs in."""
    return Column("owner", Text, nullable=False), Column("account_id", BigInteger)


def _moment(name: str, *, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=NOW if now else None)


webhook = Table(
    "webhook",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    # Signs every delivery, so it is kept as it is; no answer shows it again.
    Column("secret", Text, nullable=False),
    # Actions on incidents it is told of; `incident.*`: all.
    Column("events", ARRAY(Text), nullable=False),
    *_owner(),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _moment("created_at", now=True),
    # Set when it is removed: its deliveries stay to be looked at.
    _moment("removed_at"),
    CheckConstraint("name <> '' AND char_length(name) <= 100", name="name"),
    CheckConstraint("url ~ '^https?://' AND char_length(url) <= 2000", name="url"),
    CheckConstraint("cardinality(events) BETWEEN 1 AND 60", name="events"),
    CheckConstraint("removed_at IS NULL OR NOT active", name="removed_is_not_active"),
    Index("ix_webhook_active", "id", postgresql_where=text("active")),
)

# Entries of the history that no webhook was asked about yet; filled by a trigger in the entry's own
# transaction, as long as there are webhooks, so that none is lost.
webhook_event = Table(
    "webhook_event",
    metadata,
    reference("seq", "history.seq", primary_key=True),
)

# What one webhook is sent of one entry: made once, sent until the receiver takes it.
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("webhook_id", ForeignKey("webhook.id"), nullable=False),
    reference("seq", "history.seq", nullable=False),
    reference("incident_id", "incident.id", nullable=False),
    Column("event", Text, nullable=False),
    # Byte for byte what is signed and sent.
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    # When it may be tried; while it is being sent: until when the sender is waited for.
    _moment("next_at", now=True),
    Column("last_status", Integer),
    Column("last_error", Text),
    _moment("created_at", now=True),
    _moment("ended_at"),
    CheckConstraint(one_of("state", *DELIVERY_STATES), name="state"),
    CheckConstraint("attempts >= 0", name="attempts"),
    UniqueConstraint("webhook_id", "seq", "incident_id", name="uq_webhook_delivery_once"),
    # Whether an earlier one of the same incident is still undone.
    Index(
        "ix_webhook_delivery_undone",
        "webhook_id",
        "incident_id",
        "seq",
        postgresql_where=text(one_of("state", *UNDONE)),
    ),
    Index("ix_webhook_delivery_due", "next_at", postgresql_where=text(one_of("state", "waiting", "sending"))),
    Index("ix_webhook_delivery_created_at", "webhook_id", "created_at"),
)

# Who gets the weekly report, of which incidents, in which language.
report_subscription = Table(
    "report_subscription",
    metadata,
    identity(),
    # Where to: an e-mail address.
    Column("recipient", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=text("'zh'")),
    # The filters of GET /api/incidents, as a query string.
    Column("query", Text, nullable=False, server_default=text("''")),
    *_owner(),
    _moment("created_at", now=True),
    _moment("ended_at"),
    CheckConstraint("recipient ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="recipient"),
    CheckConstraint("char_length(recipient) <= 254", name="recipient_length"),
    CheckConstraint(one_of("language", "zh", "en"), name="language"),
    CheckConstraint("char_length(query) <= 4000", name="query"),
)

# One report of one week: sent once, however many workers there are.
report_delivery = Table(
    "report_delivery",
    metadata,
    Column("subscription_id", ForeignKey("report_subscription.id"), nullable=False),
    # The Monday on which the reported week begins.
    Column("week", Date, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _moment("next_at", now=True),
    Column("last_error", Text),
    _moment("sent_at"),
    PrimaryKeyConstraint("subscription_id", "week"),
    CheckConstraint(one_of("state", "waiting", "sending", "sent", "failed", "withheld"), name="state"),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
    CheckConstraint("extract(isodow FROM week) = 1", name="week_begins_on_monday"),
    Index("ix_report_delivery_due", "next_at", postgresql_where=text(one_of("state", "waiting", "sending"))),
)

# A view anybody may look at who has the link, until it expires or is revoked.
share_link = Table(
    "share_link",
    metadata,
    identity(),
    # SHA-256 of the token; the token itself is shown once and kept nowhere.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    # {"query": filters of GET /api/incidents, "map": where the map stands}
    Column("view", JSONB, nullable=False),
    *_owner(),
    _moment("created_at", now=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _moment("revoked_at"),
    Column("opened", Integer, nullable=False, server_default=text("0")),
    _moment("opened_at"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("title <> '' AND char_length(title) <= 200", name="title"),
    CheckConstraint("expires_at > created_at", name="expires_at"),
    CheckConstraint("octet_length(view::text) <= 20000", name="view"),
    Index("ix_share_link_account_id", "account_id"),
)
