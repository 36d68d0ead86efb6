"""Balanced divisions of land units into grids: ``propose(graph, current, options)``."""

from gis.propose.measuring import feasible_grids, measured
from gis.propose.options import Cancelled, ImpossibleOptions, ProposeOptions
from gis.propose.proposal import NO_ZONE, CommunityRange, Explanation, Measures, Proposal
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
