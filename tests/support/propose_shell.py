"""A small town of units, and ``gridgov propose`` as it is typed in a folder that holds it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from cli.main import app
from tests.support.unit_graphs import cells

__all__ = ["EAST", "HEIGHT", "NORTH", "WIDTH", "Shell", "quarters", "shell_in", "town"]

WIDTH, HEIGHT = 8, 8
EAST, NORTH = 542_000.0, 3_997_000.0
SHORT = ("--seconds", "0.03")


def town() -> gpd.GeoDataFrame:
    """64 cells of 100 m in EPSG:4549 in two communities of 1280 households, with codes U00 to U63."""
    shapes = shapely.transform(cells(WIDTH, HEIGHT), lambda xy: xy + np.array([EAST, NORTH]))
    number = np.arange(WIDTH * HEIGHT)
    return gpd.GeoDataFrame(
        {
            "code": [f"U{k:02d}" for k in number],
            "households": np.full(len(number), 40),
            "community": np.where(number % WIDTH < 4, "东", "西"),
        },
        geometry=shapes,
        crs=4549,
    )


def quarters() -> gpd.GeoDataFrame:
    """Today's grids: columns of two cells' width, 640 households each; codes A to D."""
    boxes = [shapely.box(EAST + k * 200, NORTH, EAST + (k + 1) * 200, NORTH + HEIGHT * 100) for k in range(4)]
    return gpd.GeoDataFrame({"code": list("ABCD")}, geometry=boxes, crs=4549)


class Shell:
    """The command in one language, in a folder with a town."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "200")
        self._monkeypatch = monkeypatch
        self.speak("C.UTF-8")

    def speak(self, language: str) -> None:
        self._monkeypatch.setenv("LC_ALL", language)

    def run(self, *words: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["propose", *(str(word) for word in (*words, *SHORT))])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output

    def measures(self, *words: object) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.run(*words, "--json"))
        return content


def shell_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Shell:
    """The command in a folder with ``units.gpkg`` and today's grids in ``today.geojson``."""
    town().to_file(folder / "units.gpkg")
    quarters().to_file(folder / "today.geojson")
    return Shell(monkeypatch, folder)
