"""The small tables that lie beside the generator."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from io import StringIO
from typing import Any

import pandas as pd


def read_table(name: str, text: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read ``data/<name>.csv``; the columns in ``text`` stay text (codes keep their zeros)."""
    path = resources.files("grid_data.sample").joinpath(f"data/{name}.csv")
    return pd.read_csv(
        StringIO(path.read_text(encoding="utf-8")),
        dtype=dict.fromkeys(text, "str"),
        keep_default_na=False,
        na_values={},
    )


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; what a column holds is known by who wrote the table."""
    yield from table.itertuples()
