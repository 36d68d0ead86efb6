"""Tables made for spreadsheets: a name that somebody gives to a grid never becomes a formula."""

from __future__ import annotations

import csv
import io

import geopandas as gpd
import pytest
import shapely

from grid_data.planning.files import COLUMNS, file_of

NAMES = ["=HYPERLINK(1)", "＝1+1", "+1", "-2", "@x", "第一网格", None]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_as_csv_holds_no_formula(name: str | None) -> None:
    row = dict.fromkeys(COLUMNS, 1) | {"unit": "U1", "zone": "370212001001001", "zone_name": name}
    units = gpd.GeoDataFrame([row | {"id": 1, "number": 1}], geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    (read,) = csv.DictReader(io.StringIO(file_of(units, "csv").decode("utf-8-sig")))
    expected = name if name in ("第一网格", None) else f"'{name}"
    assert read["zone_name"] == (expected or "")
    assert (read["unit"], read["zone"], read["households"]) == ("U1", "370212001001001", "1")
