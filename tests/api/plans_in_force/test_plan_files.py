"""A plan out as a file and in again: what is exported is what is shown, and each wrong row is named."""

from __future__ import annotations

import io
import uuid
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from starlette.testclient import TestClient

from tests.api.plans_in_force.test_plan_force import draft, refused

__all__ = ["draft"]

Json = dict[str, Any]
FORMS = ("gpkg", "geojson", "shp", "csv")


def exported(client: TestClient, code: str, form: str) -> bytes:
    response = client.get(f"/api/plans/{code}/export", params={"format": form})
    assert response.status_code == 200, response.text
    return response.content


def table(data: bytes, form: str, folder: Path) -> pd.DataFrame:
    """The exported units, as another program reads them."""
    if form == "csv":
        return pd.read_csv(io.BytesIO(data), dtype={"unit": str, "zone": str, "base_zone": str})
    path = folder / {"gpkg": "a.gpkg", "geojson": "a.geojson", "shp": "a.zip"}[form]
    path.write_bytes(data)
    if form == "shp":
        assert "units.cpg" in zipfile.ZipFile(path).namelist()
    found: pd.DataFrame = gpd.read_file(path, **({"layer": "units"} if form == "gpkg" else {}))
    return found


def take(client: TestClient, plan: Json, data: bytes, form: str, **parameters: Any) -> Any:
    given = {"format": form, "revision": plan["revision"], "by": "王规划", **parameters}
    return client.post(
        f"/api/plans/{plan['code']}/import",
        params=given,
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )


@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_is_what_is_shown(
    client: TestClient, draft: Json, form: str, tmp_path: Path
) -> None:
    """Units with grid, figures and shape as the planner sees them; a fresh draft takes them in so."""
    shown = client.get(f"/api/plans/{draft['code']}/units").json()
    data = exported(client, draft["code"], form)
    found = table(data, form, tmp_path).set_index("unit")
    codes = {zone["number"]: zone["code"] for zone in shown["zones"]}
    units = shown["units"]
    expected = {
        code: (codes[zone], households, residents, int(zone != base))
        for code, zone, base, households, residents in zip(
            units["code"], units["zone"], units["base_zone"], units["households"], units["residents"],
            strict=True,
        )
    }  # fmt: skip
    columns = ["zone", "households", "residents", "changed"]
    assert {row.Index: tuple(row)[1:] for row in found[columns].itertuples()} == expected
    assert sum(row[3] for row in expected.values()) == 1
    if form != "csv":
        shapes = client.get(f"/api/plans/{draft['code']}/shapes").json()["units"]["features"]
        by_id = dict(zip(units["id"], units["code"], strict=True))
        for feature in shapes:
            mine = shapely.normalize(found.loc[by_id[feature["id"]], "geometry"])
            drawn = shapely.normalize(shapely.geometry.shape(feature["geometry"]))
            assert shapely.equals_exact(mine, drawn, 0.0)
    area = {"layer": "community", "code": draft["area"]["code"]}
    body = {
        "layer": "base_grid", "name": {"zh": "由文件"}, "by": "王规划", "code": f"F{uuid.uuid4().hex[:12]}",
        "area": area,
    }  # fmt: skip
    fresh = client.post("/api/plans", json=body).json()
    report = take(client, fresh, data, form).json()
    assert (report["errors"], report["changed"], report["stored"]) == (0, 1, True)
    assert report["skipped"]["count"] == 0
    again = client.get(f"/api/plans/{fresh['code']}/units").json()["units"]
    assert (again["code"], again["zone"]) == (units["code"], units["zone"])
    same = take(client, {**fresh, "revision": 1}, data, form).json()
    assert (same["changed"], same["unchanged"], same["stored"]) == (0, len(units["code"]), False)


def test_each_wrong_row_is_named_and_nothing_is_stored(
    client: TestClient, draft: Json, tmp_path: Path
) -> None:
    rows = table(exported(client, draft["code"], "csv"), "csv", tmp_path)[["unit", "zone"]]
    unit, zone = rows.iloc[0]
    other = next(each for each in rows["zone"] if each != zone)
    lines = [
        ("NO-SUCH-UNIT", zone),
        (rows["unit"].iloc[1], "370212999999999"),
        ("", zone),
        (rows["unit"].iloc[1], ""),
        (unit, other),
        (unit, zone),
        (rows["unit"].iloc[2], rows["zone"].iloc[2]),
    ]
    data = ("单元,网格\n" + "".join(f"{a},{b}\n" for a, b in lines)).encode("gb18030")
    report = take(client, draft, data, "csv").json()
    assert [(fault["row"], fault["field"], fault["code"]) for fault in report["faults"]] == [
        (2, "unit", "unknown-unit"),
        (3, "zone", "unknown-zone"),
        (4, "unit", "missing-value"),
        (5, "zone", "missing-value"),
        (7, "unit", "contradiction"),
    ]
    assert (report["rows"], report["errors"], report["stored"]) == (7, 5, False)
    # The rest stays where it is, and is listed.
    assert report["skipped"]["count"] == len(rows) - 3
    assert rows["unit"].iloc[5] in report["skipped"]["codes"]
    assert client.get(f"/api/plans/{draft['code']}").json()["revision"] == draft["revision"]


def test_wrong_rows_may_be_left_out_and_a_new_grid_made(
    client: TestClient, draft: Json, tmp_path: Path
) -> None:
    rows = table(exported(client, draft["code"], "csv"), "csv", tmp_path)
    unit = rows["unit"].iloc[0]
    data = f"unit,zone\n{unit},new:north\nNOBODY,new:north\n".encode()
    dry = take(client, draft, data, "csv", skip_bad=True, dry_run=True).json()
    assert (dry["changed"], dry["errors"], dry["stored"]) == (1, 1, False)
    done = take(client, draft, data, "csv", skip_bad=True).json()
    assert (done["changed"], done["errors"], done["stored"]) == (1, 1, True)
    after = table(exported(client, draft["code"], "csv"), "csv", tmp_path).set_index("unit")
    assert after.loc[unit, "zone"].startswith("new:")
    # It is a step like any other.
    undo = client.post(
        f"/api/plans/{draft['code']}/undo", json={"revision": done["step"]["revision"], "by": "王规划"}
    )
    assert undo.status_code == 200
    back = table(exported(client, draft["code"], "csv"), "csv", tmp_path).set_index("unit")
    assert back["zone"].to_dict() == rows.set_index("unit")["zone"].to_dict()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_such_file_is_refused(client: TestClient, draft: Json, form: str) -> None:
    for data in (b"", b"\x00\x01 nonsense"):
        problem = refused(take(client, draft, data, form), 409, "plan-refused")
        assert problem["errors"][0]["code"] == "plan-file"


def test_a_file_may_be_larger_than_other_bodies(client: TestClient, draft: Json) -> None:
    data = b"unit,zone\n" + b"".join(b"NO-SUCH-UNIT-%d,Z\n" % k for k in range(20_000))
    report = take(client, draft, data, "csv").json()
    assert (report["rows"], report["errors"], len(report["faults"])) == (20_000, 20_000, 200)
    response = client.post("/api/plans", content=b" " * 300_000, headers={"Content-Type": "application/json"})
    refused(response, 413, "too-large")
