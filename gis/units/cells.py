"""Building cells: large blocks cut half way between the groups of buildings that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.units.faces import Plane, border_lines_of, enclosed, locate, node
from gis.units.footprints import Standing
from gis.units.tessellation import middle_lines, spaced_points

__all__ = ["Cells", "cut_blocks"]

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

_SPACING_M = 2.0
_SMOOTH_M = 0.5


@dataclass(frozen=True, eq=False)
class Cells:
    """Faces on the lattice; those with one label are one cell.

    Attributes
    ----------
    faces
        A coverage of the blocks, (n,).
    label
        int64 (n,).
    block
        The block of each label.
    """

    faces: Shapes
    label: Ints
    block: Ints


def cut_blocks(
    blocks: Shapes,
    community: Ints,
    large: Bools,
    footprints: Shapes,
    standing: Standing,
    plane: Plane,
) -> Cells:
    """Cut large blocks between the groups of buildings; give ground under a building to the building's block.

    Parameters
    ----------
    blocks, community
        A coverage on the lattice, and the community of each, (b,).
    large
        Blocks that are cut, (b,).
    footprints, standing
        Buildings on the lattice, and where they stand, (f,).

    Notes
    -----
    No line is drawn through a building: where a block's border or a cut does cross one, its outline becomes a
    line, too, and all faces inside it go to the building.
    """
    group, home = standing.group, standing.block
    cuts = [
        _cuts_of(blocks[block], footprints[home == block], group[home == block], plane)
        for block in np.flatnonzero(large).tolist()
    ]
    cut = np.concatenate([*cuts, np.empty(0, dtype=object)])
    outlined = standing.sticks_out.copy()
    if len(cut):
        _, hit = shapely.STRtree(footprints).query(cut, predicate="intersects")
        outlined[hit] = True
    whole = np.isin(group, np.unique(group[outlined])) & (home >= 0)
    if not len(cut) and not whole.any():
        return Cells(blocks, np.arange(len(blocks)), np.arange(len(blocks)))
    rings = np.asarray(shapely.get_rings(shapely.get_parts(footprints[whole])), dtype=object)
    faces = enclosed(node(np.concatenate([border_lines_of(blocks), cut, rings])))
    block = locate(faces, blocks)
    faces, block = faces[block >= 0], block[block >= 0]
    under = _under(faces, community[block], footprints, np.flatnonzero(whole), community[home])
    seed = np.full(len(faces), -1, dtype=np.int64)
    inside = under >= 0
    block[inside] = home[under[inside]]
    seed[inside & large[block]] = group[under[inside & large[block]]]
    _nearest_seed(seed, faces, block, large, footprints, group, home, plane)
    keys, label = np.unique(np.column_stack([block, seed]), axis=0, return_inverse=True)
    return Cells(faces, np.asarray(label, dtype=np.int64).ravel(), keys[:, 0])


def _cuts_of(block: shapely.Polygon, footprints: Shapes, group: Ints, plane: Plane) -> Shapes:
    if len(footprints) < 2:
        return np.empty(0, dtype=object)
    metric = plane.metres(footprints)
    points, label = spaced_points(metric, group, _SPACING_M)
    area = plane.metres(np.array([block], dtype=object))[0]
    return plane.lattice(middle_lines(points, label, area, _SMOOTH_M))


def _under(faces: Shapes, community: Ints, footprints: Shapes, whole: Ints, of_building: Ints) -> Ints:
    """The first outlined building over each face, -1 for none; only those at home in the face's community."""
    found = np.full(len(faces), -1, dtype=np.int64)
    points = shapely.point_on_surface(faces)
    building, face = shapely.STRtree(points).query(footprints[whole], predicate="intersects")
    at_home = of_building[whole[building]] == community[face]
    building, face = building[at_home], face[at_home]
    order = np.argsort(-building, kind="stable")
    found[face[order]] = whole[building[order]]
    return found


def _nearest_seed(
    seed: Ints,
    faces: Shapes,
    block: Ints,
    large: Bools,
    footprints: Shapes,
    group: Ints,
    home: Ints,
    plane: Plane,
) -> None:
    """Give each face of a cut block that is not under a building to the nearest group of the block."""
    open_faces = np.flatnonzero((seed < 0) & large[block])
    middles = plane.metres(shapely.point_on_surface(faces[open_faces]))
    metric = plane.metres(footprints)
    for one in np.unique(block[open_faces]).tolist():
        mine = np.flatnonzero(home == one)
        if len(mine):
            here = block[open_faces] == one
            nearest = shapely.STRtree(metric[mine]).nearest(middles[here])
            seed[open_faces[here]] = group[mine[nearest]]
