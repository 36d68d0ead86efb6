"""Zones from files: a layer in one go, new editions, corrections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from grid_data.database import Database
from grid_data.importers.problems import ImportRefused
from tests.support.importing import (
    FORMS,
    bring_layer,
    bring_zones,
    codes,
    look,
    row_counts,
    write_as,
    write_csv,
)
from tests.support.toy_city import box
from tests.support.zone_frames import HEALTH, halves, zones

VERSIONS = """
    SELECT zone.code, lower(valid)::date::text AS since, upper(valid)::date::text AS until,
           upper_inf(recorded) AS current, retired_at::date::text AS retired, zone_version.name_zh AS name,
           round(area_m2) AS area
    FROM zone_version JOIN zone ON zone.id = zone_version.zone_id JOIN layer ON layer.id = zone.layer_id
    WHERE layer.code = %s ORDER BY zone.code, lower(valid), lower(recorded)
"""


async def versions(database: Database, layer: str) -> list[tuple[Any, ...]]:
    found = await look(database, VERSIONS, layer)
    return [(row["code"], row["since"], row["until"], row["current"]) for row in found]


@pytest.mark.parametrize("form", FORMS)
async def test_a_layer_and_its_zones_come_in_one_go(
    toy_database: Database, tmp_path: Path, form: str
) -> None:
    report = await bring_layer(
        toy_database, write_as(halves(), tmp_path, form), HEALTH, valid_from="2024-06-01"
    )
    assert codes(report) == []
    assert report.plan.new == 2
    # Midnight of the city's time zone is the evening before in UTC.
    (layer,) = await look(toy_database, "SELECT * FROM layer WHERE code = 'health'")
    assert (layer["depth"], layer["kind"], layer["name_en"]) == (5, "specialist", "Health grid")
    rows = await look(
        toy_database,
        "SELECT zone.code, name_zh, ST_NPoints(geom) AS n, lower(valid) AT TIME ZONE 'Asia/Shanghai' AS since"
        " FROM zone_version JOIN zone ON zone.id = zone_id WHERE zone.layer_id = %s ORDER BY 1",
        layer["id"],
    )
    assert [(row["code"], row["name_zh"], str(row["since"]), row["n"]) for row in rows] == [
        ("H1", "西", "2024-06-01 00:00:00", 5),
        ("H2", "东", "2024-06-01 00:00:00", 5),
    ]


async def test_a_first_edition_without_a_date_has_always_held(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH)
    assert [row[1] for row in await versions(toy_database, "health")] == ["1899-12-31", "1899-12-31"]


async def test_a_layer_of_bad_zones_is_not_defined_either(toy_database: Database, tmp_path: Path) -> None:
    before = await row_counts(toy_database)
    path = write_csv(tmp_path, [{"code": "H1", "wkt": "POLYGON EMPTY"}])
    report = await bring_layer(toy_database, path, HEALTH)
    assert codes(report) == [("empty_geometry", 2)]
    assert await row_counts(toy_database) == before


async def test_a_dry_run_of_a_layer_writes_nothing(toy_database: Database, tmp_path: Path) -> None:
    before = await row_counts(toy_database)
    report = await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, dry_run=True)
    assert report.plan.new == 2
    assert await row_counts(toy_database) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": "Health"}, "lower-case"),
        ({"kind": "grid"}, "one of region"),
        ({"cardinality": "one"}, "one of exactly_one"),
        ({"parent": "nowhere"}, "no layer nowhere"),
        ({"kind": "base_grid"}, "base grids already"),
        ({"code_pattern": "("}, "no pattern"),
        ({"code": "police"}, "exists and differs"),
    ],
)
async def test_a_bad_definition_is_refused(
    toy_database: Database, tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(ImportRefused, match=says):
        await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH | changes)


async def test_a_new_edition_closes_and_opens_versions_and_keeps_the_unchanged(
    toy_database: Database, tmp_path: Path
) -> None:
    first = zones(("H1", "西", box(0, 0, 1, 4)), ("H2", "中", box(1, 0, 1, 4)), ("H3", "东", box(2, 0, 2, 4)))
    await bring_layer(
        toy_database, write_as(first, tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01T00:00:00+00:00"
    )
    kept = await look(toy_database, "SELECT max(zone_version.id) AS id FROM zone_version "
                      "JOIN zone ON zone.id = zone_id WHERE code = 'H1'")  # fmt: skip
    # H2 takes some of H3, which ceases for H4. The ring of H1 begins elsewhere: the same shape.
    again = shapely.Polygon([*box(0, 0, 1, 4).exterior.coords[2:], *box(0, 0, 1, 4).exterior.coords[1:3]])
    second = zones(("H1", "西", again), ("H2", "中", box(1, 0, 2, 4)), ("H4", "东", box(3, 0, 1, 4)))
    report = await bring_zones(
        toy_database,
        "health",
        write_as(second, tmp_path, "gpkg", "second"),
        valid_from="2025-01-01T00:00:00+00:00",
    )
    plan = report.plan
    assert (plan.new, plan.changed, plan.unchanged, plan.retired) == (1, 1, 1, 1)
    assert await versions(toy_database, "health") == [
        ("H1", "2024-06-01", None, True),
        ("H2", "2024-06-01", "2025-01-01", True),
        ("H2", "2025-01-01", None, True),
        ("H3", "2024-06-01", "2025-01-01", True),
        ("H4", "2025-01-01", None, True),
    ]
    assert kept == await look(toy_database, "SELECT max(zone_version.id) AS id FROM zone_version "
                              "JOIN zone ON zone.id = zone_id WHERE code = 'H1'")  # fmt: skip
    retired = {row["code"]: row["retired"] for row in await look(toy_database, VERSIONS, "health")}
    assert retired == {"H1": None, "H2": None, "H3": "2025-01-01", "H4": None}
    same = await bring_zones(
        toy_database,
        "health",
        write_as(second, tmp_path, "fgb", "same"),
        valid_from="2025-01-01T00:00:00+00:00",
    )
    assert (same.plan.unchanged, same.stored) == (3, False)


async def test_a_name_alone_makes_a_new_version(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    renamed = halves().assign(name_zh=["西片", "东"])
    report = await bring_zones(
        toy_database, "health", write_as(renamed, tmp_path, "gpkg", "second"), valid_from="2025-01-01"
    )
    assert (report.plan.changed, report.plan.unchanged) == (1, 1)


async def test_missing_zones_can_be_kept(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    one = halves().head(1).assign(name_zh="西片")
    report = await bring_zones(
        toy_database,
        "health",
        write_as(one, tmp_path, "gpkg", "second"),
        valid_from="2025-01-01",
        keep_missing=True,
    )
    assert (report.plan.changed, report.plan.retired) == (1, 0)


async def test_a_rejected_row_does_not_retire_its_zone(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    rows = [
        {"code": "H1", "name_zh": "西片", "wkt": box(0, 0, 2, 4).wkt},
        {"code": "H2", "name_zh": "东", "wkt": "POLYGON EMPTY"},
    ]
    report = await bring_zones(
        toy_database, "health", write_csv(tmp_path, rows), valid_from="2025-01-01", skip_bad=True
    )
    assert (report.plan.changed, report.plan.retired) == (1, 0)
    assert report.rejected == {3}


async def test_a_difference_must_say_since_when(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    report = await bring_zones(toy_database, "health", write_as(halves(1), tmp_path, "gpkg", "second"))
    assert codes(report) == [("no_valid_from", None)]


@pytest.mark.parametrize("when", ["2024-01-01", "2024-06-01"])
async def test_editions_come_in_order_of_time(toy_database: Database, tmp_path: Path, when: str) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    report = await bring_zones(
        toy_database, "health", write_as(halves(1), tmp_path, "gpkg", "second"), valid_from=when
    )
    assert codes(report) == [("later_edition", None)]


async def test_a_retired_code_is_never_used_again(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    whole = zones(("H1", "全", box(0, 0, 4, 4)))
    await bring_zones(toy_database, "health", write_as(whole, tmp_path, "gpkg", "b"), valid_from="2025-01-01")
    report = await bring_zones(
        toy_database, "health", write_as(halves(), tmp_path, "gpkg", "c"), valid_from="2025-06-01"
    )
    assert codes(report) == [("retired_code", 2)]


async def test_a_correction_changes_the_drawing_and_not_the_world(
    toy_database: Database, tmp_path: Path
) -> None:
    await bring_layer(
        toy_database,
        write_as(halves(), tmp_path, "gpkg"),
        HEALTH,
        valid_from="2024-06-01T00:00:00+00:00",
    )
    better = halves(2.001)
    report = await bring_zones(
        toy_database, "health", write_as(better, tmp_path, "gpkg", "better"), as_correction=True
    )
    assert (report.plan.changed, report.plan.new) == (2, 0)
    # What was recorded stays readable; the valid time is the same.
    assert await versions(toy_database, "health") == [
        ("H1", "2024-06-01", None, False),
        ("H1", "2024-06-01", None, True),
        ("H2", "2024-06-01", None, False),
        ("H2", "2024-06-01", None, True),
    ]
    (entry,) = await look(toy_database, "SELECT after FROM history WHERE action = 'import.zones'")
    assert entry["after"]["edition"] == "correction"


async def test_a_correction_adds_no_zone(toy_database: Database, tmp_path: Path) -> None:
    await bring_layer(toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH, valid_from="2024-06-01")
    more = zones(("H1", "西", box(0, 0, 1, 4)), ("H9", "中", box(1, 0, 1, 4)))
    report = await bring_zones(
        toy_database, "health", write_as(more, tmp_path, "gpkg", "b"), as_correction=True
    )
    assert codes(report) == [("correction_adds", 2)]
