"""How far each incident has come at the end of the sample: by its limit, its flow and some luck."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from grid_data import catalogues
from grid_data.sample.lattice import Floats

PUBLIC = ("hotline", "app", "transfer_110")
"""Sources with an appellant: verified before filing, evaluated before the close."""
STAGES: tuple[tuple[str, float], ...] = (
    ("reported", 0.0), ("accepted", 0.04), ("verified", 0.08), ("filed", 0.12), ("dispatched", 0.16),
    ("handling", 0.24), ("fed_back", 0.80), ("checked", 0.90), ("evaluated", 0.96), ("closed", 1.0),
)  # fmt: skip
"""States in their order, and the share of the whole time after which each is reached."""

_DAYS = {"urgent_hour": 1 / 24, "work_hour": 1.4 / 8, "work_day": 1.4, "natural_day": 1.0}
# Median of the time taken as a share of the limit, and its spread: some 88 of 100 keep it.
_PACE, _SPREAD = 0.62, 0.42
_SLOW, _SLOWER = 0.03, 3.0
_REJECTED, _CANCELLED = 0.03, 0.015
_ARCHIVED_AFTER_DAYS = 7.0


def limit_days(kind: Any, category: Any, urgency: Any, appeal: Any) -> Floats:
    """Days that each incident may take, roughly: work days stretched over weekends."""
    told = {(row.kind, row.code): row.time_limit for row in catalogues.read_all() if row.time_limit}
    usual = {"urgent": 1.0, "enterprise": 3 * 1.4}
    result = np.empty(len(kind))
    for index, key in enumerate(zip(kind.tolist(), category.tolist(), strict=True)):
        if key in told:
            amount, unit = told[key].split()
            result[index] = float(amount) * _DAYS[unit]
        else:
            result[index] = usual.get(urgency[index], usual.get(appeal[index], 5 * 1.4))
    return result


def draw_progress(
    reported: Any,
    kind: Any,
    category: Any,
    urgency: Any,
    appeal: Any,
    source: Any,
    end: datetime,
    random: np.random.Generator,
) -> tuple[Any, Any]:
    """State of each incident at the end of the sample, and since when.

    Parameters
    ----------
    reported
        Moments of report, datetime64 in UTC.
    """
    count = len(reported)
    finish = np.datetime64(end.replace(tzinfo=None), "s")
    age = (finish - reported).astype("timedelta64[s]").astype(float) / 86_400.0
    pace = random.lognormal(np.log(_PACE), _SPREAD, count)
    pace[random.random(count) < _SLOW] *= _SLOWER
    takes = limit_days(kind, category, urgency, appeal) * pace
    # Nothing is done at once.
    takes = np.maximum(takes, 0.02)
    passed = age / takes
    names = np.array([name for name, _ in STAGES], dtype=object)
    shares = np.array([share for _, share in STAGES])
    reached = np.searchsorted(shares, np.minimum(passed, 1.0), side="right") - 1
    public = np.isin(source, PUBLIC)
    reached = _in_its_flow(reached, appeal, public)
    state = names[reached]
    since = takes * shares[reached]
    draw = random.random(count)
    for word, low, high, share in (
        ("rejected", 0.0, _REJECTED, 0.06),
        ("cancelled", _REJECTED, _REJECTED + _CANCELLED, 0.14),
    ):
        gone = (draw >= low) & (draw < high) & (passed >= share)
        state[gone], since[gone] = word, takes[gone] * share
    archived = (state == "closed") & (age - takes > _ARCHIVED_AFTER_DAYS)
    state[archived] = "archived"
    since[archived] = takes[archived] + _ARCHIVED_AFTER_DAYS
    return state, reported + (since * 86_400).astype("timedelta64[s]")


def _in_its_flow(reached: Any, appeal: Any, public: Any) -> Any:
    """States that a flow does not have are those before: see the table of steps."""
    order = [name for name, _ in STAGES]
    at = {name: index for index, name in enumerate(order)}
    enterprise, livelihood = appeal == "enterprise", appeal == "livelihood"
    verifies = ~enterprise & (public | (appeal == "enforcement"))
    found = np.where((reached == at["evaluated"]) & ~(livelihood & public), at["checked"], reached)
    found = np.where((found == at["verified"]) & ~verifies, at["accepted"], found)
    return np.where((found == at["filed"]) & enterprise, at["accepted"], found)
