"""A large area without communities, divided into parts that a search can take one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from gis.graph_parts import graph_of, join_islets, metis
from gis.unit_graph import UnitGraph

__all__ = ["PART_UNITS", "divided"]

PART_UNITS: Final = 1_000
"""About so many units are in a part."""


def divided(graph: UnitGraph) -> UnitGraph:
    """The graph with connected parts of some `PART_UNITS` units, of equal households, as communities."""
    n = len(graph)
    left, right = graph.ends[graph.joined].astype(np.int64).T
    # Streets are cheap to cut, as between grids.
    price = np.array([3.0, 1.5, 1.0, 0.4, 0.4, 0.4])[graph.barrier[graph.joined]]
    net = graph_of(n, left, right, 1.0 + graph.length_m[graph.joined] * price)
    places = np.column_stack([np.arange(n), np.zeros(n)]).astype(np.float64)
    weight = graph.households.astype(np.int64) + 1
    part = metis(join_islets(net, places), weight, max(1, round(n / PART_UNITS)), 1)
    return replace(graph, community=part.astype(np.int32))
