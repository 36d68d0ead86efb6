"""What ``gridgov propose`` says to files, options and outputs that cannot be: by row, before the search."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.support.propose_shell import Shell, shell_in, town


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return shell_in(monkeypatch, tmp_path)


def broken(case: str) -> gpd.GeoDataFrame:
    """Files that cannot be read as units."""
    frame = town()
    frame["households"] = frame["households"].astype(object)
    if case == "negative":
        frame.loc[5, "households"] = -3
    if case == "words":
        frame["households"] = frame["households"].astype(str)
        frame.loc[5, "households"] = "many"
    if case == "no community":
        frame.loc[[5, 9], "community"] = None
    if case == "bow tie":
        west, south, east, north = frame.geometry[5].bounds
        tie = [(west, south), (east, north), (east, south), (west, north)]
        frame.loc[5, "geometry"] = shapely.Polygon(tie)
    if case == "no shape":
        frame.loc[5, "geometry"] = None
    if case == "points":
        frame.loc[5:, "geometry"] = frame.centroid
    if case == "other name":
        frame = frame.rename(columns={"households": "homes"})
    return frame


def test_who_interrupts_is_told_that_nothing_was_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gis.propose.propose", interrupted)
    assert "nothing was written" in shell.run("--units", "units.gpkg", "-o", "out.gpkg", code=130)
    assert not Path("out.gpkg").exists()


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("negative", "row 6: '-3' in column households"),
        ("words", "row 6: 'many' in column households"),
        ("no community", "row 6: no community in column community (2 such rows)"),
        ("bow tie", "row 6: not a valid area (Self-intersection"),
        ("no shape", "row 6: not an area (no geometry)"),
        ("points", "row 6: not an area (Point)"),
        ("other name", "--weight names one"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_row(shell: Shell, case: str, said: str) -> None:
    frame = broken(case)
    # Polygons and points go together in few forms.
    name = "broken.gpkg" if case == "bow tie" else "broken.geojson"
    frame.to_file(name)
    assert said in shell.run("--units", name, "-o", "out.gpkg", code=1).replace("\n", " ")
    assert not Path("out.gpkg").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--units", "nowhere.gpkg"), "there is no file"),
        (("--units", "units.gpkg", "--weight", "people"), "no column people"),
        (("--units", "units.gpkg", "--min", 600), "minimum <= maximum"),
        (("--units", "units.gpkg", "--lock", "A"), "--lock needs --current"),
        (("--units", "units.gpkg", "--must-link", "U00"), "UNIT,UNIT"),
        (("--units", "units.gpkg", "--must-link", "U00,U99"), "no unit U99"),
        (("--units", "units.gpkg", "--must-link", "U00,U07"), "cannot share a grid"),
        (("--units", "units.gpkg", "--plot", "plot.png"), ".svg"),
        (("--units", "units.gpkg", "-o", "out.csv"), "endings"),
        (("--units", "units.gpkg", "-o", "today.geojson"), "--overwrite"),
        (("--units", "units.gpkg", "-o", "units.gpkg", "--overwrite"), "read as input"),
        (("--units", "units.gpkg", "--plot", "nowhere/trade.svg"), "no folder nowhere"),
        (("--units", "units.gpkg", "--proposals", "today.geojson"), "today.geojson is no folder"),
    ],
)
def test_what_cannot_be_done_is_said(shell: Shell, words: tuple[object, ...], said: str) -> None:
    output = () if "-o" in words else ("-o", "out.gpkg")
    assert said in shell.run(*words, *output, code=1)
    assert not Path("out.gpkg").exists()
