"""Who asks. Every transaction runs for a principal; row-level policies read its claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from governance.access.roles import Permission, Role, sees_telephones
from governance.access.sight import EVERYTHING, NOTHING, Sight, joined

__all__ = ["NIGHTLY", "OPERATOR", "VISITOR", "Actor", "Grant", "Holding", "Principal"]


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
class Holding:
    """One grant of an account: a role, what it opens, and where. No two add up.

    Attributes
    ----------
    sight
        Which rows are seen by it.
    permissions
        Which doors it opens.
    organisations
        Codes of the organisations it is worked for; the first is the one meant when none is said.
    """

    role: Role
    sight: Sight
    permissions: frozenset[Permission]
    organisations: tuple[str | None, ...] = (None,)


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
    holdings
        The grants of an account, of which sight, permissions and grants are made. A request counts those
        whose role opens its door (`asking`); none: there is nothing to choose from.
    """

    name: str
    sight: Sight = NOTHING
    permissions: frozenset[Permission] = frozenset()
    grants: tuple[Grant, ...] = ()
    on_behalf: bool = False
    through: str | None = None
    holdings: tuple[Holding, ...] = ()
    _asked: dict[Permission, Principal] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def holding(cls, name: str, account: int | None, holdings: Sequence[Holding]) -> Principal:
        """An account with some of its grants."""
        grants = [Grant(each.role, code) for each in holdings for code in each.organisations]
        return cls(
            name,
            joined([each.sight for each in holdings], account),
            frozenset[Permission]().union(*(each.permissions for each in holdings)),
            tuple(dict.fromkeys(grants)),
            holdings=tuple(holdings),
        )

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

    def may_throughout(self, permission: Permission) -> bool:
        """Whether a door is open for every row in sight, not only for those that some of the grants show."""
        return self.may(permission) and self.asking(permission).sight == self.sight

    def asking(self, permission: Permission) -> Principal:
        """The same at a door: only grants whose role opens it count, with their own scopes.

        Asked one after the other, only grants that hold every permission are left.

        >>> planner = Holding(Role.PLANNER, Sight(zones=frozenset({1})), frozenset({Permission.PLANS_DRAW}))
        >>> officer = Holding(Role.OFFICER, Sight(zones=frozenset({2})), frozenset({Permission.CASES_STEP}))
        >>> both = Principal.holding("li", 7, [planner, officer])
        >>> sorted(both.sight.zones), sorted(both.asking(Permission.PLANS_DRAW).sight.zones)
        ([1, 2], [1])
        """
        found = self._asked.get(permission)
        if found is None:
            found = self._asked[permission] = self._keeping(lambda each: permission in each.permissions)
        return found

    def working_as(self, role: Role) -> Principal:
        """The same at work in one role: only its grants count."""
        return self._keeping(lambda each: each.role is role)

    @property
    def telephones(self) -> Sight:
        """Where telephones of people on their posts are shown whole: what coordinating roles see."""
        if self.holdings:
            return self._keeping(lambda each: sees_telephones(each.role)).sight
        return self.sight if any(sees_telephones(grant.role) for grant in self.grants) else NOTHING

    def _keeping(self, keep: Callable[[Holding], bool]) -> Principal:
        kept = [each for each in self.holdings if keep(each)]
        if len(kept) == len(self.holdings):
            return self
        return Principal.holding(self.name, self.sight.account, kept)

    def seeing(self, sight: Sight) -> Principal:
        """The same with another sight."""
        return replace(self, sight=sight, holdings=())


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
