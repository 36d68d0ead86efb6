"""New York's own files, imported and routed: the city's own answers with the layers of the right date.

Both editions of the precincts and of the council districts are stored with the days they hold from. The same
reports are then routed as of different days: right on their day, wrong before precinct 121 existed, wrong
after the council districts were redrawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pandas as pd
import pytest

from gis.lattice import snap
from governance.access import OPERATOR
from grid_data.bulk.routing import route_points
from grid_data.cluster.private import Cluster
from grid_data.database import Connection, Database
from grid_data.importers.city import store_city
from grid_data.routing import read_asked, route_place
from tests.support import databases
from tests.support.importing import bring, bring_layer, bring_zones, codes, look

FOLDER = Path(__file__).parents[1] / "fixtures" / "nyc"
CITY = {
    "code": "365100",
    "name_zh": "纽约",
    "name_en": "New York City",
    "timezone": "America/New_York",
    "metric_srid": 32618,
    "centre": [-73.98, 40.75],
}
JURISDICTION = {"kind": "jurisdiction", "cardinality": "at_most_one"}
NOISE = "GB/T 47678.5-2026:matter:06028"

EVENING = datetime(2020, 1, 1, 3, tzinfo=UTC)
BEFORE_PRECINCT_121 = datetime(2013, 6, 1, tzinfo=UTC)
AFTER_REDISTRICTING = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def new_york_template(cluster: Cluster) -> Any:
    """Name of a database with the four layers and the reports."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1, statement_timeout_s=120)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                assert await store_city(connection, CITY, "operator")
            await _layers(database)
            report = await bring(
                database,
                "incidents",
                FOLDER / "incidents.csv",
                columns={"source_ref": "unique_key", "text": "complaint_type"},
                constants={"source": "hotline", "category": NOISE},
            )
            assert codes(report) == []
            assert report.plan.new == 1000
            await database.close()

        anyio.run(fill)
        yield url.split("?")[0].rsplit("/", 1)[-1]


async def _layers(database: Database) -> None:
    names = {"precinct": ("警区", "Police precinct"), "council": ("市议会选区", "Council district")}
    columns = {"precinct": "precinct", "council": "council_district"}
    # Precinct 121 opened on 1 July 2013; the first council of the districts of 2023 sat from 2024 on.
    editions = [
        ("precinct", "police_precincts_2013", "2000-01-01"),
        ("precinct", "police_precincts_2019", "2013-07-01"),
        ("council", "council_2013", "2013-01-01"),
        ("council", "council_2023", "2024-01-01"),
    ]
    for layer, file, since in editions:
        path, mapping = FOLDER / f"{file}.parquet", {"code": columns[layer]}
        if since in ("2000-01-01", "2013-01-01"):
            zh, en = names[layer]
            definition = JURISDICTION | {"code": layer, "name_zh": zh, "name_en": en}
            report = await bring_layer(database, path, definition, columns=mapping, valid_from=since)
        else:
            report = await bring_zones(database, layer, path, columns=mapping, valid_from=since)
        assert codes(report) == []
        assert report.stored


@pytest.fixture
async def new_york(cluster: Cluster, new_york_template: str, anyio_backend: str) -> AsyncIterator[Database]:
    with databases.copy_of(cluster, new_york_template) as url:
        database = Database(url, size=2, statement_timeout_s=120)
        await database.open()
        yield database
        await database.close()


@pytest.fixture(scope="module")
def reports() -> pd.DataFrame:
    """What the city said of each report: its precinct, its council district, None where it said nothing."""
    table = pd.read_csv(FOLDER / "incidents.csv", dtype=str)
    said = pd.DataFrame(
        {
            "ref": table["unique_key"],
            "lon": table["longitude"].astype(float),
            "lat": table["latitude"].astype(float),
            "precinct": table["police_precinct"].str.extract(r"^Precinct (\d+)$")[0],
            "council": table["council_district"].str.lstrip("0"),
        }
    )
    return said.astype(object).where(said.notna(), None)


def agreement(reports: pd.DataFrame, layer: str, found: dict[str, str | None]) -> tuple[int, int]:
    """Located reports to which the city assigned a zone, and on how many of them we agree."""
    there = reports[reports["lon"].notna() & reports[layer].notna()]
    agreed = [found[ref] == zone for ref, zone in zip(there["ref"], there[layer], strict=True)]
    return len(agreed), sum(agreed)


async def test_the_editions_are_stored_with_their_days(new_york: Database) -> None:
    rows = await look(
        new_york,
        "SELECT layer.code, count(*) AS versions, count(*) FILTER (WHERE upper_inf(valid)) AS today, "
        "count(DISTINCT zone.id) AS zones FROM zone_version JOIN zone ON zone.id = zone_id "
        "JOIN layer ON layer.id = zone.layer_id GROUP BY 1 ORDER BY 1",
    )
    # Two precincts are drawn alike to the last vertex in both files and keep their version.
    assert [tuple(row.values()) for row in rows] == [
        ("council", 102, 51, 51),
        ("precinct", 151, 77, 77),
    ]
    (newest,) = await look(
        new_york,
        "SELECT code FROM zone WHERE layer_id = (SELECT id FROM layer WHERE code = 'precinct') "
        "AND id NOT IN (SELECT zone_id FROM zone_version WHERE lower(valid) < '2013-06-01')",
    )
    assert newest == {"code": "121"}


