"""COPY out of the database into columns."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from grid_data.database import Connection
from grid_data.statements import sql

__all__ = ["copy_out"]


async def copy_out(
    connection: Connection, key: str, parameters: Mapping[str, Any], types: Mapping[str, pa.DataType]
) -> pa.Table:
    """Run a named ``COPY (SELECT …) TO STDOUT (FORMAT csv)`` into an Arrow table of stated columns."""
    import pyarrow.csv as pa_csv

    async with connection.cursor() as cursor, cursor.copy(sql(key), parameters) as stream:
        data = b"".join([bytes(piece) async for piece in stream])
    if not data:
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    return pa_csv.read_csv(
        io.BytesIO(data),
        read_options=pa_csv.ReadOptions(column_names=list(types)),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict(types), strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
