"""``gridgov check layer`` and ``check datum`` as they are typed: stored layers, files, reports, exit code."""

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
from gis import crs
from tests.support import toy_city

SAMPLE = Path(toy_city.__file__).parents[2] / "grid_data" / "sample" / "data" / "laoshan_osm.geojson"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        # No check of files may open a database: there is none at this address.
        "GRIDGOV_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GRIDGOV_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "COLUMNS": "200",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def stored(toy_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy city at the command's address."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", toy_url)


def run(*words: str | Path) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    result = CliRunner().invoke(app, ["check", *[str(word) for word in words]])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def file(
    folder: Path, name: str, shapes: dict[str, Any], epsg: int | None = 4326, column: str = "code"
) -> Path:
    path = folder / name
    frame = gpd.GeoDataFrame({column: list(shapes)}, geometry=list(shapes.values()), crs=epsg)
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


def streets() -> dict[str, Any]:
    """Subdistricts of Laoshan, © OpenStreetMap contributors, ODbL."""
    found = json.loads(SAMPLE.read_text(encoding="utf-8"))["features"]
    return {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in found
        if len(f["properties"]["code"]) == 9
    }


def in_gcj02(shapes: dict[str, Any]) -> dict[str, Any]:
    def move(c: Any) -> Any:
        return np.column_stack(crs.wgs84_to_gcj02(c[:, 0], c[:, 1]))

    return {code: shapely.transform(shape, move) for code, shape in shapes.items()}


@pytest.mark.parametrize("layer", ["district", "community", "base_grid", "police", "market"])
def test_stored_layers_of_a_good_city_pass(stored: None, layer: str) -> None:
    code, said = run("layer", layer)
    assert (code, "nothing found" in said) == (0, True), said


def test_a_stored_layer_against_a_file(stored: None, tmp_path: Path) -> None:
    # The northern police zone begins 0.001 degrees (111 m) farther north in the trusted file.
    trusted = file(
        tmp_path,
        "trusted.gpkg",
        {"P-SOUTH": toy_city.box(0, 0, 4, 1.6), "P-NORTH": toy_city.box(0, 1.6, 4, 2.4)},
    )
    code, said = run("layer", "police", "--trusted", trusted, "--tolerance-m", "50", "--format", "json")
    report = json.loads(said)
    assert code == 1
    assert report["counts"] == {"strays": 1, "border_lacks": 1}
    assert report["findings"][0]["codes"] == ["P-NORTH", "P-SOUTH"]
    assert report["findings"][0]["width_m"] == pytest.approx(111, abs=1)
    assert report["trusted"]["same_zones"] is True
    assert report["metric_srid"] == 4549
    assert run("layer", "police", "--trusted", trusted, "--tolerance-m", "120")[0] == 0


def test_a_layer_at_a_moment(stored: None) -> None:
    assert json.loads(run("layer", "base_grid", "--format", "json")[1])["zones"] == 4
    assert json.loads(run("layer", "base_grid", "--format", "json", "--at", "2020-01-01")[1])["zones"] == 0


def test_an_unknown_layer_is_said(stored: None) -> None:
    code, said = run("layer", "polise")
    assert (code, "did you mean police?" in said) == (1, True)


@pytest.mark.parametrize("form", ["zones.gpkg", "zones.geojson", "zones.parquet", "zones.shp", "zones.fgb"])
def test_faults_of_a_file_have_places(tmp_path: Path, form: str) -> None:
    path = file(
        tmp_path,
        form,
        {
            "A": toy_city.box(0, 0, 1, 1),
            "B": toy_city.box(0.9, 0, 1.1, 1),
            "C": toy_city.box(3, 0, 3, 3) - toy_city.box(4, 1),
            "BOW": shapely.Polygon([(120.5, 36.1), (120.6, 36.2), (120.6, 36.1), (120.5, 36.2)]),
        },
        column="NO",
    )
    code, said = run("layer", path, "--code", "NO", "--format", "geojson")
    assert code == 1
    found = {
        (feature["properties"]["kind"], *feature["properties"]["codes"]): feature
        for feature in json.loads(said)["features"]
    }
    assert set(found) == {("overlap", "A", "B"), ("gap", "C"), ("invalid_ring", "BOW")}
    overlap = found["overlap", "A", "B"]
    assert overlap["geometry"]["type"] == "Polygon"
    assert overlap["properties"]["area_m2"] == pytest.approx(90 * 1110, rel=0.01)
    assert overlap["properties"]["width_m"] == pytest.approx(83.3, rel=0.01)
    assert (overlap["properties"]["lon"], overlap["properties"]["lat"]) == pytest.approx(
        (120.4095, 36.105), abs=1e-4
    )
    assert found["invalid_ring", "BOW"]["geometry"] == {"type": "Point", "coordinates": [120.55, 36.15]}


