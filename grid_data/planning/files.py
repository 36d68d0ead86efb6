"""A plan as a file: its units with the zone of each, as GeoPackage, GeoJSON, Shapefile or CSV."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import orjson
import shapely

from gis.zone_shapes import union_of_units
from grid_data.database import Connection, rows
from grid_data.exporters.text import harmless

if TYPE_CHECKING:
    import geopandas as gpd

    from grid_data.importers.reading import Source

__all__ = ["FORMS", "Form", "cut_units", "file_of", "plan_units", "source_of", "zone_numbers"]

# pandas, geopandas and pyogrio are loaded with the first file: a server that reads and writes none is
# smaller without them.
Form = Literal["gpkg", "geojson", "shp", "csv"]
FORMS: Mapping[Form, tuple[str, str]] = {
    "gpkg": (".gpkg", "application/geopackage+sqlite3"),
    "geojson": (".geojson", "application/geo+json"),
    "shp": (".zip", "application/zip"),
    "csv": (".csv", "text/csv; charset=utf-8"),
}
"""File ending and media type of each form."""

# Names of at most ten letters: a Shapefile has no longer ones.
COLUMNS = ("unit", "zone", "zone_name", "base_zone", "households", "residents", "changed")


async def plan_units(connection: Connection, plan_id: int) -> gpd.GeoDataFrame:
    """Units of a plan by code, with `COLUMNS`, ``id``, ``number`` and geometry in EPSG:4326."""
    import geopandas as gpd
    import pandas as pd

    found = pd.DataFrame(
        await rows(connection, "plan_files/units", {"plan": plan_id}),
        columns=["id", "number", *COLUMNS, "shape"],
    )
    shapes = shapely.from_wkb(found.pop("shape").to_numpy())
    return gpd.GeoDataFrame(found, geometry=shapes, crs=4326)


async def cut_units(connection: Connection, plan_id: int) -> set[str]:
    """Codes of units that are cut in a plan, and of pieces it has taken back."""
    return {row["code"] for row in await rows(connection, "plan_files/cut_units", {"plan": plan_id})}


async def zone_numbers(connection: Connection, plan_id: int) -> dict[str, int]:
    """Number of each zone of a plan by its code, or by ``new:NUMBER``."""
    found = await rows(connection, "plan_files/zone_numbers", {"plan": plan_id})
    return {row["zone"]: row["number"] for row in found}


def file_of(units: gpd.GeoDataFrame, form: Form) -> bytes:
    """The units (of `plan_units`) as a file; a GeoPackage has the zones as a second layer."""
    frame = units[[*COLUMNS, "geometry"]]
    if form == "csv":
        # Names are given by people; codes and figures are the city's.
        safe = [name if name is None else harmless(name) for name in frame["zone_name"]]
        text: str = frame.drop(columns="geometry").assign(zone_name=safe).to_csv(index=False)
        return b"\xef\xbb\xbf" + text.encode()
    if form == "geojson":
        return _geojson(frame)
    import pyogrio

    with tempfile.TemporaryDirectory() as folder:
        if form == "gpkg":
            path = Path(folder, "plan.gpkg")
            pyogrio.write_dataframe(frame, path, layer="units", driver="GPKG")
            pyogrio.write_dataframe(_zones(units), path, layer="zones", driver="GPKG", append=True)
            return path.read_bytes()
        pyogrio.write_dataframe(frame, Path(folder, "units.shp"), driver="ESRI Shapefile", encoding="UTF-8")
        packed = Path(folder, "units.zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).glob("units.*")):
                if part != packed:
                    archive.write(part, part.name)
        return packed.read_bytes()


def _geojson(frame: gpd.GeoDataFrame) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": orjson.Fragment(shapely.to_geojson(shape)),
        }
        for properties, shape in zip(
            frame.drop(columns="geometry").to_dict("records"), frame.geometry, strict=True
        )
    ]
    return orjson.dumps({"type": "FeatureCollection", "name": "units", "features": features})


def _zones(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones with the sums of their units."""
    import geopandas as gpd

    shapes = dict(zip(units["id"].tolist(), units.geometry.to_numpy(), strict=True))
    members: dict[Any, list[int]] = {}
    for unit, number in zip(units["id"].tolist(), units["number"].tolist(), strict=True):
        members.setdefault(number, []).append(unit)
    merged = union_of_units(shapes, members)
    sums = units.groupby("number").agg(
        zone=("zone", "first"),
        zone_name=("zone_name", "first"),
        units=("id", "size"),
        households=("households", "sum"),
        residents=("residents", "sum"),
    )
    return gpd.GeoDataFrame(
        sums.reset_index(drop=True),
        geometry=np.array([merged[number] for number in sums.index.tolist()], dtype=object),
        crs=4326,
    )


def source_of(data: bytes, form: Form) -> Source:
    """A file given as bytes, read as rows.

    Raises
    ------
    ImportRefused
        It cannot be read as such a file.
    """
    from grid_data.importers.reading import read_source

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"plan{FORMS[form][0]}")
        path.write_bytes(data)
        layer = None
        if form == "gpkg":
            layer = "units" if _has_units(path) else None
        return read_source(path, layer=layer)


def _has_units(path: Path) -> bool:
    import pyogrio

    try:
        return "units" in pyogrio.list_layers(path)[:, 0]
    except pyogrio.errors.DataSourceError:
        return False
