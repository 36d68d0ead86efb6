"""Files of zones for the router: every fault is told with its row, and snapping is that of imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.lattice import is_on_lattice, snap_geometry
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.layers import LayerFile, LayerRefused, check_names, read_layer
from tests.unit.gis.coverages import degrees, voronoi

BOW = shapely.from_wkt("POLYGON ((120 36, 121 37, 121 36, 120 37, 120 36))")


def write(path: Path, rows: list[tuple[Any, Any]], crs: int | None = 4326) -> LayerFile:
    frame = gpd.GeoDataFrame({"code": [row[0] for row in rows]}, geometry=[row[1] for row in rows], crs=crs)
    if path.suffix == ".csv":
        frame.to_wkt(rounding_precision=-1).rename(columns={"geometry": "wkt"}).to_csv(path, index=False)
    else:
        frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return LayerFile("zone", path)


def box(west: float) -> Any:
    return shapely.box(west, 36, west + 1, 37)


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".csv", ".shp", ".fgb"])
def test_every_form_gives_the_same_layer(tmp_path: Path, ending: str) -> None:
    shapes = degrees(voronoi(3, 12, side=400_000, wiggles=3))
    layer = write(tmp_path / f"zones{ending}", [(f"Z{n:02}", shape) for n, shape in enumerate(shapes)])
    zones, _ = read_layer(layer)
    order = np.argsort(zones.codes)
    assert [zones.codes[n] for n in order] == [f"Z{n:02}" for n in range(len(shapes))]
    read = np.asarray(zones.geometries, dtype=object)[order]
    assert is_on_lattice(read)
    assert shapely.equals(shapely.normalize(read), shapely.normalize(shapes)).all()


def test_vertices_are_moved_to_the_lattice_as_imports_do(tmp_path: Path) -> None:
    shape = shapely.Polygon([(120.00000001, 36), (120.5, 36.00000006), (120.5, 36.5), (120, 36.5)])
    zones, _ = read_layer(write(tmp_path / "z.gpkg", [("A", shape)]))
    assert shapely.equals_exact(zones.geometries[0], snap_geometry(shape), 0)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (("A", box(121)), (2, "code A is given in row 1 already")),
        ((None, box(121)), (2, "the zone has no code")),
        ((" ", box(121)), (2, "the zone has no code")),
        (("B", BOW), (2, "Self-intersection at 120.5")),
        (("B", None), (2, "the geometry is empty")),
        (("B", shapely.Polygon()), (2, "the geometry is empty")),
        (("B", shapely.box(-170, 36, 170, 37)), (2, "spans more than 180 degrees")),
        (("B", shapely.box(179, 36, 180, 37)), (2, "touches the 180th meridian")),
        (("B", shapely.box(120, 36, 400, 37)), (2, "is not a longitude and a latitude")),
        (("B", shapely.box(121, 36, 121.00000001, 37)), (2, "nothing is left of the geometry")),
        (("B", shapely.LineString([(120, 36), (121, 36)])), (2, "LineString, not a Polygon")),
    ],
)
@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_bad_row_is_named(tmp_path: Path, ending: str, bad: Any, says: tuple[int, str]) -> None:
    layer = write(tmp_path / f"zones{ending}", [("A", box(120)), bad, ("C", box(122))])
    with pytest.raises(LayerRefused) as refused:
        read_layer(layer)
    (finding,) = refused.value.findings.errors
    # Rows of CSV are those of a spreadsheet, whose heading is row 1.
    more = 1 if ending == ".csv" else 0
    assert finding.row == says[0] + more
    assert says[1].replace("row 1", f"row {1 + more}") in finding.message.en


def test_all_bad_rows_are_told(tmp_path: Path) -> None:
    rows = [("A", BOW), ("A", box(120)), ("", box(121)), ("D", None)]
    with pytest.raises(LayerRefused) as refused:
        read_layer(write(tmp_path / "zones.parquet", rows))
    assert [finding.row for finding in refused.value.findings.errors] == [1, 2, 3, 4]
    assert str(refused.value) == "zones.parquet has 4 error(s)"


def test_numbers_are_codes_without_decimals(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"precinct": [1.0, 22.0]}, geometry=[box(120), box(121)], crs=4326)
    frame.to_parquet(tmp_path / "z.parquet")
    zones, _ = read_layer(LayerFile("zone", tmp_path / "z.parquet", "precinct"))
    assert list(zones.codes) == ["1", "22"]


def test_a_file_without_areas_or_system_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"code": ["A"]}).to_csv(tmp_path / "z.csv", index=False)
    with pytest.raises(ImportRefused, match="no geometry"):
        read_layer(LayerFile("zone", tmp_path / "z.csv"))
    with pytest.raises(ImportRefused, match="states no coordinate system"):
        read_layer(write(tmp_path / "z.parquet", [("A", box(120))], crs=None))


def test_layers_that_differ_in_case_alone_are_refused() -> None:
    for names in (["ID"], ["Geometry"], ["a", "A"], ["a", "A_Method"]):
        with pytest.raises(ImportRefused, match="two output columns"):
            check_names([LayerFile(name, Path("z.gpkg")) for name in names])


def test_zones_between_semicolons(tmp_path: Path) -> None:
    (tmp_path / "z.csv").write_text(f'code;wkt\n0010;"{box(120).wkt}"\n')
    zones, _ = read_layer(LayerFile("zone", tmp_path / "z.csv"))
    assert list(zones.codes) == ["0010"]


def test_a_sequence_with_a_broken_line_is_refused(tmp_path: Path) -> None:
    layer = write(tmp_path / "z.geojsonl", [("A", box(120)), ("B", box(121))])
    assert len(read_layer(layer)[0].codes) == 2
    layer.path.write_text(layer.path.read_text().rstrip("\n") + "\n{oops\n")
    with pytest.raises(ImportRefused, match="cannot be read in row 3"):
        read_layer(layer)


def test_a_collection_without_features_holds_no_zones(tmp_path: Path) -> None:
    (tmp_path / "z.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    with pytest.raises(ImportRefused, match="there are no zones in"):
        read_layer(LayerFile("zone", tmp_path / "z.geojson"))


def test_a_column_of_codes_is_found_in_any_case(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"CODE": ["A"], "Name": ["a"]}, geometry=[box(120)], crs=4326)
    frame.to_file(tmp_path / "z.shp")
    for column, codes in ((None, ["A"]), ("name", ["a"]), ("Name", ["a"])):
        assert read_layer(LayerFile("zone", tmp_path / "z.shp", column))[0].codes == codes
    both = frame.assign(Code=["B"])
    both.to_parquet(tmp_path / "z.parquet")
    with pytest.raises(ImportRefused, match="no column code; it has CODE, Name, Code"):
        read_layer(LayerFile("zone", tmp_path / "z.parquet"))


def test_a_layer_without_a_system_is_told_its_own_option(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(120)])
    frame.to_parquet(tmp_path / "z.parquet")
    with pytest.raises(ImportRefused, match="states no coordinate system; name it with --layer-crs zone="):
        read_layer(LayerFile("zone", tmp_path / "z.parquet"))
    with pytest.raises(ImportRefused, match="'EPSG:1' is not known; name it with --layer-crs zone="):
        read_layer(LayerFile("zone", tmp_path / "z.parquet", crs="EPSG:1"))


def test_shapes_as_postgis_writes_them(tmp_path: Path) -> None:
    rows = {"code": ["A", "B"], "geom": [box(120).wkb_hex, f"SRID=4490;{box(121).wkt}"]}
    pd.DataFrame(rows).to_csv(tmp_path / "z.csv", index=False)
    zones, _ = read_layer(LayerFile("zone", tmp_path / "z.csv"))
    assert shapely.equals(np.asarray(zones.geometries), [box(120), box(121)]).all()
