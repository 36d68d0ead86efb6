"""``gridgov route`` as it is typed: forms, columns, systems, refusals, summary."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from gis.crs import from_wgs84
from tests.support.point_files import Shell, places, read_answers, write_layers, write_points

COLUMNS = [
    "id",
    "grid",
    "grid_method",
    "grid_distance_m",
    "police",
    "police_method",
    "police_distance_m",
]
FORMS = ["points.csv", "plain.parquet", "points.parquet", "points.gpkg", "points.geojson"]
N = 3_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with layers and points in all forms."""
    folder = tmp_path_factory.mktemp("town")
    write_layers(folder)
    lon, lat = places(N)
    for form in FORMS:
        write_points(folder / form, np.arange(N) + 7, lon, lat)
    return folder


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, town: Path) -> Shell:
    monkeypatch.chdir(town)
    return Shell(monkeypatch)


LAYERS = ("--layer", "grid=grid.gpkg", "--layer", "police=police.geojson:name")


def expected(lon: np.ndarray, lat: np.ndarray, zones: gpd.GeoDataFrame, column: str) -> list[str | None]:
    """The lowest code of the zones that cover each point, by geopandas."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    found = points.sjoin(zones[[column, "geometry"]], predicate="intersects", how="left")
    lowest = found.groupby(level=0)[column].min()
    return [None if pd.isna(code) else code for code in lowest]


@pytest.fixture(scope="module")
def truth(town: Path) -> dict[str, list[str | None]]:
    lon, lat = places(N)
    return {
        "grid": expected(lon, lat, gpd.read_file(town / "grid.gpkg"), "code"),
        "police": expected(lon, lat, gpd.read_file(town / "police.geojson"), "name"),
    }


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".geojsonl", ".gpkg", ".parquet", ""])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_and_out_gives_the_same_answers(
    shell: Shell, tmp_path: Path, truth: dict[str, list[str | None]], form: str, ending: str
) -> None:
    out = tmp_path / f"out{ending}"
    shell.route(form, *LAYERS, "-o", out, "--batch-rows", 1_000)
    answers = read_answers(out)
    assert list(answers.columns) == [*COLUMNS, *(["geometry"] if ending != ".csv" else [])]
    assert answers["id"].tolist() == [str(n + 7) for n in range(N)]
    for layer, codes in truth.items():
        assert answers[layer].tolist() == codes
        assert (answers[f"{layer}_method"] == "outside").tolist() == [code is None for code in codes]
    assert answers["grid_distance_m"].dropna().between(0, 30).all()
    assert answers["grid_distance_m"].notna().sum() > 10
    if ending != ".csv":
        lon, lat = places(N)
        assert np.array_equal(shapely.get_x(answers["geometry"]), lon)
        assert np.array_equal(shapely.get_y(answers["geometry"]), lat)
    assert not list(tmp_path.glob("*.parts"))


def test_geoparquet_says_what_it_is(shell: Shell, tmp_path: Path) -> None:
    shell.route("points.csv", *LAYERS, "-o", tmp_path / "out.parquet")
    frame = gpd.read_parquet(tmp_path / "out.parquet")
    assert frame.crs.to_epsg() in (4326, None)
    assert frame.crs.equals("OGC:CRS84")
    # Plain text for every reader, not categories of ours.
    assert str(pq.read_schema(tmp_path / "out.parquet").field("grid").type) in ("string", "large_string")


def test_without_id_rows_are_numbered_from_one(shell: Shell, tmp_path: Path) -> None:
    pd.read_csv("points.csv").drop(columns="id").to_csv(tmp_path / "bare.csv", index=False)
    shell.route(tmp_path / "bare.csv", *LAYERS, "-o", tmp_path / "out.csv", "--batch-rows", 700)
    assert pd.read_csv(tmp_path / "out.csv")["id"].tolist() == list(range(1, N + 1))


def test_text_ids_stay_as_they_are(shell: Shell, tmp_path: Path) -> None:
    names = ["007", 'a "quoted", one', "中文\nzwei", "1.50", ""]
    pd.DataFrame({"id": names, "lon": [120.5] * 5, "lat": [36.2] * 5}).to_csv(tmp_path / "p.csv", index=False)
    for ending in ("csv", "geojson"):
        shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / f"out.{ending}")
    written = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert written["id"].tolist() == names
    features = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["id"] for feature in features] == [*names[:-1], None]


@pytest.mark.parametrize("system", ["gcj02", "bd09", "EPSG:4549", "cgcs2000"])
def test_points_of_another_system(
    shell: Shell, tmp_path: Path, truth: dict[str, list[str | None]], system: str
) -> None:
    x, y = from_wgs84(*places(N), system)
    write_points(tmp_path / "p.csv", np.arange(N), x, y)
    shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "out.csv", "--crs", system)
    assert read_answers(tmp_path / "out.csv")["grid"].tolist() == truth["grid"]


def test_a_declared_system_is_used_and_the_option_goes_before_it(
    shell: Shell, tmp_path: Path, truth: dict[str, list[str | None]]
) -> None:
    write_points(tmp_path / "p.gpkg", np.arange(N), *from_wgs84(*places(N), "EPSG:4549"), crs=4549)
    said = shell.route(tmp_path / "p.gpkg", *LAYERS, "-o", tmp_path / "out.csv", "--json")
    assert json.loads(said[said.index("{") :])["crs"] == "EPSG:4549"
    assert read_answers(tmp_path / "out.csv")["grid"].tolist() == truth["grid"]
    # GCJ-02 has no code: files call it EPSG:4326.
    write_points(tmp_path / "g.gpkg", np.arange(N), *from_wgs84(*places(N), "gcj02"))
    shell.route(tmp_path / "g.gpkg", *LAYERS, "-o", tmp_path / "out2.csv", "--crs", "gcj02")
    assert read_answers(tmp_path / "out2.csv")["grid"].tolist() == truth["grid"]


def test_layers_of_another_system(shell: Shell, tmp_path: Path, truth: dict[str, list[str | None]]) -> None:
    zones = gpd.read_file("grid.gpkg").to_crs(4549)
    zones.to_parquet(tmp_path / "declared.parquet")
    zones.set_crs(4326, allow_override=True).to_file(tmp_path / "wrong.gpkg")
    for layer in (["--layer", f"grid={tmp_path}/declared.parquet"],
                  ["--layer", f"grid={tmp_path}/wrong.gpkg", "--layer-crs", "grid=EPSG:4549"]):  # fmt: skip
        shell.route("points.csv", *layer, "-o", tmp_path / "out.csv", "--overwrite")
        found = read_answers(tmp_path / "out.csv")["grid"].tolist()
        # Back and forth moves a vertex by less than a lattice step, seldom over one.
        assert sum(a != b for a, b in zip(found, truth["grid"], strict=True)) <= 1


def test_one_file_of_all_layers(shell: Shell, tmp_path: Path, truth: dict[str, list[str | None]]) -> None:
    city = tmp_path / "city.gpkg"
    gpd.read_file("grid.gpkg").to_file(city, layer="grid")
    gpd.read_file("police.geojson").to_file(city, layer="stations")
    shell.route(
        "points.csv", "--layer", f"grid={city}", "--layer", f"police={city}:name",
        "--source-layer", "police=stations", "-o", tmp_path / "out.csv",
    )  # fmt: skip
    answers = read_answers(tmp_path / "out.csv")
    assert answers["grid"].tolist() == truth["grid"]
    assert answers["police"].tolist() == truth["police"]
    said = shell.refuse("points.csv", "--layer", f"other={city}", "-o", tmp_path / "o.csv")
    assert "has no layer other; it has grid, stations; choose with --source-layer other=..." in said


def test_nearest_within_tolerance(shell: Shell, tmp_path: Path) -> None:
    shapely_box = shapely.box(120.1, 36, 120.2, 36.1)
    gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely_box], crs=4326).to_file(tmp_path / "a.gpkg")
    # 0.001 degree of longitude is some 90 m there.
    write_points(
        tmp_path / "p.csv", ["in", "on", "near", "far"], [120.15, 120.2, 120.201, 120.21], [36.05] * 4
    )
    shell.route(
        tmp_path / "p.csv",
        "--layer",
        f"a={tmp_path}/a.gpkg",
        "--tolerance",
        "a=100",
        "-o",
        tmp_path / "out.csv",
    )
    answers = read_answers(tmp_path / "out.csv")
    assert answers["a"].tolist() == ["A", "A", "A", None]
    assert answers["a_method"].tolist() == ["inside", "on_border", "nearest", "outside"]
    assert answers["a_distance_m"][1] == 0
    assert answers["a_distance_m"][2] == pytest.approx(90, abs=1)
    assert answers["a_distance_m"][[0, 3]].tolist() == [None, None]


def test_several_zones_at_a_place(shell: Shell, tmp_path: Path) -> None:
    boxes = [
        shapely.box(120, 36, 120.2, 36.1),
        shapely.box(120.1, 36, 120.3, 36.1),
        shapely.box(120.1, 36, 120.15, 36.1),
    ]
    gpd.GeoDataFrame({"code": ["B", "A", "C"]}, geometry=boxes, crs=4326).to_file(tmp_path / "a.gpkg")
    write_points(tmp_path / "p.csv", range(4), [120.05, 120.12, 120.18, 121], [36.05] * 4)
    words = (tmp_path / "p.csv", "--layer", f"a={tmp_path}/a.gpkg")
    shell.route(*words, "--cardinality", "a=many", "-o", tmp_path / "out.csv")
    assert read_answers(tmp_path / "out.csv")["a"].tolist() == ["B", "A;B;C", "A;B", None]
    shell.route(*words, "-o", tmp_path / "one.csv")
    assert read_answers(tmp_path / "one.csv")["a"].tolist() == ["B", "A", "A", None]


def test_points_that_cannot_be_placed_are_kept_and_counted(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "id,lon,lat\na,120.5,36.2\nb,,\nc,x,36.2\nd,36.2,120.5\ne,0,0\nf,400,36\ng,nan,nan\nh,120.5,\n"
    )
    said = shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "out.geojson", "--json")
    summary = json.loads(said[said.index("{") :])
    assert summary["rows"] == 8
    assert summary["unplaced"] == {
        "none_given": 2, "not_a_number": 2, "null_island": 1, "swapped": 1, "out_of_range": 1
    }  # fmt: skip
    assert summary["layers"]["grid"] == {"inside": 1, "on_border": 0, "nearest": 0, "outside": 7}
    assert summary["metric_srid"] == 4549
    answers = read_answers(tmp_path / "out.geojson")
    assert answers["id"].tolist() == list("abcdefgh")
    assert answers["grid_method"].tolist() == ["inside"] + ["outside"] * 7
    assert "2 row(s) not placed: no place is given [none_given]" in shell.route(
        tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "again.csv"
    )
    said = shell.refuse(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "strict.csv", "--strict")
    assert "row 2 (id b): no place is given" in said
    assert not list(tmp_path.glob("strict*"))


def test_a_shape_that_is_no_point_is_kept_and_counted(shell: Shell, tmp_path: Path) -> None:
    shapes = [
        shapely.Point(120.5, 36.2),
        shapely.LineString([(120.5, 36.2), (120.6, 36.2)]),
        None,
        shapely.Point(),
    ]
    shapes.append(shapely.MultiPoint([(120.5, 36.2)]))
    for name in ("p.parquet", "p.gpkg"):
        frame = gpd.GeoDataFrame({"id": list("abcde")}, geometry=shapes, crs=4326)
        frame.to_parquet(tmp_path / name) if name.endswith("parquet") else frame.to_file(tmp_path / name)
        said = shell.route(tmp_path / name, *LAYERS, "-o", tmp_path / "out.csv", "--json", "--overwrite")
        assert json.loads(said[said.index("{") :])["unplaced"] == {"none_given": 2, "not_a_point": 1}
        methods = read_answers(tmp_path / "out.csv")["grid_method"].tolist()
        assert methods == ["inside", "outside", "outside", "outside", "inside"]


def test_an_output_that_is_there_is_not_overwritten(shell: Shell, tmp_path: Path) -> None:
    for out in (tmp_path / "out.csv", tmp_path / "folder"):
        shell.route("points.csv", *LAYERS, "-o", out)
        assert f"{out} exists; --overwrite replaces it" in shell.refuse("points.csv", *LAYERS[:2], "-o", out)
        assert "police" in read_answers(out)
        shell.route("points.csv", *LAYERS[:2], "-o", out, "--overwrite")
        assert "police" not in read_answers(out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "out.csv"]


def test_an_empty_file_gives_an_empty_output(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,lon,lat\n")
    for ending in (".csv", ".gpkg", ".parquet"):
        shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / f"out{ending}")
        answers = read_answers(tmp_path / f"out{ending}")
        assert list(answers.columns[:7]) == COLUMNS
        assert len(answers) == 0
    shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "folder")
    assert list(read_answers(tmp_path / "folder").columns[:7]) == COLUMNS
    shell.route(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "out.geojson")
    assert json.loads((tmp_path / "out.geojson").read_text())["features"] == []


def test_parquet_files_of_a_folder_and_of_a_pattern(shell: Shell, tmp_path: Path) -> None:
    frame = pd.read_parquet("plain.parquet")
    (tmp_path / "in").mkdir()
    for number in range(3):
        frame[number * 1000 : (number + 1) * 1000].to_parquet(tmp_path / "in" / f"p{number}.parquet")
    shell.route("plain.parquet", *LAYERS, "-o", tmp_path / "whole.csv")
    for name, where in {"folder": tmp_path / "in", "pattern": f"{tmp_path}/in/p*.parquet"}.items():
        shell.route(where, *LAYERS, "-o", tmp_path / f"{name}.csv", "--batch-rows", 700)
        assert (tmp_path / f"{name}.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing.csv"], "there is no file nothing.csv"),
        (["points.csv", "--crs", "EPSG:1"], "the coordinate system 'EPSG:1' is not known"),
        (["points.csv", "--map", "lon=longitude"], "no column longitude; it has id, text, lon, lat"),
        (["points.csv", "--map", "place=lon"], "there is no field place"),
        (["points.csv", "--metric-srid", "4326"], "a projected system in metres"),
        (["points.csv", "--tolerance", "grid=far"], "'far' is no number of metres"),
        (["points.csv", "--tolerance", "grid=5", "--cardinality", "grid=many"], "grid=exactly_one"),
        (["points.csv", "--cardinality", "grid=some"], "must be at_most_one, exactly_one, many"),
        (["points.csv", "--cardinality", "grids=many"], "there is no layer grids"),
        (["points.csv", "--layer", "grid=grid.gpkg"], "two output columns would be named grid"),
        (["points.csv", "--layer", "id=grid.gpkg"], "two output columns would be named id"),
        (["points.csv", "--layer", "x=police.geojson"], "police.geojson has no column code; it has name"),
        (["points.csv", "--layer", "x=nothing.gpkg"], "there is no file nothing.gpkg"),
        (["points.csv", "--layer", "nothing"], "--layer reads NAME=FILE"),
        (["grid.gpkg.txt"], "there is no file grid.gpkg.txt"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(shell: Shell, tmp_path: Path, words: list[str], says: str) -> None:
    said = shell.refuse(*words, "--layer", "grid=grid.gpkg", "-o", tmp_path / "out.csv")
    assert says in said
    assert list(tmp_path.iterdir()) == []


def test_bad_zones_are_named_by_file_and_row(shell: Shell, tmp_path: Path) -> None:
    bow = shapely.from_wkt("POLYGON ((120 36, 121 37, 121 36, 120 37, 120 36))")
    areas = [shapely.box(120, 36, 121, 37), bow, shapely.box(122, 36, 123, 37)]
    gpd.GeoDataFrame({"code": ["A", "B", "A"]}, geometry=areas, crs=4326).to_parquet(
        tmp_path / "zones.parquet"
    )
    said = shell.refuse(
        "points.csv", *LAYERS, "--layer", f"z={tmp_path}/zones.parquet", "-o", tmp_path / "o.csv"
    )
    assert "✗ zones.parquet: row 2: Self-intersection at 120.5000000, 36.5000000 [bad_geometry]" in said
    assert "✗ zones.parquet: row 3: code A is given in row 1 already [duplicate_code]" in said
    assert "zones.parquet has 2 error(s)" in said
    assert [path.name for path in tmp_path.iterdir()] == ["zones.parquet"]


def test_an_unfinished_output_among_the_points_is_not_read(shell: Shell, tmp_path: Path) -> None:
    pd.read_parquet("plain.parquet").to_parquet(tmp_path / "p.parquet")
    (tmp_path / "out.parts").mkdir()
    pd.DataFrame({"id": [1]}).to_parquet(tmp_path / "out.parts" / "part-000000.1234.parquet")
    shell.route(tmp_path, *LAYERS, "-o", tmp_path / "out.csv")
    assert len(pd.read_csv(tmp_path / "out.csv")) == N


def test_an_output_of_an_unknown_form_is_refused(shell: Shell, tmp_path: Path) -> None:
    assert "endings known" in shell.refuse("points.csv", *LAYERS, "-o", tmp_path / "out.xlsx")
    assert "there is no folder" in shell.refuse("points.csv", *LAYERS, "-o", tmp_path / "a" / "out.csv")


def test_chinese_terminals_are_told_in_chinese(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said = shell.route("points.csv", *LAYERS, "-o", tmp_path / "out.csv")
    assert "3,000 行" in said
    assert "距离按 EPSG:4549 计算" in said


def test_an_input_is_never_replaced(shell: Shell, tmp_path: Path) -> None:
    points = write_points(tmp_path / "p.csv", [1], [120.5], [36.2])
    before = points.read_bytes()
    for out in (points, "grid.gpkg"):
        assert "is read as input" in shell.refuse(points, *LAYERS, "-o", out, "--overwrite")
    assert points.read_bytes() == before


def test_a_layer_may_bear_a_name_that_geopackage_uses_itself(shell: Shell, tmp_path: Path) -> None:
    points = write_points(tmp_path / "p.csv", [1], [120.5], [36.2])
    layers = ("--layer", "fid=grid.gpkg", "--layer", "geom=grid.gpkg")
    for form in ("o.csv", "o.gpkg"):
        shell.route(points, *layers, "-o", tmp_path / form)
    names = ["id", "fid", "fid_method", "fid_distance_m", "geom", "geom_method", "geom_distance_m"]
    first, second = read_answers(tmp_path / "o.csv"), read_answers(tmp_path / "o.gpkg")
    assert list(second.columns) == [*names, "geometry"]
    assert first.equals(second[names])
    assert first["fid"].notna().all()


def test_strict_does_not_show_coordinates_that_are_none(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,lon,lat\na,120.5,36.2\nb,x,36.2\n")
    said = shell.refuse(tmp_path / "p.csv", *LAYERS, "-o", tmp_path / "o.csv", "--strict")
    assert "row 2 (id b): the coordinates are not numbers\n" in said
