"""Points of files in batches: every form, from any row on, whatever stands in the cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.point_router import PLACE_FAULTS
from grid_data.importers.problems import ImportRefused
from grid_data.point_files import geojson_ids
from grid_data.point_files.batches import PointBatch, coordinates, of_size
from grid_data.point_files.point_geometry import from_points, to_points, wkt_to_points
from grid_data.point_files.sources import Points, open_points
from tests.support.point_files import places, write_points

N = 150_000


def everything(points: Points, skip: int = 0) -> PointBatch:
    (whole,) = of_size(points.batches(skip), 10 * N)
    return whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("points")
    lon, lat = places(N)
    for name in ("p.csv", "plain.parquet", "p.parquet", "p.fgb"):
        write_points(folder / name, np.arange(N), lon, lat)
    pq.write_table(pq.read_table(folder / "p.parquet"), folder / "groups.parquet", row_group_size=7_000)
    return folder


@pytest.mark.parametrize("name", ["p.csv", "plain.parquet", "p.parquet", "groups.parquet", "p.fgb"])
def test_reading_goes_on_at_any_row(folder: Path, name: str) -> None:
    whole = everything(open_points(str(folder / name)))
    order = np.argsort(whole.ids.cast(pa.int64()).to_numpy(zero_copy_only=False))
    lon, lat = places(N)
    assert np.array_equal(whole.x[order], lon)
    assert np.array_equal(whole.y[order], lat)
    for skip in (1, 6_999, 7_000, 65_536, N - 1):
        rest = everything(open_points(str(folder / name)), skip)
        assert rest.first == skip + 1
        assert rest.ids.equals(whole.ids[skip:])
        assert np.array_equal(rest.x, whole.x[skip:])
    assert list(of_size(open_points(str(folder / name)).batches(N), 10)) == []


def test_rows_are_skipped_across_files(folder: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(folder / "p.csv")[:3000].drop(columns="id")
    for number in range(3):
        part = frame[number * 1000 : (number + 1) * 1000]
        part.to_csv(tmp_path / f"{number}.csv", index=False)
        part.to_parquet(tmp_path / f"{number}.parquet")
    for ending in ("csv", "parquet"):
        for skip in (0, 999, 1000, 2500):
            rest = everything(open_points(f"{tmp_path}/*.{ending}"), skip)
            assert rest.ids.to_pylist() == list(range(skip + 1, 3001))
            assert np.array_equal(rest.x, frame["lon"].to_numpy()[skip:])


@given(sizes=st.lists(st.integers(0, 9), max_size=12), rows=st.integers(1, 7))
def test_batches_are_cut_without_loss(sizes: list[int], rows: int) -> None:
    def made() -> Any:
        first = 1
        for size in sizes:
            x = np.arange(first, first + size, dtype=float)
            yield PointBatch(
                first, pa.array(np.arange(first, first + size)), x, x, np.full(size, -1, np.int8)
            )
            first += size

    cut = list(of_size(made(), rows))
    assert [len(batch) for batch in cut[:-1]] == [rows] * (len(cut) - 1)
    assert [value for batch in cut for value in batch.x.tolist()] == list(range(1, sum(sizes) + 1))
    assert [batch.first for batch in cut] == [1 + rows * n for n in range(len(cut))]


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(points=st.lists(st.tuples(numbers, numbers) | st.none(), max_size=20))
def test_coordinates_survive_binary(points: list[tuple[float, float] | None]) -> None:
    x = np.array([np.nan if point is None else point[0] for point in points])
    y = np.array([np.nan if point is None else point[1] for point in points])
    wkb = from_points(x, y)
    back = to_points(wkb)
    assert np.array_equal(back[0], x, equal_nan=True)
    assert np.array_equal(back[1], y, equal_nan=True)
    assert (back[2] == -1).tolist() == [point is not None for point in points]
    shapes = shapely.from_wkb(np.array([*wkb.to_pylist(), None], dtype=object))[:-1]
    assert [None if shape is None else (shape.x, shape.y) for shape in shapes] == points


def test_odd_geometries_as_binary_and_as_text() -> None:
    shapes = [
        shapely.Point(1, 2), shapely.Point(1, 2, 3), shapely.MultiPoint([(1, 2)]), shapely.Point(),
        shapely.MultiPoint([(1, 2), (3, 4)]), shapely.box(0, 0, 1, 1), None,
    ]  # fmt: skip
    faults = ["", "", "", "none_given", "not_a_point", "not_a_point", "none_given"]
    wkb = [shapely.to_wkb(shape, byte_order=n % 2) for n, shape in enumerate(shapes)]
    wkt = [None if shape is None else shape.wkt for shape in shapes]
    for x, y, fault in (to_points(pa.array(wkb)), wkt_to_points(pa.array(wkt))):
        assert [PLACE_FAULTS[number] if number >= 0 else "" for number in fault] == faults
        assert x[:3].tolist() == [1, 1, 1]
        assert y[:3].tolist() == [2, 2, 2]
    assert [PLACE_FAULTS[n] for n in to_points(pa.array([b"rubbish", b""]))[2]] == ["not_a_point"] * 2
    assert [PLACE_FAULTS[n] for n in wkt_to_points(pa.array(["rubbish", " "]))[2]] == [
        "not_a_point",
        "none_given",
    ]


@settings(max_examples=200)
@given(
    cells=st.lists(st.tuples(st.text(max_size=6) | st.none(), st.floats().map(str) | st.none()), max_size=8)
)
def test_no_cell_breaks_a_batch(cells: list[tuple[str | None, str | None]]) -> None:
    x, y, fault = coordinates(
        pa.array([cell[0] for cell in cells], pa.string()), pa.array([cell[1] for cell in cells], pa.string())
    )
    assert ((fault == -1) == (np.isfinite(x) & np.isfinite(y))).all()
    for (lon, lat), number in zip(cells, fault, strict=True):
        if not (lon or "").strip() and not (lat or "").strip():
            assert PLACE_FAULTS[number] == "none_given"


def test_ids_keep_their_kind(tmp_path: Path) -> None:
    for column, expected in {
        "whole": (pa.array([1, 2], pa.int32()), [1, 2]),
        "float": (pa.array([1.0, 2.5]), ["1", "2.5"]),
        "text": (pa.array(["007", None]), ["007", None]),
        "category": (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        "big": (pa.array([2**64 - 1, 1], pa.uint64()), [str(2**64 - 1), "1"]),
    }.items():  # fmt: skip
        table = pa.table({"id": expected[0], "lon": [120.5, 120.6], "lat": [36.1, 36.2]})
        pq.write_table(table, tmp_path / f"{column}.parquet")
        assert everything(open_points(str(tmp_path / f"{column}.parquet"))).ids.to_pylist() == expected[1]


def geojson(path: Path, ids: list[Any], in_properties: bool) -> Path:
    features = [
        {
            "type": "Feature",
            **({} if in_properties or name is None else {"id": name}),
            "properties": {"id": name} if in_properties else {"a": 1},
            "geometry": {"type": "Point", "coordinates": [120.5, 36.1]},
        }
        for name in ids
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_ids_of_geojson_features(tmp_path: Path) -> None:
    path = tmp_path / "p.geojson"
    for ids, inside, expected in (
        ([70, 9], False, [70, 9]), (["b", "a"], False, ["b", "a"]), ([70, 9], True, [70, 9]),
        ([None, None], False, [1, 2]),
    ):  # fmt: skip
        assert everything(open_points(str(geojson(path, ids, inside)))).ids.to_pylist() == expected
    with pytest.raises(ImportRefused, match="features with the same id"):
        everything(open_points(str(geojson(path, [7, 7], False))))


def test_native_points_and_points_as_text(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[shapely.Point(120.5, 36.1), None], crs=4326)
    frame.to_parquet(tmp_path / "native.parquet", geometry_encoding="geoarrow")
    pd.DataFrame({"id": [1, 2], "geometry": ["POINT (120.5 36.1)", None]}).to_csv(
        tmp_path / "wkt.csv", index=False
    )
    for name in ("native.parquet", "wkt.csv"):
        found = everything(open_points(str(tmp_path / name)))
        assert found.x.tolist()[0] == 120.5
        assert found.fault.tolist() == [-1, 0]


def test_text_in_chinese_encodings_and_forms(tmp_path: Path) -> None:
    text = "编号,经度,纬度\n甲,120.5,36.1\n"
    for name, content in {
        "gb.csv": text.encode("gb18030"), "bom.csv": text.encode("utf-8-sig"),
        "tab.tsv": text.replace(",", "\t").encode(),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
        found = everything(open_points(str(tmp_path / name), columns={"id": "编号"}))
        assert (found.ids.to_pylist(), found.x.tolist()) == (["甲"], [120.5])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "id,lon,lon\n1,2,3\n", "two columns named lon"),
        ("a.csv", "id,name\n1,2\n", "no column lon; it has id, name"),
        ("a.csv", "id,lon\n1,2\n", "no column lat"),
        ("a.csv", "", "cannot be read"),
        ("a.parquet", "PAR1", "cannot be read"),
        ("a.gpkg", "rubbish", "cannot be read"),
        ("a.xlsx", "", "the form of a.xlsx is not known"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ImportRefused, match=says):
        open_points(str(tmp_path / name))


def test_a_line_with_too_many_cells_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,lon,lat\n1,120.5,36.1\n2,120.5,36.1,9\n")
    with pytest.raises(ImportRefused, match=r"row 3 .* has 4 cells instead of 3"):
        everything(open_points(str(tmp_path / "a.csv")))


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("a.csv", 'id;"lon";lat\n007;120.5;36.1\n', [120.5]),
        ("a.csv", "id\tlon\tlat\n007\t120.5\t36.1\n", [120.5]),
        ("a.csv", '"id";"a,b";lon;lat\n007;"x,y";120.5;36.1\n', [120.5]),
        ("a.csv", "id,a;b;c;d,lon,lat\n007,x,120.5,36.1\n", [120.5]),
    ],
)
def test_the_heading_tells_what_stands_between_cells(
    tmp_path: Path, name: str, content: str, read: list[float]
) -> None:
    (tmp_path / name).write_text(content)
    found = everything(open_points(str(tmp_path / name)))
    assert (found.ids.to_pylist(), found.x.tolist()) == (["007"], read)


def test_ids_that_are_no_text_are_refused_by_column(tmp_path: Path) -> None:
    for values in ([[1]], [b"\xff\xfe"]):
        pq.write_table(pa.table({"id": values, "lon": [120.5], "lat": [36.1]}), tmp_path / "a.parquet")
        with pytest.raises(ImportRefused, match="column id cannot be used as id"):
            everything(open_points(str(tmp_path / "a.parquet")))


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([5, "x"], "id of feature 2 is something else, those before are a whole number"),
        ([5, 6, None], "id of feature 3 is missing"),
        ([None, 7], "id of feature 2 is a whole number, those before are missing"),
    ],
)
def test_feature_ids_of_several_kinds_are_refused(tmp_path: Path, ids: list[Any], says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        open_points(str(geojson(tmp_path / "a.geojson", ids, in_properties=False)))


def test_every_feature_id_of_a_long_file_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geojson_ids, "_CHUNK", 50)
    path = geojson(tmp_path / "a.geojson", [*range(1, 40), "x"], in_properties=False)
    with pytest.raises(ImportRefused, match="feature 40"):
        open_points(str(path))


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_bad_record_of_a_sequence_is_named_and_not_passed_over(tmp_path: Path, mark: str) -> None:
    good = (
        '{"type":"Feature","properties":{"id":"%s"},"geometry":{"type":"Point","coordinates":[120.5,36.1]}}'
    )
    path = tmp_path / "a.geojsonl"
    path.write_text("".join(f"{mark}{good % name}\n" for name in "abc"))
    assert everything(open_points(str(path))).ids.to_pylist() == ["a", "b", "c"]
    path.write_text(f"{mark}{good % 'a'}\n{mark}{{oops\n{mark}{good % 'c'}\n")
    with pytest.raises(ImportRefused, match="cannot be read in row 2"):
        open_points(str(path))
