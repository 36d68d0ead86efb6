"""Whose sight something has that the program sends or shows by itself: that of its maker, as it is now."""

from __future__ import annotations

from dataclasses import dataclass

from governance.access import VISITOR, Permission, Principal
from governance.access.gate import principal_for
from grid_data.database import Database
from grid_data.owners import account_sight

__all__ = ["Owners"]


@dataclass(frozen=True)
class Owners:
    """Finds owners.

    Attributes
    ----------
    open
        Whether the server is open: what nobody's account made is then everybody's, and sees everything.
    demo
        Whether accounts of the demo are let in.
    """

    database: Database
    open: bool = False
    demo: bool = False

    async def principal(self, account_id: int | None, *needs: Permission) -> Principal | None:
        """The owner as principal, by the grants that hold all that is needed; None: gone, or none does."""
        if account_id is None:
            return VISITOR if self.open else None
        sighted = await account_sight(self.database, account_id)
        if sighted is None or (sighted.demo and not (self.demo or self.open)):
            return None
        found = principal_for(sighted)
        for permission in needs:
            found = found.asking(permission)
        return found if found.permissions.issuperset(needs) else None
