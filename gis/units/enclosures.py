"""Enclosures: the ground between streets, water, railways, walls and the borders of communities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.units.faces import Plane, border_lines_of, enclosed, locate, node
from gis.units.shared_borders import shared_borders
from gis.units.tessellation import middle_lines, spaced_points

__all__ = ["Enclosures", "enclose", "lead_on", "share_rivers"]

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

_BANK_SPACING_M = 10.0
_BANK_SMOOTH_M = 3.0


@dataclass(frozen=True, eq=False)
class Enclosures:
    """Faces on the lattice, a coverage of the communities.

    Attributes
    ----------
    faces
        Polygons, (n,).
    community
        The community of each, (n,).
    mended_m2
        Ground on which communities overlapped or left gaps narrower than allowed.
    """

    faces: Shapes
    community: Ints
    mended_m2: float


def enclose(communities: Shapes, lines: Shapes, plane: Plane, *, gap_m: float, close_m: float) -> Enclosures:
    """Node all lines with the borders of communities and take what they enclose.

    Where communities overlap the first one has the ground; narrow gaps between them go to the neighbour with
    the longest border.

    Parameters
    ----------
    communities
        Areas on the lattice.
    lines
        Lines on the lattice.
    gap_m
        Greatest width of a gap that is closed.
    close_m
        See `lead_on`; 0 leads nothing on.
    """
    borders = np.asarray(shapely.get_rings(shapely.get_parts(communities)), dtype=object)
    parts = shapely.get_parts(lines)
    if len(parts):
        near: Ints = np.unique(shapely.STRtree(parts).query(communities, predicate="intersects")[1])
        parts = parts[near]
    if close_m > 0 and len(parts):
        parts = lead_on(parts, borders, plane, close_m)
    faces = enclosed(node(np.concatenate([borders, parts])))
    community = locate(faces, communities)
    faces, community, closed_m2 = _close_gaps(faces, community, plane, gap_m)
    overlap = float(plane.area(communities).sum() - (plane.area(faces).sum() - closed_m2))
    return Enclosures(faces, community, closed_m2 + max(overlap, 0.0))


def lead_on(lines: Shapes, others: Shapes, plane: Plane, most_m: float) -> Shapes:
    """Lines, and short ones that lead dangling ends on to the nearest line within reach."""
    pieces = node(lines)
    ends = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    owner = np.tile(np.arange(len(pieces)), 2)
    _, which, times = np.unique(
        shapely.get_coordinates(ends), axis=0, return_inverse=True, return_counts=True
    )
    loose = np.flatnonzero(times[which.ravel()] == 1)
    targets = plane.metres(np.concatenate([pieces, others]))
    dots = plane.metres(ends[loose])
    end, target = shapely.STRtree(targets).query(dots, predicate="dwithin", distance=most_m)
    foreign = target != owner[loose[end]]
    end, target = end[foreign], target[foreign]
    distance = shapely.distance(dots[end], targets[target])
    order = np.lexsort((target, distance, end))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = end[order][1:] != end[order][:-1]
    chosen = order[first]
    # An end that lies on its target needs nothing.
    chosen = chosen[distance[chosen] > 0.02]
    if not len(chosen):
        return pieces
    ways = shapely.shortest_line(dots[end[chosen]], targets[target[chosen]])
    points = shapely.get_coordinates(ways).reshape(-1, 2, 2)
    step = points[:, 1] - points[:, 0]
    points[:, 1] += step / np.hypot(*step.T)[:, None] * 0.05
    return np.concatenate([pieces, plane.lattice(shapely.linestrings(points))])


def _close_gaps(faces: Shapes, community: Ints, plane: Plane, gap_m: float) -> tuple[Shapes, Ints, float]:
    """Give narrow faces between communities to a neighbour; leave out all others of no community."""
    community = community.copy()
    narrow = (community < 0) & (2 * plane.area(faces) <= gap_m * plane.perimeter(faces))
    closed = 0.0
    if narrow.any():
        borders = shared_borders(faces)
        length = plane.border_lengths(borders)
        left, right = borders.ends[:, 0], borders.ends[:, 1]
        # A gap has communities all round, not the open country.
        narrow[borders.open_owner] = False
        while True:
            ground = narrow | (community >= 0)
            open_side = np.concatenate([left[~ground[right]], right[~ground[left]]])
            if not narrow[open_side].any():
                break
            narrow[open_side] = False
        order = np.argsort(-length, kind="stable")
        while narrow.any():
            # From the ground inwards, each along its longest border.
            before = narrow.copy()
            for a, b in borders.ends[order].tolist():
                for gap, other in ((a, b), (b, a)):
                    if narrow[gap] and community[other] >= 0 and not before[other]:
                        community[gap], narrow[gap] = community[other], False
                        closed += float(plane.area(faces[[gap]])[0])
            if (before == narrow).all():
                break
    keep = community >= 0
    return faces[keep], community[keep], closed


def share_rivers(faces: Shapes, community: Ints, river: Bools, plane: Plane) -> tuple[Shapes, Ints]:
    """Divide the faces of rivers between the land on their banks, along the middle.

    Returns
    -------
    faces, label
        Faces anew, and the face of before that each belongs to now: a piece of river to land on its bank.
    """
    borders = shared_borders(faces)
    left, right = borders.ends[:, 0], borders.ends[:, 1]
    bank = (river[left] != river[right]) & (community[left] == community[right])
    segment = bank[borders.border]
    pair = borders.ends[borders.border[segment]]
    wet = np.where(river[pair[:, 0]], pair[:, 0], pair[:, 1])
    dry = pair.sum(axis=1) - wet
    lines = plane.metres(
        shapely.linestrings(np.stack([borders.start[segment], borders.end[segment]], axis=1))
    )
    cuts: list[Shapes] = []
    wanted = np.unique(wet)
    for one in wanted.tolist():
        mine = wet == one
        points, label = spaced_points(lines[mine], dry[mine], _BANK_SPACING_M)
        area = plane.metres(faces[[one]])[0]
        cuts.append(middle_lines(points, label, area, _BANK_SMOOTH_M))
    cut = np.concatenate(cuts) if cuts else np.empty(0, dtype=object)
    if not len(cut):
        new, origin = faces, np.arange(len(faces))
    else:
        new = enclosed(node(np.concatenate([border_lines_of(faces), plane.lattice(cut)])))
        origin = locate(new, faces)
        new, origin = new[origin >= 0], origin[origin >= 0]
    label = origin.copy()
    # Each piece of a river goes to the nearest bank of its own face.
    pieces = np.flatnonzero(river[origin] & np.isin(origin, wanted))
    middles = plane.metres(shapely.point_on_surface(new[pieces]))
    for one in wanted.tolist():
        here = origin[pieces] == one
        mine = np.flatnonzero(wet == one)
        nearest = shapely.STRtree(lines[mine]).nearest(middles[here])
        label[pieces[here]] = dry[mine[nearest]]
    return new, label
