"""``gridgov units`` as it is typed: from files to units, into a database, and what is decided there."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import psycopg
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from cli.main import app

FIXTURES = Path(__file__).parents[1] / "fixtures"
HALVES = [shapely.box(west, 31.234, west + 0.005, 31.242) for west in (121.496, 121.501)]


class Shell:
    """The command, in English."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, url: str | None = None) -> None:
        for name, value in {"GRIDGOV_HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
        if url:
            monkeypatch.setenv("GRIDGOV_DATABASE_URL", url)

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Exit code, and what was printed on standard output."""
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout if result.exit_code == 0 else result.output


def communities(folder: Path) -> Path:
    """Two communities of Lujiazui, with names."""
    path = folder / "communities.gpkg"
    frame = gpd.GeoDataFrame(
        {"code": ["310115005001", "310115005002"], "name_zh": ["西社区", "东社区"]}, geometry=HALVES, crs=4326
    )
    frame.to_file(path)
    return path


def build(shell: Shell, folder: Path, output: Path, *more: str | Path) -> tuple[int, str]:
    """Cut land units of Lujiazui."""
    roads, houses = (FIXTURES / "shanghai" / f"lujiazui_{name}.geojson" for name in ("roads", "buildings"))
    files: list[str | Path] = [
        "--communities",
        communities(folder),
        "--roads",
        roads,
        "--buildings",
        houses,
        "--pieces",
    ]
    return shell.run("units", "build", *files, "-o", output, *more)


def test_units_of_real_streets_are_built_imported_and_checked(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path, monkeypatch, empty_database)
    homes = tmp_path / "homes.csv"
    homes.write_text(
        "lon,lat,households,residents\n121.4985,31.238,120,300\n121.4,31.2,5,9\n", encoding="utf-8"
    )
    output = tmp_path / "units.gpkg"
    code, printed = build(shell, tmp_path, output, "--households", homes, "--json")
    told = json.loads(printed)
    assert code == 0
    assert (told["communities"], told["households"], told["households_outside"]) == (2, 120, 5)
    assert told["valid_coverage"]
    assert told["area_error"] < 1e-6
    assert set(pyogrio.list_layers(output)[:, 0]) == {"units", "edges", "communities"}
    units = gpd.read_file(output, layer="units")
    assert {"code", "community", "kind", "households", "residents", "buildings"} <= set(units.columns)
    assert (len(units), units["residents"].sum()) == (told["units"], 300)
    edges = gpd.read_file(output, layer="edges")
    assert len(edges) == told["edges"]
    assert edges.geometry.to_crs(4549).length.sum() == pytest.approx(edges["length_m"].sum(), rel=1e-3)
    town = ["--code", "310115", "--name-zh", "小城", "--metric-srid", "4549", "--centre", "121.5,31.24"]
    assert shell.run("import", "city", *town)[0] == 0
    layer = ["--code", "community", "--name-zh", "社区", "--kind", "region", "--cardinality", "exactly_one"]
    assert shell.run("import", "layer", *layer, "--source-layer", "communities", output)[0] == 0
    code, printed = shell.run("import", "units", "--source-layer", "units", output)
    assert code == 0, printed
    with psycopg.connect(empty_database) as connection:
        stored = connection.execute("SELECT count(*), sum(joined::int) FROM unit_edge").fetchone()
        named = connection.execute(
            "SELECT name_zh FROM zone_version WHERE name_zh ~ '社区' ORDER BY 1"
        ).fetchall()
    assert stored is not None
    assert stored[0] == told["edges"]
    assert named == [("东社区",), ("西社区",)]
    # The database knows no road yet: the file does.
    code, printed = shell.run("units", "graph", "--edges", output)
    assert (code, "edge(s) taken from the file" in printed) == (0, True)
    with psycopg.connect(empty_database) as connection:
        streets = connection.execute("SELECT count(*) FROM unit_edge WHERE barrier = 2").fetchone()
    assert streets == (told["barriers"]["street"],)
    assert shell.run("units", "check")[0] == 0


def test_what_is_written_beside_other_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, monkeypatch)
    counts = []
    for ending in ("geojson", "parquet", "shp"):
        output = tmp_path / f"units.{ending}"
        code, printed = build(shell, tmp_path, output)
        assert code == 0, printed
        assert "valid coverage" in printed
        read = gpd.read_parquet if ending == "parquet" else gpd.read_file
        units, edges = read(output), read(tmp_path / f"units.edges.{ending}")
        assert {"unit_a", "unit_b", "length_m", "barrier", "joined"} <= set(edges.columns)
        assert set(edges["unit_a"]) <= set(units["code"])
        counts.append((len(units), len(edges)))
        assert len(read(tmp_path / f"units.communities.{ending}")) == 2
    assert len(set(counts)) == 1


def test_no_file_is_replaced_unasked_and_none_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, there = Shell(tmp_path, monkeypatch), tmp_path / "there.gpkg"
    there.write_text("something else")
    for output, more, said in (
        ("units.dxf", (), "cannot be written"),
        ("nowhere/units.gpkg", (), "there is no folder"),
        ("there.gpkg", (), "--overwrite replaces it"),
        ("communities.gpkg", ("--overwrite",), "is read as input"),
    ):
        code, printed = build(shell, tmp_path, tmp_path / output, *more)
        assert (code, said in printed.replace("\n", " ")) == (1, True), printed
    assert there.read_text() == "something else"
    assert len(gpd.read_file(tmp_path / "communities.gpkg")) == 2
    code, printed = build(shell, tmp_path, there, "--overwrite")
    assert code == 0, printed
    assert set(pyogrio.list_layers(there)[:, 0]) == {"units", "edges", "communities"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["communities.gpkg", "there.gpkg"]


def test_a_wall_and_a_railway_bound_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, monkeypatch)
    lines = {
        "rail": [(121.4985, 31.233), (121.4985, 31.243)],
        "walls": [(121.495, 31.238), (121.507, 31.238)],
    }
    options: list[str | Path] = []
    for name, points in lines.items():
        path = tmp_path / f"{name}.geojson"
        gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.LineString(points)], crs=4326).to_file(path)
        options += [f"--{name}", path]
    output = tmp_path / "units.gpkg"
    code, _ = shell.run("units", "build", "--communities", communities(tmp_path), *options, "-o", output)
    assert code == 0
    edges = gpd.read_file(output, layer="edges")
    assert len(gpd.read_file(output, layer="units")) == 6
    assert np.sort(edges["barrier"].unique()).tolist() == ["land", "rail"]
    assert (edges["barrier"] == "rail").sum() == 2


def test_people_link_and_cut(toy_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, monkeypatch, toy_url)
    assert shell.run("units", "graph") == (0, "24 edge(s) changed\n")
    assert shell.run("units", "check") == (0, "16 land units, 24 borders: nothing found\n")
    assert shell.run("units", "cut", "U00", "U10") == (0, "U00 and U10 are parted\n")
    assert shell.run("units", "cut", "U00", "U10") == (0, "it is so already\n")
    shell.run("units", "cut", "U00", "U01")
    report = tmp_path / "report.json"
    code, printed = shell.run("units", "check", "--format", "json", "-o", report)
    assert (code, "cut off" in printed) == (1, True)
    (finding,) = json.loads(report.read_text(encoding="utf-8"))["findings"]
    assert (finding["kind"], finding["codes"]) == ("cut_off", ["U00"])
    assert (finding["lon"], finding["lat"]) == pytest.approx((120.405, 36.105))
    code, printed = shell.run("units", "check", "--format", "geojson")
    assert json.loads(printed)["features"][0]["geometry"]["type"] == "Point"
    assert shell.run("units", "link", "U00", "U30") == (0, "U00 and U30 are joined\n")
    assert shell.run("units", "check")[0] == 0
    code, printed = shell.run("units", "link", "U00", "U03")
    assert (code, "different communities" in printed) == (1, True)
    assert shell.run("units", "link", "U00", "U00")[0] == 1
