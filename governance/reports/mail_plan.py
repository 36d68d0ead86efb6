"""By which server e-mail goes out, and when the weekly report is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["MailPlan", "Security"]

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailPlan:
    """How e-mail is sent.

    Attributes
    ----------
    host
        None: no e-mail is sent.
    security
        ``starttls``: asked for, and needed; ``tls``: from the first byte; ``none``: in the clear.
    sender
        Address in From.
    report_at
        When the report of the week before is due: a cron expression by the city's clock.
    backoff_s
        Seconds between tries; after the last one a report counts as failed.
    lease_s
        After how long a report is sent again whose sender was not heard of.
    """

    host: str | None = None
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str = "gridgov@localhost"
    report_at: str = "0 7 * * 1"
    font: Path | None = None
    public_url: str | None = None
    backoff_s: Sequence[float] = (60.0, 300.0, 1800.0, 7200.0, 21600.0)
    lease_s: float = 300.0
    patience_s: float = 30.0
