"""Are today's land units a clean coverage of their communities, and is their graph in order?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gis.coverage import Finding, check_coverage
from gis.crs import geometry_to_metric
from gis.lattice import from_lattice, to_lattice
from gis.units.graph_check import GraphFinding, check_borders, check_graph
from gis.words import Words
from grid_data.city import read_city
from grid_data.database import Connection, one, rows
from grid_data.land_units.graphs import read_unit_graph

__all__ = ["UnitReport", "check_units"]

Row = tuple[str, tuple[str, ...], tuple[float, float] | None, Words]


@dataclass(frozen=True)
class UnitReport:
    """What was looked at and what was found.

    Attributes
    ----------
    units, edges
        How many there are.
    coverage
        Gaps, overlaps, edges that do not match, ground out of the communities.
    graph
        Units without neighbours, parts that are cut off.
    stray_facilities
        Facilities that stand on a unit that has ended.
    """

    units: int
    edges: int
    coverage: list[Finding]
    graph: list[GraphFinding]
    stray_facilities: int

    @property
    def count(self) -> int:
        """How many findings there are."""
        return sum(1 for _ in self.rows())

    def rows(self) -> Iterator[Row]:
        """All findings: kind, units, place, sentence."""
        for fault in self.coverage:
            yield fault.kind, fault.codes, fault.place, fault.message
        for lack in self.graph:
            yield lack.kind, lack.codes, lack.place, lack.message
        if self.stray_facilities:
            number = self.stray_facilities
            words = Words(
                f"{number} 个部件所在地块已失效：请执行 gridgov units graph。",
                f"{number} facility(ies) stand on units that have ended: run gridgov units graph.",
            )
            yield "stray_facilities", (), None, words


async def check_units(connection: Connection) -> UnitReport:
    """Check the units that live now."""
    units = await read_unit_graph(connection)
    stored = await rows(connection, "units/shapes", {"communities": None})
    shapes = np.array(shapely.from_wkb([row["shape"] for row in stored]), dtype=object)
    srid = (await read_city(connection)).frame.metric_srid
    codes = [row["code"] for row in stored]
    grounds = await rows(connection, "units/community_shapes", {"ids": units.communities.tolist()})
    outer = None
    if grounds:
        outer = from_lattice(
            shapely.union_all(to_lattice(shapely.from_wkb([row["shape"] for row in grounds])))
        )
    coverage = check_coverage(codes, shapes, srid, outer=outer) if len(codes) else []
    # What is too small to be ground is the rounding of crossings on a community's border.
    coverage = [
        fault for fault in coverage if not (fault.kind in ("gap", "beyond_outer") and fault.is_sliver)
    ]
    graph: list[GraphFinding] = []
    # Units whose end is known already live today, and are not looked at.
    if len(shapes) == len(units.ids):
        graph = check_borders(units.graph, units.codes, shapes, geometry_to_metric(shapes, srid))
        graph += check_graph(units.graph, units.codes, shapes)
    stray = await one(connection, "units/stray_facilities")
    return UnitReport(
        len(units.ids), len(units.graph.ends), coverage, graph, int(stray["facilities"]) if stray else 0
    )
