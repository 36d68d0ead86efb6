"""Which subject an event of the stream belongs to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from governance.live.messages import is_about
from grid_data.events import Event


def event(action: str, *, incident: str | None = None, plan: str | None = None) -> Event:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return Event(1, at, "gridgov", action, incident, plan, None, None, None, None, None, None)


@pytest.mark.parametrize(
    "action",
    ["routing.again", "import.incidents", "incident.unlocate", "fallback_place.refute", "queue.alarm"],
)
def test_an_action_on_many_incidents_is_about_incidents_though_it_names_none(action: str) -> None:
    assert is_about(event(action), "incidents")
    assert not is_about(event(action), "plans")


def test_a_move_of_a_plan_is_about_plans_only() -> None:
    move = event("plan.move", plan="P-1")
    assert is_about(move, "plans")
    assert not is_about(move, "incidents")


def test_whoever_narrows_nothing_is_told_everything() -> None:
    assert is_about(event("rules.change"), None)
