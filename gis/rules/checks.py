"""Checks of a whole rule set over time: dangling, unreachable and ambiguous rules, categories left out.

A fault is told once. A rule is called unreachable only when none of its time leaves it a chance; a temporary
rule above it is no fault. The other faults count as soon as they occur at some time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from gis.rules.findings import MOST_EXAMPLES, Finding, FindingCode, listed
from gis.rules.reach import Tie, fitting, ties, unreachable
from gis.rules.references import reference_findings
from gis.rules.rule import Rule, World
from gis.words import Words

__all__ = ["check_rules", "left_out", "moments"]

# After these a rule can still be compared with others.
_HARMLESS: set[FindingCode] = {"some_zones_without_organisation", "some_without_facility", "support_is_lead"}


def check_rules(versions: Sequence[Rule], since: datetime, world: World) -> list[Finding]:
    """All faults of rule versions from a moment on, errors first."""
    alive = [rule for rule in versions if rule.valid_to is None or rule.valid_to > since]
    findings = list(dict.fromkeys(found for rule in alive for found in reference_findings(rule, world)))
    broken = {
        id(rule)
        for rule in alive
        if any(found.code not in _HARMLESS for found in reference_findings(rule, world))
    }
    sound = [rule for rule in alive if id(rule) not in broken]
    beaten: dict[int, list[str]] = {}
    reached: set[int] = set()
    tied: dict[tuple[str, str], Tie] = {}
    holes: dict[str, bool] = {}
    for moment in moments(sound, since):
        here = [rule for rule in sound if rule.in_force(moment)]
        out = unreachable(here, world)
        for rule in here:
            if rule.code in out:
                beaten.setdefault(id(rule), out[rule.code])
            else:
                reached.add(id(rule))
        for tie in ties(here, world):
            tied.setdefault((tie.winner, tie.loser), tie)
        for category, any_rule in left_out(here, world).items():
            holes[category] = holes.get(category, True) and any_rule
    findings += [
        _unreachable(rule, beaten[id(rule)])
        for rule in sound
        if id(rule) in beaten and id(rule) not in reached
    ]
    findings += [_ambiguous(tie, world) for tie in tied.values()]
    findings += _holes(holes, world)
    return sorted(findings, key=lambda found: (found.level, found.rule is None, found.rule or "", found.code))


def moments(versions: Iterable[Rule], since: datetime) -> list[datetime]:
    """A moment and all later ones at which the rules in force change."""
    ends = {end for rule in versions for end in (rule.valid_from, rule.valid_to) if end and end > since}
    return sorted({since, *ends})


def left_out(rules: Sequence[Rule], world: World) -> dict[str, bool]:
    """Categories that no rule names, directly or by a class above; whether a rule for any category fits."""
    return {
        category: bool(here)
        for category, here in fitting(rules, world).items()
        if all(rule.category is None for rule in here)
    }


def _unreachable(rule: Rule, by: Sequence[str]) -> Finding:
    others = listed(by)
    return Finding(
        "unreachable",
        Words(
            f"规则 {rule.code} 永远不起作用：凡适用之处，{others.zh} 都优先",
            f"rule {rule.code} never decides: wherever it fits, {others.en} goes first",
        ),
        rule=rule.code,
        others=tuple(by),
    )


def _ambiguous(tie: Tie, world: World) -> Finding:
    return Finding(
        "ambiguous",
        Words(
            f"规则 {tie.winner} 与 {tie.loser} 同等具体、优先级相同，仅按编码由 {tie.winner} 决定",
            f"rules {tie.winner} and {tie.loser} are equally specific and of equal priority; "
            f"only its code lets {tie.winner} decide",
        ),
        rule=tie.loser,
        others=(tie.winner,),
        field="priority",
        examples=_named(tie.categories, world),
        count=len(tie.categories),
    )


def _holes(holes: dict[str, bool], world: World) -> list[Finding]:
    bare = [category for category, any_rule in holes.items() if not any_rule]
    caught = [category for category, any_rule in holes.items() if any_rule]
    found = []
    if bare:
        found.append(
            Finding(
                "no_rule",
                Words(
                    f"{len(bare)} 个类别没有任何规则，将转人工分拨",
                    f"{len(bare)} categories have no rule at all; they go to the sorting desk",
                ),
                examples=_named(bare, world),
                count=len(bare),
            )
        )
    if caught:
        found.append(
            Finding(
                "fallback",
                Words(
                    f"{len(caught)} 个类别只有兜底规则（不限类别）",
                    f"{len(caught)} categories have only the fallback (rules for any category)",
                ),
                examples=_named(caught, world),
                count=len(caught),
            )
        )
    return found


def _named(categories: Iterable[str], world: World) -> tuple[tuple[str, Words], ...]:
    return tuple((key, world.categories[key].name) for key in list(categories)[:MOST_EXAMPLES])
