"""The zones that facilities and buildings stand in today: found in bulk, kept when an edition changes.

A facility or building is where a point on it is. It stands in the zones that routing finds for that point:
one of each active layer, on a shared border the one with the lowest code; in a gap of a layer that has to
answer, the nearest one within its tolerance. "In my zone" then is one look into an index, and row-level
policies need no geometry. Past editions are not kept here: where an incident was is kept with the incident.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import snap
from gis.zone_layer import ZoneLayer
from grid_data.bulk.ragged import Ragged, offsets_of
from grid_data.bulk.routed import LayerZones
from grid_data.city import read_city
from grid_data.database import Connection, one, rows, run
from grid_data.statements import Numbered, numbered_with

__all__ = ["keep_what_came_into_force", "keep_zones_stood_in", "list_texts", "zones_under"]

KINDS = ("facility", "building")
_MARGIN = 1e-5
Objects = NDArray[np.object_]


async def zones_under(connection: Connection, shapes: Objects) -> Ragged:
    """Identifiers of today's zones that a point on each shape (EPSG:4326) is in, ascending."""
    return await _found(connection, shapes, None)


async def keep_zones_stood_in(
    connection: Connection, *, zones: Collection[int] = (), codes: Sequence[str] = ()
) -> int:
    """Find anew where facilities and buildings stand, in the caller's transaction.

    Parameters
    ----------
    zones
        Zones whose versions have begun or ended. Only what was in one of them, or is within reach of one, is
        looked at, and only their layers.
    codes
        Facilities that have moved; all layers are asked.

    Returns
    -------
    int
        How many stand in other zones than before.
    """
    changed = 0
    if zones:
        layers = [row["id"] for row in await rows(connection, "standing/layers_of", {"zones": list(zones)})]
        own = {row["id"] for row in await rows(connection, "standing/zones_of_layers", {"layers": layers})}
        for kind in KINDS:
            touched = await one(connection, _things(f"standing/{kind}_touched"), {"zones": list(zones)})
            changed += await _stand(connection, kind, touched, layers, own)
    if codes:
        moved = await one(connection, _things("standing/facility_moved"), {"codes": list(codes)})
        changed += await _stand(connection, "facility", moved, None, None)
    return changed


async def keep_what_came_into_force(connection: Connection, hours: int) -> int:
    """Find anew what stands in zones whose versions began or ended in the last hours; how many moved.

    For editions that were imported before the day from which they hold.
    """
    found = await rows(connection, "standing/changed_lately", {"hours": hours})
    return await keep_zones_stood_in(connection, zones=[row["id"] for row in found])


def _things(which: str) -> Numbered:
    return numbered_with("standing/things", ("things", which), ("reach", "standing/reach"))


@dataclass(frozen=True)
class _Things:
    """Facilities or buildings: identifiers, shapes, and the zones that are stored with each, ascending."""

    ids: NDArray[np.int64]
    shapes: Objects
    zones: Ragged

    @classmethod
    def of(cls, packed: dict[str, Any] | None) -> _Things:
        """From the packed columns of a statement; a city has a hundred thousand of them."""
        told = packed or {}
        ends = np.cumsum(np.frombuffer(told.get("lengths") or b"", ">i4")).tolist()
        shapes = told.get("shapes") or b""
        parts = [shapes[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=False)]
        counts = np.frombuffer(told.get("counts") or b"", ">i2")
        return cls(
            np.frombuffer(told.get("ids") or b"", ">i8").astype(np.int64),
            np.asarray(shapely.from_wkb(parts), dtype=object),
            Ragged(np.array((told.get("zones") or "").split(), dtype=np.int64), offsets_of(counts)),
        )


