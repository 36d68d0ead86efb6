"""What can be wrong with assignment rules, each kind with its words and its level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gis.words import Words

__all__ = ["LEVELS", "MOST_EXAMPLES", "Finding", "FindingCode", "Level", "listed"]

Level = Literal["error", "warning"]
FindingCode = Literal[
    "unknown_category", "unknown_layer", "inactive_layer", "empty_layer", "layer_missing", "unknown_zone",
    "retired_zone", "unknown_organisation", "organisation_missing", "organisation_superfluous",
    "no_zone_organisation", "some_zones_without_organisation", "no_facility", "some_without_facility",
    "support_is_lead", "in_the_past", "retroactive", "ends_before_it_begins", "unreachable", "ambiguous",
    "fallback", "no_rule",
]  # fmt: skip

LEVELS: Final[dict[FindingCode, Level]] = {
    "unknown_category": "error",
    "unknown_layer": "error",
    "inactive_layer": "error",
    "empty_layer": "error",
    "layer_missing": "error",
    "unknown_zone": "error",
    "retired_zone": "error",
    "unknown_organisation": "error",
    "organisation_missing": "error",
    "organisation_superfluous": "error",
    "no_zone_organisation": "error",
    "some_zones_without_organisation": "warning",
    "no_facility": "error",
    "some_without_facility": "warning",
    "support_is_lead": "warning",
    "in_the_past": "error",
    "retroactive": "warning",
    "ends_before_it_begins": "error",
    "unreachable": "error",
    "ambiguous": "warning",
    "fallback": "warning",
    "no_rule": "warning",
}

MOST_EXAMPLES = 10
"""Examples a finding carries; the rest is counted."""


@dataclass(frozen=True)
class Finding:
    """One fault of a rule set.

    Attributes
    ----------
    rule
        The rule at fault; None where the whole set is meant.
    others
        Rules that take part in it, best first.
    field
        The field of the rule at fault.
    examples, count
        Things it is about (code and name), at most `MOST_EXAMPLES`, and how many there are.
    """

    code: FindingCode
    message: Words
    rule: str | None = None
    others: tuple[str, ...] = ()
    field: str | None = None
    examples: tuple[tuple[str, Words], ...] = ()
    count: int = 0

    @property
    def level(self) -> Level:
        """An error refuses the change that brings it; a warning is only told."""
        return LEVELS[self.code]

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for the same fault in two rule sets."""
        return (self.code, self.rule, self.others, self.field)


def listed(codes: Iterable[str], *, most: int = 5) -> Words:
    """Codes for a sentence, the first few of them."""
    found: Sequence[str] = list(codes)
    shown = found[:most]
    if len(found) > most:
        return Words(
            f"{'、'.join(shown)} 等 {len(found)} 个", f"{', '.join(shown)} and {len(found) - most} more"
        )
    return Words("、".join(shown), ", ".join(shown))
