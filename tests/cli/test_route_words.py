"""What ``gridgov route`` says of itself: what it reads, what does not fit, what cannot be written."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.support.point_files import Shell, places, read_answers, write_layers, write_points

N = 3_000
LAYERS = ("--layer", "grid=grid.gpkg", "--layer", "police=police.geojson:name")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with layers and points."""
    folder = tmp_path_factory.mktemp("town")
    write_layers(folder)
    for form in ("points.csv", "points.geojson"):
        write_points(folder / form, np.arange(N) + 7, *places(N))
    return folder


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, town: Path) -> Shell:
    monkeypatch.chdir(town)
    return Shell(monkeypatch)


def test_what_is_read_is_told_before_it_is_routed(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("编号,X,Y\n1,120.5,36.2\n", encoding="gb18030")
    said = shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "out.csv")
    assert "points: places from X, Y (wgs84), ids from row numbers" in said
    assert "layer grid: 40 zone(s)" in said
    said = shell.route("points.geojson", *LAYERS, "-o", tmp_path / "out2.csv")
    assert "places from the geometry (wgs84), ids from id" in said


def test_a_system_of_distances_that_does_not_fit_is_told(shell: Shell, tmp_path: Path) -> None:
    words = ("points.csv", *LAYERS, "-o", tmp_path / "out.csv", "--overwrite")
    assert "are off" not in shell.route(*words, "--metric-srid", "4550")
    assert "lengths in EPSG:3857 are off by 24% in the middle" in shell.route(*words, "--metric-srid", "3857")


def test_a_wide_tolerance_does_not_make_the_layers_wide(shell: Shell, tmp_path: Path) -> None:
    said = shell.route(
        "points.csv", *LAYERS, "-o", tmp_path / "out.csv", "--tolerance", "grid=2000000", "--json"
    )
    assert "degrees wide" not in said
    assert json.loads(said[said.index("{") :])["layers"]["grid"]["outside"] == 0


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".gpkg"])
def test_what_cannot_be_written_is_said_and_what_is_finished_stays(
    shell: Shell, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"out{ending}"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A part is smaller than this, the whole is not: a disk that fills up.
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        said = shell.refuse("points.csv", *LAYERS, "-o", out, "--batch-rows", 600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"{out} cannot be written: " in said
    assert "give the same command again to go on" in said
    assert not out.exists()
    said = shell.route("points.csv", *LAYERS, "-o", out, "--batch-rows", 600)
    assert "3,000 rows are finished already" in said
    assert len(read_answers(out)) == N


def test_layers_that_no_router_takes_are_refused_in_words(shell: Shell, tmp_path: Path) -> None:
    areas = [shapely.box(-75, 40, -74, 41), shapely.box(120, 36, 121, 37)]
    gpd.GeoDataFrame({"code": ["A;1", "B"]}, geometry=areas, crs=4326).to_file(tmp_path / "z.gpkg")
    words = ("points.csv", "--layer", f"z={tmp_path}/z.gpkg", "-o", tmp_path / "out.csv")
    assert "the layers together spread over more than 107 degrees" in shell.refuse(*words)
    said = shell.refuse(*words, "--cardinality", "z=many")
    assert "z.gpkg: row 1: code A;1 contains ';', which separates several codes [separator]" in said


def test_layers_without_any_zone_leave_every_point_outside(shell: Shell, tmp_path: Path) -> None:
    gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.box(120, 36, 121, 37)], crs=4326).iloc[:0].to_file(
        tmp_path / "z.gpkg"
    )
    said = shell.route("points.csv", "--layer", f"z={tmp_path}/z.gpkg", "-o", tmp_path / "out.csv")
    assert "layer z: 0 zone(s)" in said
    assert set(read_answers(tmp_path / "out.csv")["z_method"]) == {"outside"}
