"""Open incidents routed again after a change: only the changed area is asked, and nothing is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.access import OPERATOR
from governance.errors import InvalidValue
from governance.incidents.rerouting import Rerouted, reroute
from governance.incidents.stored import get_incident
from grid_data import rerouting
from grid_data.bulk import zones as bulk_zones
from grid_data.bulk.incidents import store_incidents
from grid_data.bulk.ragged import Ragged
from grid_data.bulk.routing import read_grounds
from grid_data.database import Connection, Database
from grid_data.rerouting import same_sets
from grid_data.statements import sql
from tests.database.test_bulk_routing import LATTICE_POINTS, coverages, frame_of
from tests.database.test_import_command import Shell
from tests.support.importing import look
from tests.support.toy_city import LAMP_BROKEN, WEST, box, multi

CHANGE = "2026-06-01T00:00:00+08:00"


async def store(connection: Connection, points: list[tuple[float, float]], **columns: Any) -> None:
    await store_incidents(connection, frame_of(points, **columns))


async def new_edition(
    connection: Connection, layer: str, shapes: dict[str, shapely.Polygon], *, since: str | None = CHANGE
) -> None:
    """Close what a layer has and store zones: from a moment on, or (None) as a correction."""
    which = "layer_id = (SELECT id FROM layer WHERE code = %s) AND upper_inf(valid) AND upper_inf(recorded)"
    if since is None:
        change = (
            f"UPDATE zone_version SET recorded = tstzrange(lower(recorded), clock_timestamp()) WHERE {which}"
        )
        await connection.execute(change.encode(), [layer])
    else:
        change = f"UPDATE zone_version SET valid = tstzrange(lower(valid), %s) WHERE {which}"
        await connection.execute(change.encode(), [since, layer])
    frame = gpd.GeoDataFrame(
        {
            "code": list(shapes),
            "name_zh": list(shapes),
            "organisation": ["PO1", "PO2", None][: len(shapes)] + ["PO1"] * max(0, len(shapes) - 3),
            "valid_from": pd.Timestamp(since or "2024-01-01T00:00:00+08:00"),
            "geometry": [shapely.MultiPolygon([shape]) for shape in shapes.values()],
        },
        crs=4326,
    )
    await bulk_zones.store_zone_identities(connection, layer, frame["code"])
    await bulk_zones.store_zone_versions(connection, layer, frame, parent_layer=None)


async def both_ways(connection: Connection) -> tuple[Rerouted, Rerouted]:
    """What moves by asking the changed area, and by asking everything."""
    area = await reroute(connection, OPERATOR, dry_run=True)
    full = await reroute(connection, OPERATOR, dry_run=True, full=True)
    return area, full


def listed(done: Rerouted) -> list[dict[Any, Any]]:
    return done.moves.sort_values("number").to_dict("records")


@given(
    zones=coverages(),
    codes=st.permutations([f"Z{i:02d}" for i in range(40)]),
    kept=st.sets(st.integers(0, 6)),
    wobbles=st.lists(st.tuples(st.floats(-0.002, 0.042), st.floats(-0.002, 0.042)), min_size=3, max_size=10),
    further=coverages(),
    correction=st.booleans(),
    redrawn=st.booleans(),
)
@settings(max_examples=14)
async def test_asking_the_changed_area_finds_what_asking_everything_finds(
    toy_database: Database,
    zones: list[shapely.Polygon],
    codes: list[str],
    kept: set[int],
    wobbles: list[tuple[float, float]],
    further: list[shapely.Polygon],
    correction: bool,
    redrawn: bool,
) -> None:
    """Random editions of a layer, points on vertices and edges too; zones are drawn anew, or come and go."""
    first = dict(zip(codes, zones, strict=False))
    second = {code if redrawn else f"N{code}": shape for code, shape in zip(codes, further, strict=False)}
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            await new_edition(connection, "police", first, since="2024-06-01T00:00:00+08:00")
            vertices = np.unique(shapely.get_coordinates([*zones, *further]), axis=0)
            points = [
                *map(tuple, vertices.tolist()),
                *((round(WEST + x, 7), round(36.10 + y, 7)) for x, y in wobbles),
            ]
            await store(connection, points)
            await reroute(connection, OPERATOR)
            if correction:
                # One zone is drawn anew, in the place of some of the others.
                await new_edition(connection, "police", second, since=None)
            elif redrawn:
                await new_edition(connection, "police", second)
            else:
                keep = [shape for k, shape in enumerate(zones) if k in kept]
                await new_edition(connection, "market", dict(zip(codes, keep, strict=False)) or second)
            area, full = await both_ways(connection)
            assert listed(area) == listed(full)
            raise _Undo


class _Undo(Exception):
    """Leaves the transaction without a trace, for the next example."""


async def test_only_the_changed_area_is_asked(connection: Connection) -> None:
    await store(connection, LATTICE_POINTS)
    first = await reroute(connection, OPERATOR)
    assert first.since is None
    again = await reroute(connection, OPERATOR, dry_run=True)
    # Only what waits outside of the city can always be concerned, and nothing has changed.
    assert (again.asked, len(again.moves)) == (0, 0)
    await _turn_over(connection)
    area, full = await both_ways(connection)
    assert 0 < area.asked < full.asked / 2
    assert listed(area) == listed(full)
    assert len(area.moves) > 20


@pytest.mark.parametrize("since", [CHANGE, None], ids=["from a day on", "as a correction"])
async def test_of_zones_that_are_only_drawn_anew_the_ground_that_changed_hands_is_asked(
    toy_database: Database, since: str | None
) -> None:
    """A border moves by a street's width: who lives in the middle of either zone is not asked."""
    points = [(round(120.401 + 0.002 * k, 7), 36.115) for k in range(19)]
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            await new_edition(connection, "police", halves(at=120.42), since="2024-06-01T00:00:00+08:00")
            await store(connection, points)
            await reroute(connection, OPERATOR)
            await new_edition(connection, "police", halves(at=120.424), since=since)
            area, full = await both_ways(connection)
            assert (area.asked, full.asked) == (2, len(points))
            assert listed(area) == listed(full)
            assert len(area.moves) == 2
            raise _Undo


