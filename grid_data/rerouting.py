"""Open incidents routed again when zones have changed: which may be concerned, and where they go."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from grid_data.bulk.binary import bigints, lists, points
from grid_data.bulk.copying import copy_binary
from grid_data.bulk.copying_out import copy_out
from grid_data.bulk.incidents import convert, routing_columns
from grid_data.bulk.ragged import Ragged, offsets_of
from grid_data.bulk.routed import Floats, Ints, RoutedColumns
from grid_data.bulk.routing import read_grounds
from grid_data.database import Connection, one, rows, run

__all__ = [
    "INCIDENT_COLUMNS",
    "Moves",
    "Overview",
    "Since",
    "concerned",
    "concerned_by_layer",
    "find_moves",
    "moment",
    "move",
    "overview",
    "routed_layers",
]

# What is read of an incident that is to be routed again.
INCIDENT_COLUMNS = {
    "id": pa.int64(),
    "number": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "original_lon": pa.float64(),
    "original_lat": pa.float64(),
    "crs": pa.string(),
    "accuracy_m": pa.float64(),
    "category_id": pa.int64(),
    "organisation_id": pa.int64(),
    "land_unit_id": pa.int64(),
    "base_grid_id": pa.int64(),
    "zone_ids": pa.string(),
}
# A report may be committed some time after its transaction began.
_LATE = timedelta(hours=1)
# Up to this share of the open incidents, reading what is near them takes less than reading everything.
_FEW = 0.4
# So many are not worth counting the others for.
_ALWAYS_FEW = 20_000


@dataclass(frozen=True)
class Since:
    """What all open incidents are routed by, at least: zones of a moment, as of their layers' editions."""

    at: datetime
    editions: Mapping[str, int]


@dataclass(frozen=True)
class Overview:
    """Open incidents as a whole.

    Attributes
    ----------
    since
        What they are routed by since the last time; None when all must be asked.
    kept_by_hand
        How many have an organisation that a person chose: they are left alone.
    """

    since: Since | None
    kept_by_hand: int


@dataclass(frozen=True)
class Moves:
    """Incidents that were asked about, and those whose answer has changed.

    ``before`` (a row per move: id, number, base_grid_id, organisation_id) and ``after`` are of one length.
    """

    asked: int
    before: pd.DataFrame
    after: RoutedColumns
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.before)

    def owners_before(self, ids: Collection[int]) -> dict[int, int]:
        """Of some of the incidents, the organisation that answered before; 0: nobody."""
        some = set(ids)
        owners = zip(self.before["id"].tolist(), self.before["organisation_id"].tolist(), strict=True)
        return {incident: owner for incident, owner in owners if incident in some}


async def moment(connection: Connection) -> tuple[datetime, dict[str, int]]:
    """The transaction's moment and the editions of the active layers; until it ends no import begins."""
    await run(connection, "imports/one_at_a_time")
    row = await one(connection, "rerouting/now")
    assert row is not None
    return row["now"], row["editions"]


async def routed_layers(connection: Connection) -> list[str]:
    """Codes of the layers that are routed."""
    return [row["code"] for row in await rows(connection, "rerouting/layers")]


async def overview(connection: Connection) -> Overview:
    """Look over all open incidents, without reading them.

    A report that was imported since the last time may be older than that time: it was routed for its own day.
    """
    mark = await one(connection, "rerouting/mark")
    found = await one(connection, "rerouting/overview", {"known": mark["known"] - _LATE if mark else None})
    assert found is not None
    since = Since(min(mark["at"], found["oldest"] or mark["at"]), mark["editions"]) if mark else None
    return Overview(since, found["kept_by_hand"])


async def concerned(
    connection: Connection, seen: Overview, at: datetime, layers: Sequence[str] | None
) -> pa.Table:
    """Open incidents that changes since the last time may concern; all, if there is none."""
    since = seen.since
    if since is None:
        return await copy_out(connection, "rerouting/all_open", {}, INCIDENT_COLUMNS)
    asked = {
        "since": since.at,
        "editions": Jsonb(dict(since.editions)),
        "at": at,
        "layers": None if layers is None else list(layers),
        "moved_units": [row["id"] for row in await rows(connection, "rerouting/moved_units")],
    }
    return await _in_changed_area(connection, asked)


async def concerned_by_layer(connection: Connection, layer: str, edition: int, at: datetime) -> pa.Table:
    """Open incidents that changes of one layer's zones since an edition of it may concern."""
    asked = {
        "since": at,
        "editions": Jsonb({layer: edition}),
        "at": at,
        "layers": [layer],
        "moved_units": [],
    }
    return await _in_changed_area(connection, asked)


async def _in_changed_area(connection: Connection, asked: Mapping[str, Any]) -> pa.Table:
    found = await copy_out(connection, "rerouting/in_changed_area", asked, INCIDENT_COLUMNS)
    # In the order of their identifiers, each once.
    return found.take(pa.array(np.unique(found["id"].to_numpy(), return_index=True)[1]))


