"""Balanced divisions of land units into grids: ``propose(graph, current, options)``."""

from gis.propose.options import Cancelled, ImpossibleOptions, ProposeOptions
from gis.propose.proposal import NO_ZONE, CommunityRange, Explanation, Measures, Proposal

__all__ = [
    "NO_ZONE",
    "Cancelled",
    "CommunityRange",
    "Explanation",
    "ImpossibleOptions",
    "Measures",
    "Proposal",
    "ProposeOptions",
]
