"""The schema as SQLAlchemy tables: the declared truth that migrations are compared with."""

from __future__ import annotations

from grid_data.tables import (
    categories,
    city,
    context,
    facilities,
    fallback_places,
    history,
    households,
    incidents,
    land_units,
    notices,
    organisations,
    plans,
    zones,
)
from grid_data.tables.base import metadata

__all__ = [
    "categories",
    "city",
    "context",
    "facilities",
    "fallback_places",
    "history",
    "households",
    "incidents",
    "land_units",
    "metadata",
    "notices",
    "organisations",
    "plans",
    "zones",
]
