"""How webhooks are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["BACKOFF_S", "WebhookPlan"]

BACKOFF_S = (10.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 4 * 3600.0, 12 * 3600.0, 24 * 3600.0)
"""Seconds between tries; after the last one a delivery is dead, some two days after the first try."""


@dataclass(frozen=True)
class WebhookPlan:
    """How webhooks are served.

    Attributes
    ----------
    private
        Whether receivers inside the house, and plain HTTP, are allowed.
    patience_s
        How long one try may take.
    lease_s
        After how long a delivery is sent again whose sender was not heard of.
    look_s
        Time between two looks for something to do.
    """

    private: bool = False
    patience_s: float = 10.0
    backoff_s: Sequence[float] = BACKOFF_S
    lease_s: float = 60.0
    look_s: float = 1.0