async def _stand(
    connection: Connection,
    kind: str,
    packed: dict[str, Any] | None,
    layers: Sequence[int] | None,
    own: Collection[int] | None,
) -> int:
    """Write where some stand now; zones that are not ``own`` of the layers asked stay as they are."""
    things = _Things.of(packed)
    if not len(things.ids):
        return 0
    now = await _found(connection, things.shapes, layers)
    if own is not None:
        now = _merged(things.zones, ~np.isin(things.zones.values, list(own)), now)
    rows_changed = np.flatnonzero(_differ(things.zones, now))
    if not len(rows_changed):
        return 0
    told = {"ids": things.ids[rows_changed].tolist(), "zones": list_texts(now.take(rows_changed))}
    return await run(connection, f"standing/{kind}_stands", told)


def _merged(before: Ragged, kept: NDArray[np.bool_], found: Ragged) -> Ragged:
    """Lists of what is kept of those before and of what was found, ascending, each zone once."""
    rows_of = [np.repeat(np.arange(len(each)), each.counts) for each in (before, found)]
    owner = np.concatenate([rows_of[0][kept], rows_of[1]])
    value = np.concatenate([before.values[kept], found.values])
    order = np.lexsort((value, owner))
    owner, value = owner[order], value[order]
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (value[1:] != value[:-1])
    return Ragged.of_owners(owner[first], value[first], len(before))


def _differ(before: Ragged, now: Ragged) -> NDArray[np.bool_]:
    """Which lists are not the same."""
    differ: NDArray[np.bool_] = before.counts != now.counts
    same = np.flatnonzero(~differ)
    left, right = before.take(same), now.take(same)
    owner = np.repeat(same, left.counts)
    differ[owner[left.values != right.values]] = True
    return differ


async def _found(connection: Connection, shapes: Objects, layers: Sequence[int] | None) -> Ragged:
    """Zones of today under a point on each shape, in some layers or in all."""
    if not len(shapes):
        return Ragged.of([])
    try:
        metric_srid = (await read_city(connection)).frame.metric_srid
    except LookupError:
        return Ragged.of([[] for _ in range(len(shapes))])
    points = shapely.point_on_surface(shapes)
    lon, lat = (snap(degrees(points)) for degrees in (shapely.get_x, shapely.get_y))
    found: dict[str, LayerZones] = {}
    # A little more than the points: the index compares boxes in single precision.
    west, south, east, north = (
        lon.min() - _MARGIN,
        lat.min() - _MARGIN,
        lon.max() + _MARGIN,
        lat.max() + _MARGIN,
    )
    asked: dict[str, Any] = {"layers": None if layers is None else list(layers)}
    asked |= {"west": float(west), "south": float(south), "east": float(east), "north": float(north)}
    for row in await rows(connection, "standing/zones_near", asked):
        layer = found.setdefault(
            row["layer"],
            LayerZones(row["layer"], row["kind"], row["cardinality"], row["nearest_tolerance_m"], []),
        )
        layer.zones.append(row)
    drawn = [
        ZoneLayer(
            layer.code,
            [zone["code"] for zone in layer.zones],
            np.asarray(shapely.from_wkb([zone["shape"] for zone in layer.zones]), dtype=object),
            layer.cardinality,
            layer.nearest_tolerance_m,
        )
        for layer in found.values()
    ]
    if not drawn:
        return Ragged.of([[] for _ in range(len(shapes))])
    # Loaded with the first things that are to be placed: compiled loops need numba.
    from gis.router import Router
    from grid_data.bulk.evidence import zones_of

    answers = Router.build(drawn, metric_srid).route(lon, lat)
    zones = zones_of(list(found.values()), answers, "zone_id", len(shapes))
    owner = np.repeat(np.arange(len(zones)), zones.counts)
    return Ragged(zones.values[np.lexsort((zones.values, owner))], zones.offsets)


def list_texts(lists: Ragged) -> list[str]:
    """Lists as PostgreSQL writes them.

    >>> list_texts(Ragged.of([[1, 2], []]))
    ['{1,2}', '{}']
    """
    return ["{" + ",".join(map(str, values.tolist())) + "}" for values in lists]
