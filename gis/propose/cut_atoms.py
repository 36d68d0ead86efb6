"""Atoms whose absence would leave their piece in parts.

R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972).
"""

from __future__ import annotations

import numpy as np

from gis.propose.pieces import Piece

__all__ = ["cut_atoms"]


def cut_atoms(piece: Piece) -> list[int]:
    """Cut atoms of a piece by the borders that hold it together, ascending."""
    net = piece.matrix()
    start, near = net.indptr.tolist(), net.indices.tolist()
    n = len(start) - 1
    # When an atom was met, and the earliest met that its branch reaches besides by the way it was met.
    met, reach = [-1] * n, [0] * n
    following, moment = start[:n], 0
    cuts = np.zeros(n, dtype=np.bool_)
    for root in range(n):
        if met[root] >= 0:
            continue
        met[root] = reach[root] = moment
        moment += 1
        way, branches = [root], 0
        while way:
            here = way[-1]
            if following[here] < start[here + 1]:
                other = near[following[here]]
                following[here] += 1
                if met[other] < 0:
                    met[other] = reach[other] = moment
                    moment += 1
                    way.append(other)
                elif len(way) < 2 or other != way[-2]:
                    reach[here] = min(reach[here], met[other])
                continue
            way.pop()
            if not way:
                break
            before = way[-1]
            reach[before] = min(reach[before], reach[here])
            if before == root:
                branches += 1
            elif reach[here] >= met[before]:
                cuts[before] = True
        cuts[root] = branches > 1
    return [int(atom) for atom in np.flatnonzero(cuts)]
