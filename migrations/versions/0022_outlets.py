"""Webhooks, share links and scheduled reports.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)


def _owner() -> tuple[sa.Column[str], sa.Column[int]]:
    return sa.Column("owner", sa.Text(), nullable=False), sa.Column(
        "account_id", sa.BigInteger(), nullable=True
    )


def upgrade() -> None:
    """Create the tables, what guards them, and the trigger that fills the events of webhooks."""
    op.create_table(
        "webhook",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        *_owner(),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _moment("created_at", now=True),
        _moment("removed_at"),
        sa.CheckConstraint("name <> '' AND char_length(name) <= 100", name=op.f("ck_webhook_name")),
        sa.CheckConstraint("url ~ '^https?://' AND char_length(url) <= 2000", name=op.f("ck_webhook_url")),
        sa.CheckConstraint("cardinality(events) BETWEEN 1 AND 60", name=op.f("ck_webhook_events")),
        sa.CheckConstraint("removed_at IS NULL OR NOT active", name=op.f("ck_webhook_removed_is_not_active")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_active", "webhook", ["id"], postgresql_where=sa.text("active"))
    op.create_table(
        "webhook_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_webhook_event")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("next_at", now=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        _moment("created_at", now=True),
        _moment("ended_at"),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'dead', 'withheld', 'dropped')",
            name=op.f("ck_webhook_delivery_state"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_delivery_attempts")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "seq", "incident_id", name="uq_webhook_delivery_once"),
    )
    op.create_index(
        "ix_webhook_delivery_undone", "webhook_delivery", ["webhook_id", "incident_id", "seq"],
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'dead')"),
    )  # fmt: skip
    op.create_index(
        "ix_webhook_delivery_due", "webhook_delivery", ["next_at"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )  # fmt: skip
    op.create_index("ix_webhook_delivery_created_at", "webhook_delivery", ["webhook_id", "created_at"])
    op.create_table(
        "report_subscription",
        _id(),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'zh'"), nullable=False),
        sa.Column("query", sa.Text(), server_default=sa.text("''"), nullable=False),
        *_owner(),
        _moment("created_at", now=True),
        _moment("ended_at"),
        sa.CheckConstraint(
            "recipient ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name=op.f("ck_report_subscription_recipient")
        ),
        sa.CheckConstraint(
            "char_length(recipient) <= 254", name=op.f("ck_report_subscription_recipient_length")
        ),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_report_subscription_language")),
        sa.CheckConstraint("char_length(query) <= 4000", name=op.f("ck_report_subscription_query")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_subscription")),
    )
    op.create_table(
        "report_delivery",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("next_at", now=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        _moment("sent_at"),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'withheld')",
            name=op.f("ck_report_delivery_state"),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_report_delivery_sent_at")
        ),
        sa.CheckConstraint(
            "extract(isodow FROM week) = 1", name=op.f("ck_report_delivery_week_begins_on_monday")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["report_subscription.id"], name=op.f("fk_report_delivery_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "week", name=op.f("pk_report_delivery")),
    )
    op.create_index(
        "ix_report_delivery_due", "report_delivery", ["next_at"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )  # fmt: skip
    op.create_table(
        "share_link",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("view", postgresql.JSONB(), nullable=False),
        *_owner(),
        _moment("created_at", now=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _moment("revoked_at"),
        sa.Column("opened", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("opened_at"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_share_link_token_hash")),
        sa.CheckConstraint("title <> '' AND char_length(title) <= 200", name=op.f("ck_share_link_title")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_share_link_expires_at")),
        sa.CheckConstraint("octet_length(view::text) <= 20000", name=op.f("ck_share_link_view")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_link_token_hash")),
    )
    op.create_index("ix_share_link_account_id", "share_link", ["account_id"])
    run_sql("0022_outlets")


def downgrade() -> None:
    """Take them away; what was sent stays sent."""
    run_sql("0022_drop_outlets")
    for table in (
        "share_link",
        "report_delivery",
        "report_subscription",
        "webhook_delivery",
        "webhook_event",
        "webhook",
    ):
        op.drop_table(table)
