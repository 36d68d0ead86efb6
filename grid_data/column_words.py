"""Words that columns may hold: sources and states of incidents, problems of places, what rankings add up.

Apart from `grid_data.tables`, which needs SQLAlchemy: a running server does without it.
"""

from __future__ import annotations

__all__ = ["OPEN_STATES", "PLACE_PROBLEMS", "SOURCES", "STATES", "SUMS"]

SOURCES = (
    "hotline", "app", "grid_worker", "patrol", "video", "sensor", "transfer_110", "department", "import",
)  # fmt: skip
STATES = (
    "reported", "accepted", "verified", "filed", "dispatched", "handling", "fed_back", "checked", "evaluated",
    "closed", "archived", "rejected", "cancelled", "merged",
)  # fmt: skip
OPEN_STATES = STATES[: STATES.index("closed")]
PLACE_PROBLEMS = (
    "none_given", "not_a_number", "null_island", "swapped", "outside_city", "default_start",
    "shared_fallback", "inaccurate",
)  # fmt: skip
SUMS = (
    "reported", "self_found", "complained", "due", "due_closed", "on_time", "reworked", "extended",
    "excluded", "closed", "evaluated", "satisfied",
)  # fmt: skip
"""What is summed; what each means stands in ``governance/supervision/ranking_figures.py``."""
