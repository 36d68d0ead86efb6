"""Imports in tests: small files in every form, one call to import them, counts of all rows."""

from __future__ import annotations

import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg

from governance.access import OPERATOR
from grid_data.database import Connection, Database
from grid_data.importers.batch import Report, Request, run_import
from grid_data.importers.mapping import ColumnMapping
from grid_data.importers.reading import read_source
from grid_data.importers.subjects import PREPARATIONS
from grid_data.importers.units import import_units
from grid_data.importers.zones import ZoneOptions, import_layer, import_zones

FORMS = ("gpkg", "geojson", "shp", "zip", "fgb", "parquet", "csv")


def write_as(frame: gpd.GeoDataFrame, folder: Path, form: str, name: str = "file") -> Path:
    """A frame with geometry as a file of a form; CSV gets its geometry as WKT."""
    path = folder / f"{name}.{form}"
    if form == "parquet":
        frame.to_parquet(path)
    elif form == "csv":
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(
            wkt=frame.geometry.to_wkt(rounding_precision=-1)
        )
        table.to_csv(path, index=False)
    elif form == "zip":
        inside = folder / f"zip_{name}"
        inside.mkdir()
        frame.to_file(inside / f"{name}.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(inside.iterdir()):
                archive.write(part, part.name)
    else:
        frame.to_file(path, **({"encoding": "utf-8"} if form == "shp" else {}))
    return path


def write_csv(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "file.csv") -> Path:
    """Rows as CSV."""
    path = folder / name
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def request(path: Path, **options: Any) -> Request:
    """A request; ``columns`` and ``constants`` make its mapping, the rest are its own options."""
    mapping = ColumnMapping(
        options.pop("columns", {}), options.pop("constants", {}), options.pop("values", {})
    )
    layer, encoding = options.pop("source_layer", None), options.pop("encoding", None)
    return Request(read_source(path, layer=layer, encoding=encoding), mapping, **options)


async def bring(database: Database, subject: str, path: Path, **options: Any) -> Report:
    """Import a file in a transaction of its own."""
    asked = request(path, **options)
    return await _in_transaction(
        database, lambda connection: run_import(connection, subject, asked, PREPARATIONS[subject])
    )


async def bring_zones(
    database: Database,
    layer: str,
    path: Path,
    *,
    valid_from: str | None = None,
    as_correction: bool = False,
    keep_missing: bool = False,
    coverage: Any = None,
    **options: Any,
) -> Report:
    """Import zones of a layer."""
    asked = request(path, **options)
    how = ZoneOptions(_date(valid_from), as_correction, keep_missing, coverage)
    return await _in_transaction(database, lambda connection: import_zones(connection, asked, layer, how))


async def bring_layer(
    database: Database,
    path: Path,
    definition: Mapping[str, Any],
    *,
    valid_from: str | None = None,
    coverage: Any = None,
    **options: Any,
) -> Report:
    """Define a layer and import its zones."""
    asked = request(path, **options)
    how = ZoneOptions(_date(valid_from), coverage=coverage)
    return await _in_transaction(
        database, lambda connection: import_layer(connection, asked, definition, how)
    )


async def bring_units(
    database: Database, path: Path, *, valid_from: str | None = None, **options: Any
) -> Report:
    """Import land units."""
    asked = request(path, **options)
    return await _in_transaction(
        database, lambda connection: import_units(connection, asked, _date(valid_from))
    )


async def look(database: Database, query: Any, *parameters: Any) -> list[dict[str, Any]]:
    """Rows of a query, whoever may read them."""
    async with database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        cursor = await connection.execute(query, parameters or None)
        return await cursor.fetchall()


async def row_counts(database: Database) -> dict[str, int]:
    """Rows of every table; equal before and after an import that changes nothing."""
    async with database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        cursor = await connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(row["relname"] for row in await cursor.fetchall())
        counts = {}
        for name in names:
            cursor = await connection.execute(
                psycopg.sql.SQL(
                    "SELECT count(*) AS n, coalesce(sum(hashtext(t::text)), 0) AS h FROM {} AS t"
                ).format(psycopg.sql.Identifier(name))
            )
            row = await cursor.fetchone()
            assert row is not None
            counts[name] = (row["n"], row["h"])
    return counts  # type: ignore[return-value]


def codes(report: Report, level: str = "error") -> list[tuple[str, int | None]]:
    """Code and row of the findings of a level."""
    return [(finding.code, finding.row) for finding in report.findings if finding.level == level]


async def _in_transaction(database: Database, work: Callable[[Connection], Awaitable[Report]]) -> Report:
    async with database.transaction(OPERATOR) as connection:
        return await work(connection)


def _date(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
