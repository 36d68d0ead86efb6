"""What accounts may see, asked by the program when it sends or shows something in their name."""

from __future__ import annotations

from grid_data.database import Database, one
from grid_data.sign_in import Gate, Granted, Sighted

__all__ = ["account_sight"]


async def account_sight(database: Database, account_id: int) -> Sighted | None:
    """What an account may see now; None: it is disabled, or there is none."""
    async with database.transaction(Gate()) as connection:
        row = await one(connection, "owners/sight", {"account_id": account_id})
    if row is None:
        return None
    return Sighted(
        key=row["account_id"],
        name=row["name"],
        account_id=row["account_id"],
        demo=row["demo"],
        grants=tuple(Granted.read(each) for each in row["grants"]),
    )
