"""Contact data of whoever reported an incident: masked by default, whole with a purpose that is kept."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel

from governance.access import Principal
from grid_data.database import Connection, Database, one
from grid_data.history import add_history

__all__ = ["Contact", "masked_reporter", "unmask_reporter"]


class Contact(BaseModel):
    """How a reporter is reached; what was not said is null."""

    name: str | None
    phone: str | None
    email: str | None


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
