"""Assignment rules as plain values, and what they refer to.

A rule fits an incident when the incident's category is the rule's or lies below it, and the incident lies in
the rule's layer and zone, if it names any. Among fitting rules that yield an organisation, `rank` decides;
it is the order of :mod:`gis.rules.assignment` without its first criterion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from gis.rules.assignment import AssignTo
from gis.words import Words

__all__ = ["MOST_PRIORITY", "RULE_CODE", "CategoryFacts", "LayerFacts", "Rank", "Rule", "World"]

RULE_CODE: Final = r"^[A-Z0-9][A-Za-z0-9._\-]{0,39}$"
"""Form of a rule's code."""
Cardinality = Literal["exactly_one", "at_most_one", "many"]


MOST_PRIORITY: Final = 1_000_000
"""Priorities lie between minus this and this."""


@dataclass(frozen=True)
class Rule:
    """One version of a rule; everything it names is a code.

    ``category`` is a key ``standard_ref:kind:code``, None for any; ``zone`` a code in ``layer``.
    """

    code: str
    assign_to: AssignTo
    organisation: str | None = None
    category: str | None = None
    layer: str | None = None
    zone: str | None = None
    supporting: tuple[str, ...] = ()
    priority: int = 0
    note: Words | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether the version holds at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


@dataclass(frozen=True)
class CategoryFacts:
    """A category: its parent's key, its level (1 class, 2 minor class), whether it is about a component."""

    name: Words
    parent: str | None
    level: int
    about_component: bool = False


@dataclass(frozen=True)
class LayerFacts:
    """A layer: how deep it is, and its zones now, each with the organisation that answers for it (or None).

    ``routed`` is False for layers that routing does not look at; ``gone`` are codes of zones that were.
    """

    depth: int
    zones: Mapping[str, str | None]
    cardinality: Cardinality = "exactly_one"
    routed: bool = True
    gone: frozenset[str] = frozenset()
    with_organisation: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "with_organisation", frozenset(z for z, o in self.zones.items() if o))


class Rank(NamedTuple):
    """The order among fitting rules that yield an organisation; the smaller wins."""

    category_depth: int
    zone: bool
    layer_depth: int
    priority: int
    code: str

    @property
    def equal_but_for_the_code(self) -> tuple[int, bool, int, int]:
        """Everything that is meant; the code only makes the order complete."""
        return self[:4]


@dataclass(frozen=True)
class World:
    """What rules refer to: categories by key, layers by code, names of organisations by code."""

    categories: Mapping[str, CategoryFacts]
    layers: Mapping[str, LayerFacts]
    organisations: Mapping[str, Words]

    def line(self, category: str) -> Iterator[str]:
        """A category and all above it."""
        step: str | None = category
        while step is not None:
            yield step
            step = self.categories[step].parent

    def rank(self, rule: Rule) -> Rank:
        """The place of a rule whose references exist in the order."""
        return Rank(
            -self.categories[rule.category].level if rule.category is not None else 0,
            rule.zone is None,
            -self.layers[rule.layer].depth if rule.layer is not None else 0,
            -rule.priority,
            rule.code,
        )
