"""What rules decide by, read for many stored incidents at once: no geometry, only what routing has found."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from gis.rules.trial import Evidence, Ground
from grid_data.database import Connection, one, rows, run
from grid_data.statements import sql

__all__ = ["StoredEvidence", "read_evidence", "read_grids", "read_incidents"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_COLUMNS = {
    "id": pa.int64(),
    "category": pa.int64(),
    "organisation": pa.int64(),
    "overridden": pa.int64(),
    "base_grid": pa.int64(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "reported": pa.float64(),
    "versions": pa.dictionary(pa.int32(), pa.string()),
    "owner": pa.int64(),
    "maintainer": pa.int64(),
}


@dataclass(frozen=True)
class StoredEvidence:
    """n incidents, newest first, with what rules need and what is told about them.

    ``zones`` are rows of ``trials/zone_versions`` by identifier of the version; ``placed`` holds the versions
    found at each of the m places; ``reported`` is in seconds since 1970.
    """

    id: Ints
    base_grid: Ints
    organisation: Ints
    overridden: NDArray[np.bool_]
    lon: Floats
    lat: Floats
    reported: Floats
    rules: Evidence
    zones: dict[int, dict[str, Any]]
    placed: list[list[int]]
    keys: dict[int, str]
    codes: dict[int, str]
    unlocated: int


async def read_evidence(
    connection: Connection,
    *,
    last: int,
    from_time: datetime | None,
    to_time: datetime | None,
    layers: Iterable[str],
) -> StoredEvidence:
    """The newest ``last`` incidents with a place, reported in a span; zones of the layers named only."""
    span = {"from_time": from_time, "to_time": to_time}
    await run(connection, "trials/allow_time")
    table = await _copy(connection, {**span, "last": last})
    unlocated = await one(connection, "trials/unlocated", span)
    assert unlocated is not None
    place, placed = await asyncio.to_thread(_places, table)
    wanted = sorted({version for versions in placed for version in versions})
    zones = {row["id"]: dict(row) for row in await rows(connection, "trials/zone_versions", {"ids": wanted})}
    grounds = await asyncio.to_thread(_grounds, list(layers), placed, zones)

    def column(name: str) -> Any:
        return table[name].to_numpy()

    return StoredEvidence(
        id=column("id"),
        base_grid=column("base_grid"),
        organisation=column("organisation"),
        overridden=column("overridden").astype(bool),
        lon=column("lon"),
        lat=column("lat"),
        reported=column("reported"),
        rules=Evidence(
            column("category"),
            place,
            column("owner"),
            column("maintainer"),
            grounds,
        ),
        zones=zones,
        placed=placed,
        keys={row["id"]: row["key"] for row in await rows(connection, "trials/category_keys")},
        codes={row["id"]: row["code"] for row in await rows(connection, "trials/organisation_codes")},
        unlocated=unlocated["n"],
    )


async def _copy(connection: Connection, parameters: dict[str, Any]) -> pa.Table:
    sink = io.BytesIO()
    async with connection.cursor() as cursor, cursor.copy(sql("trials/evidence"), parameters) as stream:
        async for part in stream:
            sink.write(part)
    if not sink.tell():
        return pa.table({name: pa.array([], kind) for name, kind in _COLUMNS.items()})
    sink.seek(0)
    # In a thread: other requests go on while a million rows are read.
    return await asyncio.to_thread(
        pa_csv.read_csv,
        sink,
        pa_csv.ReadOptions(column_names=list(_COLUMNS)),
        convert_options=pa_csv.ConvertOptions(column_types=_COLUMNS),
    )


def _places(table: pa.Table) -> tuple[Ints, list[list[int]]]:
    """For each incident the number of its place, and the zone versions at each place."""
    if not len(table):
        return np.zeros(0, dtype=np.int64), []
    found = table["versions"].unify_dictionaries().combine_chunks()
    if isinstance(found, pa.ChunkedArray):
        found = found.chunk(0)
    placed = [
        [int(version) for version in text[1:-1].split(",") if version]
        for text in found.dictionary.to_pylist()
    ]
    return found.indices.to_numpy().astype(np.int64), placed


def _grounds(
    layers: Iterable[str], placed: Sequence[Sequence[int]], zones: dict[int, dict[str, Any]]
) -> dict[str, Ground]:
    """Zones of layers at each place, lowest code first."""
    ordered = sorted(zones.values(), key=lambda row: (row["layer"], row["code"]))
    rank = {row["id"]: position for position, row in enumerate(ordered)}
    names = np.array([row["layer"] for row in ordered], dtype=object)
    zone = np.array([row["zone_id"] for row in ordered], dtype=np.int64)
    organisation = np.array([row["organisation_id"] for row in ordered], dtype=np.int64)
    place = np.repeat(np.arange(len(placed)), [len(versions) for versions in placed])
    found = np.array([rank[version] for versions in placed for version in versions], dtype=np.int64)
    order = np.lexsort((found, place))
    place, found = place[order], found[order]
    grounds = {}
    for layer in layers:
        here = names[found] == layer
        at, what = place[here], found[here]
        first = np.searchsorted(at, at)
        column = np.arange(len(at)) - first
        width = int(column.max()) + 1 if len(at) else 1
        ground = Ground(*(np.zeros((len(placed), width), dtype=np.int64) for _ in range(2)))
        ground.zone[at, column], ground.organisation[at, column] = zone[what], organisation[what]
        grounds[layer] = ground
    return grounds


async def read_grids(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Base grids with names, a point on each, and the community around."""
    return list(await rows(connection, "trials/grids", {"ids": list(ids)}))


async def read_incidents(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Number, address and time of single incidents, by identifier."""
    return {row["id"]: row for row in await rows(connection, "trials/incidents", {"ids": list(ids)})}
