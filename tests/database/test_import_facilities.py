"""Facilities from files: every form, every refusal, changes, rejects, GCJ-02."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.crs import wgs84_to_bd09, wgs84_to_gcj02
from grid_data.database import Database
from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import read_source
from grid_data.importers.rejects import write_rejects
from tests.support.importing import FORMS, bring, codes, look, request, row_counts, write_as, write_csv

BIN = "03005"


def bins(*places: tuple[float, float], **columns: Any) -> gpd.GeoDataFrame:
    """Litter bins at places, coded by their position."""
    frame = gpd.GeoDataFrame(
        {
            "code": [f"370212{BIN}{number:06d}" for number in range(1, len(places) + 1)],
            "category": BIN,
            "name": [f"垃圾箱{number}" for number in range(1, len(places) + 1)],
            "owning": "MKT",
        },
        geometry=[shapely.Point(place) for place in places],
        crs=4326,
    )
    return frame.assign(**columns)


def bin_rows(*places: tuple[Any, Any], **columns: Any) -> list[dict[str, Any]]:
    """The same as rows with lon and lat."""
    return [
        {"code": f"B{number}", "category": BIN, "lon": lon, "lat": lat, **columns}
        for number, (lon, lat) in enumerate(places, start=1)
    ]


async def stored(database: Database) -> dict[str, tuple[float, float]]:
    """Places of the litter bins by code."""
    found = await look(
        database,
        "SELECT facility.code, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM facility "
        "JOIN category ON category.id = category_id WHERE category.code = %s",
        BIN,
    )
    return {row["code"]: (row["lon"], row["lat"]) for row in found}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_brings_the_same(toy_database: Database, tmp_path: Path, form: str) -> None:
    frame = bins((120.401, 36.101), (120.4123456, 36.1154321))
    report = await bring(toy_database, "facilities", write_as(frame, tmp_path, form))
    assert codes(report) == []
    assert report.plan.new == 2
    assert await stored(toy_database) == {
        "37021203005000001": (120.401, 36.101),
        "37021203005000002": (120.4123456, 36.1154321),
    }
    (first,) = await look(
        toy_database,
        "SELECT facility.name_zh, state, accuracy_class, organisation.code AS owner FROM facility "
        "JOIN organisation ON organisation.id = owning_id WHERE facility.code = '37021203005000001'",
    )
    assert first == {"name_zh": "垃圾箱1", "state": "intact", "accuracy_class": "C", "owner": "MKT"}
    again = await bring(toy_database, "facilities", write_as(frame, tmp_path, form, "again"))
    assert (again.plan.new, again.plan.changed, again.plan.unchanged) == (0, 0, 2)
    assert not again.stored


async def test_metres_of_a_projected_system_land_where_they_should(
    toy_database: Database, tmp_path: Path
) -> None:
    frame = bins((120.401, 36.101)).to_crs(4549)
    await bring(toy_database, "facilities", write_as(frame, tmp_path, "gpkg"))
    (place,) = (await stored(toy_database)).values()
    assert place == (120.401, 36.101)


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
async def test_places_in_the_vendors_systems_land_where_they_should(
    toy_database: Database, tmp_path: Path, system: str, shift: Any
) -> None:
    lon, lat = shift(120.405, 36.105)
    path = write_csv(tmp_path, bin_rows((float(lon), float(lat))))
    report = await bring(toy_database, "facilities", path, crs=system)
    assert report.system == system
    assert (await stored(toy_database))["B1"] == pytest.approx((120.405, 36.105), abs=1e-7)


async def test_chinese_headings_values_and_encoding(toy_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "部件.csv"
    path.write_text(
        "部件标识码,小类代码,部件名称,部件状态,权属单位代码,普查日期,经度,纬度\n"
        "37021203005000009,03005,垃圾箱,破损,PWR,2024/5/1,120.405,36.105\n",
        encoding="gb18030",
    )
    report = await bring(toy_database, "facilities", path)
    assert codes(report) == []
    (row,) = await look(
        toy_database,
        "SELECT name_zh, state, surveyed_on::text FROM facility WHERE code = '37021203005000009'",
    )
    assert row == {"name_zh": "垃圾箱", "state": "damaged", "surveyed_on": "2024-05-01"}


async def test_what_differs_is_changed_and_what_the_file_lacks_is_kept(
    toy_database: Database, tmp_path: Path
) -> None:
    await bring(
        toy_database, "facilities", write_as(bins((120.401, 36.101), (120.402, 36.102)), tmp_path, "gpkg")
    )
    moved = bins((120.4011, 36.101), (120.402, 36.102))[["code", "category", "geometry"]]
    report = await bring(toy_database, "facilities", write_as(moved, tmp_path, "geojson"))
    assert (report.plan.new, report.plan.changed, report.plan.unchanged) == (0, 1, 1)
    (row,) = await look(
        toy_database,
        "SELECT name_zh, ST_X(geom) AS lon, owning_id IS NOT NULL AS owned FROM facility "
        "WHERE code = '37021203005000001'",
    )
    assert row == {"name_zh": "垃圾箱1", "lon": 120.4011, "owned": True}


async def test_one_history_entry_says_what_came_from_where(toy_database: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path, bin_rows((120.401, 36.101), (120.402, 36.102), status="完好"))
    await bring(toy_database, "facilities", path, constants={"owning": "MKT"})
    (entry,) = await look(toy_database, "SELECT actor, after FROM history WHERE action = 'import.facilities'")
    assert entry["actor"] == "operator"
    after = entry["after"]
    assert (after["file"], after["rows"], after["new"], after["crs"]) == ("file.csv", 2, 2, "wgs84")
    assert after["sha256"] == read_source(path).sha256
    assert after["mapping"]["state"] == "status"
    assert after["mapping"]["owning"] == "=MKT"


async def test_a_dry_run_writes_nothing(toy_database: Database, tmp_path: Path) -> None:
    before = await row_counts(toy_database)
    report = await bring(
        toy_database, "facilities", write_csv(tmp_path, bin_rows((120.401, 36.101))), dry_run=True
    )
    assert (report.plan.new, report.stored, report.refused) == (1, False, False)
    assert report.extent == (120.401, 36.101, 120.401, 36.101)
    assert await row_counts(toy_database) == before


GOOD = (120.401, 36.101)


@pytest.mark.parametrize(
    ("rows", "found", "says"),
    [
        # Row 1 of a CSV is its heading.
        (bin_rows(GOOD, (200.5, 36.1)), ("out_of_range", 3), "200.5"),
        (bin_rows(GOOD, (36.105, 120.405)), ("out_of_range", 3), "exchanged"),
        (bin_rows(GOOD, GOOD, (536_457.1, 3_997_271.6)), ("out_of_range", 4), "EPSG:4549"),
        (bin_rows(GOOD, (121.9, 36.1)), ("outside_city", 3), "more than 2 km"),
        (bin_rows(GOOD, ("here", 36.1)), ("not_a_number", 3), "here"),
        (bin_rows(GOOD, (None, None)), ("empty_geometry", 3), "empty"),
        (bin_rows(GOOD) + bin_rows(GOOD), ("duplicate_code", 3), "row 2"),
        (bin_rows(GOOD, category="03999"), ("unknown_category", 2), "03999"),
        (bin_rows(GOOD, category="0104"), ("unknown_category", 2), 'standard_ref="CJ/T 214-2007"'),
        (bin_rows(GOOD, owning="PWX"), ("unknown_organisation", 2), "did you mean PWR"),
        (bin_rows(GOOD, state="完好了"), ("unknown_value", 2), "完好"),
        (bin_rows(GOOD, surveyed_on="soon"), ("not_a_time", 2), "soon"),
        ([{**bin_rows(GOOD)[0], "code": ""}], ("missing_value", 2), "code is empty"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
async def test_a_bad_row_says_what_is_wrong_and_changes_nothing(
    toy_database: Database, tmp_path: Path, rows: list[dict[str, Any]], found: tuple[str, int], says: str
) -> None:
    before = await row_counts(toy_database)
    report = await bring(toy_database, "facilities", write_csv(tmp_path, rows))
    assert found in codes(report)
    finding = next(f for f in report.findings if (f.code, f.row) == found)
    assert says in finding.message.en + (finding.suggestion.en if finding.suggestion else "")
    assert finding.message.zh
    assert report.refused
    assert await row_counts(toy_database) == before


@pytest.mark.parametrize(
    ("shape", "code", "says"),
    [
        ("POLYGON ((120.401 36.101, 120.402 36.102, 120.402 36.101, 120.401 36.102, 120.401 36.101))",
         "invalid_geometry", "Self-intersection at 120.4015000, 36.1015000"),
        ("POINT EMPTY", "empty_geometry", "empty"),
        ("POLYGON ((120.401 36.101))", "unreadable_geometry", "point array"),
        ("POLYGON ((120.401 36.101, 120.40100001 36.101, 120.40100001 36.10100001, 120.401 36.101))",
         "collapsed_geometry", "nothing is left"),
    ],
)  # fmt: skip
async def test_bad_geometry_is_told_with_its_place(
    toy_database: Database, tmp_path: Path, shape: str, code: str, says: str
) -> None:
    path = write_csv(tmp_path, [{"code": "A1", "category": "01001", "wkt": shape}])
    report = await bring(toy_database, "facilities", path)
    (finding,) = report.findings.errors
    assert (finding.code, finding.row) == (code, 2)
    assert says.lower() in finding.message.en.lower()


async def test_a_file_that_lies_about_its_system_is_one_error_with_the_right_one(
    toy_database: Database, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, bin_rows((536_000.1, 3_996_800.2), (536_100.0, 3_996_900.0)))
    report = await bring(toy_database, "facilities", path)
    (whole,) = report.findings.blocking
    assert whole.code == "wrong_crs"
    assert whole.suggestion is not None
    assert whole.suggestion.en == "use --crs EPSG:4549"
    mended = await bring(toy_database, "facilities", path, crs="EPSG:4549")
    assert mended.stored


async def test_exchanged_columns_are_one_error_that_says_so(toy_database: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path, bin_rows((36.105, 120.405), (36.106, 120.406)))
    report = await bring(toy_database, "facilities", path, skip_bad=True)
    assert report.refused, "leaving all rows out is no help"
    (whole,) = report.findings.blocking
    assert "exchange" in whole.suggestion.en  # type: ignore[union-attr]
    mended = await bring(toy_database, "facilities", path, columns={"lon": "lat", "lat": "lon"})
    assert mended.stored


async def test_skip_bad_imports_the_good_and_writes_the_others_with_reasons(
    toy_database: Database, tmp_path: Path
) -> None:
    rows = bin_rows(GOOD, (120.402, 36.102), (10.0, 36.1))
    rows[1]["category"] = "99999"
    path = write_csv(tmp_path, rows)
    report = await bring(toy_database, "facilities", path, skip_bad=True)
    assert report.stored
    assert report.rejected == {3, 4}
    assert set(await stored(toy_database)) == {"B1"}
    rejects = tmp_path / "rejects.csv"
    assert write_rejects(rejects, read_source(path), report) == 2
    table = pd.read_csv(rejects, dtype=str)
    assert list(table["row"]) == ["3", "4"]
    assert list(table["codes"]) == ["unknown_category", "outside_city"]
    assert "99999" in table["reason_en"][0]
    assert list(table["code"]) == ["B2", "B3"]
    # What was left out can be mended and imported as it is.
    table.assign(category=BIN, lon="120.403").to_csv(rejects, index=False)
    assert (await bring(toy_database, "facilities", rejects)).plan.new == 2


async def test_rejects_of_a_form_with_geometry_keep_it(toy_database: Database, tmp_path: Path) -> None:
    path = write_as(bins(GOOD, (120.402, 36.102), category=[BIN, "99999"]), tmp_path, "gpkg")
    report = await bring(toy_database, "facilities", path, skip_bad=True)
    rejects = tmp_path / "rejects.csv"
    write_rejects(rejects, read_source(path), report)
    (row,) = pd.read_csv(rejects, dtype=str).to_dict("records")
    assert (row["row"], row["wkt"]) == ("2", "POINT (120.402 36.102)")


async def test_nothing_begins_without_a_city(empty_database: str, tmp_path: Path) -> None:
    database = Database(empty_database, size=1)
    await database.open()
    with pytest.raises(ImportRefused, match="gridgov import city"):
        await bring(database, "facilities", write_csv(tmp_path, bin_rows(GOOD)))
    await database.close()


async def test_a_form_that_states_no_system_must_be_told_one(toy_database: Database, tmp_path: Path) -> None:
    frame = bins(GOOD).set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        path = write_as(frame, tmp_path, "fgb")
    with pytest.raises(ImportRefused, match="--crs"):
        await bring(toy_database, "facilities", path)
    assert (await bring(toy_database, "facilities", path, crs="wgs84")).stored
    assert request(path).source.crs is None