def halves(at: float) -> dict[str, shapely.Polygon]:
    """West and east of a meridian, as far as the toy city reaches."""
    west, east = shapely.box(WEST, 36.10, at, 36.14), shapely.box(at, 36.10, 120.44, 36.14)
    return {"H1": west, "H2": east}


async def test_a_zone_drawn_anew_for_another_organisation_is_asked_as_a_whole(connection: Connection) -> None:
    points = [(round(120.401 + 0.002 * k, 7), 36.115) for k in range(19)]
    await new_edition(connection, "police", halves(at=120.42), since="2024-06-01T00:00:00+08:00")
    await store(connection, points)
    await reroute(connection, OPERATOR)
    # Codes in another order: what PO1 had, PO2 has.
    await new_edition(connection, "police", dict(reversed(halves(at=120.424).items())))
    area, full = await both_ways(connection)
    assert area.asked == full.asked == len(points)
    assert listed(area) == listed(full)


@pytest.mark.parametrize("share", [0.01, 1.0], ids=["much of the city", "little of it"])
async def test_answers_are_the_same_whether_the_city_is_read_or_what_is_near(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(rerouting, "_ALWAYS_FEW", 0)
    monkeypatch.setattr(rerouting, "_FEW", share)
    read: list[bool] = []

    async def noted(*given: Any) -> Any:
        read.append(given[3] is None)
        return await read_grounds(*given)

    monkeypatch.setattr(rerouting, "read_grounds", noted)
    await store(connection, LATTICE_POINTS)
    await reroute(connection, OPERATOR)
    await _turn_over(connection)
    area, full = await both_ways(connection)
    assert listed(area) == listed(full)
    assert read == [True, share < 1, True]


async def _turn_over(connection: Connection) -> None:
    """The north-eastern market square becomes a zone of its own."""
    frame = gpd.GeoDataFrame(
        {
            # Lower than any other code: it wins where zones overlap.
            "code": ["A-NEW"],
            "name_zh": ["新片区"],
            "organisation": ["PO1"],
            "valid_from": pd.Timestamp(CHANGE),
            "geometry": [multi(box(3, 3, 1, 1))],
        },
        crs=4326,
    )
    await bulk_zones.store_zone_identities(connection, "market", frame["code"])
    await bulk_zones.store_zone_versions(connection, "market", frame, parent_layer=None)


async def test_facilities_that_moved_in_between_are_asked_anew(connection: Connection) -> None:
    """A lamp comes to the border of the changed area: some places are in its reach, others are not."""
    about = dict(zip(("standard_ref", "category_kind", "category"), LAMP_BROKEN.split(":"), strict=True))
    lon, lat = 120.4301, 36.1301
    near = [(120.4301, 36.1301), (120.43, 36.1301), (120.43, 36.13), (120.4302, 36.13)]
    away = [(120.435, 36.135), (120.43, 36.1399)]
    await store(connection, [*near, *away], **about, accuracy_m=20.0)
    await reroute(connection, OPERATOR)
    await connection.execute(
        "UPDATE facility SET geom = ST_Point(%s, %s, 4326) WHERE code = '37021201037000001'", [lon, lat]
    )
    await _turn_over(connection)
    area, full = await both_ways(connection)
    assert listed(area) == listed(full)
    owners = area.moves.sort_values("number")["organisation_after"].tolist()
    assert [owner == "PWR" for owner in owners] == [True] * 4 + [False] * 2


async def test_what_is_asked_of_all_open_incidents_is_told_by_indexes(connection: Connection) -> None:
    await store(connection, LATTICE_POINTS)
    await connection.execute("RESET ROLE")
    await connection.execute("ANALYZE incident")
    await connection.execute("SET LOCAL enable_seqscan = off")
    told = ""
    for name in ("overview", "moved_units"):
        cursor = await connection.execute(
            "EXPLAIN " + sql(f"rerouting/{name}"), {"known": "2026-06-01T00:00:00Z"}, prepare=False
        )
        told += "\n".join(str(row["QUERY PLAN"]) for row in await cursor.fetchall())
    assert "Index Only Scan using ix_incident_open_land_unit_id" in told
    assert "Index Only Scan using ix_incident_open_overridden" in told


def test_sets_of_any_numbers_are_compared() -> None:
    large = Ragged.of([[2**62, 1], [2**62], [5, 4]])
    assert same_sets(large, Ragged.of([[1, 2**62], [1], [4, 5]])).tolist() == [True, False, True]


async def test_units_that_move_take_their_incidents_along(toy_database: Database) -> None:
    """Index joins instead of geometry: also where nobody has drawn the grids anew yet."""
    async with toy_database.transaction(OPERATOR) as connection:
        await store(connection, LATTICE_POINTS)
        await reroute(connection, OPERATOR)
        await connection.execute(
            """UPDATE unit_zone SET valid = tstzrange(lower(valid), '2026-06-01+08')
               WHERE land_unit_id = (SELECT id FROM land_unit WHERE code = 'U10')"""
        )
        await connection.execute(
            """INSERT INTO unit_zone (land_unit_id, zone_id, layer_id, valid)
               SELECT land_unit.id, zone.id, zone.layer_id, tstzrange('2026-06-01+08', NULL)
               FROM land_unit, zone WHERE land_unit.code = 'U10' AND zone.code = '370212001001002'"""
        )
        asked = await reroute(connection, OPERATOR, dry_run=True)
        assert 0 < asked.asked < 40
        only = await reroute(connection, OPERATOR, dry_run=True, layers=["police"])
        assert only.asked == 0


async def test_one_action_moves_what_is_open_and_tells_it_in_each_history(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        states = ["reported", "closed", "handling", "archived"]
        await store(connection, [(120.435, 36.135)] * 4, state=states)
        await reroute(connection, OPERATOR)
        await _turn_over(connection)
    before = await look(toy_database, "SELECT number, zone_ids FROM incident ORDER BY number")
    async with toy_database.transaction(OPERATOR) as connection:
        dry = await reroute(connection, OPERATOR, dry_run=True)
    assert len(dry.moves) == 2
    assert await look(toy_database, "SELECT number, zone_ids FROM incident ORDER BY number") == before
    async with toy_database.transaction(OPERATOR) as connection:
        done = await reroute(connection, OPERATOR)
    assert listed(done) == listed(dry)
    entries = await look(
        toy_database, "SELECT seq, after FROM history WHERE action = 'routing.again' ORDER BY seq"
    )
    assert (len(entries), entries[-1]["after"]["moved"]) == (2, 2)
    after = await look(
        toy_database,
        """SELECT number, zone_ids, state, (SELECT count(*) FROM routing WHERE incident_id = incident.id) AS n
           FROM incident ORDER BY number""",
    )
    for then, now in zip(before, after, strict=True):
        is_open = now["state"] in ("reported", "handling")
        assert (now["zone_ids"] != then["zone_ids"], now["n"]) == (is_open, 2 if is_open else 1)
        async with toy_database.transaction(OPERATOR) as connection:
            incident = await get_incident(connection, now["number"])
        assert incident is not None
        told = [entry.action for entry in incident.history]
        assert ("routing.again" in told) == is_open
        found = [zone.zone.code for zone in incident.routing.zones if zone.zone]
        assert ("A-NEW" in found) == is_open
    async with toy_database.transaction(OPERATOR) as connection:
        assert len((await reroute(connection, OPERATOR, full=True, dry_run=True)).moves) == 0


async def test_what_a_person_chose_stays(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await store(connection, [(120.435, 36.135)] * 2)
        await connection.execute("UPDATE incident SET overridden = true WHERE source_ref = 'B0'")
        await _turn_over(connection)
        done = await reroute(connection, OPERATOR)
    assert (done.kept_by_hand, len(done.moves)) == (1, 1)


async def test_a_place_that_the_city_grows_to_is_found_again(toy_database: Database) -> None:
    far = (round(WEST - 0.05, 7), 36.12)
    async with toy_database.transaction(OPERATOR) as connection:
        await store(connection, [far])
        await reroute(connection, OPERATOR)
        await new_edition(
            connection, "police", {"W1": shapely.box(WEST - 0.06, 36.10, WEST - 0.04, 36.14)}, since=CHANGE
        )
        done = await reroute(connection, OPERATOR)
        assert (done.asked, len(done.moves)) == (1, 1)
    (row,) = await look(
        toy_database, "SELECT ST_X(place) AS lon, place_problem, cardinality(zone_ids) AS zones FROM incident"
    )
    assert row == {"lon": far[0], "place_problem": None, "zones": 1}


async def test_a_layer_must_be_routed(connection: Connection) -> None:
    with pytest.raises(InvalidValue, match="market"):
        await reroute(connection, OPERATOR, layers=["nowhere"])


async def test_old_reports_that_come_in_late_are_asked_too(toy_database: Database) -> None:
    """An import brings open reports from before the change: routed for their day, they are still to move."""
    async with toy_database.transaction(OPERATOR) as connection:
        await store(connection, [(120.415, 36.115)])
        await _turn_over(connection)
        await reroute(connection, OPERATOR)
    async with toy_database.transaction(OPERATOR) as connection:
        await store(connection, [(120.435, 36.135)], source_ref=["late"])
        done = await reroute(connection, OPERATOR)
    assert list(done.moves["number"].str.len()) == [19]


def test_the_command_lists_first_and_moves_then(
    cluster: Any, toy_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import anyio

    from tests.support import databases

    with databases.copy_of(cluster, toy_template) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await store(connection, [(120.435, 36.135)] * 3)
                await _turn_over(connection)
            await database.close()

        anyio.run(fill)
        shell = Shell(url, tmp_path / "home", monkeypatch)
        for name in ("moves.csv", "moves.json"):
            code, said = shell.run("reroute", "--dry-run", "-o", tmp_path / name)
            assert code == 0
            assert "dry run: 3 asked, 3 would move" in said
        table = pd.read_csv(tmp_path / "moves.csv")
        assert list(table.columns) == [
            "number", "base_grid_before", "base_grid_after", "organisation_before", "organisation_after",
        ]  # fmt: skip
        assert len(pd.read_json(tmp_path / "moves.json")) == len(table) == 3
        assert "3 asked, 3 moved" in shell.run("reroute")[1]
        assert "0 moved" in shell.run("reroute")[1]
        assert "3 asked, 0 moved" in shell.run("reroute", "--full")[1]
        edition = tmp_path / "market.csv"
        pd.DataFrame({"code": ["B-NEW"], "wkt": [box(0, 3, 1, 1).wkt]}).to_csv(edition, index=False)
        named = ["--layer", "market", "--valid-from", "2026-07-01"]
        code, said = shell.run(
            "import", "zones", edition, *named, "--keep-missing", "--coverage", "report", "--reroute"
        )
        assert code == 0
        assert "0 moved" in said
        assert "changes since" in said
        code, said = shell.run("reroute", "--layer", "nowhere")
        assert code == 1
        assert "no layer" in said
