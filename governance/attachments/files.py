"""Photos and files: received, named by a report or a step, shown, and removed when nothing names them.

A file is sent first and named afterwards, in the transaction of what names it. Whoever takes part in an
incident's life calls `name_attachments`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from governance.access import NIGHTLY, Principal
from governance.attachments.content import Content, FileLimits, kept_content
from governance.errors import AttachmentNotFree
from governance.incidents.answers import Answer, Point
from grid_data.attachment_files import AttachmentFiles, Bucket
from grid_data.attachments import (
    add_attachment,
    attach,
    attachments_of,
    lock_content,
    lock_named,
    orphaned_contents,
    remove_orphans,
    take_back,
)
from grid_data.city import city_timezone
from grid_data.database import Connection, Database

__all__ = [
    "MOST_NAMED",
    "Attachment",
    "AttachmentRole",
    "Attachments",
    "IncidentAttachment",
    "Sent",
    "check_named",
    "list_attachments",
    "name_attachments",
    "receive",
    "remove_unnamed",
]

AttachmentRole = Literal["scene", "before", "after", "other"]
MOST_NAMED = 12
"""Most photos and files that one report or step names."""
AT_A_TIME = 500
DECODED_AT_A_TIME = 2
"""Each may take some 200 MB for a moment."""


class Attachment(Answer):
    """A photo or file as it is kept.

    `taken_at` and `position` are what the camera wrote; the kept content no longer says either.
    """

    id: UUID
    kind: Literal["jpeg", "png", "webp", "pdf", "mp4"]
    bytes: int
    width: int | None
    height: int | None
    name: str | None
    role: AttachmentRole
    sha256: str
    taken_at: datetime | None
    position: Point | None
    uploaded_by: str
    uploaded_at: datetime
    url: Annotated[str, Field(description="Address of the content.")]
    thumbnail: Annotated[str | None, Field(description="Address of a small picture; a PDF has none.")]


class IncidentAttachment(Attachment):
    """One that belongs to an incident."""

    attached_at: datetime
    distance_m: Annotated[
        float | None, Field(description="From where the camera was to the incident's place, in metres.")
    ]


class Attachments:
    """What a server needs to take files: where they lie, how large they may be, whose turn it is.

    Made inside the event loop that serves.
    """

    def __init__(self, place: Path | Bucket, limits: FileLimits) -> None:
        self.files = AttachmentFiles(place)
        self.limits = limits
        self.decoding = asyncio.Semaphore(DECODED_AT_A_TIME)


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    file: IO[bytes]
    name: str | None
    role: AttachmentRole
    by: str


async def receive(
    database: Database, attachments: Attachments, principal: Principal, sent: Sent
) -> Attachment:
    """Check a file, keep it, and give it an id by which a report or a step names it.

    Raises
    ------
    FileRefused
    """
    async with database.transaction(principal) as connection:
        zone = ZoneInfo(await city_timezone(connection))

    def local_offset(wall: datetime) -> timedelta:
        return wall.replace(tzinfo=zone).utcoffset() or timedelta()

    async with attachments.decoding:
        content = await asyncio.to_thread(kept_content, sent.file, attachments.limits, local_offset)
    return await keep(database, attachments.files, principal, sent, content)


async def keep(
    database: Database, files: AttachmentFiles, principal: Principal, sent: Sent, content: Content
) -> Attachment:
    """Store a checked content and its row.

    The row comes first: whoever removes unused contents then sees that this one is in use, or has removed it
    before and it is stored anew.
    """
    position = content.shot.position
    values = {
        "sha256": content.sha256,
        "kind": content.kind,
        "bytes": content.size,
        "width": content.width,
        "height": content.height,
        "name": sent.name,
        "taken_at": content.shot.taken_at,
        "lon": position[0] if position else None,
        "lat": position[1] if position else None,
        "role": sent.role,
        "uploaded_by": sent.by,
    }
    async with database.transaction(principal) as connection:
        await lock_content(connection, content.sha256)
        key, uploaded_at = await add_attachment(connection, values)
    try:
        await files.put(content.sha256, content.body, content.thumbnail)
    except BaseException:
        async with database.transaction(principal) as connection:
            await take_back(connection, key)
        raise
    return Attachment.model_validate(_told({**values, "id": key, "uploaded_at": uploaded_at}))


def _told(row: dict[str, object]) -> dict[str, object]:
    """A row as answers tell it."""
    lon, lat = row["lon"], row["lat"]
    told = {key: value for key, value in row.items() if key not in ("lon", "lat")}
    address = f"/api/attachments/{row['id']}"
    return {
        **told,
        "position": None if lon is None else {"coordinates": [lon, lat]},
        "url": address,
        "thumbnail": None if row["kind"] in ("pdf", "mp4") else f"{address}/thumbnail",
    }


async def list_attachments(connection: Connection, number: str) -> list[IncidentAttachment]:
    """What belongs to an incident, in the order in which it was named."""
    return [
        IncidentAttachment.model_validate(
            _told({**row, "distance_m": None if row["distance_m"] is None else round(row["distance_m"], 1)})
        )
        for row in await attachments_of(connection, number)
    ]


async def check_named(connection: Connection, ids: Sequence[UUID], *, field: str = "attachments") -> None:
    """Hold what is named until the transaction ends; it must be there and belong to nothing yet.

    Raises
    ------
    AttachmentNotFree
        The field says which of them.
    """
    found = {row["id"]: row for row in await lock_named(connection, ids)}
    for position, key in enumerate(ids):
        if key not in found:
            raise AttachmentNotFree(f"there is no attachment {key}", field=f"{field}.{position}")
        if found[key]["attached_at"] is not None:
            raise AttachmentNotFree(
                f"attachment {key} belongs to something already", field=f"{field}.{position}"
            )


async def name_attachments(
    connection: Connection, ids: Sequence[UUID], incident_id: int | None, *, field: str = "attachments"
) -> None:
    """Let photos and files belong to an incident, in the transaction of the step that names them.

    Parameters
    ----------
    incident_id
        None: to something that is no incident.
    field
        Where the list stands in the request.

    Raises
    ------
    AttachmentNotFree
    """
    if not ids:
        return
    distinct = list(dict.fromkeys(ids))
    await check_named(connection, distinct, field=field)
    await attach(connection, distinct, incident_id)


async def remove_unnamed(database: Database, files: AttachmentFiles, hours: int) -> int:
    """Remove files that nothing has named for so many hours; returns how many.

    A content goes when no row names it any more, while those who would store it again wait.
    """
    removed = 0
    while True:
        async with database.transaction(NIGHTLY) as connection:
            digests = await orphaned_contents(connection, hours, AT_A_TIME)
        before = removed
        for digest in digests:
            async with database.transaction(NIGHTLY) as connection:
                await lock_content(connection, digest)
                gone, used = await remove_orphans(connection, digest, hours)
                if gone and not used:
                    await files.remove(digest)
            removed += gone
        if removed == before:
            return removed
