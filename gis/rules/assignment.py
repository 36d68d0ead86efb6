"""Which organisation is responsible: candidate rules in one complete order, with the reason.

The order, first criterion first (the SQL statement ``routing/route_place`` sorts by the same):

1. ``no_organisation``: a rule that yields an organisation before one that yields none
2. ``category_depth``: the deeper category; a rule for any category has depth 0
3. ``zone``: a rule that names a zone before one that names only a layer, or nothing
4. ``layer_depth``: the deeper layer; a rule without a layer has depth 0
5. ``priority``: the higher number
6. ``code``: the lower rule code, in byte order

so the sort key is ``(no organisation, -category_depth, not names_zone, -layer_depth, -priority, code)``.
Two rules never tie, because codes are unique. A runner-up *lost by* the first criterion in which it
differs from the winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gis.errors import RuleError
from gis.words import Words

AssignTo = Literal["organisation", "zone_organisation", "facility_owner", "facility_maintainer"]
Criterion = Literal["no_organisation", "category_depth", "zone", "layer_depth", "priority", "code"]

CRITERIA: Final[tuple[Criterion, ...]] = (
    "no_organisation",
    "category_depth",
    "zone",
    "layer_depth",
    "priority",
    "code",
)


@dataclass(frozen=True)
class Party:
    """An organisation by its code and names."""

    code: str
    name: Words


@dataclass(frozen=True)
class Candidate:
    """A rule that fits the place, the category and the moment, with everything it resolves to.

    ``category`` and ``layer`` are None for a rule that is open to any; ``zone`` is the zone the place lies
    in, in the rule's layer, and ``names_zone`` says whether the rule is for this zone alone.
    ``organisation`` is None if the rule yields none here (a zone without organisation, no facility).
    """

    rule: str
    assign_to: AssignTo
    organisation: Party | None
    priority: int = 0
    category: str | None = None
    category_name: Words | None = None
    category_depth: int = 0
    layer: str | None = None
    layer_name: Words | None = None
    layer_depth: int = 0
    zone: str | None = None
    zone_name: Words | None = None
    names_zone: bool = False
    note: Words | None = None

    def __post_init__(self) -> None:
        if self.names_zone and (self.layer is None or self.zone is None):
            raise RuleError(
                Words(
                    f"规则 {self.rule} 指定了网格，却没有图层", f"rule {self.rule} names a zone but no layer"
                )
            )
        if (self.category is None) != (self.category_depth == 0):
            raise RuleError(
                Words(f"规则 {self.rule} 的类别与深度不符", f"rule {self.rule}: category and depth disagree")
            )

    @property
    def order(self) -> tuple[bool, int, bool, int, int, str]:
        """Sort key, best first; one element per criterion."""
        return (
            self.organisation is None,
            -self.category_depth,
            not self.names_zone,
            -self.layer_depth,
            -self.priority,
            # Python compares strings by code point, which is the byte order of UTF-8.
            self.rule,
        )


@dataclass(frozen=True)
class RunnerUp:
    """A rule that also fitted, and the criterion by which it lost to the winner."""

    candidate: Candidate
    lost_by: Criterion


@dataclass(frozen=True)
class Decision:
    """The outcome: the winner (None if no rule yields an organisation), the others, the reason.

    Attributes
    ----------
    fallback
        Only a rule for any category won: territorial responsibility.
    reason_codes
        The reason for programs, see `decide`.
    reason
        The reason as one sentence.
    """

    winner: Candidate | None
    runners_up: tuple[RunnerUp, ...]
    fallback: bool
    reason_codes: tuple[str, ...]
    reason: Words

    @property
    def responsible(self) -> Party | None:
        """The organisation that is responsible."""
        return self.winner.organisation if self.winner else None


def lost_by(loser: Candidate, winner: Candidate) -> Criterion:
    """The first criterion in which a candidate is worse than the winner.

    Raises
    ------
    RuleError
        It is not worse: the same rule twice, or the wrong way round.
    """
    for criterion, worse, better in zip(CRITERIA, loser.order, winner.order, strict=True):
        if worse != better:
            if worse < better:  # type: ignore[operator]
                break
            return criterion
    raise RuleError(
        Words(
            f"规则 {loser.rule} 并不劣于 {winner.rule}", f"rule {loser.rule} is not below rule {winner.rule}"
        )
    )


def decide(candidates: Iterable[Candidate], *, subject: Words | None = None) -> Decision:
    """Put fitting rules in order and say why the first one decides.

    Parameters
    ----------
    candidates
        Rules that fit, in any order; rule codes are unique.
    subject
        Name of the incident's category, for the sentence.

    Returns
    -------
    Decision
        Its ``reason_codes`` are, in this order: ``assigned`` or ``unassigned``; then of the winner
        ``rule:<code>``, ``category:<key>`` or ``any_category``, ``zone:<layer>:<code>`` (named by the
        rule) or ``layer:<layer>:<code>`` (its layer), ``assign_to:<what>``, ``fallback``; and
        ``won_by:<criterion>`` against the best runner-up.

    >>> water = Party("WATER", Words("供水公司", "Water company"))
    >>> street = Party("ST1", Words("中韩街道办事处", "Zhonghan Subdistrict Office"))
    >>> manhole = Words("供水井盖", "Water supply manhole cover")
    >>> decision = decide([
    ...     Candidate("R2", "zone_organisation", street, layer="subdistrict",
    ...               layer_name=Words("街道", "Subdistrict"), layer_depth=2, zone="370212001",
    ...               zone_name=Words("中韩街道", "Zhonghan")),
    ...     Candidate("R1", "organisation", water, category="S:component:01001", category_name=manhole,
    ...               category_depth=2),
    ... ], subject=manhole)
    >>> print(decision.reason.en)
    "Water supply manhole cover": rule R1 for this category assigns it to Water company.
    >>> decision.runners_up[0].lost_by
    'category_depth'
    """
    ranked = sorted(candidates, key=lambda candidate: candidate.order)
    if not ranked or ranked[0].organisation is None:
        losers = tuple(RunnerUp(candidate, "no_organisation") for candidate in ranked)
        return Decision(None, losers, False, ("unassigned",), _unassigned(ranked, subject))
    winner = ranked[0]
    runners_up = tuple(RunnerUp(candidate, lost_by(candidate, winner)) for candidate in ranked[1:])
    fallback = winner.category is None
    codes = ["assigned", f"rule:{winner.rule}"]
    codes.append("any_category" if winner.category is None else f"category:{winner.category}")
    if winner.layer is not None:
        codes.append(f"{'zone' if winner.names_zone else 'layer'}:{winner.layer}:{winner.zone}")
    codes.append(f"assign_to:{winner.assign_to}")
    if fallback:
        codes.append("fallback")
    if runners_up:
        codes.append(f"won_by:{runners_up[0].lost_by}")
    return Decision(winner, runners_up, fallback, tuple(codes), _assigned(winner, subject))


def _assigned(winner: Candidate, subject: Words | None) -> Words:
    organisation = winner.organisation
    assert organisation is not None
    what_zh = f"“{subject.zh}”" if subject else "此处"
    what_en = f'"{_english(subject)}"' if subject else "Here"
    if winner.layer is not None and winner.zone is not None:
        # A layer's English name is a plural, and a zone's name says what it is.
        layer, zone = _plain(winner.layer_name, winner.layer), _plain(winner.zone_name, winner.zone)
        what_zh += f"位于{layer.zh}“{zone.zh}”"
        what_en += f' in "{zone.en}"'
    if winner.category is None and subject is None:
        by_zh = f"未指明类别，按属地规则 {winner.rule}"
        by_en = f"no category is given, territorial rule {winner.rule}"
    elif winner.category is None:
        by_zh = f"没有针对此类别的规则，按属地规则 {winner.rule}"
        by_en = f"no rule for this category fits, territorial rule {winner.rule}"
    elif winner.category_name is None or winner.category_name == subject:
        by_zh, by_en = f"按针对此类别的规则 {winner.rule}", f"rule {winner.rule} for this category"
    else:
        by_zh = f"按针对“{winner.category_name.zh}”的规则 {winner.rule}"
        by_en = f'rule {winner.rule} for "{_english(winner.category_name)}"'
    role = _ROLES[winner.assign_to]
    return Words(
        f"{what_zh}，{by_zh}，由{role.zh}{organisation.name.zh}负责。",
        f"{what_en}: {by_en} assigns it to {role.en}{_english(organisation.name)}.",
    )


_ROLES: Final[dict[AssignTo, Words]] = {
    "organisation": Words("", ""),
    "zone_organisation": Words("该区域的责任单位", "the organisation that answers for this zone, "),
    "facility_owner": Words("所涉设施的权属单位", "the owner of the facility concerned, "),
    "facility_maintainer": Words("所涉设施的养护单位", "the maintainer of the facility concerned, "),
}


def _unassigned(ranked: Sequence[Candidate], subject: Words | None) -> Words:
    what_zh = f"“{subject.zh}”" if subject else "此事"
    what_en = f'"{_english(subject)}"' if subject else "This"
    if not ranked:
        return Words(
            f"{what_zh}：没有适用的规则，转人工分拨。",
            f"{what_en}: no rule fits; it goes to the sorting desk.",
        )
    return Words(
        f"{what_zh}：适用的 {len(ranked)} 条规则都得不出负责单位，转人工分拨。",
        f"{what_en}: {len(ranked)} rule(s) fit but yield no organisation; it goes to the sorting desk.",
    )


def _plain(name: Words | None, code: str) -> Words:
    return Words(code, code) if name is None else Words(name.zh, _english(name))


def _english(name: Words | None) -> str:
    """The English name, or the Chinese one where there is none."""
    return "" if name is None else (name.en or name.zh)
