"""``gridgov propose`` as it is typed: forms, systems, today's grids, links, reasons."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.support.propose_shell import EAST, HEIGHT, NORTH, WIDTH, Shell, shell_in, town


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return shell_in(monkeypatch, tmp_path)


def test_grids_and_units_are_written_with_their_figures(shell: Shell) -> None:
    told = shell.measures("--units", "units.gpkg", "-o", "out.gpkg")
    grids, units = gpd.read_file("out.gpkg", layer="grids"), gpd.read_file("out.gpkg", layer="units")
    assert told["zones"] == len(grids) == grids["code"].nunique()
    assert told["in_band_share"] == told["connected_share"] == told["nested_share"] == 1.0
    assert told["moved_share"] == 0
    assert (told["min"], told["max"]) == (grids["households"].min(), grids["households"].max())
    assert told["metric_srid"] == 4549
    assert {"mean_polsby_popper", "p10_polsby_popper", "seconds"} <= told.keys()
    assert grids["in_band"].all()
    assert grids.crs.to_epsg() == 4549
    shape = 4 * np.pi * grids.area / grids.length**2
    assert grids["polsby_popper"].to_numpy() == pytest.approx(shape.to_numpy(), abs=1e-4)
    # Every unit is in the grid it is said to be in, and in no other community.
    joined = units.merge(grids, on="code", suffixes=("", "_grid")).merge(
        town()[["code", "community"]], left_on="unit", right_on="code", suffixes=("", "_unit")
    )
    assert len(joined) == 64
    assert (joined["community"] == joined["community_unit"]).all()
    assert joined.geometry.within(gpd.GeoSeries(joined["geometry_grid"], crs=4549).buffer(1e-6)).all()
    assert grids.union_all().area == pytest.approx(town().union_all().area)


def test_same_command_gives_the_same_grids(shell: Shell) -> None:
    for name in ("one.geojson", "two.geojson"):
        shell.run("--units", "units.gpkg", "-o", name, "--seed", 5)
    assert Path("one.geojson").read_bytes().replace(b"one", b"two") == Path("two.geojson").read_bytes()


@pytest.mark.parametrize("name", ["units.geojson", "units.parquet", "units.shp"])
def test_forms_and_systems_give_the_same_measures(shell: Shell, name: str) -> None:
    wanted = shell.measures("--units", "units.gpkg", "-o", "wanted.gpkg")
    frame = town().to_crs(4326) if name != "units.shp" else town()
    frame.to_parquet(name) if name.endswith("parquet") else frame.to_file(name)
    told = shell.measures("--units", name, "-o", f"out.{name.rpartition('.')[2]}")
    assert told["metric_srid"] == 4549
    assert told["zones"] == wanted["zones"]
    assert told["mean_polsby_popper"] == pytest.approx(wanted["mean_polsby_popper"], abs=1e-4)
    grids = gpd.GeoDataFrame(
        gpd.read_parquet("out.parquet") if name.endswith("parquet") else gpd.read_file(f"out.{name[6:]}")
    )
    assert len(grids) == told["zones"]
    assert Path(f"out-units.{name[6:]}").exists()


def test_units_that_nearly_touch_are_neighbours(shell: Shell) -> None:
    frame = town()
    # Every second cell is 20 cm too narrow: without care, nobody would border on anybody.
    narrow = frame.geometry.where(frame.index % 2 == 0, frame.geometry.scale(0.998, 1.0))
    frame.set_geometry(narrow).to_file("apart.gpkg")
    told = shell.measures("--units", "apart.gpkg", "-o", "out.gpkg")
    assert told["in_band_share"] == told["connected_share"] == 1.0
    assert told["zones"] <= 8


def test_what_lies_apart_is_a_grid_of_its_own_unless_it_is_within_reach(shell: Shell) -> None:
    frame = town()
    # A street of 20 m that is no unit; three units of the east beyond it, and one a kilometre off.
    far = frame.index.isin([0, 1, 2])
    frame.loc[far, "geometry"] = frame.geometry[far].translate(0, -20)
    frame.loc[[3], "geometry"] = frame.geometry[[3]].translate(0, -1000)
    frame.to_file("apart.gpkg")
    said = shell.run("--units", "apart.gpkg", "-o", "out.gpkg")
    assert "120 households" in said
    told = shell.measures("--units", "apart.gpkg", "-o", "two.gpkg", "--reach", 30)
    assert [each["code"] for each in told["proposals"][0]["explained"]] == ["separate_part"]
    for name, islands in (("out.gpkg", 2), ("two.gpkg", 1)):
        grids = gpd.read_file(name, layer="grids")
        assert (grids["households"] < 300).sum() == islands
        reach = 20.5 if islands == 1 else 0.1
        assert shapely.get_num_geometries(grids.buffer(reach / 2).to_numpy()).max() == 1


def test_todays_grids_are_kept_where_they_can_be(shell: Shell) -> None:
    told = shell.measures("--units", "units.gpkg", "--current", "today.geojson", "-o", "out.gpkg")
    codes = set(gpd.read_file("out.gpkg", layer="grids")["code"])
    # Four grids of 640: each must give households away, so every one is touched, and new ones appear.
    assert {"A", "B", "C", "D"} < codes
    assert told["in_band_share"] == 1.0
    assert 0 < told["moved_share"] <= 0.5
    assert told["untouched_share"] == 0
    again = shell.measures("--units", "units.gpkg", "--current", "out.gpkg", "-o", "again.gpkg")
    assert again["moved_share"] == 0
    locked = shell.measures(
        "--units", "units.gpkg", "--current", "today.geojson", "-o", "locked.gpkg", "--lock", "A"
    )
    assert {"zone": "A", "code": "locked"}.items() <= locked["proposals"][0]["explained"][0].items()


def test_units_that_are_linked_or_kept_apart(shell: Shell) -> None:
    shell.run("--units", "units.gpkg", "-o", "out.gpkg", "--must-link", "U00,U03", "--cannot-link", "U04,U05")
    grid = gpd.read_file("out.gpkg", layer="units").set_index("unit")["code"]
    assert grid["U00"] == grid["U01"] == grid["U02"] == grid["U03"]
    assert grid["U04"] != grid["U05"]


def test_pairs_may_come_as_a_table(shell: Shell) -> None:
    Path("links.csv").write_text("unit_a,unit_b,link\nU00,U03,must\nU04,U05,分格\n", encoding="utf-8")
    shell.run("--units", "units.gpkg", "-o", "out.gpkg", "--links", "links.csv")
    grid = gpd.read_file("out.gpkg", layer="units").set_index("unit")["code"]
    assert grid["U00"] == grid["U03"]
    assert grid["U04"] != grid["U05"]
    Path("links.csv").write_text("unit_a,unit_b,link\nU00,U03,perhaps\n", encoding="utf-8")
    told = shell.run("--units", "units.gpkg", "-o", "no.gpkg", "--links", "links.csv", code=1)
    assert "row 2: two units are needed" in told


@pytest.mark.parametrize("name", ["edges.gpkg", "edges.geojson"])
def test_borders_a_file_tells_count_instead_of_shapes(shell: Shell, name: str) -> None:
    """A river parts the town in its middle row but for one bridge, and one unit is an island with a link."""
    frame = town()
    frame["community"] = "全"
    number = np.arange(WIDTH * HEIGHT)
    across = [(k, k + 1) for k in number if k % WIDTH < WIDTH - 1] + [(k, k + WIDTH) for k in number[:-WIDTH]]
    edges = gpd.GeoDataFrame(
        {
            "unit_a": [f"U{a:02d}" for a, _ in across] + ["U99"],
            "unit_b": [f"U{b:02d}" for _, b in across] + ["U00"],
            "length_m": 100.0,
            "barrier": ["river" if (a, b) == (24, 32) or (b - a == WIDTH and a // WIDTH == 3) else "land"
                        for a, b in across] + ["land"],
            "joined": [not (b - a == WIDTH and a // WIDTH == 3) or a == 24 for a, b in across] + [True],
        },
        geometry=[shapely.Point(EAST, NORTH)] * (len(across) + 1),
        crs=4549,
    )  # fmt: skip
    frame.to_file(name, **({"layer": "units"} if name.endswith("gpkg") else {}))
    if name.endswith("gpkg"):
        edges.to_file(name, layer="edges")
    else:
        edges.to_file("edges.edges.geojson")
    told = shell.measures("--units", name, "-o", "out.gpkg")
    assert told["connected_share"] == 1.0
    units = gpd.read_file("out.gpkg", layer="units").set_index("unit")["code"]
    north, south = (
        {units[f"U{k:02d}"] for k in number if (k // WIDTH > 3) == side} for side in (True, False)
    )
    # Only by the bridge of U24 and U32 may a grid reach over.
    assert north & south <= ({units["U24"]} if units["U24"] == units["U32"] else set())


def odd(case: str) -> gpd.GeoDataFrame:
    """Files that are not as one would like them."""
    frame = town()
    if case == "one unit":
        return frame.iloc[:1]
    if case == "two far apart":
        return frame.iloc[[0, 63]]
    if case == "nobody":
        frame["households"] = 0
    if case == "no communities":
        return frame.drop(columns="community")
    if case == "degrees":
        return frame.to_crs(4326)
    if case == "web mercator":
        return frame.to_crs(3857)
    if case == "codes twice":
        frame["code"] = "same"
    if case == "islands":
        frame = frame.drop(index=[9, 17, 25, 10, 26, 11, 19, 27])
    if case == "multipolygons":
        two = shapely.multipolygons([frame.geometry[0], frame.geometry[63]])
        frame = frame.drop(index=63)
        frame.loc[0, "geometry"] = two
    if case == "tenths":
        frame["households"] = 40.4 - (frame.index % 2)
    if case == "blanks":
        frame["households"] = frame["households"].astype("Float64").mask(frame.index % 3 == 0)
    return frame


CASES = (
    "one unit", "two far apart", "nobody", "no communities", "degrees", "web mercator", "codes twice",
    "islands", "multipolygons", "tenths", "blanks",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_odd_files_give_whole_grids_and_all_measures(shell: Shell, case: str) -> None:
    frame = odd(case)
    frame.to_file("odd.gpkg")
    # Today's grids follow no border of units, and leave some out.
    boxes = [
        shapely.box(EAST + k * 170 + 33, NORTH + 41, EAST + k * 170 + 203, NORTH + 700) for k in range(4)
    ]
    gpd.GeoDataFrame({"code": list("ABCD")}, geometry=boxes, crs=4549).to_file("oblique.gpkg")
    for more in ((), ("--current", "oblique.gpkg")):
        told = shell.measures("--units", "odd.gpkg", "-o", "out.gpkg", "--overwrite", *more)
        keys = {"zones", "in_band_share", "connected_share", "mean_polsby_popper", "p10_polsby_popper", "min",
                "max", "moved_share", "seconds"}  # fmt: skip
        assert keys <= told.keys()
        assert all(isinstance(told[key], (int, float)) for key in keys)
        grids, units = gpd.read_file("out.gpkg", layer="grids"), gpd.read_file("out.gpkg", layer="units")
        assert len(units) == len(frame)
        assert abs(units["households"].sum() - frame["households"].fillna(0).astype(float).sum()) <= 0.5
        assert told["metric_srid"] == 4549
        assert told["zones"] == len(grids) == units["code"].nunique()
        assert told["connected_share"] == 1.0
        explained = {each["zone"] for each in told["proposals"][0]["explained"]}
        assert set(grids.loc[~grids["in_band"].astype(bool), "code"]) <= explained


def test_all_proposals_and_a_picture_are_written(shell: Shell) -> None:
    told = shell.measures(
        "--units", "units.gpkg", "-o", "out.gpkg", "--proposals", "all", "--plot", "trade.svg"
    )
    assert json.loads(Path("all/measures.json").read_text()) == told["proposals"]
    for one in told["proposals"]:
        grids = gpd.read_file(f"all/proposal-{one['number']}.gpkg", layer="grids")
        assert len(grids) == one["measures"]["zones"]
    assert Path("trade.svg").read_text().count("<circle") == len(told["proposals"])


def test_table_and_reasons_speak_the_language_of_the_terminal(shell: Shell) -> None:
    frame = town()
    frame.loc[0, "households"] = 620
    frame.to_file("tower.gpkg")
    assert "one land unit alone has 620 households" in shell.run("--units", "tower.gpkg", "-o", "en.gpkg")
    shell.speak("zh_CN.UTF-8")
    said = shell.run("--units", "tower.gpkg", "-o", "zh.gpkg")
    assert "单个地块单元即有 620 户" in said
    assert "区间内" in said
    assert "单个地块单元即有 620 户" in set(gpd.read_file("zh.gpkg", layer="grids")["reason"])


def test_communities_tell_how_many_grids_they_can_have(shell: Shell) -> None:
    told = shell.measures("--units", "units.gpkg", "-o", "out.gpkg", "--min", 200, "--max", 400)
    assert [(one["community"], one["least"], one["most"]) for one in told["communities"]] == [
        ("东", 4, 6), ("西", 4, 6),
    ]  # fmt: skip


def test_roads_draw_borders_to_them(shell: Shell) -> None:
    x = EAST + np.array([200.0, 600.0])
    roads = [shapely.LineString([(a, NORTH - 50), (a, NORTH + 900)]) for a in x]
    gpd.GeoDataFrame({"highway": ["primary"] * 2}, geometry=roads, crs=4549).to_file("roads.gpkg")
    told = shell.measures("--units", "units.gpkg", "-o", "out.gpkg", "--roads", "roads.gpkg")
    assert told["street_share"] > 0.5


def test_a_unit_that_lies_wholly_on_others_is_named(shell: Shell) -> None:
    frame = town()
    frame.loc[64] = frame.loc[3]
    frame.loc[64, "code"] = "U64"
    frame.to_file("twice.gpkg")
    assert "row 65: the unit lies on others" in shell.run("--units", "twice.gpkg", "-o", "out.gpkg", code=1)
