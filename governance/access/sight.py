"""Which rows somebody may see: the definition, in plain Python.

PostgreSQL enforces it by row-level security (``migrations/functions/*/row_security.sql``) for every
statement; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["EVERYTHING", "NOTHING", "IncidentFacts", "Sight", "joined"]


class IncidentFacts(Protocol):
    """What of an incident decides who sees it; identifiers are those of the database."""

    @property
    def zone_ids(self) -> frozenset[int]:
        """Zones of all layers it lies in, as it was routed last."""
        ...

    @property
    def organisation_id(self) -> int | None:
        """Who is responsible."""
        ...

    @property
    def concerned_ids(self) -> frozenset[int]:
        """Organisations that have or had a work order for it."""
        ...

    @property
    def account_id(self) -> int | None:
        """The account that reported it."""
        ...


@dataclass(frozen=True)
class Sight:
    """What of the stored rows somebody may see. Two with the same sight get the same answers.

    Attributes
    ----------
    everything
        Every row there is.
    zones
        Zones whose rows are seen, with all zones below them today; identifiers of the database, any layer.
    roots
        Of these the ones that were granted themselves. An incident names all zones it lies in, so that it is
        seen by them alone, and an index is asked for few keys. Empty: all of ``zones``.
    organisations
        Organisations whose work is seen, with all below them.
    account
        Own reports are seen wherever they lie.
    households
        Whether households inside ``zones`` are seen one by one; without it only counts are told.
    reporters
        Whether contact data of reporters are read; stated for one audited transaction only.
    """

    everything: bool = False
    zones: frozenset[int] = frozenset()
    roots: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()
    account: int | None = None
    households: bool = False
    reporters: bool = False

    def sees(self, incident: IncidentFacts) -> bool:
        """Whether an incident is seen.

        >>> from types import SimpleNamespace
        >>> own = SimpleNamespace(
        ...     zone_ids=frozenset({3, 7}), organisation_id=5, concerned_ids=frozenset({9}), account_id=None
        ... )
        >>> Sight(zones=frozenset({7})).sees(own), Sight(organisations=frozenset({9})).sees(own)
        (True, True)
        >>> Sight(zones=frozenset({8}), organisations=frozenset({3})).sees(own), Sight().sees(own)
        (False, False)
        """
        return (
            self.everything
            or not (self.roots or self.zones).isdisjoint(incident.zone_ids)
            or incident.organisation_id in self.organisations
            or not self.organisations.isdisjoint(incident.concerned_ids)
            or (self.account is not None and self.account == incident.account_id)
        )

    def covers(self, other: Sight) -> bool:
        """Whether all that another sight of the same account shows is seen.

        >>> wide, narrow = Sight(zones=frozenset({7, 8})), Sight(zones=frozenset({8}))
        >>> wide.covers(narrow), narrow.covers(wide), EVERYTHING.covers(wide), wide.covers(EVERYTHING)
        (True, False, True, False)
        >>> Sight(everything=True).covers(Sight(zones=frozenset({8}), households=True))
        False
        """
        if other.households and not self.households:
            return False
        return self.everything or not (
            other.everything or other.zones - self.zones or other.organisations - self.organisations
        )

    def claims(self) -> Mapping[str, str]:
        """The sight as settings of a transaction; policies read them."""
        personal = {
            "gridgov.account": "" if self.account is None else str(self.account),
            "gridgov.households": _switch(self.households),
            "gridgov.reporters": _switch(self.reporters),
        }
        if self.everything:
            return personal
        return personal | {
            "gridgov.zones": _listed(self.zones),
            "gridgov.roots": _listed(self.roots or self.zones),
            "gridgov.organisations": _listed(self.organisations),
        }


def _listed(identifiers: frozenset[int]) -> str:
    return ",".join(map(str, sorted(identifiers)))


def _switch(value: bool) -> str:
    return "on" if value else "off"


def joined(sights: Sequence[Sight], account: int | None) -> Sight:
    """What several grants of an account show that all open the same door.

    Households one by one are left out where only some of those that show land have them: a count over the
    land of several tells nothing of one.

    >>> one = Sight(zones=frozenset({1, 2}), roots=frozenset({1}), households=True)
    >>> other = Sight(zones=frozenset({5}))
    >>> both = joined([one, other], 7)
    >>> sorted(both.zones), sorted(both.roots), both.households, both.account
    ([1, 2, 5], [1, 5], False, 7)
    """
    wide = [each for each in sights if each.everything]
    if wide:
        return Sight(everything=True, account=account, households=any(each.households for each in wide))
    none: frozenset[int] = frozenset()
    land = [each for each in sights if each.zones]
    return Sight(
        zones=none.union(*(each.zones for each in land)),
        roots=none.union(*(each.roots or each.zones for each in land)),
        organisations=none.union(*(each.organisations for each in sights)),
        account=account,
        households=bool(land) and all(each.households for each in land),
    )


EVERYTHING = Sight(everything=True, households=True)
NOTHING = Sight()
