"""Who asks. Every transaction runs for a principal; row-level policies read its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from governance.access.roles import Permission, Role
from governance.access.sight import EVERYTHING, NOTHING, Sight

__all__ = ["NIGHTLY", "OPERATOR", "VISITOR", "Actor", "Grant", "Principal"]


@dataclass(frozen=True)
class Grant:
    """A role somebody has, and for whom they work in it.

    Attributes
    ----------
    organisation
        Code of the organisation; None for who is in none.
    """

    role: Role
    organisation: str | None = None


@dataclass(frozen=True)
class Principal:
    """The person or program a transaction runs for. One of whom nothing is said sees nothing and may nothing.

    Attributes
    ----------
    name
        Written into the history as the actor.
    sight
        Which rows are seen.
    permissions
        Which doors are open.
    grants
        The roles they may act in.
    on_behalf
        Whether who acts is taken from what is sent: a machine that speaks for people, or an open server.
    through
        The machine that says so, written into the history beside the person.
    """

    name: str
    sight: Sight = NOTHING
    permissions: frozenset[Permission] = frozenset()
    grants: tuple[Grant, ...] = ()
    on_behalf: bool = False
    through: str | None = None

    @property
    def database_role(self) -> str:
        """The role its statements run under: one sees every row, the other what the claims say."""
        return "gridgov_app" if self.sight.everything else "gridgov_scoped"

    def claims(self) -> Mapping[str, str]:
        """Settings of the transaction, readable in SQL as ``current_setting('gridgov.actor')``."""
        through = {} if self.through is None else {"gridgov.through": self.through}
        return {"gridgov.actor": self.name, **through, **self.sight.claims()}

    def may(self, permission: Permission) -> bool:
        """Whether a door is open."""
        return permission in self.permissions

    def seeing(self, sight: Sight) -> Principal:
        """The same with another sight."""
        return replace(self, sight=sight)


_ALL = frozenset(Permission)

VISITOR = Principal("visitor", EVERYTHING, _ALL, on_behalf=True)
"""Anyone who reaches an open server, which listens on loopback only."""

OPERATOR = Principal("operator", EVERYTHING, _ALL, on_behalf=True)
"""The person at the command line."""

NIGHTLY = Principal("nightly", EVERYTHING)
"""The program itself, doing what is due."""


@dataclass(frozen=True)
class Actor:
    """A person at work: a name, what they work as, and where.

    Attributes
    ----------
    organisation
        Code of the organisation they work for; None for a grid worker who is in none, and for the program.
    sight
        What they see; the command line and the program see everything.
    through
        The machine that speaks for them, if one does.
    """

    name: str
    role: Role
    organisation: str | None = None
    sight: Sight = EVERYTHING
    through: str | None = None

    def principal(self) -> Principal:
        """Whom the transaction runs for."""
        return Principal(self.name, self.sight, through=self.through)
