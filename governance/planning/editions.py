"""A judged plan put into force: one edition, written in the caller's transaction, open incidents with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gis.lineage import Step, lineage
from governance.casework.redrawn import follow_redraw
from governance.patrols.urgent_task_lineage import receipts_follow
from governance.planning.judged import Judged
from grid_data.database import Connection
from grid_data.history import add_history, name_incidents
from grid_data.planning.edition_writing import NewVersion, PostMove, Writing, superseded
from grid_data.planning.publishing import concerned, insert_zones, zone_codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Edition", "Moved", "put_into_force"]


@dataclass(frozen=True)
class Moved:
    """Open incidents that were routed again.

    Attributes
    ----------
    asked
        How many were looked at.
    ids
        Those whose answer changed.
    flows
        Number of incidents by (organisation before, organisation after); 0: none.
    """

    asked: int
    ids: Sequence[int]
    flows: Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Edition:
    """What was written.

    Attributes
    ----------
    zones
        Ids of all zones that changed, began or ended.
    begun, ended
        Those that began (or are there again) and ended.
    """

    zones: Sequence[int]
    begun: Sequence[int]
    ended: Sequence[int]
    lineage: Sequence[Step]
    posts: Sequence[PostMove]
    incidents: Moved
    superseded: Sequence[str]

    def summary(self) -> dict[str, Any]:
        """Figures for the history."""
        return {
            "zones": len(self.zones),
            "begun": len(self.begun),
            "ended": len(self.ended),
            "households": sum(step.households for step in self.lineage if step.source != step.target),
            "units": sum(step.units for step in self.lineage if step.source != step.target),
            "posts": len(self.posts),
            "asked": self.incidents.asked,
            "moved": len(self.incidents.ids),
            "superseded": list(self.superseded),
        }


async def put_into_force(
    connection: Connection,
    plan: Mapping[str, Any],
    judged: Judged,
    at: datetime,
    actor: str,
    *,
    vacancies: bool = True,
) -> Edition:
    """Write a judged plan, without a fault, as the edition that holds from ``at`` on.

    Open incidents that it concerns are routed again for the present moment; closed ones keep what they have.
    Without ``vacancies`` zones that begin get no posts.
    """
    # Loaded when a plan takes effect: it brings the whole of bulk routing along.
    from grid_data import rerouting

    writing = Writing(connection, plan["id"], plan["layer_id"], at)
    edition = (await rerouting.moment(connection))[1].get(plan["layer"], 0)
    final = await _zones(connection, plan, judged)
    units = judged.units
    target = np.array([final[number] for number in units["number"].tolist()], dtype=np.int64)
    source = units["zone_before"].to_numpy()
    touched = await _units(writing, judged, target) if judged.nested else []
    steps = lineage(source, target, units["households"], units["area_m2"])
    before = {zone.zone_id for zone in judged.zones.values() if zone.zone_id is not None}
    ended = sorted(zone for zone in before if zone not in set(final.values()))
    versions = _versions(judged, final, steps)
    closed = [each.before.id for each in judged.drawn if each.before is not None]
    closed = sorted({*closed, *judged.versions_of(ended)})
    await writing.zones(closed, versions, ended)
    await writing.lineage(steps)
    begun = sorted({version.zone_id for version in versions} - _there(judged))
    posts = await _posts(writing, steps, ended, begun if vacancies else [])
    gone = await superseded(connection, plan["id"], closed)
    if judged.nested:
        asked = await concerned(connection, touched, sorted(before))
    else:
        asked = await rerouting.concerned_by_layer(connection, plan["layer"], edition, plan["now"])
    incidents = await _incidents(connection, plan, asked, actor)
    await receipts_follow(connection, plan["id"], actor)
    every = sorted({version.zone_id for version in versions} | set(ended))
    return Edition(every, begun, ended, steps, posts, incidents, gone)


async def _units(writing: Writing, judged: Judged, target: NDArray[np.int64]) -> list[int]:
    """Units enter their zones (ids, for rows of ``judged.units``); those on which an incident may move."""
    units = judged.units
    ids = units["id"].to_numpy()
    fresh = (target != units["zone_before"].to_numpy()) | (units["piece"].to_numpy() > 0)
    moved = dict(zip(ids[fresh].tolist(), target[fresh].tolist(), strict=True))
    redrawn = judged.draft.units.loc[judged.draft.units["redrawn"] > 0]
    reshaped = sorted({*redrawn["id"].tolist()} - set(judged.roots))
    changed = units.loc[units["id"].isin(list(judged.roots)), "community"].tolist()
    communities = sorted({*changed, *redrawn["community"].tolist()})
    await writing.units(moved, judged.roots, reshaped, communities)
    return sorted({*(set(moved) - set(judged.roots)), *judged.roots.values(), *reshaped})


def _there(judged: Judged) -> set[int]:
    """Zones that were there before, those included that only got a vertex."""
    drawn = {each.before.zone_id for each in judged.drawn if each.before is not None}
    return drawn | {row["zone_id"] for row in judged.draft.zones if row["version_id"] is not None}


async def _zones(connection: Connection, plan: Mapping[str, Any], judged: Judged) -> dict[int, int]:
    """The zone that each number of the plan becomes; zones that do not exist yet are made."""
    known = judged.draft.codes
    new = {number: code for number, code in judged.codes.items() if code not in known}
    made = await insert_zones(connection, plan["layer_id"], list(new.values())) if new else {}
    ids = dict(known) | made
    if new:
        writing = Writing(connection, plan["id"], plan["layer_id"], plan["now"])
        await writing.name_zones({number: (ids[code], code) for number, code in new.items()})
    return {number: ids[code] for number, code in judged.codes.items()}


def _versions(judged: Judged, final: Mapping[int, int], steps: Sequence[Step]) -> list[NewVersion]:
    """Zones that were drawn, as new versions; for a new one answers whoever answered for most of it."""
    known = {row["zone_id"]: row for row in judged.draft.zones if row["zone_id"]}
    origin = _largest(steps, by_target=True)
    made = []
    for each in judged.drawn:
        before = each.before
        if each.number is None:
            assert before is not None
            names = before.name_zh, before.name_en
            made.append(
                NewVersion(before.zone_id, *names, before.parent_zone_id, before.organisation_id, each.shape)
            )
            continue
        row = judged.row(each.number)
        zone_id = final.get(each.number, row["zone_id"])
        source = known.get(origin.get(zone_id, 0))
        organisation = before.organisation_id if before else None
        parent = judged.parent_of(each.number)
        if before is None and source is not None:
            organisation = source["organisation_id"]
            parent = source["parent_zone_id"] if parent is None else parent
        made.append(
            NewVersion(
                zone_id,
                row["name_zh"],
                row["name_en"],
                parent,
                organisation,
                each.shape,
            )
        )
    return made


def _largest(steps: Sequence[Step], *, by_target: bool) -> dict[int, int]:
    """For each target the source that most came from (households, then area), or the other way round."""
    best: dict[int, tuple[int, float, int]] = {}
    for step in steps:
        if step.source == step.target:
            continue
        key, other = (step.target, step.source) if by_target else (step.source, step.target)
        if key and other:
            best[key] = max(best.get(key, (-1, -1.0, 0)), (step.households, step.area_m2, other))
    return {key: other for key, (_, _, other) in best.items()}


async def _posts(
    writing: Writing, steps: Sequence[Step], ended: Sequence[int], begun: Sequence[int]
) -> list[PostMove]:
    heirs = {zone: heir for zone, heir in _largest(steps, by_target=False).items() if zone in set(ended)}
    origins = {
        zone: origin
        for zone, origin in _largest(steps, by_target=True).items()
        if zone in set(begun) - set(heirs.values())
    }
    return await writing.posts(heirs, origins)


async def _incidents(connection: Connection, plan: Mapping[str, Any], asked: pa.Table, actor: str) -> Moved:
    """Route incidents again that an edition may concern, for the present moment, with an entry of its own."""
    from grid_data import rerouting

    n = len(asked)
    moves = await rerouting.find_moves(connection, asked, plan["now"])
    moved = await rerouting.move(connection, moves, plan["now"]) if len(moves) else []
    followed = await follow_redraw(connection, moves.owners_before(moved))
    seq = await add_history(
        connection,
        actor,
        "routing.again",
        plan_id=plan["id"],
        after={
            "at": plan["now"].isoformat(),
            "known": plan["now"].isoformat(),
            # Only what this plan changed was looked at: routing again goes on from where it was.
            "layers": [plan["layer"]],
            "plan": plan["code"],
            "full": False,
            "asked": n,
            "moved": len(moved),
            **followed.told(),
        },
    )
    await name_incidents(connection, seq, moved)
    flows: dict[tuple[int, int], int] = {}
    pairs = np.column_stack([moves.before["organisation_id"].to_numpy(np.int64), moves.after.organisation_id])
    for before, after in pairs.tolist():
        if before != after:
            flows[before, after] = flows.get((before, after), 0) + 1
    return Moved(n, moved, flows)


async def codes_of(connection: Connection, zones: Sequence[int]) -> list[str]:
    """Codes of zones, sorted."""
    return sorted((await zone_codes(connection, list(zones))).values())
