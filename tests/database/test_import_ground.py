"""Layers that cover the ground: gaps, overlaps, parents, slivers, borders in another system."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.crs import geometry_to_wgs84, wgs84_to_gcj02
from grid_data.database import Database
from tests.support.importing import (
    bring_layer,
    bring_zones,
    codes,
    look,
    row_counts,
    write_as,
)
from tests.support.toy_city import STREET, box
from tests.support.zone_frames import HEALTH, communities, halves, zones


@pytest.mark.parametrize(
    ("frame", "found", "says"),
    [
        (communities(box(0, 0, 2.1, 4), box(2, 0, 2, 4)), ("overlap", 2), "row 1, 2"),
        (communities(box(0, 0, 1.9, 4), box(2, 0, 2, 4)), ("gap", None), "gap"),
        (communities(box(0, 0, 2, 4), box(2, 0, 2.1, 4)), ("outside_parent", 2), "beyond its parent"),
        (communities(box(0, 0, 2, 4), box(2, 0, 2, 4)).assign(parent=[STREET, "X"]),
         ("unknown_parent", 2), "X"),
        (communities(box(0, 0, 2, 4), box(2, 0, 2, 4)).assign(code="A"), ("duplicate_code", 2), "row 1"),
        (communities(box(0, 0, 2, 4), box(2, 0, 2, 4)).assign(organisation="NO"),
         ("unknown_organisation", 1), "NO"),
    ],
    ids=["overlap", "gap", "not nested", "unknown parent", "duplicate", "unknown organisation"],
)  # fmt: skip
async def test_what_must_cover_the_ground_is_checked(
    toy_database: Database, tmp_path: Path, frame: gpd.GeoDataFrame, found: tuple[str, int | None], says: str
) -> None:
    before = await row_counts(toy_database)
    report = await bring_zones(
        toy_database, "community", write_as(frame, tmp_path, "gpkg"), valid_from="2025-01-01"
    )
    assert found in codes(report)
    assert any(says in finding.message.en for finding in report.findings.errors)
    assert report.refused
    assert await row_counts(toy_database) == before


async def test_coverage_can_be_told_only(toy_database: Database, tmp_path: Path) -> None:
    frame = communities(box(0, 0, 1.9, 4), box(2, 0, 2, 4))
    report = await bring_zones(
        toy_database,
        "community",
        write_as(frame, tmp_path, "gpkg"),
        valid_from="2025-01-01",
        coverage="report",
        dry_run=True,
    )
    assert not report.refused
    assert ("gap", None) in codes(report, "warning")


async def test_slivers_are_told_and_do_no_harm(toy_database: Database, tmp_path: Path) -> None:
    # A tooth of one lattice step, 11 m wide, over the shared border: 0.05 m².
    tooth = [(120.42, 36.11), (120.4200001, 36.11005), (120.42, 36.1101)]
    west = shapely.Polygon([(120.40, 36.10), (120.42, 36.10), *tooth, (120.42, 36.14), (120.40, 36.14)])
    path = write_as(communities(west, box(2, 0, 2, 4)), tmp_path, "gpkg")
    report = await bring_zones(toy_database, "community", path, valid_from="2025-01-01", dry_run=True)
    assert not report.refused
    (overlap,) = [finding for finding in report.findings if finding.code == "overlap"]
    assert "at 120.42" in overlap.message.en


async def test_parents_are_found_by_position(toy_database: Database, tmp_path: Path) -> None:
    definition = HEALTH | {"code": "block", "parent": "community"}
    frame = zones(*((f"B{n}", f"片{n}", box(n, 0, 1, 4)) for n in range(4)))
    report = await bring_layer(toy_database, write_as(frame, tmp_path, "gpkg"), definition)
    assert codes(report) == []
    found = await look(
        toy_database,
        "SELECT zone.code, parent.code AS parent FROM zone_version JOIN zone ON zone.id = zone_id "
        "JOIN zone AS parent ON parent.id = parent_zone_id WHERE zone.code LIKE 'B%%' ORDER BY 1",
    )
    assert [row["parent"][-1] for row in found] == ["1", "1", "2", "2"]


async def test_the_code_pattern_is_held(toy_database: Database, tmp_path: Path) -> None:
    report = await bring_layer(
        toy_database, write_as(halves(), tmp_path, "gpkg"), HEALTH | {"code_pattern": "H[13]"}
    )
    assert codes(report) == [("code_pattern", 2)]


def to_gcj02(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame as a map vendor would deliver it."""
    moved = [
        shapely.transform(
            shapely.segmentize(shape, 0.001), lambda c: np.column_stack(wgs84_to_gcj02(c[:, 0], c[:, 1]))
        )
        for shape in frame.geometry
    ]
    return frame.set_geometry(moved, crs=4326)


async def test_an_outline_in_gcj02_is_found_out(toy_database: Database, tmp_path: Path) -> None:
    shifted = to_gcj02(communities(box(0, 0, 2, 4), box(2, 0, 2, 4)))
    path = write_as(shifted, tmp_path, "geojson")
    report = await bring_zones(toy_database, "community", path, valid_from="2025-01-01", coverage="report")
    assert codes(report) == [("datum", None)]
    (finding,) = report.findings.blocking
    assert finding.suggestion is not None
    assert finding.suggestion.en == "use --crs gcj02"
    mended = await bring_zones(
        toy_database, "community", path, valid_from="2025-01-01", coverage="report", crs="gcj02"
    )
    assert mended.stored
    assert mended.extent == pytest.approx((120.40, 36.10, 120.44, 36.14), abs=2e-7)
    assert geometry_to_wgs84(shifted.geometry.iloc[0], "gcj02").area == pytest.approx(8e-4, rel=1e-4)
