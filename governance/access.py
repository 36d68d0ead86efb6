"""Who asks. Every transaction runs for a principal; row-level policies will read these claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["NIGHTLY", "OPERATOR", "VISITOR", "Actor", "Principal", "Role", "sees_telephones"]


@dataclass(frozen=True)
class Principal:
    """The person or program a transaction runs for.

    ``name`` is written into the history as the actor.
    """

    name: str

    def claims(self) -> dict[str, str]:
        """Settings of the transaction, readable in SQL as ``current_setting('gridgov.actor')``."""
        return {"gridgov.actor": self.name}


VISITOR = Principal("visitor")
"""Anyone who reaches the local server: accounts do not exist yet, the server listens on loopback only."""

OPERATOR = Principal("operator")
"""The person at the command line."""

NIGHTLY = Principal("nightly")
"""The program itself, doing what is due."""


class Role(StrEnum):
    """What somebody works as. Which step of an incident's life each may take stands in the table of steps."""

    ACCEPTOR = "acceptor"
    DISPATCHER = "dispatcher"
    SORTER = "sorter"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    GRID_WORKER = "grid_worker"
    COMMUNITY_LEAD = "community_lead"
    STREET_LEAD = "street_lead"
    DISTRICT_LEAD = "district_lead"
    PLANNER = "planner"
    APPROVER = "approver"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PROGRAM = "program"


_COORDINATE = frozenset(
    {
        Role.ACCEPTOR,
        Role.DISPATCHER,
        Role.SORTER,
        Role.SUPERVISOR,
        Role.COMMUNITY_LEAD,
        Role.STREET_LEAD,
        Role.DISTRICT_LEAD,
    }
)


def sees_telephones(role: Role | None) -> bool:
    """Whether telephones of people on their posts are shown whole; to nobody who is not named here."""
    return role in _COORDINATE


@dataclass(frozen=True)
class Actor:
    """A person at work: a name, what they work as, and where.

    Until there are accounts this is what the request says; nothing but this place changes when there are.

    Attributes
    ----------
    organisation
        Code of the organisation they work for; None for a grid worker who is in none, and for the program.
    """

    name: str
    role: Role
    organisation: str | None = None

    def principal(self) -> Principal:
        """Whom the transaction runs for."""
        return Principal(self.name)
