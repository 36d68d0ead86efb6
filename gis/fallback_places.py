"""Coordinates a geocoder falls back to, found from what the incidents there say.

Where a system cannot find an address it puts the incident at a default: the middle of the city, of a street,
of a district. Such a coordinate gathers incidents of many different addresses. A busy real place, a hospital
or a housing block, gathers many incidents, too, but of one address: among 1,000 reports to New York's 311 on
one evening the most frequent coordinate has 19 (1.9 %), all of one house, and no coordinate has more than two
spellings (``tests/fixtures/nyc``). How many share a coordinate therefore only chooses what is looked at;
what decides is that the addresses contradict each other, or contradict the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gis.addresses import AddressKey, address_key
from gis.words import Words

__all__ = [
    "AddressCount",
    "Evidence",
    "Ground",
    "Nearby",
    "Rule",
    "Verdict",
    "effective_number",
    "judge_shared_place",
]

Ground = Literal["many_addresses", "contradicting_addresses"]
EXAMPLES = 5
LEAST_MIXED = 2.5
"""Effective number of addresses below which a contradiction is a mistake about one address."""


@dataclass(frozen=True)
class Rule:
    """When a shared coordinate is held to be a fallback. The defaults are explained in ``docs/places.md``.

    Attributes
    ----------
    min_incidents, min_share
        Coordinates with fewer incidents than the greater of the two (a number; a share of all incidents with
        a place) are not looked at.
    min_addresses
        Ground ``many_addresses``: the effective number of different addresses (see `effective_number`). A
        place on a corner has two, one inside four streets four; eight leave room for slips of the pen.
    min_contradicting
        Ground ``contradicting_addresses``: share of incidents whose address names a street or an area that
        is not here, among those whose address names a known one.
    min_read
        Share of the incidents at the coordinate whose address must say something; the silent ones prove
        nothing.
    tolerance_m
        A street or area nearer than this, in metres, is here: addresses are given from memory.
    """

    min_incidents: int = 20
    min_share: float = 0.00005
    min_addresses: float = 8.0
    min_contradicting: float = 0.5
    min_read: float = 0.25
    tolerance_m: float = 500.0

    def least(self, total: int) -> float:
        """How many incidents make a coordinate worth looking at, among so many with a place.

        >>> Rule().least(10_000), Rule().least(3_000_000)
        (20, 150.0)
        """
        return max(self.min_incidents, self.min_share * total)


class AddressCount(NamedTuple):
    """An address as written and how many incidents at the coordinate have it."""

    text: str
    incidents: int


class Nearby(NamedTuple):
    """A named street or area: how far from the coordinate in metres, and how fine (streets finest)."""

    distance_m: float
    depth: int


class Evidence(NamedTuple):
    """What the addresses at a coordinate say.

    ``given`` incidents have an address, ``read`` one that names a street or an area; ``different`` names,
    ``effective`` as in `effective_number`; of ``checked`` incidents (naming something known),
    ``contradicting`` name only what is not here.
    """

    given: int
    read: int
    different: int
    effective: float
    checked: int
    contradicting: int
    examples: tuple[str, ...]


class Verdict(NamedTuple):
    """The judgement: a fallback when there are ``grounds``."""

    incidents: int
    share: float
    grounds: tuple[Ground, ...]
    evidence: Evidence

    @property
    def fallback(self) -> bool:
        """Whether the coordinate is held to be a fallback."""
        return bool(self.grounds)

    @property
    def words(self) -> Words:
        """The numbers in a sentence."""
        found = self.evidence
        share = f"{self.share * 100:.2g}"
        zh = [f"{self.incidents} 件事件（占 {share}%）共用同一坐标"]
        en = [f"{self.incidents} incidents ({share} %) share one coordinate"]
        if found.given:
            zh.append(f"其中 {found.given} 件写有地址，指向 {found.different} 处不同的地方")
            en.append(f"{found.given} of them with addresses of {found.different} different places")
        if found.contradicting:
            zh.append(f"{found.contradicting} 件的地址与该坐标矛盾")
            en.append(f"{found.contradicting} addresses name what is not there")
        return Words("，".join(zh) + "。", ", ".join(en) + ".")


def effective_number(counts: Iterable[int]) -> float:
    """How many equally frequent kinds would be as mixed: 1 / Σ share² (Simpson's index, inverted).

    One address with a few slips of the pen stays near 1, however many slips there are.

    >>> effective_number([10, 10, 10, 10]), round(effective_number([96, 1, 1, 1, 1]), 2)
    (4.0, 1.08)
    """
    known = list(counts)
    whole = sum(known)
    return whole**2 / sum(n**2 for n in known) if whole else 0.0


def judge_shared_place(
    incidents: int,
    total: int,
    addresses: Sequence[AddressCount],
    rule: Rule,
    *,
    around: Mapping[str, Nearby] | None = None,
    areas_in: Callable[[str], Iterable[str]] = lambda _: (),
) -> Verdict:
    """Judge one coordinate.

    Parameters
    ----------
    incidents, total
        Incidents at the coordinate, and all with a place.
    addresses
        The addresses of the incidents there, each as written, with its count; empty ones left out.
    rule
        The thresholds.
    around
        Streets and areas of the city by name, those that the addresses name at least: how far each is.
        Names not in it are not known and contradict nothing.
    areas_in
        Names of areas (districts, communities) that a text contains.

    >>> one_house = [AddressCount("香港东路195号", 400), AddressCount("香港东路 195 号门前", 30)]
    >>> judge_shared_place(430, 10_000, one_house, Rule()).fallback
    False
    >>> anywhere = [AddressCount(f"香港东路{n}号", 2) for n in range(1, 200)]
    >>> judge_shared_place(430, 10_000, anywhere, Rule()).grounds
    ('many_addresses',)
    """
    around = around or {}
    named: Counter[object] = Counter()
    given = read = checked = contradicting = 0
    for text, count in addresses:
        given += count
        key, areas = address_key(text), tuple(areas_in(text))
        if key is None and not areas:
            continue
        read += count
        named[key or areas] += count
        here = _is_here(key, areas, around, rule.tolerance_m)
        if here is not None:
            checked += count
            contradicting += 0 if here else count
    commonest = sorted(addresses, key=lambda each: (-each.incidents, each.text))[:EXAMPLES]
    effective = effective_number(named.values())
    evidence = Evidence(
        given, read, len(named), effective, checked, contradicting, tuple(each.text for each in commonest)
    )
    grounds: list[Ground] = []
    if incidents >= rule.least(total):
        if read >= rule.min_read * incidents and effective >= rule.min_addresses:
            grounds.append("many_addresses")
        if (
            checked >= rule.min_read * incidents
            and contradicting >= rule.min_contradicting * checked > 0
            and effective >= LEAST_MIXED
        ):
            grounds.append("contradicting_addresses")
    return Verdict(incidents, incidents / total if total else 0.0, tuple(grounds), evidence)


def _is_here(
    key: AddressKey | None, areas: Sequence[str], around: Mapping[str, Nearby], tolerance_m: float
) -> bool | None:
    """Whether the finest known things an address names are here; None where it names nothing known."""
    known = [around[name] for name in (*(key.streets if key else ()), *areas) if name in around]
    if not known:
        return None
    finest = max(each.depth for each in known)
    return any(each.distance_m <= tolerance_m for each in known if each.depth == finest)
