"""Rules over columns decide as rules over one incident do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.rules.assignment import AssignTo, Candidate, Party, decide
from gis.rules.trial import Evidence, Ground, TrialRule, winners
from gis.words import Words

# Layer: depth, and zones with the organisation that answers for each (0: none).
LAYERS = {"police": (5, {1: 11, 2: 0}), "park": (4, {3: 0, 4: 14, 5: 15})}
LINES = {1: {1}, 2: {1, 2}, 3: {3}}


@st.composite
def some_rules(draw: st.DrawFn) -> list[tuple[TrialRule, int | None, int]]:
    """Rules with their category and priority."""
    rules = []
    for _ in range(draw(st.integers(0, 6))):
        layer = draw(st.sampled_from([None, *LAYERS]))
        zone = draw(st.sampled_from([None, *LAYERS[layer][1]])) if layer else None
        roles: list[AssignTo] = ["organisation", "facility_owner", "facility_maintainer"]
        role = draw(st.sampled_from([*roles, "zone_organisation"] if layer else roles))
        rule = TrialRule(role, draw(st.integers(1, 3)) if role == "organisation" else 0, layer, zone)
        rules.append((rule, draw(st.sampled_from([None, *LINES])), draw(st.integers(0, 1))))
    return rules


incidents = st.lists(
    st.tuples(
        st.sampled_from(sorted(LINES)),
        st.sampled_from([(), (1,), (2,)]),
        st.sampled_from([(), (3,), (4,), (3, 4), (4, 5), (3, 4, 5)]),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=8,
)


@given(some_rules(), incidents)
def test_columns_decide_as_one_by_one(
    drawn: list[tuple[TrialRule, int | None, int]],
    asked: list[tuple[int, tuple[int, ...], tuple[int, ...], int, int]],
) -> None:
    def candidate(
        position: int, case: tuple[int, tuple[int, ...], tuple[int, ...], int, int]
    ) -> Candidate | None:
        rule, root, priority = drawn[position]
        _, police, park, owner, keeper = case
        ground = 0
        if rule.layer is not None:
            there = [z for z in {"police": police, "park": park}[rule.layer] if rule.zone in (None, z)]
            if not there:
                return None
            ground = there[0]
        number = {
            "organisation": rule.organisation,
            "zone_organisation": LAYERS[rule.layer][1][ground] if rule.layer else 0,
            "facility_owner": owner,
            "facility_maintainer": keeper,
        }[rule.assign_to]
        return Candidate(
            f"R{position}", rule.assign_to, Party(str(number), Words("", "")) if number else None,
            priority=priority, category=None if root is None else str(root),
            category_depth=0 if root is None else len(LINES[root]), layer=rule.layer,
            layer_depth=LAYERS[rule.layer][0] if rule.layer else 0, zone=str(ground) if rule.layer else None,
            names_zone=rule.zone is not None,
        )  # fmt: skip

    def rank(position: int) -> tuple[int, bool, int, int, str]:
        rule, root, priority = drawn[position]
        depth = LAYERS[rule.layer][0] if rule.layer else 0
        return (
            0 if root is None else -len(LINES[root]),
            rule.zone is None,
            -depth,
            -priority,
            f"R{position}",
        )

    def ground(layer: str, column: int, width: int) -> Ground:
        zones = np.zeros((len(asked), width), dtype=np.int64)
        for row, case in enumerate(asked):
            there = (case[1], case[2])[column]
            zones[row, : len(there)] = there
        answering = np.vectorize(lambda zone: LAYERS[layer][1].get(zone, 0), otypes=[np.int64])(zones)
        return Ground(zones, answering)

    def numbers(column: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([case[column] for case in asked], dtype=np.int64)

    fitting = {
        category: sorted(
            (p for p, (_, root, _) in enumerate(drawn) if root is None or root in line), key=rank
        )
        for category, line in LINES.items()
    }
    grounds = {"police": ground("police", 0, 1), "park": ground("park", 1, 3)}
    evidence = Evidence(numbers(0), np.arange(len(asked)), numbers(3), numbers(4), grounds)
    rule, organisation = winners([each for each, _, _ in drawn], fitting, evidence)
    for k, case in enumerate(asked):
        fits = [candidate(p, case) for p in fitting[case[0]]]
        decision = decide([fit for fit in fits if fit is not None])
        said = (
            (decision.winner.rule, decision.responsible.code)
            if decision.winner and decision.responsible
            else None
        )
        assert said == ((f"R{rule[k]}", str(organisation[k])) if rule[k] >= 0 else None)


def test_no_incident_and_no_such_layer() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert [len(each) for each in winners([], {}, Evidence(nothing, nothing, nothing, nothing, {}))] == [0, 0]
    one = np.ones(1, dtype=np.int64)
    evidence = Evidence(one, np.zeros(1, dtype=np.int64), one, one, {})
    rule, organisation = winners([TrialRule("organisation", 7, "moon")], {1: [0]}, evidence)
    assert (rule.tolist(), organisation.tolist()) == ([-1], [0])
