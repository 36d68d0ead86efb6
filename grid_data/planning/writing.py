"""Steps of plans on their way into the database and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from gis.redraw.draft import Draft
from gis.redraw.pieces import Piece
from gis.redraw.steps import DraftZone, Step
from grid_data.database import Connection, one, rows, run

__all__ = [
    "StoredStep",
    "advance",
    "mark_step",
    "pieces_of",
    "step_side",
    "step_to_take",
    "steps_near",
    "steps_since",
    "store_borders",
    "store_pieces",
    "store_step",
    "write_step",
]


@dataclass(frozen=True)
class StoredStep:
    """A step with who made it and whether it holds."""

    seq: int
    revision: int
    at: datetime
    author: str
    undone: bool
    step: Step


async def steps_since(connection: Connection, plan: int, revision: int) -> list[StoredStep]:
    """Steps made, taken back or made again after a revision, in the order in which they were first made."""
    return [_stored(row) for row in await rows(connection, "plans/steps", {"plan": plan, "since": revision})]


async def steps_near(connection: Connection, plan: int, units: Sequence[int]) -> list[StoredStep]:
    """Steps that move any of some units, change zones, or cut, in the order in which they were first made."""
    found = await rows(connection, "plans/steps_near", {"plan": plan, "units": list(units)})
    return [_stored(row) for row in found]


async def step_to_take(
    connection: Connection, plan: int, by: str, seq: int | None, *, again: bool
) -> StoredStep | None:
    """The step to take back (or to make again): the one named, or the person's next; None: there is none."""
    asked = {"plan": plan, "by": by, "seq": seq}
    row = await (
        one(connection, "plans/step_to_redo", asked)
        if again
        else one(connection, "plans/step_to_undo", asked)
    )
    return None if row is None else _stored(row)


async def write_step(connection: Connection, plan: int, step: Step) -> None:
    """Bring units, zones and shapes of a draft to where a step puts them."""
    if step.zones:
        zones = [asdict(now) for _, now in step.zones.values()]
        await run(connection, "plan_drafts/set_zones", {"plan": plan, "zones": Jsonb(zones)})
    if step.shapes:
        shapes = [{"id": unit, "shape": _hex(now)} for unit, (_, now) in step.shapes.items()]
        await run(connection, "plan_drafts/set_shapes", {"plan": plan, "shapes": Jsonb(shapes)})
    if step.units:
        moved = {"plan": plan, "units": list(step.units), "numbers": list(step.after)}
        await run(connection, "plan_drafts/move_units", moved)


async def store_step(connection: Connection, plan: int, step: Step, by: str, revision: int) -> int:
    """Keep a step that has been written; returns its number in the plan."""
    row = await one(
        connection,
        "plan_drafts/insert_step",
        {
            "plan": plan,
            "revision": revision,
            "by": by,
            "kind": step.kind,
            "units": list(step.units),
            "from_numbers": list(step.before),
            "to_numbers": list(step.after),
            "before": Jsonb(step_side(step, 0)),
            "after": Jsonb(step_side(step, 1)),
        },
    )
    assert row is not None
    await advance(connection, plan, revision)
    return int(row["seq"])


async def mark_step(connection: Connection, plan: int, seq: int, revision: int, *, undone: bool) -> None:
    """Say that a step is taken back, or made again."""
    marked = {"plan": plan, "seq": seq, "revision": revision, "undone": undone}
    await run(connection, "plan_drafts/mark_step", marked)
    await advance(connection, plan, revision)


async def advance(connection: Connection, plan: int, revision: int) -> None:
    """Count a change of the plan."""
    await run(connection, "plan_drafts/advance", {"plan": plan, "revision": revision})


def step_side(step: Step, side: int) -> dict[str, Any]:
    """What beside units a step changes, before (0) or after it (1)."""
    return {
        "zones": {
            str(number): None if (zone := both[side]) is None else asdict(zone)
            for number, both in step.zones.items()
        },
        "shapes": {str(unit): _hex(both[side]) for unit, both in step.shapes.items()},
        "ground": sorted(step.ground),
    }


def _hex(shape: Any) -> str | None:
    return None if shape is None else str(shapely.to_wkb(shape, hex=True))


def _stored(row: Mapping[str, Any]) -> StoredStep:
    before, after = row["before"], row["after"]
    step = Step(
        kind=row["kind"],
        units=tuple(row["units"]),
        before=tuple(row["from_numbers"]),
        after=tuple(row["to_numbers"]),
        zones={
            int(number): (_zone(before["zones"][number]), DraftZone(**zone))
            for number, zone in after["zones"].items()
        },
        shapes={
            int(unit): (_shape(before["shapes"][unit]), _shape(shape))
            for unit, shape in after["shapes"].items()
        },
        ground=frozenset(after["ground"]),
    )
    return StoredStep(row["seq"], row["revision"], row["at"], row["author"], row["undone"], step)


def _zone(stored: Mapping[str, Any] | None) -> DraftZone | None:
    return None if stored is None else DraftZone(**stored)


def _shape(stored: str | None) -> Any:
    return None if stored is None else shapely.from_wkb(stored)


async def store_pieces(
    connection: Connection, plan: int, pieces: Sequence[Piece]
) -> dict[int, tuple[int, str]]:
    """Store pieces of cut units with what they carry; returns identifier and code of each by its number."""
    parents = sorted({piece.parent for piece in pieces})
    # Two plans may cut the same unit: they number its pieces one after the other.
    await run(connection, "plan_drafts/lock_units", {"units": parents})
    before = {
        row["parent"]: row["pieces"]
        for row in await rows(connection, "plan_drafts/count_pieces", {"units": parents})
    }
    given = []
    for piece in pieces:
        before[piece.parent] = before.get(piece.parent, 0) + 1
        shape = str(shapely.to_wkb(piece.shape, hex=True))
        given.append({"parent": piece.parent, "number": before[piece.parent], "shape": shape})
    stored = []
    for each in given:
        stored += await rows(connection, "plan_drafts/insert_pieces", {"plan": plan, "pieces": Jsonb([each])})
    carried = [
        {
            "id": row["id"],
            "parent": piece.parent,
            **{name: getattr(piece, name) for name in _CARRIED},
        }
        for piece, row in zip(pieces, stored, strict=True)
    ]
    await run(connection, "plan_drafts/insert_piece_units", {"plan": plan, "pieces": Jsonb(carried)})
    return {piece.number: (row["id"], row["code"]) for piece, row in zip(pieces, stored, strict=True)}


_CARRIED = ("households", "residents", "buildings", "incidents_year", "facilities", "area_m2", "perimeter_m")


async def pieces_of(connection: Connection, plan: int, units: Sequence[int]) -> dict[int, list[int]]:
    """What units of a draft have been cut into, as it is there now."""
    found: dict[int, list[int]] = {}
    for row in await rows(connection, "plan_drafts/pieces_of", {"plan": plan, "units": list(units)}):
        found.setdefault(row["unit"], []).append(row["piece"])
    return found


async def store_borders(connection: Connection, draft: Draft, new: NDArray[np.bool_]) -> None:
    """Store those borders of a draft that lead to pieces."""
    graph = draft.graph
    await run(
        connection,
        "plan_drafts/insert_borders",
        {
            "a": draft.ids[graph.ends[new, 0]].tolist(),
            "b": draft.ids[graph.ends[new, 1]].tolist(),
            "length_m": graph.length_m[new].tolist(),
            "barrier": graph.barrier[new].tolist(),
            "joined": graph.joined[new].tolist(),
        },
    )