def test_the_report_goes_to_a_file_and_the_table_is_still_printed(tmp_path: Path) -> None:
    path = file(tmp_path, "zones.gpkg", {"A": toy_city.box(0, 0), "B": toy_city.box(0.5, 0)})
    report = tmp_path / "faults.geojson"
    code, said = run("layer", path, "--format", "geojson", "-o", report)
    assert code == 1
    assert "the zones overlap" in said
    assert "vertices per zone: median 4" in said
    assert gpd.read_file(report)["kind"].tolist() == ["overlap"]
    assert run("layer", path, "--format", "json", "-o", tmp_path / "no" / "faults.json")[0] == 1


def test_a_table_of_faults_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    path = file(tmp_path, "zones.gpkg", {"A": toy_city.box(0, 0), "B": toy_city.box(0.5, 0)})
    said = run("layer", path)[1]
    assert "相互重叠" in said
    assert "2 个区域，1 个问题" in said


def test_a_file_in_gcj02_is_measured_in_the_right_place(tmp_path: Path) -> None:
    path = file(tmp_path, "zones.geojson", in_gcj02({"A": toy_city.box(0, 0), "B": toy_city.box(0.5, 0)}))
    finding = json.loads(run("layer", path, "--crs", "gcj02", "--format", "json")[1])["findings"][0]
    assert (finding["lon"], finding["lat"]) == pytest.approx((120.4075, 36.105), abs=1e-4)


def test_nesting_in_a_file(tmp_path: Path) -> None:
    parents = file(
        tmp_path, "communities.gpkg", {"W": toy_city.box(0, 0, 2, 4), "E": toy_city.box(2, 0, 2, 4)}
    )
    grids = file(
        tmp_path, "grids.parquet", {"1": toy_city.box(0, 0, 2.1, 4), "2": toy_city.box(2.1, 0, 1.9, 4)}
    )
    code, said = run("layer", grids, "--parent", parents, "--format", "json")
    findings = json.loads(said)["findings"]
    assert (code, [(f["kind"], f["codes"], f["detail"]) for f in findings]) == (
        1,
        [("outside_parent", ["1"], "W")],
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["layer", "nothing.gpkg"], "there is no file"),
        (["layer", "{file}", "--code", "nr"], "there is no column nr"),
        (["layer", "{file}", "--metric-srid", "2263"], "no projected system in metres"),
        (["layer", "{file}", "--format", "xml"], "text | json | geojson"),
        (["layer", "{file}", "--cardinality", "two"], "exactly_one | at_most_one | many"),
        (["layer", "{file}", "--trusted", "{broken}"], "cannot be compared with"),
        (["datum", "{file}", "--against", "{broken}"], "cannot be compared with"),
        (["datum", "{broken}", "--against", "{file}"], "no usable zone"),
        (["datum", "{file}", "--against", "{file}", "--format", "xml"], "text | json | geojson"),
    ],
)
def test_what_cannot_begin_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    good = file(tmp_path, "good.gpkg", {"A": toy_city.box(0, 0)})
    bow = shapely.Polygon([(120.5, 36.1), (120.6, 36.2), (120.6, 36.1), (120.5, 36.2)])
    broken = file(tmp_path, "broken.gpkg", {"A": bow})
    code, output = run(*[word.format(file=good, broken=broken) for word in words])
    assert code in (1, 2)
    assert said in output


def test_a_column_of_codes_and_other_formats(tmp_path: Path) -> None:
    parents = file(tmp_path, "communities.gml", {"W": toy_city.box(0, 0, 2, 4)}, column="bianma")
    grids = file(tmp_path, "grids.tab", {"1": toy_city.box(0, 0, 2.1, 4)})
    code, said = run("layer", grids, "--parent", f"{parents}:bianma", "--format", "json")
    assert (code, [f["detail"] for f in json.loads(said)["findings"]]) == (1, ["W"])
    note = tmp_path / "note.txt"
    note.write_text("no map", encoding="utf-8")
    assert "the form of note.txt is not known" in run("layer", note)[1].replace("\n", "")


