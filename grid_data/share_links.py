"""Share links as they are stored: by the hash of their token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, one, rows, run

__all__ = ["OpenedLink", "add_link", "link_rows", "open_link", "revoke_link"]


@dataclass(frozen=True)
class OpenedLink:
    """A link that opened."""

    id: int
    title: str
    view: Mapping[str, Any]
    owner: str
    account_id: int | None
    expires_at: datetime


async def add_link(connection: Connection, *, view: Mapping[str, Any], **values: Any) -> int:
    """Store a link; returns its key."""
    row = await one(connection, "share_links/add", {"view": Jsonb(dict(view)), **values})
    assert row is not None
    return int(row["id"])


async def link_rows(connection: Connection, key: int | None = None) -> list[dict[str, Any]]:
    """The links in sight, or one of them."""
    return await rows(connection, "share_links/listed", {"id": key})


async def revoke_link(connection: Connection, key: int) -> bool:
    """Revoke a link; False: there is none in sight."""
    return await run(connection, "share_links/revoke", {"id": key}) > 0


async def open_link(connection: Connection, token_hash: bytes) -> OpenedLink | None:
    """What a token opens; None: nothing, or nothing any more."""
    row = await one(connection, "share_links/open", {"token_hash": token_hash})
    return OpenedLink(**row) if row else None
