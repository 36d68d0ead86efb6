"""Exports: what the lists show and nothing else, in six formats; what they are stands inside; all audited."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest
from starlette.testclient import TestClient

from governance.access import VISITOR
from governance.exports import FORMATS, INCIDENTS, Exports, ExportsBusy, Wanted
from governance.exports.export import AT_ONCE
from grid_data.database import Database
from grid_data.exporters.scratch import scratch_folder, sweep
from grid_data.incidents import IncidentFilter
from tests.api.problems import assert_problem
from tests.api.test_incident_list import listed

Get = Callable[..., dict[str, Any]]
JUNE = {"from": "2026-06-01", "to": "2026-06-20"}


@pytest.fixture
def taken(client: TestClient, tmp_path: Path) -> Callable[..., Path]:
    """Download an export to a file."""

    def download(path: str, **parameters: Any) -> Path:
        answer = client.get(f"/api/exports/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        name = answer.headers["content-disposition"].partition("''")[2]
        file = tmp_path / name
        file.write_bytes(answer.content)
        return file

    return download


def table(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV below the lines about it."""
    text = file.read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("".join(lines), newline="")))


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Rows of a file of any format, with the headings of programs."""
    match file.suffix:
        case ".csv":
            return [dict(row) for row in table(file)]
        case ".xlsx":
            head, *rest = openpyxl.load_workbook(file).worksheets[0].values
            return [dict(zip(head, row, strict=True)) for row in rest]
        case ".geojson":
            return [each["properties"] for each in json.loads(file.read_bytes())["features"]]
        case ".parquet":
            return pq.read_table(file).to_pylist()  # type: ignore[no-any-return]
        case _:
            return pyogrio.read_dataframe(file, read_geometry=False).to_dict("records")  # type: ignore[no-any-return]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_holds_what_the_list_shows(client: TestClient, taken: Callable[..., Path], form: str) -> None:
    filters = JUNE | {"state": ["closed", "archived"], "source": ["hotline", "app"]}
    since = filters.pop("from")
    known = listed(client, since=str(since), **filters)  # type: ignore[arg-type]
    file = taken(f"incidents.{form}", codes=True, **filters, **{"from": since})
    numbers = [row["number"] for row in rows_of(file)]
    if form == "fgb":
        # In the order of its index: near ones together.
        numbers.sort(key=lambda number: known.index(number))
    assert numbers == known != []
    assert {row["state"] for row in rows_of(file)} <= {"closed", "archived"}


def test_exports_take_every_filter_of_the_list(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]

    def parameters(path: str) -> set[str]:
        return {each["name"] for each in paths[path]["get"]["parameters"] if each["in"] == "query"}

    wanted = parameters("/api/incidents") - {"order", "limit", "after"}
    own = {"language", "bom", "about", "codes"}
    assert parameters("/api/exports/incidents.{format}") == wanted | own
    assert parameters("/api/exports/report.pdf") == wanted | {"language"}
    assert parameters("/api/exports/zones.{format}") == parameters("/api/zones") - {"limit", "after"} | own


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_says_what_it_is(taken: Callable[..., Path], form: str) -> None:
    file = taken(f"incidents.{form}", **JUNE, urgency="urgent")
    if form == "csv":
        told = "".join(line for line in file.read_text().splitlines(True) if line.startswith("#"))
    elif form == "xlsx":
        book = openpyxl.load_workbook(file)
        told = "\n".join(str(cell) for row in book.worksheets[-1].values for cell in row)
        assert "urgency: urgent" in str(book.properties.description)
    elif form == "geojson":
        told = json.dumps(json.loads(file.read_bytes())["gridgov"])
    elif form == "parquet":
        told = pq.read_schema(file).metadata[b"gridgov"].decode()
    else:
        told = json.dumps(pyogrio.read_info(file)["layer_metadata"])
    for part in ("urgency", "urgent", "2026-06-01", "base_grid 1 (2026-01-01)", "visitor"):
        assert part in told
    assert datetime.now(UTC).strftime("%Y-%m") in told


def test_a_geopackage_tells_it_where_its_tables_are_listed(taken: Callable[..., Path]) -> None:
    with sqlite3.connect(taken("zones.gpkg", layer="community")) as opened:
        told = opened.execute("SELECT table_name, description FROM gpkg_contents").fetchall()
    opened.close()
    assert [name for name, _ in told] == ["zones"]
    assert "layer: community" in told[0][1]


@pytest.mark.parametrize("form", ["geojson", "gpkg", "parquet", "fgb"])
def test_shapes_are_those_of_the_zones(taken: Callable[..., Path], get: Get, form: str) -> None:
    import geopandas

    file = taken(f"zones.{form}", layer="community", codes=True)
    read = geopandas.read_parquet if form == "parquet" else geopandas.read_file
    frame = read(file).set_index("code")
    assert frame.crs.to_epsg() == 4326 or str(frame.crs) == "OGC:CRS84"
    code = frame.index[0]
    west, south, east, north = get(f"/api/zones/community/{code}")["bounds"]
    assert frame.geometry[code].bounds == pytest.approx((west, south, east, north), abs=1e-7)


def test_places_that_are_not_believed_are_rows_without_geometry(taken: Callable[..., Path]) -> None:
    for form in ("geojson", "fgb", "gpkg", "csv"):
        found = rows_of(taken(f"incidents.{form}", place_status="unlocated", codes=True))
        assert found
        assert all(row["place_problem"] for row in found)


def test_headings_and_words_follow_the_reader(client: TestClient, taken: Callable[..., Path]) -> None:
    english = table(taken("incidents.csv", **JUNE, source="hotline"))[0]
    assert (english["source"], english["supervised"]) == ("12345 hotline", "no")
    chinese = table(taken("incidents.csv", **JUNE, source="hotline", language="zh"))[0]
    assert (chinese["来源"], chinese["督办"]) == ("12345 热线", "否")
    asked = client.get(
        "/api/exports/incidents.csv", params=JUNE, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
    )
    assert "编号" in asked.text


def test_no_cell_is_a_formula(client: TestClient, body: dict[str, Any], taken: Callable[..., Path]) -> None:
    evil = ['=HYPERLINK("http://evil","x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", "\t=1"]
    at = "2026-05-06T07:08:09Z"
    for text in evil:
        sent = body | {"text": text, "address": text, "reported_at": at, "source_ref": uuid.uuid4().hex}
        assert client.post("/api/incidents", json=sent).status_code == 201
    since = {"from": at, "to": "2026-05-06T07:08:10Z"}
    rows = table(taken("incidents.csv", codes=True, **since))
    assert len(rows) == len(evil)
    for row in rows:
        assert not any(cell[:1] in "=+-@＝\t\r\n" and cell for cell in row.values())
    assert {row["text"].removeprefix("'").strip() for row in rows} == {text.strip() for text in evil}
    book = openpyxl.load_workbook(taken("incidents.xlsx", **since))
    kinds = {cell.data_type for line in book.worksheets[0].iter_rows() for cell in line}
    assert "f" not in kinds
    # What is looked for stands above the heading, in lines of one cell.
    head = taken("incidents.csv", q="a,=1+1;=2\t=3").read_text().splitlines()
    assert all(line.startswith("# ") and not set(',;\t"') & set(line) for line in head if "=" in line)


def test_a_mark_for_excel_and_no_lines_above_when_asked(taken: Callable[..., Path]) -> None:
    plain = taken("zones.csv", layer="street", about=False, language="zh").read_bytes()
    assert plain.decode().startswith("图层编码,")
    marked = taken("zones.csv", layer="street", about=False, language="zh", bom=True).read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain


def test_reporters_are_in_no_export(
    client: TestClient, body: dict[str, Any], taken: Callable[..., Path]
) -> None:
    at = "2026-05-07T07:08:09Z"
    assert client.post("/api/incidents", json=body | {"reported_at": at}).status_code == 201
    for form in FORMATS:
        file = taken(f"incidents.{form}", **{"from": at, "to": "2026-05-07T07:08:10Z"})
        content = " ".join(str(value) for row in rows_of(file) for value in row.values())
        assert body["text"] in content
        assert "不应外泄" not in content
        assert "SECRET" not in content


def test_who_takes_what_is_written_down(
    client: TestClient, taken: Callable[..., Path], database: psycopg.Connection
) -> None:
    def entries() -> list[tuple[Any, ...]]:
        return database.execute(
            "SELECT actor, after FROM history WHERE action = 'export.download' ORDER BY seq"
        ).fetchall()

    before = entries()
    rows = rows_of(taken("incidents.parquet", **JUNE))
    assert client.head("/api/exports/incidents.csv").status_code == 200
    assert_problem(client.get("/api/exports/incidents.csv?zone=street:0"), 400, "unknown-zone", "zone")
    assert client.get("/api/exports/incidents.docx").status_code == 404
    ((by, after),) = entries()[len(before) :]
    assert by == "visitor"
    assert after == {
        "subject": "incidents", "format": "parquet", "query": "from=2026-06-01&to=2026-06-20",
        "rows": len(rows),
    }  # fmt: skip


def test_facilities_by_owner_zone_and_state(taken: Callable[..., Path], database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT o.code, count(*) FROM facility f JOIN organisation o ON o.id = f.maintaining_id"
        " WHERE NOT EXISTS (SELECT FROM organisation c WHERE c.parent_id = o.id) GROUP BY 1 ORDER BY 2 DESC"
    ).fetchone()
    assert row is not None
    found = rows_of(taken("facilities.csv", organisation=row[0], relation="maintained", codes=True))
    assert len(found) == row[1]
    kept = database.execute(
        "SELECT count(*) FROM facility f JOIN organisation o ON o.id IN (f.owning_id, f.maintaining_id)"
        " WHERE o.code = %s",
        row[:1],
    ).fetchone()
    found = rows_of(taken("facilities.csv", organisation=row[0], relation="kept", codes=True))
    assert kept is not None
    assert len(found) == kept[0] >= row[1]
    layer, code = database.execute(
        "SELECT l.code, z.code FROM zone z JOIN layer l ON l.id = z.layer_id"
        " WHERE l.kind = 'region' AND l.depth = 2 ORDER BY z.code LIMIT 1"
    ).fetchone() or ("", "")
    inside = rows_of(taken("facilities.csv", zone=f"{layer}:{code}", codes=True))
    known = database.execute(
        "SELECT f.code FROM facility f JOIN zone_version v ON ST_Intersects(f.geom, v.geom)"
        " JOIN zone z ON z.id = v.zone_id JOIN layer l ON l.id = z.layer_id"
        " WHERE l.code = %s AND z.code = %s AND v.valid @> now() AND upper_inf(v.recorded) ORDER BY f.code",
        (layer, code),
    ).fetchall()
    assert [each["code"] for each in inside] == [code for (code,) in known] != []
    assert {each["state"] for each in rows_of(taken("facilities.csv", state="intact", codes=True))} == {
        "intact"
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_is_a_pdf_with_its_font_inside(taken: Callable[..., Path], language: str) -> None:
    content = taken("report.pdf", **JUNE, language=language).read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in content
    assert b"/Subtype /Image" in content
    assert len(content) < 2_000_000


def test_a_report_on_nothing_says_so(taken: Callable[..., Path]) -> None:
    content = taken("report.pdf", **{"from": "2001-01-01", "to": "2001-01-02"}).read_bytes()
    assert content.startswith(b"%PDF-")


# --- bounded, and cleaned up -----------------------------------------------------------------------------


@pytest.fixture
async def exports(laoshan_database: str, tmp_path: Path) -> Any:
    opened = Database(laoshan_database, size=4)
    await opened.open()
    yield Exports(opened, tmp_path)
    await opened.close()


def wanted(form: Any) -> Wanted:
    return Wanted(INCIDENTS, form, IncidentFilter().parameters())


@pytest.mark.parametrize("form", ["csv", "gpkg", "xlsx"])
async def test_who_leaves_early_leaves_nothing_behind(exports: Exports, tmp_path: Path, form: str) -> None:
    for _ in range(AT_ONCE + 1):
        async with exports.begun(VISITOR, wanted(form)) as export:
            assert await anext(export.pieces)
    assert list(tmp_path.iterdir()) == []
    async with exports.database.transaction(VISITOR) as connection:
        assert not connection.closed


async def test_who_leaves_while_a_file_is_made_leaves_nothing_behind(
    exports: Exports, tmp_path: Path
) -> None:
    async def download() -> None:
        async with exports.begun(VISITOR, wanted("xlsx")) as export:
            await anext(export.pieces)

    task = asyncio.create_task(download())
    while not list(tmp_path.glob("export-*/*")):
        assert not task.done()
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.iterdir()) == []
    async with exports.begun(VISITOR, wanted("csv")) as export:
        assert await anext(export.pieces)


async def test_more_than_a_few_at_once_are_turned_away(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.exports.export.WAIT_S", 0.05)
    async with exports.begun(VISITOR, wanted("csv")), exports.begun(VISITOR, wanted("csv")):
        with pytest.raises(ExportsBusy):
            async with exports.begun(VISITOR, wanted("csv")):
                pass
    async with exports.begun(VISITOR, wanted("csv")) as export:
        assert await anext(export.pieces)


async def test_rows_are_those_of_the_moment_it_began(exports: Exports, laoshan_database: str) -> None:
    async with exports.begun(VISITOR, wanted("csv")) as export:
        await anext(export.pieces)
        with psycopg.connect(laoshan_database) as other:
            other.execute("UPDATE incident SET text = 'changed meanwhile'")
            text = b"".join([piece async for piece in export.pieces])
            assert text.count(b"\r\n") >= export.rows
            assert b"changed meanwhile" not in text
            other.rollback()


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    folder = tmp_path / "export-killed"
    folder.mkdir()
    (folder / ".in-use").touch()
    (folder / "incidents.gpkg").write_bytes(b"half")
    return folder


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_stays(tmp_path: Path, killed: Path) -> None:
    with scratch_folder(tmp_path) as in_use:
        (in_use / "file").touch()
        assert sweep(tmp_path) == 1
        assert not killed.exists()
        assert (in_use / "file").exists()
    assert not in_use.exists()


# --- answers ---------------------------------------------------------------------------------------------


def test_a_ranking_is_exported_as_it_is_answered(get: Get, taken: Callable[..., Path]) -> None:
    asked = {"level": "community", "from": "2026-01-01", "to": "2026-10-01", "compare": "year"}
    answer = get("/api/rankings", **asked)
    rows = rows_of(taken("rankings.csv", codes=True, **asked))
    listed = {row["zone"]: row for row in rows if row["zone"]}
    assert set(listed) == {row["zone"]["code"] for row in answer["rows"]}
    for row in answer["rows"]:
        told = listed[row["zone"]["code"]]
        assert {code: int(told[code]) for code in row["figures"]} == row["figures"]
    assert rows[-1]["reported"] == str(answer["total"]["figures"]["reported"])
    shapes = json.loads(taken("rankings.geojson", codes=True, **asked).read_bytes())["features"]
    assert {each["geometry"] is not None for each in shapes if each["properties"]["zone"]} == {True}
    assert pq.read_schema(taken("rankings.parquet", **asked)).metadata[b"gridgov"]


@pytest.mark.parametrize("way", ["polygon", "zones"])
def test_incidents_of_an_area_are_those_it_counts(
    client: TestClient, tmp_path: Path, grid: dict[str, Any], way: str
) -> None:
    west, south, east, north = grid["bounds"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = (
        {"polygon": {"type": "Polygon", "coordinates": [ring]}}
        if way == "polygon"
        else {"zones": [{"layer": "base_grid", "code": grid["code"]}]}
    )
    body = {"area": area, "from": "2025-06-01"}
    counted = client.post("/api/zone-query", json=body).json()["incidents"]["total"]
    answer = client.post("/api/exports/zone-query.csv", json=body, params={"codes": "true"})
    assert answer.status_code == 200, answer.text
    file = tmp_path / "area.csv"
    file.write_bytes(answer.content)
    assert len(table(file)) == counted > 0
    assert "# filter: area: " in answer.text
    wrong = {"area": {"zones": [{"layer": "community", "code": "0"}]}}
    assert_problem(
        client.post("/api/exports/zone-query.csv", json=wrong), 400, "bad-parameter", "area.zones.0"
    )
