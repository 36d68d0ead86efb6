"""Balanced divisions of land units into grids: ``propose(graph, current, options)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gis.propose.measuring import feasible_grids, measured
from gis.propose.options import Cancelled, ImpossibleOptions, ProposeOptions
from gis.propose.proposal import NO_ZONE, CommunityRange, Explanation, Measures, Proposal

if TYPE_CHECKING:
    from gis.propose.run import propose

__all__ = [
    "NO_ZONE",
    "Cancelled",
    "CommunityRange",
    "Explanation",
    "ImpossibleOptions",
    "Measures",
    "Proposal",
    "ProposeOptions",
    "feasible_grids",
    "measured",
    "propose",
]


def __getattr__(name: str) -> Any:
    # Loaded when asked for: its loops need numba, options and proposals do not (PEP 562).
    if name == "propose":
        from gis.propose.run import propose

        return propose
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