async def test_what_the_bulk_import_stored_is_what_the_city_said(
    new_york: Database, reports: pd.DataFrame
) -> None:
    stored = await look(
        new_york,
        "SELECT source_ref, layer.code AS layer, zone.code AS zone, place_problem FROM incident "
        "LEFT JOIN zone ON zone.id = ANY (zone_ids) LEFT JOIN layer ON layer.id = zone.layer_id",
    )
    for layer, assigned in (("precinct", 985), ("council", 987)):
        found = {row["source_ref"]: row["zone"] for row in stored if row["layer"] == layer}
        assert agreement(reports, layer, found) == (assigned, assigned)
    # Thirteen reports came without coordinates: stored, and waiting for locating.
    assert Counter(row["place_problem"] for row in stored if row["zone"] is None) == {"none_given": 13}
    assert reports["lon"].isna().sum() == 13
    assert reports[reports["lon"].notna()]["precinct"].isna().sum() == 2


@pytest.mark.parametrize(
    ("at", "precincts", "councils"),
    [
        (EVENING, 985, 987),
        (BEFORE_PRECINCT_121, 977, 987),
        (AFTER_REDISTRICTING, 985, 840),
    ],
    ids=["their own day", "before precinct 121", "after redistricting"],
)
async def test_both_ways_of_routing_agree_with_the_city_on_the_right_day_only(
    new_york: Database, reports: pd.DataFrame, at: datetime, precincts: int, councils: int
) -> None:
    there = reports[reports["lon"].notna()].reset_index(drop=True)
    lon, lat = snap(there["lon"].astype(float)), snap(there["lat"].astype(float))
    async with new_york.transaction(OPERATOR) as connection:
        singly = await _by_statement(connection, there["ref"], lon, lat, at)
        in_bulk = await _in_memory(connection, there["ref"], lon, lat, at)
    assert singly == in_bulk
    for layer, assigned, agreed in (("precinct", 985, precincts), ("council", 987, councils)):
        assert agreement(reports, layer, singly[layer]) == (assigned, agreed)


async def _by_statement(
    connection: Connection, refs: Any, lon: Any, lat: Any, at: datetime
) -> dict[str, dict[str, str | None]]:
    """Zones by the database's statement, one report at a time."""
    found: dict[str, dict[str, str | None]] = {"precinct": {}, "council": {}}
    for ref, x, y in zip(refs, lon.tolist(), lat.tolist(), strict=True):
        routed = await route_place(connection, lon=x, lat=y, at=at, category_id=None, accuracy_m=None)
        for zone in routed.zones:
            found[zone["layer"]][ref] = zone["code"]
    return found


async def _in_memory(
    connection: Connection, refs: Any, lon: Any, lat: Any, at: datetime
) -> dict[str, dict[str, str | None]]:
    """Zones by the bulk path, all at once."""
    category = (await read_asked(connection, NOISE)).category
    assert category is not None
    n = len(refs)
    routed = await route_points(
        connection,
        lon=lon,
        lat=lat,
        accuracy_m=np.full(n, np.nan),
        crs=["wgs84"] * n,
        at=pd.Series([at] * n),
        category_id=np.full(n, category["category_id"]),
    )
    cursor = await connection.execute(
        "SELECT zone.id, zone.code, layer.code AS layer FROM zone JOIN layer ON layer.id = layer_id"
    )
    zones = {row["id"]: (row["layer"], row["code"]) for row in await cursor.fetchall()}
    found: dict[str, dict[str, str | None]] = {"precinct": {}, "council": {}}
    for ref, ids in zip(refs, routed.zone_ids, strict=True):
        for zone in ids:
            layer, code = zones[int(zone)]
            found[layer][ref] = code
    return found


async def test_sent_again_nothing_is_stored_twice_and_a_contradiction_is_told(
    new_york: Database, tmp_path: Path
) -> None:
    mapping: dict[str, Any] = {
        "columns": {"source_ref": "unique_key", "text": "complaint_type"},
        "constants": {"source": "hotline", "category": NOISE},
    }
    again = await bring(new_york, "incidents", FOLDER / "incidents.csv", **mapping)
    assert (again.plan.new, again.plan.unchanged, again.stored) == (0, 1000, False)
    other = pd.read_csv(FOLDER / "incidents.csv", dtype=str).head(3)
    other.loc[1, "complaint_type"] = "Noise - Helicopter"
    other.to_csv(tmp_path / "other.csv", index=False)
    report = await bring(new_york, "incidents", tmp_path / "other.csv", **mapping)
    assert codes(report) == [("contradiction", 3)]
    assert "text" in report.findings.errors[0].message.en


async def test_incidents_in_zones_that_change_keep_their_routing_and_are_counted(new_york: Database) -> None:
    other = FOLDER / "council_2023.parquet"
    report = await bring_zones(
        new_york,
        "precinct",
        other,
        columns={"code": "council_district"},
        valid_from="2019-12-31",
        dry_run=True,
    )
    (told,) = [finding for finding in report.findings.warnings if finding.code == "not_rerouted"]
    assert told.message.en.startswith("987 incident(s)")


async def test_the_city_s_files_as_published_are_refused_with_row_and_place(
    new_york: Database, tmp_path: Path
) -> None:
    # As in the published file of 2019: precinct 61 has a ring of two points.
    degenerate = "POLYGON ((-73.9 40.5, -73.8 40.5, -73.8 40.6, -73.9 40.5), (-73.82 40.52, -73.82 40.52, -73.82 40.52, -73.82 40.52))"  # noqa: E501
    path = tmp_path / "published.csv"
    pd.DataFrame([{"code": "61", "wkt": degenerate}]).to_csv(path, index=False)
    report = await bring_zones(new_york, "precinct", path, valid_from="2025-01-01")
    (finding,) = report.findings.errors
    assert (finding.code, finding.row) == ("invalid_geometry", 2)
    assert "Too few points in geometry component at -73.8200000, 40.5200000" in finding.message.en
