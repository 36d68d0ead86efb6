"""Columns as bytes of a binary COPY: each field as the manual of PostgreSQL describes it."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest

from grid_data.bulk.binary import Column, bigints, binary_rows, doubles, jsons, lists, points, texts, words
from grid_data.bulk.coded import Coded
from grid_data.bulk.ragged import Ragged

NULL = struct.pack(">i", -1)


def fields_of(column: Column, n: int) -> list[bytes]:
    """The fields of a stream of one column, their length included."""
    header, body, trailer = (bytes(piece) for piece in binary_rows([column]))
    assert header == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    assert trailer == b"\xff\xff"
    found = []
    for _ in range(n):
        assert body[:2] == struct.pack(">h", 1)
        (size,) = struct.unpack(">i", body[2:6])
        end = 6 + max(size, 0)
        found.append(body[2:end])
        body = body[end:]
    assert body == b""
    return found


def test_numbers_are_eight_bytes_and_the_stated_one_is_null() -> None:
    low = -(2**63)
    assert fields_of(bigints(np.array([7, 0, -2, low]), none=0), 4) == [
        struct.pack(">iq", 8, 7), NULL, struct.pack(">iq", 8, -2), struct.pack(">iq", 8, low),
    ]  # fmt: skip
    assert fields_of(doubles(np.array([1.5, np.nan, -0.0])), 3) == [
        struct.pack(">id", 8, 1.5), NULL, struct.pack(">id", 8, -0.0),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_every_arrow_form_and_of_a_slice(kind: pa.DataType) -> None:
    said = ["", "崂山区", None, "x" * 300, "末"]
    expected = [
        NULL if word is None else struct.pack(">i", len(word.encode())) + word.encode() for word in said
    ]
    array = (
        pa.array(said).cast(kind) if not pa.types.is_dictionary(kind) else pa.array(said).dictionary_encode()
    )
    assert fields_of(texts(array), 5) == expected
    assert fields_of(texts(array[1:4]), 3) == expected[1:4]
    assert fields_of(texts(pa.chunked_array([array[:2], array[2:]])), 5) == expected
    assert fields_of(texts(pa.nulls(2)), 2) == [NULL, NULL]


def test_few_different_words_are_told_by_number() -> None:
    assert fields_of(words(Coded.of(["normal", None, "急"])), 3) == [
        struct.pack(">i", 6) + b"normal", NULL, struct.pack(">i", 3) + "急".encode(),
    ]  # fmt: skip


def test_json_has_the_version_of_its_form_before_it() -> None:
    assert fields_of(jsons(Coded.of(["{}", "[1]"])), 2) == [
        struct.pack(">iB", 3, 1) + b"{}", struct.pack(">iB", 4, 1) + b"[1]",
    ]  # fmt: skip


def test_lists_are_arrays_of_one_dimension_or_of_none() -> None:
    one = struct.pack(">iiiiiiiq", 32, 1, 0, 20, 1, 1, 8, 5)
    two = struct.pack(">iiiiiiiqiq", 44, 1, 0, 20, 2, 1, 8, 6, 8, -7)
    assert fields_of(lists(Ragged.of([[5], [], [6, -7]])), 3) == [
        one,
        struct.pack(">iiii", 12, 0, 0, 20),
        two,
    ]


def test_points_are_ewkb_with_their_system() -> None:
    point = struct.pack(">i", 25) + struct.pack("<BIidd", 1, 0x20000001, 4326, 120.5, 36.25)
    there = np.array([True, False])
    assert fields_of(points(np.array([120.5, np.nan]), np.array([36.25, np.nan]), there), 2) == [point, NULL]


def test_rows_of_several_columns_beyond_one_block() -> None:
    """Rows are written block by block; each keeps its fields together."""
    n = 1000
    words_of = [f"第{k}" for k in range(n)]
    body = bytes(binary_rows([bigints(np.arange(n)), texts(words_of)])[1])
    expected = b"".join(
        struct.pack(">hiq", 2, 8, k) + struct.pack(">i", len(word.encode())) + word.encode()
        for k, word in enumerate(words_of)
    )
    assert body == expected


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        binary_rows([bigints(np.arange(2)), bigints(np.arange(3))])


def test_no_rows_are_a_stream_of_nothing() -> None:
    assert [len(piece) for piece in binary_rows([bigints(np.empty(0, np.int64)), texts([])])] == [19, 0, 2]
