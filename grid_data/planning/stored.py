"""Plans as stored: what they are, which zones and units they hold, and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import to_lattice
from gis.measures import UnitCounts
from gis.redraw.draft import Draft
from gis.redraw.pieces import Footprint
from gis.redraw.steps import DraftZone
from gis.unit_graph import UnitGraph
from grid_data.database import Connection, one, rows
from grid_data.planning.layer_pieces import stored_with

__all__ = [
    "PlanRow",
    "ReadDraft",
    "communities_of",
    "lock_plan",
    "numbering",
    "plan_row",
    "plan_rows",
    "read_beyond",
    "read_buildings",
    "read_draft",
    "read_happened",
    "read_shapes",
    "read_ways",
    "step_rows",
    "unit_of_building",
]

PlanRow = dict[str, Any]
"""A row of ``plans/list``."""

Ints = NDArray[np.int64]


class Named(NamedTuple):
    """A community by code and name."""

    code: str
    name_zh: str
    name_en: str | None


@dataclass(frozen=True, eq=False)
class ReadDraft:
    """A draft as read, with what only answers need.

    Attributes
    ----------
    draft
        Units, borders and zones.
    codes
        Of the units.
    communities
        Of the communities, in the order in which ``draft.graph.community`` counts them.
    posts
        How many posts each zone has today, by number.
    rim
        (n,): True for units outside the communities asked for: what lies round them.
    """

    draft: Draft
    codes: tuple[str, ...]
    communities: tuple[Named, ...]
    posts: dict[int, int]
    rim: NDArray[np.bool_]


async def plan_rows(
    connection: Connection,
    *,
    code: str | None = None,
    layer: str | None = None,
    state: str | None = None,
    by: str | None = None,
) -> list[PlanRow]:
    """Plans, the newest first; ``by`` is whose steps could be taken back or made again."""
    return list(
        await rows(connection, "plans/list", {"code": code, "layer": layer, "state": state, "by": by})
    )


async def plan_row(connection: Connection, code: str, *, by: str | None = None) -> PlanRow | None:
    """One plan; None when there is none with this code."""
    found = await plan_rows(connection, code=code, by=by)
    return found[0] if found else None


async def lock_plan(connection: Connection, code: str) -> PlanRow | None:
    """What a change needs to know of a plan, which nobody else changes until this transaction ends."""
    return await one(connection, "plans/lock", {"code": code})


async def communities_of(
    connection: Connection, plan: int, units: Sequence[int], zones: Sequence[int]
) -> list[int]:
    """Identifiers of the communities that units and zones of a plan lie in."""
    found = await rows(
        connection, "plans/communities_of", {"plan": plan, "units": list(units), "zones": list(zones)}
    )
    return [row["id"] for row in found]


async def read_draft(
    connection: Connection,
    plan: PlanRow,
    communities: Sequence[int] | None = None,
    *,
    named: Sequence[int] = (),
    shapes: bool = False,
) -> ReadDraft:
    """Units of a plan in some communities (None: all), with the borders between them and all round.

    Parameters
    ----------
    named
        Units to be read although they are not there: cut, or pieces taken back.
    shapes
        Read their shapes, too.
    """
    asked = None if communities is None else list(communities)
    packed = await one(
        connection, "plans/units", {"plan": plan["id"], "communities": asked, "named": list(named)}
    )
    assert packed is not None
    ids = numbers(packed["id"], ">i8")
    rim = np.zeros(len(ids), dtype=np.bool_)
    if asked is not None:
        around = await rows(connection, "plans/neighbours", {"plan": plan["id"], "ids": ids.tolist()})
        if around:
            outside = [row["id"] for row in around]
            packed = await one(
                connection,
                "plans/units",
                {"plan": plan["id"], "communities": asked, "named": [*named, *outside]},
            )
            assert packed is not None
            ids = numbers(packed["id"], ">i8")
            rim = np.isin(ids, outside)
    edges = await one(connection, "units/edges", {"ids": ids.tolist()})
    assert edges is not None
    of_plan = await rows(connection, "plans/zones", {"plan": plan["id"], "communities": asked})
    next_number = await one(connection, "plans/next_number", {"plan": plan["id"]})
    assert next_number is not None
    community_ids, community = np.unique(numbers(packed["community"], ">i8"), return_inverse=True)
    names = {
        row["id"]: row
        for row in await rows(
            connection, "units/communities", {"at": plan["base_at"], "ids": community_ids.tolist()}
        )
    }
    ends = np.column_stack([np.searchsorted(ids, numbers(edges[side], ">i8")) for side in ("a", "b")]).astype(
        np.int32
    )
    graph = UnitGraph(
        **{name: numbers(packed[name], ">i4") for name in ("households", "residents", "buildings")},
        **{name: numbers(packed[name], ">f8") for name in ("area_m2", "perimeter_m")},
        community=community.astype(np.int32),
        ends=ends,
        length_m=numbers(edges["length_m"], ">f8"),
        barrier=numbers(edges["barrier"], ">i2").astype(np.uint8),
        joined=numbers(edges["joined"], ">i1").astype(np.bool_),
    )
    draft = Draft(
        ids=ids,
        graph=graph,
        communities=community_ids.tolist(),
        zone=numbers(packed["zone"], ">i4"),
        counts=UnitCounts(
            incidents_year=numbers(packed["incidents_year"], ">i4"),
            facilities=numbers(packed["facilities"], ">i4"),
            base=numbers(packed["base"], ">i4"),
        ),
        zones={row["number"]: _zone(row) for row in of_plan},
        next_number=next_number["number"],
        nested=plan["nested"],
        shapes=await read_shapes(connection, plan, ids) if shapes else None,
    )
    return ReadDraft(
        draft=draft,
        codes=tuple(packed["code"].split("\n")) if packed["code"] else (),
        communities=tuple(_named(names[each]) for each in community_ids.tolist()),
        posts={row["number"]: row["posts"] for row in of_plan},
        rim=rim,
    )


def numbers(packed: bytes | None, form: str) -> NDArray[Any]:
    """A column of numbers in network order, as numbers of this machine."""
    column = np.frombuffer(packed or b"", dtype=form)
    return column.astype(column.dtype.newbyteorder("="))


def _zone(row: dict[str, Any]) -> DraftZone:
    return DraftZone(
        number=row["number"],
        community=row["community_zone_id"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        base=row["base"],
        lock=row["lock"],
        exempt=row["exempt"],
        dissolved=row["dissolved"],
    )


def _named(row: dict[str, Any]) -> Named:
    return Named(row["code"], row["name_zh"] or row["code"], row["name_en"])


async def read_shapes(connection: Connection, plan: PlanRow, ids: Ints) -> NDArray[np.object_]:
    """Polygons of units (EPSG:4326, on the lattice) as they are in a plan, in the order of ``ids``."""
    found = await rows(connection, "plans/shapes", {"plan": plan["id"], "ids": ids.tolist()})
    by_id = {row["id"]: row["shape"] for row in found}
    return np.asarray(shapely.from_wkb([by_id[unit] for unit in ids.tolist()]), dtype=object)


async def read_ways(
    connection: Connection, places: Sequence[tuple[float, float]], around: float
) -> list[Any]:
    """Roads, but for paths, and waters round places: lines and polygons, EPSG:4326; ``around`` in degrees."""
    lon, lat = [place[0] for place in places], [place[1] for place in places]
    box = {"west": min(lon) - around, "south": min(lat) - around, "east": max(lon) + around,
           "north": max(lat) + around}  # fmt: skip
    return [shapely.from_wkb(row["shape"]) for row in await rows(connection, "plans/ways", box)]


async def read_buildings(connection: Connection, units: Sequence[int]) -> dict[int, list[Footprint]]:
    """Buildings on units of a plan, by unit; a piece has those that stand on it."""
    stored = await stored_with(connection, units)
    found: dict[int, list[Footprint]] = {}
    for row in await rows(connection, "plans/buildings", {"units": list(units), **stored.asked()}):
        shape = to_lattice(shapely.from_wkb(row["shape"]))
        one_building = Footprint(row["code"], shape, row["households"], row["residents"])
        found.setdefault(row["unit"], []).append(one_building)
    return found


async def read_happened(
    connection: Connection, plan: int, units: Sequence[int]
) -> dict[int, tuple[list[Any], list[Any]]]:
    """Places of a year's incidents, and of facilities, on units of a plan: points, lattice geometry."""
    found: dict[int, tuple[list[Any], list[Any]]] = {unit: ([], []) for unit in units}
    asked = {"plan": plan, "units": list(units), **(await stored_with(connection, units)).asked()}
    for row in await rows(connection, "plans/happened", asked):
        place = to_lattice(shapely.from_wkb(row["shape"]))
        found[row["unit"]][0 if row["kind"] == "incident" else 1].append(place)
    return found


