"""The schema as SQLAlchemy tables: the declared truth that migrations are compared with."""

from __future__ import annotations

from grid_data.tables import (
    alarms,
    attachments,
    case_moments,
    casework,
    categories,
    city,
    context,
    deadlines,
    facilities,
    fallback_places,
    guidance,
    history,
    households,
    incidents,
    land_units,
    notices,
    organisations,
    plans,
    set_aside,
    urgent_tasks,
    zones,
)
from grid_data.tables.base import metadata

__all__ = [
    "alarms",
    "attachments",
    "case_moments",
    "casework",
    "categories",
    "city",
    "context",
    "deadlines",
    "facilities",
    "fallback_places",
    "guidance",
    "history",
    "households",
    "incidents",
    "land_units",
    "metadata",
    "notices",
    "organisations",
    "plans",
    "set_aside",
    "urgent_tasks",
    "zones",
]
