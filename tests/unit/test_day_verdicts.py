"""The verdict on a grid's day follows fixed rules, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from governance.patrols.day_reports import Quality, Quantity, judged


def quantity(**changes: int) -> Quantity:
    plain = {
        "reports": 4, "self_handled": 3, "escalated": 1, "points_seen": 3, "points": 4, "tasks": 1,
        "tasks_done": 1, "tasks_late": 0,
    }  # fmt: skip
    return Quantity(**(plain | changes))


def quality(**changes: Any) -> Quality:
    plain = {"effective": 4, "rejected": 0, "reworked": 0, "with_photo": 4, "effective_rate": 1.0}
    return Quality(**(plain | changes))


@pytest.mark.parametrize(
    ("much", "well", "staffed", "over", "verdict", "reasons"),
    [
        (quantity(), quality(), True, True, "good", 0),
        (quantity(), quality(), False, True, "vacant", 1),
        (quantity(), quality(), True, False, "not_over", 1),
        (quantity(tasks_late=1), quality(), True, True, "attention", 1),
        (quantity(points_seen=1), quality(), True, True, "attention", 1),
        (quantity(points_seen=2), quality(), True, True, "good", 0),
        (quantity(points=0, points_seen=0), quality(), True, True, "good", 0),
        (quantity(), quality(effective=3, rejected=1, effective_rate=0.75), True, True, "attention", 1),
        (quantity(), quality(effective_rate=0.9), True, True, "good", 0),
        (quantity(tasks_late=2, points_seen=0), quality(reworked=1), True, True, "attention", 3),
        (
            quantity(reports=0, points=0, points_seen=0, tasks_done=0),
            quality(effective_rate=None),
            True,
            True,
            "no_record",
            1,
        ),
        (
            quantity(reports=0, points=0, points_seen=0, tasks_done=1),
            quality(effective_rate=None),
            True,
            True,
            "good",
            0,
        ),
    ],
)
def test_verdict_and_reasons(
    much: Quantity, well: Quality, staffed: bool, over: bool, verdict: str, reasons: int
) -> None:
    told = judged(much, well, staffed=staffed, over=over)
    assert (told.verdict, len(told.reasons)) == (verdict, reasons)
    assert all(reason.zh and reason.en for reason in told.reasons)
