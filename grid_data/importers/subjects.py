"""The subjects whose import needs nothing but a file, by name."""

from __future__ import annotations

from collections.abc import Mapping

from grid_data.importers.batch import Prepare
from grid_data.importers.facilities import prepare_facilities
from grid_data.importers.households import prepare_households
from grid_data.importers.incidents import prepare_incidents
from grid_data.importers.organisations import prepare_organisations
from grid_data.importers.patrol_points import prepare_patrol_points
from grid_data.importers.posts import prepare_posts
from grid_data.importers.roads import prepare_roads

__all__ = ["PREPARATIONS"]

PREPARATIONS: Mapping[str, Prepare] = {
    "facilities": prepare_facilities,
    "households": prepare_households,
    "incidents": prepare_incidents,
    "organisations": prepare_organisations,
    "patrol_points": prepare_patrol_points,
    "posts": prepare_posts,
    "roads": prepare_roads,
}
