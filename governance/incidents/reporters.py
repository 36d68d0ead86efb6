"""Contact data of whoever reported an incident: masked by default, whole with a purpose that is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel

from governance.access import Principal
from grid_data.database import Connection, Database, one, rows
from grid_data.history import add_history

__all__ = ["Contact", "Unmasking", "masked_reporter", "unmask_reporter", "unmaskings"]


class Contact(BaseModel):
    """How a reporter is reached; what was not said is null."""

    name: str | None
    phone: str | None
    email: str | None


class Unmasking(BaseModel):
    """That somebody read the contact data of one incident whole, and what for."""

    seq: int
    at: datetime
    by: str
    incident: str
    purpose: str


async def masked_reporter(connection: Connection, number: str) -> Contact | None:
    """What everybody who sees the incident may know; None: no such incident is seen, or nobody was named."""
    row = await one(connection, "reporters/masked", {"number": number})
    return None if row is None else Contact(**row)


async def unmask_reporter(
    database: Database, principal: Principal, number: str, purpose: str
) -> Contact | None:
    """The contact data as they were given, with an entry in the history that says for what they were read.

    None: no such incident is seen, or nobody was named; then nothing is written. The entry is committed
    before anything is told.
    """
    reading = replace(principal, sight=replace(principal.sight, reporters=True))
    async with database.transaction(reading) as connection:
        row = await one(connection, "reporters/unmasked", {"number": number})
        if row is None:
            return None
        await add_history(
            connection,
            principal.name,
            "reporter.unmask",
            incident_id=row["incident_id"],
            after={"purpose": purpose, "reason": purpose},
        )
    return Contact(name=row["name"], phone=row["phone"], email=row["email"])


async def unmaskings(
    connection: Connection, *, before: int | None, limit: int
) -> tuple[list[Unmasking], int | None]:
    """Who read contact data of incidents in sight, the newest first, and below which `seq` it goes on."""
    found = [
        Unmasking(**row)
        for row in await rows(connection, "reporters/unmaskings", {"before": before, "limit": limit + 1})
    ]
    return found[:limit], found[limit - 1].seq if len(found) > limit else None
