"""Who may do what with urgent tasks, and what a plan makes of receipts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from governance.access import Actor, Role
from governance.patrols.urgent_task_rules import (
    ReceiptState,
    follow_plan,
    may_answer,
    may_issue,
    may_remind,
    remind_at,
)

W, A, D = ReceiptState.WAITING, ReceiptState.ACKNOWLEDGED, ReceiptState.DONE
MOVED, RELEASED = ReceiptState.MOVED, ReceiptState.RELEASED
CODES = {n: f"G{n}" for n in range(1, 10)}


@pytest.mark.parametrize("role", list(Role))
def test_only_the_top_issues_and_only_grids_answer(role: Role) -> None:
    actor = Actor("某人", role)
    assert (may_issue(actor) is None) == (
        role in ("district_lead", "street_lead", "dispatcher", "administrator")
    )
    assert (may_answer(actor, here=True, elsewhere=False) is None) == (
        role in ("grid_worker", "community_lead", "street_lead")
    )
    assert (may_remind(actor) is None) == (may_issue(actor) is None or role == "community_lead")


@pytest.mark.parametrize(
    ("here", "elsewhere", "may"),
    [(True, False, True), (True, True, True), (False, True, False), (False, False, True)],
)
def test_a_worker_of_another_grid_does_not_answer(here: bool, elsewhere: bool, may: bool) -> None:
    assert (may_answer(Actor("王", Role.GRID_WORKER), here=here, elsewhere=elsewhere) is None) == may
    # The lead of the community may, whatever posts they hold.
    assert may_answer(Actor("王", Role.COMMUNITY_LEAD), here=here, elsewhere=elsewhere) is None


def test_the_reminder_comes_after_three_quarters_of_the_time() -> None:
    issued = datetime(2026, 11, 27, 8, tzinfo=UTC)  # a Friday
    assert remind_at(issued, datetime(2026, 11, 27, 20, tzinfo=UTC)) == datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert remind_at(issued, issued) == issued


@pytest.mark.parametrize(
    ("receipts", "lineage", "alive", "concerned", "expected"),
    [
        # Grid 1 is split: 1 goes on, 2 is new.
        ({1: W}, {(1, 1), (1, 2)}, {1, 2}, {1, 2}, {2: W}),
        ({1: A}, {(1, 1), (1, 2)}, {1, 2}, {1, 2}, {2: W}),
        ({1: D}, {(1, 1), (1, 2)}, {1, 2}, {1, 2}, {2: D}),
        # The new half lies outside the area.
        ({1: W}, {(1, 1), (1, 2)}, {1, 2}, {1}, {}),
        # The old half no longer meets it.
        ({1: W}, {(1, 1), (1, 2)}, {1, 2}, {2}, {1: RELEASED, 2: W}),
        ({1: D}, {(1, 1), (1, 2)}, {1, 2}, {2}, {2: D}),
        # Two grids merge into a third.
        ({1: D, 2: D}, {(1, 3), (2, 3)}, {3}, {3}, {1: MOVED, 2: MOVED, 3: D}),
        ({1: D, 2: W}, {(1, 3), (2, 3)}, {3}, {3}, {1: MOVED, 2: MOVED, 3: W}),
        # One is dissolved into a neighbour that has a receipt of its own.
        ({1: D, 2: W}, {(1, 1), (2, 1)}, {1}, {1}, {1: W, 2: MOVED}),
        ({1: D, 2: D}, {(1, 1), (2, 1)}, {1}, {1}, {2: MOVED}),
        ({1: W, 2: D}, {(1, 1), (2, 1)}, {1}, {1}, {2: MOVED}),
        # ... or into one that the task is not for.
        ({2: W}, {(1, 1), (2, 1)}, {1}, set(), {2: RELEASED}),
        # A grid comes into the area with ground that was in no receipt.
        ({}, {(1, 1), (2, 1)}, {1}, {1}, {1: W}),
        # Nothing that concerns the task.
        ({}, {(1, 1), (1, 2)}, {1, 2}, set(), {}),
        # A grid that an earlier plan dissolved is there again.
        ({1: MOVED, 2: W}, {(2, 2), (2, 1)}, {1, 2}, {1, 2}, {1: W}),
    ],
)
def test_receipts_follow_the_ground(
    receipts: dict[int, ReceiptState],
    lineage: set[tuple[int | None, int | None]],
    alive: set[int],
    concerned: set[int],
    expected: dict[int, ReceiptState],
) -> None:
    changes = follow_plan(receipts, lineage, alive, concerned, CODES)
    assert {change.grid: change.state for change in changes} == expected
    for change in changes:
        assert change.reason.zh
        assert change.reason.en


def test_the_reason_names_the_grids() -> None:
    (moved, fresh) = follow_plan({1: W}, {(1, 2)}, {2}, {2}, CODES)
    assert "G2" in moved.reason.zh
    assert "G1" in fresh.reason.en
    assert fresh.sources == (1,)
