"""The stored graph of land units: read for redrawing, computed anew when units or roads have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric
from gis.unit_graph import UnitGraph
from gis.units.graph import unit_graph
from gis.units.ways import WayKind, Ways, road_kinds
from gis.words import Words
from grid_data.city import read_city
from grid_data.database import Connection, one, rows, run

__all__ = ["StoredUnits", "read_unit_graph", "refresh_unit_graph"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StoredUnits:
    """Land units at a moment; unit ``i`` of the graph is row ``i`` of everything else.

    Attributes
    ----------
    ids
        int64 (n,): identifiers, ascending.
    codes, kinds
        Code and kind of each unit.
    communities
        Identifiers of the communities, ascending: ``graph.community`` counts them.
    community_codes, community_names
        Their codes and names.
    graph
        The units as a graph.
    """

    ids: Ints
    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    communities: Ints
    community_codes: tuple[str, ...]
    community_names: tuple[Words, ...]
    graph: UnitGraph

    def rows_of(self, ids: Sequence[int] | Ints) -> Ints:
        """Rows of units by identifier.

        Raises
        ------
        LookupError
            A unit is not among these; the first such is named.
        """
        asked = np.asarray(ids, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.ids, asked), max(len(self.ids) - 1, 0))
        known = self.ids[at] == asked if len(self.ids) else np.zeros(len(asked), dtype=np.bool_)
        if not known.all():
            raise LookupError(f"land unit {int(asked[~known][0])} is not part of this area")
        return at


async def read_unit_graph(
    connection: Connection, at: datetime | None = None, area: int | None = None
) -> StoredUnits:
    """The land units of a moment as a graph.

    Parameters
    ----------
    at
        The moment; now if none is told.
    area
        Identifier of the district, street or community whose units are wanted; all if none is told.

    Notes
    -----
    A database that was made before graphs were kept has none: it is computed and stored now.
    """
    packed = await one(connection, "units/at", {"at": at, "area": area})
    assert packed is not None
    ids = _numbers(packed["id"], ">i8")
    edges = await one(connection, "units/edges", {"ids": ids.tolist()})
    assert edges is not None
    if edges["a"] is None and len(ids) > 1:
        await refresh_unit_graph(connection)
        edges = await one(connection, "units/edges", {"ids": ids.tolist()})
        assert edges is not None
    communities, community = np.unique(_numbers(packed["community"], ">i8"), return_inverse=True)
    named = {
        row["id"]: row
        for row in await rows(connection, "units/communities", {"at": at, "ids": communities.tolist()})
    }
    ends = np.column_stack(
        [np.searchsorted(ids, _numbers(edges[side], ">i8")) for side in ("a", "b")]
    ).astype(np.int32)
    graph = UnitGraph(
        households=_numbers(packed["households"], ">i8").astype(np.int32),
        residents=_numbers(packed["residents"], ">i8").astype(np.int32),
        buildings=_numbers(packed["buildings"], ">i8").astype(np.int32),
        area_m2=_numbers(packed["area_m2"], ">f8"),
        perimeter_m=_numbers(packed["perimeter_m"], ">f8"),
        community=community.astype(np.int32),
        ends=ends,
        length_m=_numbers(edges["length_m"], ">f8"),
        barrier=_numbers(edges["barrier"], ">i2").astype(np.uint8),
        joined=_numbers(edges["joined"], ">i1").astype(np.bool_),
    )
    return StoredUnits(
        ids=ids,
        codes=_words(packed["code"]),
        kinds=_words(packed["kind"]),
        communities=communities,
        community_codes=tuple(named[one_id]["code"] for one_id in communities.tolist()),
        community_names=tuple(_name(named[one_id]) for one_id in communities.tolist()),
        graph=graph,
    )


def _numbers(packed: bytes | None, form: str) -> NDArray[Any]:
    """A column of numbers in network order, as numbers of this machine."""
    column = np.frombuffer(packed or b"", dtype=form)
    return column.astype(column.dtype.newbyteorder("="))


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split("\n")) if joined else ()


def _name(row: dict[str, Any]) -> Words:
    zh = row["name_zh"] or row["code"]
    return Words(zh, row["name_en"] or zh)


async def refresh_unit_graph(connection: Connection, communities: Sequence[int] | None = None) -> int:
    """Compute the borders of today's land units anew, and store them.

    What a person decided about a border stays; a link made by hand stays, too.

    Parameters
    ----------
    communities
        Identifiers of the communities whose units have changed; all if none is told.

    Returns
    -------
    int
        How many edges have been changed or added.
    """
    asked = None if communities is None else list(communities)
    if asked == []:
        return 0
    stored = await rows(connection, "units/shapes", {"communities": asked})
    if not stored:
        return 0
    srid = (await read_city(connection)).frame.metric_srid
    shapes = shapely.from_wkb([row["shape"] for row in stored])
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    box = {"west": west, "south": south, "east": east, "north": north}
    ways = _ways(await rows(connection, "units/ways", box), srid)
    ids = np.array([row["id"] for row in stored], dtype=np.int64)
    wanted = np.array([row["wanted"] for row in stored], dtype=np.bool_)
    zeros = np.zeros(len(ids), dtype=np.int32)
    _, community = np.unique([row["community_zone_id"] for row in stored], return_inverse=True)
    graph = unit_graph(
        geometry_to_metric(shapes, srid),
        [row["households"] for row in stored],
        zeros,
        zeros,
        community,
        barriers=ways,
        compound=[0 if row["kind"] == "building_cell" else -1 for row in stored],
    )
    ours = wanted[graph.ends].any(axis=1)
    values = {
        "units": ids[wanted].tolist(),
        "around": ids.tolist(),
        "a": ids[graph.ends[ours, 0]].tolist(),
        "b": ids[graph.ends[ours, 1]].tolist(),
        "length_m": graph.length_m[ours].tolist(),
        "barrier": graph.barrier[ours].tolist(),
        "joined": graph.joined[ours].tolist(),
    }
    return await run(connection, "units/store_edges", values)


def _ways(stored: Sequence[Any], srid: int) -> Ways:
    """Roads and water in metres."""
    if not stored:
        return Ways.none()
    shapes = geometry_to_metric(shapely.from_wkb([row["shape"] for row in stored]), srid)
    kinds = road_kinds(row["class"] for row in stored)
    kinds[[row["kind"] == "water" for row in stored]] = WayKind.RIVER
    return Ways(np.asarray(shapes, dtype=object), kinds)
