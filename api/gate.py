"""Who comes in: what a request brings to show who it is, turned into a principal."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request

from governance.access import Principal
from governance.settings import Settings
from grid_data.database import Database

__all__ = ["Gate", "gate_of"]


class Gate(Protocol):
    """Knows people and machines by what they bring."""

    async def principal(self, request: Request) -> Principal | None:
        """Whom a request is for; None: nobody that is known."""
        ...


class Closed:
    """Knows nobody."""

    async def principal(self, request: Request) -> Principal | None:
        """Nobody."""
        return None


def gate_of(settings: Settings, database: Database) -> Gate | None:
    """The gate of a server; None: it is open."""
    return None if settings.access == "open" else Closed()
