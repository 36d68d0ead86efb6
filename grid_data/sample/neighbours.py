"""The land units of the sample as the graph that redrawing works on, with the sample's streets and waters."""

from __future__ import annotations

import numpy as np

from gis.unit_graph import UnitGraph
from gis.units.graph import unit_graph
from gis.units.ways import WayKind, Ways, road_kinds
from grid_data.sample.blocks import Units
from grid_data.sample.lattice import Ints
from grid_data.sample.streets import Streets
from grid_data.sample.waters import Waters

__all__ = ["neighbours"]


def neighbours(units: Units, streets: Streets, waters: Waters, households: Ints) -> UnitGraph:
    """Who borders whom along what; found as for stored units, subdistricts in place of communities.

    Parameters
    ----------
    households
        Per unit.
    """
    kinds = np.concatenate(
        [road_kinds(streets.road_class), np.full(len(waters.areas), WayKind.RIVER, dtype=np.uint8)]
    )
    shapes = np.concatenate([np.array(streets.lines, dtype=object), waters.areas])
    nobody = np.zeros(len(households), dtype=np.int32)
    return unit_graph(
        units.metric,
        households,
        nobody,
        nobody,
        units.subdistrict,
        barriers=Ways(shapes, kinds),
        compound=np.where(units.kind == "building_cell", 0, -1),
    )
