"""Texts of which many rows have the same: each written once, and its number in every row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Coded"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Coded:
    """n texts.

    Attributes
    ----------
    number
        int64 (n,): position of each row's text in ``words``; -1 for none.
    words
        The texts, as Arrow has them; one may stand there twice.

    >>> Coded.of(["b", None, "a", "b"]).texts()
    ['b', None, 'a', 'b']
    """

    number: Ints
    words: pa.Array

    @classmethod
    def of(cls, values: Any) -> Coded:
        """Texts in any form Arrow takes; empty ones for none."""
        array = pa.array(
            values, type=None if isinstance(values, pa.Array) else pa.large_string(), from_pandas=True
        )
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        number = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(number, coded.dictionary.cast(pa.large_string()))

    @classmethod
    def same(cls, word: str, n: int) -> Coded:
        """One text in all rows."""
        return cls(np.zeros(n, dtype=np.int64), pa.array([word], pa.large_string()))

    @classmethod
    def chosen(cls, number: Ints, words: Sequence[str]) -> Coded:
        """One of a few texts in each row, by its position; -1 for none."""
        return cls(number, pa.array(list(words), pa.large_string()))

    def take(self, rows: Ints) -> Coded:
        """The texts of some rows, in their order."""
        return Coded(self.number[rows], self.words)

    def or_else(self, other: Coded) -> Coded:
        """The texts of another, where there is none here.

        >>> Coded.of(["a", None]).or_else(Coded.of(["x", "y"])).texts()
        ['a', 'y']
        """
        moved = np.where(other.number < 0, -1, other.number + len(self.words))
        return Coded(
            np.where(self.number < 0, moved, self.number), pa.concat_arrays([self.words, other.words])
        )

    def put(self, rows: Ints, other: Coded) -> Coded:
        """These texts, with those of another in some rows."""
        number = self.number.copy()
        number[rows] = np.where(other.number < 0, -1, other.number + len(self.words))
        return Coded(number, pa.concat_arrays([self.words, other.words]))

    def among(self, words: Collection[str]) -> NDArray[np.bool_]:
        """Which rows have one of some texts.

        >>> Coded.of(["b", None, "a"]).among({"a"}).tolist()
        [False, False, True]
        """
        meant = np.array([word in words for word in self.words.to_pylist()] + [False], dtype=np.bool_)
        return np.asarray(meant[self.number])

    def texts(self) -> list[str | None]:
        """Row by row."""
        return [None if k < 0 else self.words[k].as_py() for k in self.number.tolist()]

    def __len__(self) -> int:
        return len(self.number)
