"""Incidents from files: routed, idempotent by source and reference, faults told, no place guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gis.crs import wgs84_to_gcj02
from grid_data.database import Database
from tests.support.importing import FORMS, bring, codes, look, row_counts, write_as, write_csv

REPORT = {
    "source": "hotline",
    "source_ref": "W1",
    "category": "06010",
    "text": "路口有暴露垃圾",
    "reported_at": "2025-05-01 08:00",
    "lon": 120.405,
    "lat": 36.105,
}


async def stored(database: Database) -> list[dict[str, Any]]:
    return await look(
        database,
        "SELECT incident.number, source_ref, ST_X(place) AS lon, original_lon, original_crs, place_problem, "
        "organisation.code AS responsible, incident.state, "
        "to_char(reported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS at "
        "FROM incident LEFT JOIN organisation ON organisation.id = organisation_id ORDER BY source_ref",
    )


async def test_incidents_are_stored_and_routed(toy_database: Database, tmp_path: Path) -> None:
    report = await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT]))
    assert codes(report) == []
    (row,) = await stored(toy_database)
    # A time without offset is the city's.
    assert (row["number"], row["at"]) == ("3702122025050100001", "2025-05-01 00:00")
    assert (row["responsible"], row["state"]) == ("CM1", "reported")
    (entry,) = await look(toy_database, "SELECT after FROM history WHERE action = 'import.incidents'")
    assert entry["after"]["new"] == 1


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_brings_the_same(toy_database: Database, tmp_path: Path, form: str) -> None:
    # Ten letters are the most a Shapefile's column name can have.
    frame = gpd.GeoDataFrame(
        [{"ref": "W1", "cat": "06010", "text": "垃圾", "at": "2025-05-01T08:00:00+08:00"}],
        geometry=[shapely.Point(120.405, 36.105)],
        crs=4326,
    )
    columns = {"source_ref": "ref", "category": "cat", "reported_at": "at"}
    report = await bring(toy_database, "incidents", write_as(frame, tmp_path, form), columns=columns)
    assert codes(report) == []
    (row,) = await stored(toy_database)
    assert (row["lon"], row["at"], row["responsible"]) == (120.405, "2025-05-01 00:00", "CM1")


async def test_sent_again_is_stored_once(toy_database: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path, [REPORT, REPORT | {"source_ref": "W2"}, REPORT])
    report = await bring(toy_database, "incidents", path)
    assert (report.plan.new, report.plan.unchanged) == (2, 1)
    again = await bring(toy_database, "incidents", path)
    assert (again.plan.new, again.plan.unchanged, again.stored) == (0, 3, False)
    assert len(await stored(toy_database)) == 2


async def test_new_reports_come_in_beside_stored_ones(toy_database: Database, tmp_path: Path) -> None:
    await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT]))
    report = await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT | {"source_ref": "W2"}]))
    assert (report.plan.new, report.plan.unchanged) == (1, 0)
    assert len(await stored(toy_database)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "别的"}, "text"),
        ({"lon": 120.406}, "lon"),
        ({"category": "09009"}, "category_key"),
        ({"reported_at": "2025-05-01 09:00"}, "reported_at"),
        ({"urgency": "urgent"}, "urgency"),
        ({"address": "海尔路"}, "address"),
    ],
)
async def test_other_content_under_the_same_reference_is_an_error(
    toy_database: Database, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT]))
    before = await row_counts(toy_database)
    path = write_csv(tmp_path, [REPORT | change, REPORT | {"source_ref": "W2"}])
    report = await bring(toy_database, "incidents", path)
    assert codes(report) == [("contradiction", 2)]
    assert field in report.findings.errors[0].message.en
    assert await row_counts(toy_database) == before
    skipped = await bring(toy_database, "incidents", path, skip_bad=True)
    assert (skipped.plan.new, skipped.rejected) == (1, frozenset({2}))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category": "99999"}, "unknown_category"),
        ({"source": "pigeon"}, "unknown_value"),
        ({"source_ref": ""}, "missing_value"),
        ({"text": " "}, "missing_value"),
        ({"text": "长" * 4001}, "too_long"),
        ({"reported_at": "yesterday"}, "not_a_time"),
        ({"reported_at": "2999-01-01"}, "in_the_future"),
        ({"state": "closed", "state_since": "2025-04-30"}, "out_of_order"),
        ({"lon": "east"}, "not_a_number"),
        ({"accuracy_m": -5}, "out_of_range"),
        ({"source_ref": "W1", "text": "别的"}, "duplicate_code"),
    ],
)
async def test_a_bad_row_is_told_and_changes_nothing(
    toy_database: Database, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    before = await row_counts(toy_database)
    path = write_csv(tmp_path, [REPORT, REPORT | {"source_ref": "W2"} | change])
    report = await bring(toy_database, "incidents", path)
    assert codes(report) == [(code, 3)]
    assert await row_counts(toy_database) == before


async def test_places_that_cannot_be_meant_are_kept_for_locating(
    toy_database: Database, tmp_path: Path
) -> None:
    rows = [
        REPORT,
        REPORT | {"source_ref": "W2", "lon": 0, "lat": 0},
        REPORT | {"source_ref": "W3", "lon": None, "lat": None},
        REPORT | {"source_ref": "W4", "lon": 36.105, "lat": 120.405},
        REPORT | {"source_ref": "W5", "lon": 121.9},
        REPORT | {"source_ref": "W6"},
        REPORT | {"source_ref": "W7"},
    ]
    report = await bring(toy_database, "incidents", write_csv(tmp_path, rows))
    assert report.stored
    problems = {row["source_ref"]: row["place_problem"] for row in await stored(toy_database)}
    assert problems == {
        "W1": None, "W2": "null_island", "W3": "none_given", "W4": "swapped", "W5": "outside_city",
        "W6": None, "W7": None,
    }  # fmt: skip
    told = {code for code, _ in codes(report, "warning")}
    assert told == {"no_place", "null_island", "swapped", "outside_city"}


async def test_a_file_in_another_system_is_refused_as_a_whole(toy_database: Database, tmp_path: Path) -> None:
    rows = [REPORT | {"source_ref": f"W{n}", "lon": 536_467.9 + n, "lat": 3_997_269.4} for n in range(3)]
    path = write_csv(tmp_path, rows)
    report = await bring(toy_database, "incidents", path)
    assert codes(report) == [("wrong_crs", None)]
    assert report.findings.errors[0].suggestion is not None
    assert report.findings.errors[0].suggestion.en == "use --crs EPSG:4549"
    mended = await bring(toy_database, "incidents", path, crs="EPSG:4549")
    assert mended.plan.new == 3
    assert [row["original_crs"] for row in await stored(toy_database)] == ["EPSG:4549"] * 3


async def test_gcj02_lands_where_it_should_and_keeps_its_original(
    toy_database: Database, tmp_path: Path
) -> None:
    lon, lat = (float(value) for value in wgs84_to_gcj02(120.405, 36.105))
    path = write_csv(tmp_path, [REPORT | {"lon": lon, "lat": lat}])
    await bring(toy_database, "incidents", path, crs="gcj02")
    (row,) = await stored(toy_database)
    assert row["lon"] == pytest.approx(120.405, abs=1e-7)
    assert (row["original_lon"], row["original_crs"]) == (lon, "gcj02")


async def test_a_row_can_name_its_own_system(toy_database: Database, tmp_path: Path) -> None:
    lon, lat = (float(value) for value in wgs84_to_gcj02(120.405, 36.105))
    rows = [REPORT | {"crs": "wgs84"}, REPORT | {"source_ref": "W2", "lon": lon, "lat": lat, "crs": "GCJ-02"}]
    await bring(toy_database, "incidents", write_csv(tmp_path, rows))
    stored_rows = await stored(toy_database)
    assert [row["original_crs"] for row in stored_rows] == ["wgs84", "gcj02"]
    assert stored_rows[1]["lon"] == pytest.approx(120.405, abs=1e-7)
    bad = await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT | {"crs": "mars"}]))
    assert codes(bad) == [("unknown_crs", 2)]


async def test_a_dry_run_writes_nothing(toy_database: Database, tmp_path: Path) -> None:
    before = await row_counts(toy_database)
    report = await bring(toy_database, "incidents", write_csv(tmp_path, [REPORT]), dry_run=True)
    assert (report.plan.new, report.stored) == (1, False)
    assert await row_counts(toy_database) == before
