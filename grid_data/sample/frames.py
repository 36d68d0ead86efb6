"""The sample as one value: frames by name, the city, and the extent it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

CSV_FRAMES = (
    "layers", "organisations", "persons", "posts", "assignment_rules", "plans", "plan_actions", "lineage",
    "datasets",
)  # fmt: skip
"""Frames written as CSV; all others are Parquet."""


@dataclass(frozen=True)
class Extent:
    """What part of the district is drawn and how much of everything; lists run parallel to ``codes``.

    ``built``: share of today's households in homes built since the first edition of the base grids.
    ``recent``: how many times as many incidents as usual are reported in the last two weeks.
    """

    codes: tuple[str, ...]
    households: tuple[int, ...]
    communities: tuple[int, ...]
    base_grids: int
    base_grids_before: int
    built: float
    facilities: int
    incidents: int
    zone_share: float
    recent: float = 1.0


FULL = Extent(
    codes=("370212001", "370212002", "370212003", "370212004", "370212005"),
    households=(118_000, 54_000, 25_000, 20_000, 106_000),
    communities=(36, 28, 26, 20, 30),
    base_grids=863,
    base_grids_before=686,
    built=0.2,
    facilities=250_000,
    incidents=216_000,
    zone_share=1.0,
)

SMALL = Extent(
    codes=("370212002", "370212004"),
    households=(30_000, 13_000),
    communities=(16, 10),
    base_grids=130,
    base_grids_before=97,
    built=0.25,
    facilities=8_000,
    incidents=5_000,
    zone_share=0.3,
    # So little a city would have a few open cases only.
    recent=6.0,
)
"""Shazikou and Beizhai: they adjoin, and have coast, town, villages, mountain and a reservoir."""


@dataclass(frozen=True)
class Sample:
    """A generated city.

    Attributes
    ----------
    frames
        Data frames and geo data frames (EPSG:4326, on the lattice of 1e-7 degree) by name; codes, no ids.
    city
        Content of ``city.json``.
    seed, small
        What they were generated with: the same again gives the same bytes.
    """

    frames: dict[str, Any]
    city: dict[str, Any]
    seed: int
    small: bool

    def rows(self) -> dict[str, int]:
        """Rows per frame."""
        return {name: len(frame) for name, frame in self.frames.items()}

    def __getitem__(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.frames[name]
        return frame
