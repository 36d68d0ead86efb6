"""Borders of land units that somebody decides about: joined by a bridge, parted by a fence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis.unit_graph import Barrier
from grid_data.database import Connection, one, run
from grid_data.history import add_history
from grid_data.importers.fields import text_of
from grid_data.importers.problems import ImportRefused

__all__ = ["decide_edge", "take_edges"]

_WORDS = {barrier.name.lower(): int(barrier) for barrier in Barrier}
_YES = frozenset({"true", "1", "t", "yes", "是"})


async def decide_edge(connection: Connection, first: str, second: str, *, joined: bool, actor: str) -> bool:
    """Say whether a grid may hold together by two units; stays when borders are computed anew.

    Parameters
    ----------
    first, second
        Codes of living units of one community.
    joined
        Units that share no border are joined by a link; parting them takes the link away.
    actor
        Who decides; kept in the history.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    ImportRefused
        A unit does not exist, or the two are in different communities, whose grids never meet.
    """
    units = []
    for code in (first, second):
        row = await one(connection, "units/living_unit", {"code": code})
        if row is None:
            raise ImportRefused("unknown_unit", f"没有地块 {code}", f"there is no land unit {code}")
        units.append(row)
    if units[0]["community_zone_id"] != units[1]["community_zone_id"]:
        raise ImportRefused(
            "different_communities",
            f"{first} 与 {second} 不在同一社区：网格不跨社区",
            f"{first} and {second} are in different communities, and no grid crosses their border",
        )
    low, high = sorted(row["id"] for row in units)
    before = await one(connection, "units/edge", {"a": low, "b": high})
    if before is None and not joined:
        return False
    if before is not None and before["joined"] == joined:
        return False
    await run(connection, "units/decide_edge", {"a": low, "b": high, "joined": joined})
    await add_history(
        connection,
        actor,
        "unit.link" if joined else "unit.cut",
        before={"units": [first, second], "joined": bool(before and before["joined"])},
        after={"units": [first, second], "joined": joined},
    )
    return True


async def take_edges(connection: Connection, table: pd.DataFrame) -> int:
    """Take barriers and crossings from a table of edges, as the cutting of land units writes it.

    They stay when borders are computed anew: the database knows neither railways nor walls.

    Parameters
    ----------
    table
        Columns unit_a, unit_b (codes), barrier (word), joined, length_m.

    Returns
    -------
    int
        How many edges are as told now that were not before. Pairs of units that are not stored, and borders
        that are none, are passed over.

    Raises
    ------
    ImportRefused
        A column is missing, or a barrier is no known word.
    """
    for column in ("unit_a", "unit_b", "barrier", "joined", "length_m"):
        if column not in table:
            raise ImportRefused("missing_column", f"缺少列 {column}", f"the column {column} is missing")
    words = [text_of(word).lower() for word in table["barrier"]]
    unknown = sorted({word for word in words if word not in _WORDS})
    if unknown:
        raise ImportRefused(
            "unknown_barrier",
            f"不认识的类别 {unknown[0]}",
            f"{unknown[0]!r} is no barrier; {', '.join(_WORDS)}",
        )
    told: dict[str, Any] = {
        "a": [text_of(code) for code in table["unit_a"]],
        "b": [text_of(code) for code in table["unit_b"]],
        "barrier": [_WORDS[word] for word in words],
        "joined": [str(value).strip().lower() in _YES for value in table["joined"]],
        "link": [float(length) == 0.0 for length in table["length_m"]],
    }
    taken = await run(connection, "units/take_edges", told)
    await add_history(connection, "operator", "unit.edges", after={"edges": len(table), "changed": taken})
    return taken
