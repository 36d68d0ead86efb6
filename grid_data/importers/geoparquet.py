"""What a Parquet file says of its geometry: the notes of GeoParquet."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pyarrow as pa
import pyproj

from gis.crs import system_of

__all__ = ["GeometryColumn", "geometry_column"]


class GeometryColumn(NamedTuple):
    """The column of geometry.

    Attributes
    ----------
    name, encoding
        As noted; ``WKB`` where no encoding is.
    crs
        The system, normalised; None where nobody knows it.
    """

    name: str
    encoding: str
    crs: str | None


def geometry_column(schema: pa.Schema) -> GeometryColumn | None:
    """The column of geometry of a GeoParquet file; None in a Parquet file without notes.

    Raises
    ------
    ValueError
        The notes are damaged, or speak of a column that is not there.
    """
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        return None
    try:
        notes: dict[str, Any] = json.loads(text)
        name = notes.get("primary_column")
        if name is None:
            return None
        described = notes["columns"][name]
        encoding = str(described.get("encoding", "WKB"))
        # A missing crs means longitude and latitude; null means that nobody knows.
        stated = described.get("crs", "OGC:CRS84")
        crs = None if stated is None else system_of(pyproj.CRS.from_user_input(stated))
    except (ValueError, KeyError, TypeError, AttributeError, pyproj.exceptions.CRSError) as problem:
        raise ValueError("its GeoParquet notes are damaged") from problem
    if name not in schema.names:
        raise ValueError(f"its GeoParquet notes name a column {name} that is not there")
    return GeometryColumn(str(name), encoding, crs)
