"""Lists of identifiers, one per row, as two arrays: what an ``bigint[]`` column is filled from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ragged"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ragged:
    """n lists of integers.

    Attributes
    ----------
    values
        int64 (m,): all elements, list after list.
    offsets
        int64 (n + 1,): where each list begins in ``values``, and the end of the last.

    >>> [part.tolist() for part in Ragged.of([[1, 2], [], [3]])]
    [[1, 2], [], [3]]
    """

    values: Ints
    offsets: Ints

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        """Lists as such."""
        counts = np.fromiter((len(part) for part in lists), np.int64, len(lists))
        values = np.array([value for part in lists for value in part], dtype=np.int64)
        return cls(values, offsets_of(counts))

    @classmethod
    def of_owners(cls, owners: Ints, values: Ints, n: int) -> Ragged:
        """Values that belong to rows ``owners``, in ascending order of rows; n rows in all."""
        return cls(values.astype(np.int64), offsets_of(np.bincount(owners, minlength=n)))

    @property
    def counts(self) -> Ints:
        """Elements of each list."""
        return np.diff(self.offsets)

    def sums(self) -> Ints:
        """Sum of each list, modulo 2**64.

        >>> Ragged.of([[1, 2], [], [3]]).sums().tolist()
        [3, 0, 3]
        """
        so_far = np.append(0, np.cumsum(self.values))
        return np.asarray(so_far[self.offsets[1:]] - so_far[self.offsets[:-1]])

    def take(self, rows: Ints) -> Ragged:
        """The lists of some rows, in their order; a row may come several times.

        >>> [part.tolist() for part in Ragged.of([[1, 2], [], [3]]).take(np.array([2, 0, 2]))]
        [[3], [1, 2], [3]]
        """
        counts = self.counts[rows]
        offsets = offsets_of(counts)
        first = np.repeat(self.offsets[:-1][rows] - offsets[:-1], counts)
        return Ragged(self.values[first + np.arange(offsets[-1])], offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Ints]:
        yield from np.split(self.values, self.offsets[1:-1]) if len(self) else ()


def offsets_of(counts: NDArray[np.integer]) -> Ints:
    """Where lists of so many elements begin, and the end of the last."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def joined(parts: Sequence[Ragged]) -> Ragged:
    """Lists after lists.

    >>> len(joined([Ragged.of([[1]]), Ragged.of([[], [2, 3]])]))
    3
    """
    counts = np.concatenate([part.counts for part in parts]) if parts else np.empty(0, np.int64)
    values = np.concatenate([part.values for part in parts]) if parts else np.empty(0, np.int64)
    return Ragged(values, offsets_of(counts))
