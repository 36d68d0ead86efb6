"""Files of points and zones for ``gridgov route``, and the command as it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from numpy.typing import NDArray
from typer.testing import CliRunner

from cli.main import app
from tests.unit.gis.coverages import degrees, voronoi

SIDE = 2_000_000
"""Lattice steps of the town's side: some 20 km."""


def write_layers(folder: Path) -> dict[str, Path]:
    """Two layers over one town: 40 grids in GeoPackage, 5 police zones in GeoJSON with column ``name``."""
    grids = degrees(voronoi(5, 40, side=SIDE, wiggles=8))
    police = degrees(voronoi(6, 5, side=SIDE, wiggles=8))
    paths = {"grid": folder / "grid.gpkg", "police": folder / "police.geojson"}
    frame = gpd.GeoDataFrame({"code": [f"G{n:03}" for n in range(len(grids))]}, geometry=grids, crs=4326)
    frame.to_file(paths["grid"])
    frame = gpd.GeoDataFrame({"name": [f"P, {n}" for n in range(len(police))]}, geometry=police, crs=4326)
    frame.to_file(paths["police"], COORDINATE_PRECISION=7)
    return paths


def places(number: int, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places in the town and a little round it, degrees."""
    random = np.random.default_rng(seed)
    lon = 120.468 + random.uniform(-0.01, 0.21, number)
    lat = 36.107 + random.uniform(-0.01, 0.21, number)
    return lon.round(7), lat.round(7)


def write_points(path: Path, ids: Any, lon: Any, lat: Any, crs: int = 4326) -> Path:
    """Points in the form that the file's name tells; ``plain.parquet`` has lon and lat columns."""
    if path.suffix == ".csv" or path.name == "plain.parquet":
        frame = pd.DataFrame({"id": ids, "text": "Müll,\nviel", "lon": lon, "lat": lat})
        frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path)
        return path
    points = gpd.GeoDataFrame({"id": ids}, geometry=gpd.points_from_xy(lon, lat), crs=crs)
    points.to_parquet(path) if path.suffix == ".parquet" else points.to_file(path)
    return path


def read_answers(path: Path) -> pd.DataFrame:
    """An output of any form as a table with text, and None where a cell is empty."""
    if path.suffix == ".csv":
        table = pd.read_csv(path, dtype={"id": str})
    elif path.suffix == ".parquet" or path.is_dir():
        table = pq.read_table(path).to_pandas()
        table["geometry"] = shapely.from_wkb(table["geometry"])
    else:
        table = pd.DataFrame(pyogrio.read_dataframe(path))
    table["id"] = table["id"].astype(str)
    table = table.astype(object)
    return table.where(table.notna(), None)


class Shell:
    """The command in English."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {"LC_ALL": "C.UTF-8", "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)

    def run(self, *words: object) -> tuple[int, str]:
        """Exit code, and all that was printed."""
        result = CliRunner().invoke(app, ["route", *(str(word) for word in words)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def route(self, *words: object) -> str:
        """What was printed; it must succeed."""
        code, said = self.run(*words)
        assert code == 0, said
        return said

    def refuse(self, *words: object) -> str:
        """What was printed; it must fail."""
        code, said = self.run(*words)
        assert code == 1, said
        return said
