"""Communities: whole blocks of one subdistrict, about equal in households, named after what lies there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from gis.graph_parts import Graph, connected, graph_of, join_islets, metis
from gis.unit_graph import UnitGraph
from grid_data.sample.blocks import Units
from grid_data.sample.lattice import Floats, Geometries, Ints, dissolve
from grid_data.sample.partition import repair
from grid_data.sample.tables import read_table
from grid_data.sample.terrain import URBAN, Terrain

_HAMLET = 300
"""A village with fewer households than this is joined to a neighbour."""


@dataclass(frozen=True)
class Communities:
    """Communities in the order of their codes; ``of_unit`` indexes them."""

    codes: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    subdistrict: Ints
    of_unit: Ints
    lattice: Geometries


def reading_order(points: Floats, group: Ints) -> Ints:
    """Rank of each point within its group: rows from north to south, west to east in a row."""
    rank = np.zeros(len(points), dtype=np.int64)
    for value in np.unique(group):
        members = np.flatnonzero(group == value)
        rows = max(1, round(len(members) ** 0.5))
        by_north = members[np.argsort(-points[members, 1], kind="stable")]
        row = np.empty(len(members), dtype=np.int64)
        row[:] = np.arange(len(members)) * rows // len(members)
        order = by_north[np.lexsort((points[by_north, 0], row))]
        rank[order] = np.arange(len(members))
    return rank


def draw_communities(
    units: Units,
    graph: UnitGraph,
    codes: tuple[str, ...],
    counts: tuple[int, ...],
    terrain: Terrain,
    seed: int,
) -> Communities:
    """Partition the blocks of every subdistrict into its number of communities.

    Parameters
    ----------
    graph
        The units with their households, subdistricts as communities. A community ends where nobody can go on,
        at a river or a motorway.
    counts
        Communities per subdistrict.
    """
    households = graph.households
    inside = graph.joined & (graph.community[graph.ends[:, 0]] == graph.community[graph.ends[:, 1]])
    left, right = graph.ends[inside, 0].astype(np.int64), graph.ends[inside, 1].astype(np.int64)
    length = np.maximum(graph.length_m[inside], 1.0)
    # Cells of one block belong together; blocks are what METIS sees.
    block = units.block
    of_unit = np.empty(len(block), dtype=np.int64)
    offset = 0
    centre = shapely.get_coordinates(shapely.centroid(units.metric))
    for subdistrict, count in enumerate(counts):
        members = np.flatnonzero(units.subdistrict == subdistrict)
        own, label = np.unique(block[members], return_inverse=True)
        position = np.full(len(units.lattice), -1)
        position[members] = label
        between = (position[left] >= 0) & (position[left] != position[right])
        net = graph_of(len(own), position[left[between]], position[right[between]], length[between])
        sums = [np.bincount(label, weights=centre[members, axis]) for axis in (0, 1)]
        points = np.asarray(np.column_stack(sums) / np.bincount(label)[:, None])
        net = join_islets(net, points)
        homes = np.rint(np.bincount(label, weights=households[members])).astype(np.int64)
        if codes[subdistrict] in URBAN:
            mean = float(homes.sum()) / count
            part = repair(net, metis(net, homes, count, seed + subdistrict), homes, 0.7 * mean, 1.35 * mean)
        else:
            known = terrain.places[terrain.places["subdistrict"] == codes[subdistrict]]
            part = _about_villages(net, points, homes, known[["east", "north"]].to_numpy(float), count, seed)
        of_unit[members] = part[label] + offset
        offset += count
    return _numbered(units, codes, counts, of_unit, centre, terrain)


def _about_villages(
    graph: Graph, points: Floats, homes: Ints, villages: Floats, count: int, seed: int
) -> Ints:
    """Villages with the land nearest to them; hamlets are joined, towns divided, down or up to ``count``."""
    nearest = np.argmin(np.hypot(*(points[:, None] - villages[None]).transpose(2, 0, 1)), axis=1)
    part = connected(graph, np.unique(nearest, return_inverse=True)[1].ravel().astype(np.int64), homes)
    part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
    while True:
        total = np.bincount(part, weights=homes)
        parts = len(total)
        small = int(np.argmin(total))
        if (total[small] < _HAMLET and parts > 1) or parts > count:
            touching = graph[part == small].sum(axis=0)
            neighbours = np.unique(part[(touching > 0) & (part != small)])
            into = int(neighbours[np.argmin(total[neighbours])]) if len(neighbours) else (small + 1) % parts
            part[part == small] = into
            part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
        elif parts < count:
            members = np.flatnonzero(part == int(np.argmax(total)))
            inner = csr_array(graph[members][:, members])
            half = metis(inner, homes[members], 2, seed)
            part[members[half == 1]] = parts
        else:
            return part


def _numbered(
    units: Units,
    codes: tuple[str, ...],
    counts: tuple[int, ...],
    of_unit: Ints,
    centre: Floats,
    terrain: Terrain,
) -> Communities:
    """Codes in reading order, names by the nearest place of the subdistrict."""
    total = sum(counts)
    subdistrict = np.repeat(np.arange(len(counts)), counts)
    size = np.bincount(of_unit, weights=units.density * units.area_m2 + 1.0, minlength=total)
    weight = units.density * units.area_m2 + 1.0
    points = np.column_stack(
        [np.bincount(of_unit, weights=weight * centre[:, axis], minlength=total) / size for axis in (0, 1)]
    )
    rank = reading_order(points, subdistrict) + 1
    code = [f"{codes[s]}{r:03d}" for s, r in zip(subdistrict.tolist(), rank.tolist(), strict=True)]
    order = np.argsort(np.array(code))
    place = np.empty(total, dtype=np.int64)
    place[order] = np.arange(total)
    names = _names(points[order], subdistrict[order], codes, terrain)
    sorted_of_unit = place[of_unit]
    return Communities(
        codes=tuple(code[index] for index in order),
        name_zh=tuple(zh for zh, _ in names),
        name_en=tuple(en for _, en in names),
        subdistrict=subdistrict[order],
        of_unit=sorted_of_unit,
        lattice=dissolve(units.lattice, sorted_of_unit, total),
    )


def _names(
    points: Floats, subdistrict: Ints, codes: tuple[str, ...], terrain: Terrain
) -> list[tuple[str, str]]:
    """Names of known places go to the communities nearest to them, the rest get names of compounds."""
    spare = read_table("community_names", text=("name_zh", "name_en"))
    pool = iter(zip(spare["name_zh"], spare["name_en"], strict=True))
    names: list[tuple[str, str]] = [("", "")] * len(points)
    for index, code in enumerate(codes):
        members = np.flatnonzero(subdistrict == index)
        known = terrain.places[terrain.places["subdistrict"] == code]
        at = known[["east", "north"]].to_numpy(float)
        gaps = np.hypot(*(points[members][:, None] - at[None]).transpose(2, 0, 1))
        rows, columns = linear_sum_assignment(gaps)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            names[members[row]] = (known["name_zh"].iloc[column], known["name_en"].iloc[column])
    return [
        (f"{zh}社区", f"{en} Community") for zh, en in (name if name[0] else next(pool) for name in names)
    ]
