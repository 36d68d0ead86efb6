"""Grid workers and the posts they hold, one lead, one policeman, full-time and part-time workers per grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from grid_data.sample.calendar import EDITION_1
from grid_data.sample.names import person_names
from grid_data.sample.organisations import community_office
from grid_data.sample.tables import rows

TRADE_PER_GRID = 0.24
WINDOW_PER_COMMUNITY = 1.2


@dataclass
class _Staff:
    """Persons as they are taken on, by organisation."""

    organisation: list[str]

    def hire(self, organisation: str) -> int:
        self.organisation.append(organisation)
        return len(self.organisation) - 1


def draw_people(
    grids: pd.DataFrame, police_of_grid: list[str], communities: tuple[str, ...], random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames ``persons`` and ``posts``.

    Parameters
    ----------
    grids
        The base grids with ``code``, ``parent``, ``valid_from``, ``valid_to``.
    police_of_grid
        The police station that answers where each grid lies.

    Notes
    -----
    A full-time worker serves one grid (of the first or the second edition). Leads come from the community's
    committee and lead up to three grids; a policeman serves about five.
    """
    staff = _Staff([])
    posts: list[tuple[Any, ...]] = []
    pools: dict[tuple[str, str], list[int]] = {}

    def from_pool(kind: str, organisation: str, size: int) -> int:
        pool = pools.setdefault((kind, organisation), [])
        if len(pool) < size:
            pool.append(staff.hire(organisation))
            return pool[-1]
        return pool[int(random.integers(len(pool)))]

    per_community = grids["parent"].value_counts()
    per_station = pd.Series(police_of_grid).value_counts()
    helpers = random.random(len(grids))
    for row, police, draw in zip(rows(grids), police_of_grid, helpers.tolist(), strict=True):
        office = community_office(row.parent)
        span = (row.valid_from, row.valid_to)
        lead = from_pool("grid_lead", office, -(-int(per_community[row.parent]) // 3))
        posts.append(("base_grid", row.code, "grid_lead", lead, office, *span))
        officer = from_pool("police", police, max(1, int(per_station[police]) // 5))
        posts.append(("base_grid", row.code, "police", officer, police, *span))
        worker = None if draw < 0.035 else from_pool("full_time", row.code, 1)
        posts.append(("base_grid", row.code, "full_time", worker, office, *span))
        part_time = (
            None if draw > 0.93 else from_pool("part_time", office, -(-int(per_community[row.parent]) // 2))
        )
        posts.append(("base_grid", row.code, "part_time", part_time, office, *span))
        if 0.2 < draw < 0.2 + TRADE_PER_GRID and pd.isna(row.valid_to):
            trade = from_pool("trade", office, 99)
            posts.append(("base_grid", row.code, "trade", trade, office, *span))
    for code in communities:
        office = community_office(code)
        for _ in range(1 + int(random.random() < WINDOW_PER_COMMUNITY - 1.0)):
            window = None if random.random() < 0.05 else from_pool("window", office, 99)
            posts.append(("community", code, "window", window, office, EDITION_1, None))
    # A full-time worker's pool is keyed by the grid; they are employed by its community.
    employer = [
        community_office(organisation[:12]) if organisation.isdigit() else organisation
        for organisation in staff.organisation
    ]
    persons = pd.DataFrame(
        {
            "code": [f"W{number:05d}" for number in range(1, len(employer) + 1)],
            "name": person_names(len(employer), random),
            "organisation": employer,
            # No number begins like this.
            "phone": [f"100{number:08d}" for number in range(1, len(employer) + 1)],
        }
    )
    frame = pd.DataFrame(
        posts, columns=["layer", "zone", "kind", "person", "organisation", "valid_from", "valid_to"]
    )
    frame["person"] = [None if pd.isna(p) else persons["code"].iloc[int(p)] for p in frame["person"]]
    return persons, frame
