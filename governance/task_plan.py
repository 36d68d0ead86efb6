"""When background tasks are due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gis.fallback_places import Rule
from governance.reports.mail_plan import MailPlan
from governance.supervision.alarm_limits import AlarmLimits
from governance.webhooks.plan import WebhookPlan
from grid_data.attachment_files import Bucket

__all__ = ["TaskPlan"]


@dataclass(frozen=True)
class TaskPlan:
    """When what is due. Moments are cron expressions in the city's time zone.

    ``stalled_s``: a worker that has not been heard of for so long, in seconds, is dead; ``take_over_at`` says
    when its tasks are looked for. ``attachments``: where files lie; those that
    nothing has named for ``orphan_hours`` are removed. ``silence``: after how long without an
    evaluation a case lapses that came checked. ``escalate_late``: a late case rises a level; otherwise
    the level above is told only. ``open_access``: the server is open, what nobody's account made sees
    everything; ``demo``: accounts of the demo may own what is sent.
    """

    rule: Rule = field(default_factory=Rule)
    check_places_at: str = "10 3 * * *"
    lapse_at: str = "*/10 * * * *"
    silence: timedelta = timedelta(days=7)
    attachments: Path | Bucket | None = None
    orphan_hours: int = 72
    clean_attachments_at: str = "25 * * * *"
    publish_plans_at: str = "* * * * *"
    remind_tasks_at: str = "* * * * *"
    watch_clocks_at: str = "* * * * *"
    escalate_late: bool = True
    alarm_limits: AlarmLimits = field(default_factory=AlarmLimits)
    watch_queue_at: str = "* * * * *"
    count_figures_at: str = "* * * * *"
    webhooks: WebhookPlan = field(default_factory=WebhookPlan)
    forget_deliveries_at: str = "40 * * * *"
    mail: MailPlan = field(default_factory=MailPlan)
    send_reports_at: str = "* * * * *"
    open_access: bool = False
    demo: bool = False
    take_over_at: str = "*/5 * * * *"
    heartbeat_s: float = 10.0
    stalled_s: float = 30.0