async def find_moves(connection: Connection, asked: pa.Table, at: datetime, *, every: bool = False) -> Moves:
    """Route incidents for a moment and keep those whose zones, land unit or organisation differ.

    They come as `concerned` gives them. A small part of all open ones is routed by what is near them, a large
    one, and ``every`` one, by the whole city; answers are the same.
    """
    found: pd.DataFrame = asked.to_pandas()
    found["crs"] = found["crs"].fillna("wgs84")
    lon, lat = found["lon"].to_numpy(copy=True), found["lat"].to_numpy(copy=True)
    sent = convert(found["original_lon"].to_numpy(), found["original_lat"].to_numpy(), found["crs"])
    lost = np.isnan(lon)
    lon[lost], lat[lost] = sent[0][lost], sent[1][lost]
    if found.empty:
        return Moves(0, found, RoutedColumns.empty(np.empty(0, dtype=object)), lon, lat)
    moments = pd.Series([at] * len(found))
    category_id = found["category_id"].to_numpy()
    accuracy_m = found["accuracy_m"].to_numpy()
    few = not every and await _are_few(connection, len(found))
    places = (lon, lat, accuracy_m) if few else None
    grounds = await read_grounds(connection, moments, category_id, places)
    routed = grounds.route(
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        shifted=found["crs"].isin(("gcj02", "bd09")).to_numpy(),
        at_us=np.full(len(found), round(at.timestamp() * 1_000_000)),
        category_id=category_id,
    )
    differs = ~same_sets(_stored_zones(found), routed.zone_ids)
    for name in ("land_unit_id", "base_grid_id", "organisation_id"):
        differs |= found[name].to_numpy() != getattr(routed, name)
    # Whoever has no place keeps none, unless zones now reach it.
    differs &= ~(lost & pd.notna(routed.problem))
    moved = np.flatnonzero(differs)
    after = RoutedColumns.empty(routed.problem[moved])
    after.take(routed, moved)
    before = found.iloc[moved].reset_index(drop=True)
    return Moves(len(found), before, after, lon[moved], lat[moved])


async def _are_few(connection: Connection, n: int) -> bool:
    if n <= _ALWAYS_FEW:
        return True
    most = math.ceil(n / _FEW)
    found = await one(connection, "rerouting/open_up_to", {"most": most})
    assert found is not None
    return bool(found["count"] == most)


async def move(connection: Connection, moves: Moves, at: datetime) -> list[int]:
    """Give the incidents their new answers, each with a routing of its own; returns those still open."""
    after, ids = moves.after, moves.before["id"].to_numpy()
    await run(connection, "rerouting/make_moved")
    await copy_binary(
        connection,
        "copy_moved",
        {
            "id": bigints(ids),
            "place": points(moves.lon, moves.lat, np.ones(len(ids), dtype=np.bool_)),
            "organisation_id": bigints(after.organisation_id, none=0),
            "land_unit_id": bigints(after.land_unit_id, none=0),
            "base_grid_id": bigints(after.base_grid_id, none=0),
            "zone_ids": lists(after.zone_ids),
            "facility_id": bigints(after.facility_id, none=0),
        },
    )
    moved = [row["id"] for row in await rows(connection, "rerouting/move")]
    still = np.flatnonzero(np.isin(ids, moved))
    kept = RoutedColumns.empty(after.problem[still])
    kept.take(after, still)
    at_us = np.full(len(still), round(at.timestamp() * 1_000_000))
    await copy_binary(connection, "copy_routings", routing_columns(ids[still], at_us, kept))
    await run(connection, "rerouting/drop_moved")
    return moved


async def codes_of(connection: Connection, moves: Moves) -> pd.DataFrame:
    """Each move in codes: number, base_grid and organisation before and after; empty where there is none."""
    zones = np.unique(np.concatenate([moves.before["base_grid_id"].to_numpy(), moves.after.base_grid_id]))
    grids = {
        row["id"]: row["code"] for row in await rows(connection, "rerouting/codes", {"zones": zones.tolist()})
    }
    organisations = {row["id"]: row["code"] for row in await rows(connection, "rerouting/organisations")}
    columns: dict[str, Any] = {"number": pa.array(moves.before["number"]).to_pylist()}
    for name, names in (("base_grid", grids), ("organisation", organisations)):
        columns[f"{name}_before"] = _named(moves.before[f"{name}_id"].to_numpy(), names)
        columns[f"{name}_after"] = _named(getattr(moves.after, f"{name}_id"), names)
    return pd.DataFrame(columns, dtype=object)


def _named(ids: Ints, names: Mapping[int, str]) -> NDArray[np.object_]:
    different, which = np.unique(ids, return_inverse=True)
    return np.array([*map(names.get, different.tolist()), None], dtype=object)[which]


def same_sets(one: Ragged, other: Ragged) -> NDArray[np.bool_]:
    """Which rows have the same elements, in any order.

    >>> same_sets(Ragged.of([[1, 2], [3], []]), Ragged.of([[2, 1], [4], []])).tolist()
    [True, False, True]
    """
    # Few have as many that add up to the same: only these are sorted.
    same = (one.counts == other.counts) & (one.sums() == other.sums())
    alike = np.flatnonzero(same)
    mine, theirs = (_sorted(part.take(alike)) for part in (one, other))
    owner = np.repeat(alike, one.counts[alike])
    same[owner[mine != theirs]] = False
    return np.asarray(same)


def _sorted(lists_of: Ragged) -> Ints:
    """Elements list after list, each list in ascending order."""
    owner, values = np.repeat(np.arange(len(lists_of)), lists_of.counts), lists_of.values
    size = int(values.max(initial=0)) + 1
    if size * len(lists_of) >= 2**63:
        return values[np.lexsort((values, owner))]
    # One number for both sorts several times as fast.
    owner *= size
    return np.asarray(np.sort(owner + values) - owner)


def _stored_zones(found: pd.DataFrame) -> Ragged:
    texts = pa.array(found["zone_ids"].replace("", None), pa.string(), from_pandas=True)
    parts = pc.split_pattern(texts, " ")
    filled = pc.fill_null(pc.list_value_length(parts), 0).to_numpy(zero_copy_only=False)
    values: Ints = pc.list_flatten(parts).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return Ragged(values, offsets_of(filled.astype(np.int64)))