def test_options_of_files_are_refused_for_stored_layers(stored: None) -> None:
    code, said = run("layer", "police", "--crs", "gcj02")
    assert (code, "for files" in said) == (2, True)


def test_a_layer_out_of_china_is_measured_in_its_own_zone_and_one_that_lies_nowhere_names_a_system(
    tmp_path: Path,
) -> None:
    york = file(tmp_path, "york.gpkg", {"A": shapely.box(-74, 40, -73.9, 40.1)})
    assert run("layer", york)[0] == 0
    metres = {"A": shapely.box(542_000, 3_997_000, 543_000, 3_998_000)}
    code, said = run("layer", file(tmp_path, "metres.geojson", metres))
    assert (code, "--metric-srid" in said) == (1, True)


def test_the_datum_of_a_file_is_found_and_proposed(tmp_path: Path) -> None:
    trusted = file(tmp_path, "trusted.gpkg", streets())
    shifted = file(tmp_path, "amap.gpkg", in_gcj02(streets()))
    code, said = run("datum", shifted, "--against", trusted)
    assert code == 1
    assert "the coordinates are gcj02, not WGS 84: import with --crs gcj02" in said
    code, said = run("datum", shifted, "--crs", "gcj02", "--against", trusted, "--format", "json")
    report = json.loads(said)
    assert (code, report["as_declared"], report["declared"]) == (0, True, "gcj02")
    assert [part["borders"] for part in report["parts"]] == ["inner", "outer"]
    for part in report["parts"]:
        assert part["readings"]["gcj02"]["median"] < 0.1
        assert part["readings"]["as_is"]["median"] > 100
        assert part["message"]["zh"]
    assert run("datum", trusted, "--against", trusted)[0] == 0
    code, said = run("datum", shifted, "--against", trusted, "--format", "geojson")
    lines = json.loads(said)["features"]
    assert (code, len(lines)) == (1, 2 * 5 * 200)
    assert {line["geometry"]["type"] for line in lines} == {"LineString"}
    assert {line["properties"]["reading"] for line in lines if line["properties"]["fits"]} == {"gcj02"}
    shown = [line["properties"] for line in lines if line["properties"]["reading"] == "as_is"]
    assert np.median([line["distance_m"] for line in shown]) > 100
    assert {line["borders"] for line in shown} == {"inner", "outer"}


def test_the_datum_of_a_stored_layer(stored: None, tmp_path: Path) -> None:
    path = file(
        tmp_path, "mine.gpkg", in_gcj02({"A": toy_city.box(0, 0, 2, 4), "B": toy_city.box(2, 0, 2, 4)})
    )
    code, said = run("datum", "community", "--against", path)
    assert (code, "the trusted one is gcj02" in said) == (1, True)
    assert run("datum", "community", "--against", path, "--against-crs", "gcj02")[0] == 0
    assert run("datum", "police", "--against", "district")[0] == 0


def test_what_cannot_be_read_is_no_missing_geometry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(f'code,wkt\nA,"{toy_city.box(0, 0).wkt}"\nB,POLYGON ((1\nC,\n', encoding="utf-8")
    code, said = run("layer", path, "--format", "json")
    told = {finding["codes"][0]: finding["detail"] for finding in json.loads(said)["findings"]}
    assert (code, set(told), told["C"]) == (1, {"B", "C"}, "")
    assert told["B"].startswith("the geometry cannot be read: ")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "几何无法解析" in run("layer", path)[1]


def test_two_grids_of_a_street_may_be_checked_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(f'id,wkt\n1,"{toy_city.box(0, 0).wkt}"\n2,"{toy_city.box(1, 0).wkt}"\n', encoding="utf-8")
    code, said = run("layer", path, "--format", "json", "--min-vertices", "5")
    report = json.loads(said)
    # Rows of a table without a column of codes go by their number in a spreadsheet.
    assert (code, [f["codes"] for f in report["findings"]]) == (1, [["#2"], ["#3"]])
