"""What a proposal is: an assignment of units, its measures, and a reason for every grid out of the band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from gis.words import Words

__all__ = ["NO_ZONE", "CommunityRange", "Explanation", "Measures", "Proposal", "ReasonCode"]

NO_ZONE: Final = -1
"""In an assignment: the unit has no zone."""

ReasonCode = Literal[
    "large_unit", "community_total", "separate_part", "locked", "must_link", "cannot_link", "cut_vertex",
    "change_budget", "grid_count", "kept", "no_fitting_unit", "not_found",
]  # fmt: skip
"""Why a grid is out of the band. All but the last three are proven: ``kept`` says that a grid of today was
left alone although one unit could mend it, ``no_fitting_unit`` that no single unit can, ``not_found`` that
the search ended without."""


@dataclass(frozen=True)
class Explanation:
    """Why one zone is out of the band."""

    zone: int
    code: ReasonCode
    text: Words


@dataclass(frozen=True)
class CommunityRange:
    """How many grids a community can have.

    Attributes
    ----------
    community, households
        Its number and its households.
    least, most
        The feasible interval ``[ceil(H / maximum), floor(H / minimum)]``; empty if ``least > most``.
    """

    community: int
    households: int
    least: int
    most: int

    @property
    def feasible(self) -> bool:
        """Whether the total can be divided within the band at all."""
        return self.least <= self.most


@dataclass(frozen=True)
class Measures:
    """Figures of a division.

    Attributes
    ----------
    zones
        Number of grids.
    in_band_share, feasible_in_band_share
        Share (0..1) of grids within the band: of all that are not exempt, and of those in communities whose
        total can be divided.
    connected_share, nested_share
        Share of grids in one piece, and inside one community.
    mean_polsby_popper, p10_polsby_popper
        4 π A / P² of the grids: mean and lowest tenth; 1 is a circle.
    minimum, maximum
        Households of the smallest and largest grid.
    spread
        Standard deviation of the grids' households over their mean.
    moved_share
        Share of households whose zone differs from today's; 0 without today's grids.
    untouched_share
        Share of today's grids whose units stay the same; 1 without today's grids.
    street_share
        Share of the borders inside communities, by length, that follow a street, rail or water.
    seconds
        How long the search for all proposals took.
    """

    zones: int
    in_band_share: float
    feasible_in_band_share: float
    connected_share: float
    nested_share: float
    mean_polsby_popper: float
    p10_polsby_popper: float
    minimum: int
    maximum: int
    spread: float
    moved_share: float
    untouched_share: float
    street_share: float
    seconds: float = 0.0

    def document(self) -> dict[str, float | int]:
        """As JSON; ``minimum`` and ``maximum`` are called ``min`` and ``max``."""
        values: dict[str, float | int] = {
            name: round(value, 6) if isinstance(value, float) else value for name, value in vars(self).items()
        }
        values["min"], values["max"] = values.pop("minimum"), values.pop("maximum")
        return values


@dataclass(frozen=True, eq=False)
class Proposal:
    """One division of the units.

    Attributes
    ----------
    number
        From 1; the first is the one to look at first.
    name
        What it is good at.
    zone
        int32 (n,): zone number of each unit. Zones of ``current`` keep their number where most of them is
        kept; numbers of new zones were not used before.
    measures
        Its figures.
    explained
        One reason for each zone out of the band, in the order of zone numbers.
    """

    number: int
    name: Words
    zone: NDArray[np.int32]
    measures: Measures
    explained: tuple[Explanation, ...]
