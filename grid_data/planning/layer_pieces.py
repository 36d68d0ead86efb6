"""Pieces of land units on layers whose zones are shapes: what plans of a layer have cut, for its later plans.

The units of the city are those of its base grids. A plan of another layer that cuts a unit leaves pieces of
it that only this layer's plans know; see docs/decisions/0022-pieces-of-layers.md. What stands on a piece is
stored with living units of the same origin, and is found by its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from psycopg.types.json import Jsonb

from gis.crs import geometry_to_metric
from gis.lattice import from_lattice, to_lattice
from gis.redraw.nodes import common_vertices
from gis.unit_graph import Barrier
from gis.units.shared_borders import shared_borders
from grid_data.database import Connection, rows, run

__all__ = [
    "NO_PIECES",
    "Pieces",
    "Stored",
    "count_by_place",
    "fit_pieces",
    "pieces_in_force",
    "stored_with",
    "stored_with_of",
]


@dataclass(frozen=True)
class Pieces:
    """Pieces that are in force on a layer.

    Attributes
    ----------
    ids
        Identifiers of those that are not cut further.
    held
        Units and pieces whose ground they hold: what is cut, and other pieces of the same units.
    """

    ids: Sequence[int]
    held: frozenset[int]


NO_PIECES = Pieces((), frozenset())
"""Base grids are made of land units, and know no others."""


@dataclass(frozen=True)
class Stored:
    """Pairs of a piece (or a unit that has ended) and a unit with which things on its ground are stored."""

    pieces: Sequence[int]
    grounds: Sequence[int]

    def asked(self) -> dict[str, list[int]]:
        """The pairs as parameters of a statement."""
        return {"pieces": list(self.pieces), "grounds": list(self.grounds)}


async def pieces_in_force(connection: Connection, layer: int, at: datetime) -> Pieces:
    """Pieces that plans of a layer (identifier) have left in force at a moment."""
    found = await rows(connection, "layer_pieces/in_force", {"layer": layer, "at": at})
    return Pieces(
        sorted(row["id"] for row in found if row["piece"]),
        frozenset(row["id"] for row in found if not row["piece"]),
    )


async def stored_with(connection: Connection, units: Sequence[int]) -> Stored:
    """For those of some units that are pieces or have ended: with which units things on them are stored."""
    found = await rows(connection, "layer_pieces/grounds", {"units": list(units)})
    return Stored([row["unit"] for row in found], [row["ground"] for row in found])


async def stored_with_of(connection: Connection, plan: int) -> Stored:
    """The same for all units of a plan."""
    found = await rows(connection, "layer_pieces/of_draft", {"plan": plan})
    return await stored_with(connection, [row["id"] for row in found])


async def count_by_place(connection: Connection, plan: int) -> None:
    """Count for pieces in a draft that was just begun what is on them."""
    stored = await stored_with_of(connection, plan)
    if stored.pieces:
        asked = {"plan": plan, "units": list(stored.pieces), "grounds": list(stored.grounds)}
        await run(connection, "layer_pieces/count", asked)


async def fit_pieces(connection: Connection, plan: int, pieces: Sequence[int], srid: int) -> None:
    """Make pieces and the units round them one coverage, with borders and links, in a draft just begun.

    Parameters
    ----------
    pieces
        Identifiers of pieces that are in the draft.
    srid
        The city's metric zone.
    """
    found = await rows(connection, "layer_pieces/around", {"plan": plan, "pieces": list(pieces)})
    if not found:
        return
    ids, origin = [row["id"] for row in found], [row["origin"] for row in found]
    shapes = np.asarray(to_lattice(shapely.from_wkb([row["shape"] for row in found])), dtype=object)
    changed = common_vertices(shapes)
    if changed:
        given = [
            {"id": ids[at], "shape": str(shapely.to_wkb(from_lattice(shape), hex=True))}
            for at, shape in changed.items()
        ]
        await run(connection, "plan_drafts/set_shapes", {"plan": plan, "shapes": Jsonb(given)})
        shapes[list(changed)] = list(changed.values())
    known: dict[tuple[int, int], Any] = {
        (row["a"], row["b"]): row
        for row in await rows(connection, "layer_pieces/borders", {"origins": sorted(set(origin))})
    }
    borders = shared_borders(np.asarray(geometry_to_metric(from_lattice(shapes), srid), dtype=object))
    ours = np.isin(ids, list(pieces))
    edges: dict[str, list[Any]] = {name: [] for name in ("a", "b", "length_m", "barrier", "joined")}
    for (a, b), metres in zip(borders.ends.tolist(), borders.length.tolist(), strict=True):
        if not (ours[a] or ours[b]):
            continue
        # Between pieces of one unit nothing runs; along others, what runs there between the units.
        old = known.get((min(origin[a], origin[b]), max(origin[a], origin[b])))
        edges["a"].append(ids[a])
        edges["b"].append(ids[b])
        edges["length_m"].append(metres)
        edges["barrier"].append(int(Barrier.COMPOUND) if old is None else old["barrier"])
        edges["joined"].append(True if old is None else old["joined"])
    bordering = {(min(pair), max(pair)) for pair in zip(edges["a"], edges["b"], strict=True)}
    for row in await rows(connection, "layer_pieces/links", {"plan": plan, "pieces": list(pieces)}):
        if (min(row["a"], row["b"]), max(row["a"], row["b"])) in bordering:
            continue
        for name, values in edges.items():
            values.append(row.get(name, 0.0))
    await run(connection, "layer_pieces/keep_borders", edges)
