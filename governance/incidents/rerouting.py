"""Routing open incidents again when zones have changed: today's grid, today's owner.

An incident is routed for the day it was reported. While it is open, somebody works on it, and that is whoever
answers for the place now: after a redraw, open incidents go to the zones of the present moment. Closed ones
keep the routing of their time, and what a person chose by hand stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from governance.access import Principal
from governance.casework.redrawn import follow_redraw
from governance.errors import InvalidValue
from grid_data import rerouting
from grid_data.database import Connection
from grid_data.history import add_history, name_incidents

__all__ = ["Rerouted", "reroute"]


@dataclass(frozen=True)
class Rerouted:
    """What routing again found and did.

    Attributes
    ----------
    at
        The moment whose zones and rules were asked.
    since
        From when on changes were looked for; None: every open incident was asked.
    asked
        Open incidents that were routed again.
    kept_by_hand
        Open incidents left alone because a person chose their organisation.
    moves
        One row per incident whose answer has changed: number, base_grid_before, organisation_before, …_after.
    done
        Whether they were moved; False for a dry run.
    """

    at: datetime
    since: datetime | None
    layers: Sequence[str] | None
    asked: int
    kept_by_hand: int
    moves: pd.DataFrame
    done: bool


async def reroute(
    connection: Connection,
    principal: Principal,
    *,
    layers: Sequence[str] | None = None,
    full: bool = False,
    dry_run: bool = False,
) -> Rerouted:
    """Route open incidents again that changes of zones may concern, in the caller's transaction.

    Parameters
    ----------
    layers
        Look for changes of these layers only; None: of all. An incident that is asked gets a whole answer.
    full
        Ask every open incident, whatever has changed. Right after a change of rules.
    dry_run
        Say what would move; change nothing.

    Raises
    ------
    InvalidValue
        There is no such layer.
    """
    known = await rerouting.routed_layers(connection)
    for layer in layers or ():
        if layer not in known:
            raise InvalidValue(
                f"{layer!r} is no layer that is routed; there are {', '.join(known)}", field="layer"
            )
    at, editions = await rerouting.moment(connection)
    seen = await rerouting.overview(connection)
    if full:
        seen = replace(seen, since=None)
    since = seen.since
    asked = await rerouting.concerned(connection, seen, at, layers)
    moves = await rerouting.find_moves(connection, asked, at, every=since is None)
    listed = await rerouting.codes_of(connection, moves)
    if not dry_run:
        moved = await rerouting.move(connection, moves, at) if len(moves) else []
        followed = await follow_redraw(connection, moves.owners_before(moved))
        # Having looked at all layers is worth an entry even if nothing moved: the next time begins here.
        seq = await add_history(
            connection,
            principal.name,
            "routing.again",
            after={
                "at": at.isoformat(),
                "known": at.isoformat(),
                "editions": editions,
                "layers": None if layers is None else list(layers),
                "full": since is None,
                "asked": moves.asked,
                "moved": len(moved),
                **followed.told(),
            },
        )
        await name_incidents(connection, seq, moved)
    return Rerouted(
        at, since.at if since else None, layers, moves.asked, seen.kept_by_hand, listed, not dry_run
    )
