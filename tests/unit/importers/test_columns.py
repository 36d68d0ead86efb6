"""Columns at once and cells one by one: the same values, the same faults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from grid_data.importers.columns import clean_columns
from grid_data.importers.fields import Field, clean, empty
from grid_data.importers.problems import Findings

FIELDS = (
    Field("code", "code", required=True, high=6),
    Field("kind", "choice", choices={"a": "A", "甲": "A", "b": "B"}, default="B"),
    Field("metres", "number", low=0, high=1000),
    Field("at", "time", required=True),
    Field("text", high=5),
    Field("missing", default="usual"),
    Field("needed", required=True),
)
CELLS = {
    "code": ["K1", " K2 ", "1.0", "", "  ", "toolong", "nul\x00", None],
    "kind": ["a", " A", "甲", "b", "x", "", None, "\u3000b"],
    "metres": ["1", " 2.5 ", "1,000", "1e2", "-1", "1001", "nan", "inf", "east", "", None],
    "at": [
        "2024-05-01", "2024-05-01 08:00", "2024-05-01T08:00:00+08:00", "2024-05-01T08:00:00.123456Z",
        "2024/5/1 8:00", "2024年5月1日", "20240501", "2024", "2024-02-30", "2024-05-01T25:00", "yesterday",
        "1988-04-17 00:30", "1988-09-11 00:30", "2024-05-01 08:00:00.1234567", "", None,
    ],
    "text": ["路口", "a b ", "长" * 6, "", None, "\t x"],
}  # fmt: skip


def both(table: pd.DataFrame, timezone: str) -> tuple[tuple[list[Any], ...], tuple[list[Any], ...]]:
    answers: list[tuple[list[Any], ...]] = []
    for way in (clean, clean_columns):
        findings = Findings()
        frame = way(table, FIELDS, findings, timezone=timezone)
        cells = [
            {name: None if empty(value) else value for name, value in row.items()}
            for row in frame.astype(object).to_dict("records")
        ]
        answers.append((cells, list(findings)))
    return answers[0], answers[1]


@given(
    rows=st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()})),
    first=st.integers(1, 5),
    # Clocks that change: in Shanghai until 1991, in New York still.
    timezone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
)
@settings(max_examples=50)
def test_columns_are_read_as_cells_are(rows: list[dict[str, Any]], first: int, timezone: str) -> None:
    index = pd.RangeIndex(first, first + len(rows))
    table = pd.DataFrame(rows, columns=list(CELLS), index=index).astype("str")
    one, other = both(table, timezone)
    assert one == other


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "code": st.sampled_from([1.0, 2, "K", None, float("nan")]),
                "metres": st.sampled_from([1.0, 5000.0, float("nan"), float("inf")]),
                "at": st.sampled_from([pd.Timestamp("2024-05-01 08:00"), pd.NaT]),
            }
        ),
        min_size=1,
    ),
    zone=st.sampled_from([None, "UTC", "Asia/Tokyo"]),
)
@settings(max_examples=50)
def test_columns_of_numbers_and_moments_are_read_as_cells_are(
    rows: list[dict[str, Any]], zone: str | None
) -> None:
    """Binary forms bring numbers and moments as such."""
    table = pd.DataFrame(rows, index=pd.RangeIndex(1, 1 + len(rows)))
    table["code"] = pd.Series([row["code"] for row in rows], table.index, dtype=object)
    table["metres"] = table["metres"].astype(np.float64)
    table["at"] = pd.to_datetime(table["at"]).dt.tz_localize(zone)
    one, other = both(table, "Asia/Shanghai")
    assert one == other
