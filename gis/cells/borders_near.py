"""How far points are from the border of their zone, where that is near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.cells.edges import Edges, Int32s, Int64s
from gis.cells.mesh import Floats, Mesh, project
from gis.compiled import Whole, compiled

# Some 80 m: a few times the reach of 30 m.
SHIFT = 13
MOST_CELLS = 1 << 24


@dataclass(frozen=True, eq=False)
class NearBorders:
    """The edges within reach of each cell of a coarse grid.

    Attributes
    ----------
    reach_m
        Metres within which distances are told, exclusive.
    mesh
        The metric system.
    metric
        float64 (m, 4): the edges in metres relative to the mesh's base. A border is straight in metres
        between two vertices, as PostGIS has it after ``ST_Transform``.
    x0, y0, shift, nx, ny
        The grid of cells, in lattice steps.
    begin, edge
        int64 (nx ny + 1,) and int32: the edges of each cell, ascending.
    """

    reach_m: float
    mesh: Mesh
    metric: Floats
    x0: int
    y0: int
    shift: int
    nx: int
    ny: int
    begin: Int64s
    edge: Int32s

    @classmethod
    def build(cls, edges: Edges, metric_srid: int, reach_m: float) -> NearBorders:
        """List the edges near each cell."""
        ends = edges.ends
        if len(ends):
            x0, y0 = int(ends[:, 0::2].min()), int(ends[:, 1].min())
            width, height = int(ends[:, 0::2].max()) - x0 + 1, int(ends[:, 3].max()) - y0 + 1
        else:
            x0, y0, width, height = 0, 0, 1, 1
        mesh = Mesh.build(x0, y0, width, height, metric_srid)
        metric = np.column_stack([mesh.metres(ends[:, 0], ends[:, 1]), mesh.metres(ends[:, 2], ends[:, 3])])
        # A straight line in metres is bent in degrees, and a round reach is no ellipse quite along the axes:
        # five hundredths more hold for both.
        reach_x, reach_y = (int(reach_m * 1.05 * steps) + 2 for steps in mesh.steps_per_metre())
        reach_x += _bend(ends)
        reach_y += _bend(ends)
        shift = SHIFT
        while ((width >> shift) + 1) * ((height >> shift) + 1) > MOST_CELLS:
            shift += 1
        nx, ny = (width >> shift) + 1, (height >> shift) + 1
        begin, edge = edges_near(ends, x0, y0, shift, nx, ny, reach_x, reach_y)
        return cls(reach_m, mesh, metric, x0, y0, shift, nx, ny, begin, edge)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(a.nbytes for a in (self.metric, self.begin, self.edge, self.mesh.nodes))


def _bend(ends: Int32s) -> int:
    """How many lattice steps a straight line in metres may be off the straight line in degrees.

    Between two points s apart, both lines differ by less than s squared over 8 radii times the tangent of the
    latitude (taken up to 80 degrees), as a parallel is bent against the great circle.
    """
    if not len(ends):
        return 0
    longest = float(np.hypot(*(ends[:, 2:].astype(np.float64) - ends[:, :2]).T).max()) / 90.0
    return int(longest**2 / (8 * 6.37e6) * 5.7 * 90.0) + 1


@compiled
def columns_near(
    ends: Int32s,
    e: Whole,
    row: Whole,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    nx: Whole,
    reach_x: Whole,
    reach_y: Whole,
) -> Any:
    """First and last column of a row of cells that an edge comes within reach of; last < first if none."""
    low = y0 + (np.int64(row) << shift) - reach_y
    high = y0 + ((np.int64(row) + 1) << shift) + reach_y
    ax, ay = np.int64(ends[e, 0]), np.int64(ends[e, 1])
    dx, dy = ends[e, 2] - ax, ends[e, 3] - ay
    if ay > high or ay + dy < low:
        return np.int64(0), np.int64(-1)
    left, right = min(ax, ax + dx), max(ax, ax + dx)
    if dy > 0:
        at_low, at_high = (max(low, ay) - ay) * dx // dy, (min(high, ay + dy) - ay) * dx // dy
        left, right = ax + min(at_low, at_high) - 1, ax + max(at_low, at_high) + 1
    first, last = (left - reach_x - x0) >> shift, (right + reach_x - x0) >> shift
    return max(first, 0), min(last, nx - 1)


@compiled
def edges_near(
    ends: Int32s, x0: Whole, y0: Whole, shift: Whole, nx: Whole, ny: Whole, reach_x: Whole, reach_y: Whole
) -> Any:
    """Edges within reach of each cell: (begin (nx ny + 1,), edge), counted first and filled then."""
    begin = np.zeros(nx * ny + 1, np.int64)
    filled = begin
    edge = np.empty(0, np.int32)
    for filling in range(2):
        for e in range(len(ends)):
            first_row = max((ends[e, 1] - reach_y - y0) >> shift, 0)
            last_row = min((ends[e, 3] + reach_y - y0) >> shift, ny - 1)
            for row in range(first_row, last_row + 1):
                first, last = columns_near(ends, e, row, x0, y0, shift, nx, reach_x, reach_y)
                for column in range(first, last + 1):
                    cell = row * nx + column
                    if filling:
                        edge[filled[cell]] = e
                        filled[cell] += 1
                    else:
                        begin[cell + 1] += 1
        if not filling:
            for cell in range(nx * ny):
                begin[cell + 1] += begin[cell]
            edge = np.empty(begin[nx * ny], np.int32)
            filled = begin.copy()
    return begin, edge


@compiled
def squared_distance(px: float, py: float, metric: Floats, e: Whole) -> float:
    """Squared metres from a point to an edge."""
    ax, ay = metric[e, 0], metric[e, 1]
    along_x, along_y = metric[e, 2] - ax, metric[e, 3] - ay
    towards_x, towards_y = px - ax, py - ay
    length2 = along_x * along_x + along_y * along_y
    part = 0.0
    if length2 > 0.0:
        part = min(max((along_x * towards_x + along_y * towards_y) / length2, 0.0), 1.0)
    dx, dy = towards_x - part * along_x, towards_y - part * along_y
    return float(dx * dx + dy * dy)


@compiled
def tell_distances(
    x: Int32s,
    y: Int32s,
    begin_at: Whole,
    end_at: Whole,
    zone: Int32s,
    reach_m: float,
    mesh_x0: Whole,
    mesh_y0: Whole,
    mesh_shift: Whole,
    nodes: Floats,
    metric: Floats,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    nx: Whole,
    ny: Whole,
    begin: Int64s,
    edge: Int32s,
    zones: Int32s,
    layer_begin: Int64s,
    border_m: Floats,
) -> None:
    """Metres from points to the border of their zone, per layer, into ``border_m`` (layers, n).

    NaN where there is no zone or its border is not within reach. Points ``begin_at`` to ``end_at`` only.
    """
    n_layers = zone.shape[0]
    for i in range(begin_at, end_at):
        for layer in range(n_layers):
            border_m[layer, i] = np.nan
        column, row = (np.int64(x[i]) - x0) >> shift, (np.int64(y[i]) - y0) >> shift
        if column < 0 or column >= nx or row < 0 or row >= ny:
            continue
        first, last = begin[row * nx + column], begin[row * nx + column + 1]
        if first == last:
            continue
        px, py = project(np.int64(x[i]), np.int64(y[i]), mesh_x0, mesh_y0, mesh_shift, nodes)
        layer, nearest = 0, np.inf
        for k in range(first, last):
            e = edge[k]
            if e >= layer_begin[layer + 1]:
                if nearest < reach_m * reach_m:
                    border_m[layer, i] = np.sqrt(nearest)
                nearest = np.inf
                while e >= layer_begin[layer + 1]:
                    layer += 1
            own = zone[layer, i]
            if own >= 0 and (zones[e, 0] == own or zones[e, 1] == own):
                nearest = min(nearest, squared_distance(px, py, metric, e))
        if nearest < reach_m * reach_m:
            border_m[layer, i] = np.sqrt(nearest)
