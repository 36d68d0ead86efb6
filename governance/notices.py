"""Notices to organisations, as they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from governance.incidents.answers import Answer, Name, Named
from grid_data.database import Connection
from grid_data.planning.publishing import notice_rows

__all__ = ["Notice", "Notices", "list_notices"]


class NoticeFigures(Answer):
    """What stands behind the text: codes of the grids concerned, open incidents that come and go."""

    zones: list[str]
    incidents_in: int
    incidents_out: int
    at: datetime


class Notice(Answer):
    """What a plan means for an organisation."""

    id: int
    at: datetime
    plan: str
    organisation: Named
    kind: Literal[
        "scheduled", "published", "withdrawn", "failed", "rolled_back", "rollback_scheduled",
        "rollback_withdrawn", "rollback_failed",
    ]  # fmt: skip
    text: Name
    about: NoticeFigures


class Notices(Answer):
    """Notices, the newest first; ``next`` is the id to go on below, null at the end."""

    items: list[Notice]
    next: int | None


async def list_notices(
    connection: Connection, *, organisation: str | None, plan: str | None, before: int | None, limit: int
) -> Notices:
    """Notices, the newest first, filtered where a filter is given."""
    found = await notice_rows(
        connection, organisation=organisation, plan=plan, before=before, limit=limit + 1
    )
    items = [_notice(row) for row in found[:limit]]
    return Notices(items=items, next=items[-1].id if len(found) > limit else None)


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(
        id=row["id"],
        at=row["at"],
        plan=row["plan"],
        organisation=Named(
            code=row["organisation"], name=Name(zh=row["organisation_zh"], en=row["organisation_en"])
        ),
        kind=row["kind"],
        text=Name(zh=row["text_zh"], en=row["text_en"]),
        about=NoticeFigures.model_validate(row["about"]),
    )