async def read_beyond(connection: Connection, plan: int, units: Sequence[int]) -> dict[int, Any]:
    """Polygons (EPSG:4326) of units that are not in a plan, near some that are."""
    found = await rows(connection, "plans/beyond", {"plan": plan, "units": list(units)})
    return {row["id"]: shapely.from_wkb(row["shape"]) for row in found}


async def numbering(connection: Connection, plan: int) -> tuple[str | None, list[str]]:
    """What codes of a plan's layer look like (None: anything), and all that were ever given."""
    row = await one(connection, "plans/numbering", {"plan": plan})
    assert row is not None
    return row["code_pattern"], row["codes"]


async def unit_of_building(connection: Connection, plan: int, code: str) -> int | None:
    """The unit of a plan that a building stands on; None when it is on none."""
    row = await one(connection, "plans/unit_of_building", {"plan": plan, "code": code})
    return None if row is None else int(row["unit"])


async def step_rows(
    connection: Connection, plan: int, *, before: int | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Steps of a plan for people, the newest first, those below a number if one is given."""
    return list(
        await rows(
            connection,
            "plans/step_list",
            {"plan": plan, "before": 2_147_483_647 if before is None else before, "limit": limit},
        )
    )


async def current_moment(connection: Connection) -> datetime:
    """The moment of this transaction."""
    row = await one(connection, "plans/moment")
    assert row is not None
    moment: datetime = row["now"]
    return moment
