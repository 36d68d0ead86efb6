"""The grid of cells over all layers: how fine it is, and how it is filled with several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gis.cells.edges import Edges, Int32s
from gis.cells.records import MOST_LAYERS
from gis.cells.signatures import OUTSIDE
from gis.cells.sweep import rows_of_edges, sweep_rows
from gis.errors import LayerError
from gis.lattice import SCALE
from gis.threads import thread_count

# Products of two differences of coordinates, and the difference of two such products, stay within int64.
WIDEST = 1 << 30
WIDEST_DEGREES = WIDEST / SCALE
FINEST, COARSEST = 6, 24
# Places of cells are 32 bits wide while they are worked out.
MOST_CELLS = (1 << 31) - 1


@dataclass(frozen=True, eq=False)
class CellGrid:
    """Cells over the extent of all zones; everything needed to say who covers a point.

    Attributes
    ----------
    x0, y0
        Lattice steps of the lower left corner.
    shift
        A cell is ``2**shift`` lattice steps wide and high.
    nx, ny
        How many cells there are in a row, and rows.
    cells
        int32 (ny nx + 1,), row by row: number of the signature, or inverted (``~``) the place of its record
        in the stream. The last is for places beyond all cells.
    stream
        int32: the records, see `gis.cells.records`.
    signatures
        int32 (k, layers): see `gis.cells.signatures`; the last is for places beyond all cells.
    """

    x0: int
    y0: int
    shift: int
    nx: int
    ny: int
    cells: Int32s
    stream: Int32s
    signatures: Int32s

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.cells.nbytes + self.stream.nbytes + self.signatures.nbytes

    @classmethod
    def build(cls, edges: Edges, zone_counts: NDArray[np.int64], cells_per_edge: float) -> CellGrid:
        """Fill a grid.

        Parameters
        ----------
        edges
            The borders of all layers.
        zone_counts
            int64 (layers,): how many zones each layer has.
        cells_per_edge
            How many cells there may be per edge: more cells are faster to ask and take more memory.

        Raises
        ------
        LayerError
            The zones spread over more than 107 degrees, or there are more layers than `MOST_LAYERS`.
        """
        ends = edges.ends
        nowhere = np.full((1, len(zone_counts)), OUTSIDE, dtype=np.int32)
        if not len(ends):
            return cls(0, 0, 0, 0, 0, np.zeros(1, np.int32), np.empty(0, np.int32), nowhere)
        x0, y0 = int(ends[:, 0::2].min()), int(ends[:, 1].min())
        width, height = int(ends[:, 0::2].max()) - x0 + 1, int(ends[:, 3].max()) - y0 + 1
        if max(width, height) >= WIDEST:
            raise LayerError("the zones of all layers together spread over more than 107 degrees")
        if len(zone_counts) > MOST_LAYERS:
            raise LayerError(f"one router takes at most {MOST_LAYERS:,} layers")
        shift = _shift(width, height, min(cells_per_edge * len(ends), MOST_CELLS))
        nx, ny = -(-width >> shift), -(-height >> shift)
        flat = np.empty(ny * nx + 1, dtype=np.int32)
        cells = flat[:-1].reshape(ny, nx)
        row_begin, row_edge = rows_of_edges(ends, y0, shift, len(cells))
        # Shares of equal work: what costs is edges in rows, and a little every row.
        work = row_begin + np.arange(len(row_begin)) * 8
        threads = thread_count()
        cuts = np.searchsorted(work, np.linspace(0, work[-1], threads + 1))
        cuts[0], cuts[-1] = 0, len(cells)
        spans = [(int(a), int(b)) for a, b in pairwise(cuts) if b > a]

        def sweep(span: tuple[int, int]) -> tuple[Int32s, Int32s, Int32s]:
            begin, end = span
            found: tuple[Int32s, Int32s, Int32s] = sweep_rows(
                begin, end, row_begin, row_edge, ends, edges.zones, edges.layer_begin, zone_counts,
                x0, y0, shift, cells,
            )  # fmt: skip
            return found

        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(sweep, spans))
        stream_at, signature_at = 0, 0
        for (begin, end), (stream, records, signatures) in zip(spans, parts, strict=True):
            stream[records] += signature_at
            if stream_at:
                rows = cells[begin:end]
                rows[rows >= 0] += signature_at
                rows[rows < 0] -= stream_at
            stream_at += len(stream)
            signature_at += len(signatures)
        if stream_at >= 1 << 31:
            raise LayerError("the layers are too large for one router; ask for fewer cells")
        flat[-1] = signature_at
        return cls(
            x0, y0, shift, nx, ny, flat,
            np.concatenate([stream for stream, _, _ in parts]),
            np.concatenate([*(signatures for _, _, signatures in parts), nowhere]),
        )  # fmt: skip


def _shift(width: int, height: int, most_cells: float) -> int:
    for shift in range(FINEST, COARSEST):
        if (-(-width >> shift)) * (-(-height >> shift)) <= most_cells:
            return shift
    return COARSEST
