"""A layer as checks see it: codes, shapes and parents, from a file or from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_wgs84
from gis.errors import GisError
from gis.lattice import from_lattice, snap_geometry, to_lattice
from grid_data.database import Connection, rows
from grid_data.importers.fields import empty, text_of
from grid_data.importers.layers import read_layer
from grid_data.importers.mapping import GEOMETRY_FIELDS, ColumnMapping
from grid_data.importers.problems import Findings
from grid_data.importers.reading import read_source
from grid_data.importers.shapes import declared_system, raw_shapes
from grid_data.importers.zones import FIELDS

__all__ = ["LayerShapes", "read_layer_file", "read_stored_layer"]

Shapes = NDArray[np.object_]
_FIELDS = tuple(field for field in FIELDS if field.name in ("code", "parent"))


@dataclass(frozen=True, eq=False)
class LayerShapes:
    """The zones of a layer at one moment, good or bad.

    Attributes
    ----------
    name
        Code of the stored layer, or name of the file.
    codes
        Code of each zone; ``#n`` for row n of a file that has no code there.
    shapes
        EPSG:4326, on the lattice where they are valid; None where there is none.
    parents
        Code of the zone's parent where it is known.
    cardinality
        ``exactly_one``, ``at_most_one`` or ``many`` zones at a place.
    parent_layer
        Code of the parent layer of a stored layer.
    system
        The system the file's coordinates are in, as declared; ``wgs84`` for a stored layer.
    unreadable
        Why the geometry of a zone cannot be read at all, by its code.
    """

    name: str
    codes: Sequence[str]
    shapes: Shapes
    parents: Sequence[str | None]
    cardinality: str = "exactly_one"
    parent_layer: str | None = None
    system: str = "wgs84"
    unreadable: Mapping[str, str] = field(default_factory=dict)


def read_layer_file(
    path: Path,
    *,
    code: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
    cardinality: str = "exactly_one",
) -> LayerShapes:
    """Read the areas of a file.

    Parameters
    ----------
    code
        The column with the codes; else the usual names are looked for, and rows are numbered without one.
    crs
        The system of the coordinates; else what the file declares, WGS 84 for GeoJSON and tables.
    layer
        Which layer of a container with several.

    Raises
    ------
    ImportRefused
        The file cannot be read, the column is not there, or nobody knows the system.
    """
    source = read_source(path, layer=layer, any_form=True)
    system = declared_system(source, crs)
    fields = [*_FIELDS, *(GEOMETRY_FIELDS if source.geometry is None else ())]
    mapped, _ = ColumnMapping({"code": code} if code else {}).apply(source.table, fields)
    findings = Findings()
    raw = raw_shapes(source, mapped, findings)
    with np.errstate(invalid="ignore"):
        degrees = np.asarray(geometry_to_wgs84(shapely.force_2d(raw), system), dtype=object)
    texts = zip(source.table.index, _texts(mapped, "code"), strict=True)
    codes = {int(row): text or f"#{row}" for row, text in texts}
    return LayerShapes(
        path.name,
        list(codes.values()),
        _on_lattice(degrees),
        _texts(mapped, "parent"),
        cardinality=cardinality,
        system=system,
        unreadable={codes[fault.row]: fault.message.en for fault in findings.errors if fault.row is not None},
    )


async def read_stored_layer(connection: Connection, code: str, at: datetime) -> LayerShapes:
    """The edition of a stored layer that holds at a moment.

    Raises
    ------
    ImportRefused
        There is no layer of that code.
    """
    layer = await read_layer(connection, code)
    found = await rows(connection, "checks/zones_at", {"layer": code, "at": at})
    return LayerShapes(
        code,
        [row["code"] for row in found],
        np.asarray(
            shapely.from_wkb(np.array([row["geometry"] for row in found], dtype=object)), dtype=object
        ),
        [row["parent"] for row in found],
        cardinality=layer.cardinality,
        parent_layer=layer.parent,
    )


def _texts(table: pd.DataFrame, name: str) -> list[str | None]:
    if name not in table:
        return [None] * len(table)
    return [None if empty(value) else text_of(value) for value in table[name]]


def _on_lattice(degrees: Shapes) -> Shapes:
    """Good areas as an import would store them; all others as they are, to be told about."""
    result: Shapes = degrees.copy()
    result[shapely.is_missing(degrees) | shapely.is_empty(degrees)] = None
    lattice: Shapes = to_lattice(degrees)
    with np.errstate(invalid="ignore"):
        easy = shapely.is_valid(degrees) & shapely.is_valid(lattice)
    result[easy] = from_lattice(shapely.remove_repeated_points(lattice[easy]))
    for position in np.flatnonzero(shapely.is_valid(degrees) & ~easy):
        try:
            result[position] = snap_geometry(degrees[position])
        except GisError:
            continue
    return result
