"""Base grids of a city that has only grid polygons: one land unit per grid (kind ``whole_grid``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely

from grid_data.bulk.copying import lookup, wkb
from grid_data.bulk.standing import locate_facilities
from grid_data.database import Connection, rows, run
from grid_data.importers.checks import same_shape
from grid_data.importers.editions import Edition, Step
from grid_data.importers.layers import Layer
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.unit_storing import store_units
from grid_data.importers.writing import update_rows
from grid_data.land_units.graphs import refresh_unit_graph

__all__ = ["WholeGrids"]


@dataclass(frozen=True)
class WholeGrids:
    """What happens to the land units of an edition of base grids.

    Attributes
    ----------
    ended
        Identifiers of units whose grid vanished or got another shape.
    begun
        New units, as `store_units` takes them.
    redrawn
        Corrected shapes: id and geom of units that live on.
    """

    layer: Layer
    edition: Edition
    ended: list[int]
    begun: pd.DataFrame
    redrawn: list[dict[str, Any]]

    @classmethod
    async def plan(
        cls, connection: Connection, layer: Layer, edition: Edition, findings: Findings
    ) -> WholeGrids:
        """Work out the units of an edition.

        Raises
        ------
        ImportRefused
            The grids of this city are made of other land units, or the layer has no parent.
        """
        if layer.parent is None:
            raise ImportRefused(
                "no_community_layer",
                f"基础网格图层 {layer.code} 须有上级图层（社区）",
                f"the layer of base grids {layer.code} needs a parent layer, its communities",
            )
        stored = await rows(connection, "imports/grid_units", {"layer": layer.code})
        of_grid: dict[str, list[Mapping[str, Any]]] = {}
        for row in stored:
            if row["valid_to"] is None:
                of_grid.setdefault(row["grid"], []).append(row)
        moved = {
            code
            for code, row in edition.changed.items()
            if not same_shape(row["geometry"], edition.before[code].geometry)
            or row["parent"] != edition.before[code].parent
        }
        if (moved or edition.new or edition.vanished) and any(row["kind"] != "whole_grid" for row in stored):
            raise ImportRefused(
                "grids_of_units",
                "本市基础网格由地块组成：请导入地块（import units）或重新划分，而不是导入网格面",
                "the base grids of this city are made of land units: import units or redraw them, "
                "do not import grid polygons",
            )
        taken = set(await lookup(connection, "land_unit_ids"))
        if edition.as_correction:
            return cls(
                layer, edition, [], _begin([], taken, edition), _redraw(moved, edition, of_grid, findings)
            )
        ended = [unit["id"] for code in sorted(moved | edition.vanished) for unit in of_grid.get(code, [])]
        fresh = [*edition.new.values(), *(edition.changed[code] for code in sorted(moved))]
        return cls(layer, edition, ended, _begin(fresh, taken, edition), [])

    def steps(self, connection: Connection) -> list[Step]:
        """The writing, after that of the zones."""

        async def end() -> int:
            at = {"ids": self.ended, "at": self.edition.moment}
            await run(connection, "imports/end_unit_zones", at)
            return await run(connection, "imports/end_units", at)

        async def begin() -> int:
            return await store_units(connection, self.layer, self.begun)

        async def redraw() -> int:
            return await update_rows(connection, "imports/redraw_units", self.redrawn)

        async def move_buildings() -> int:
            return await run(
                connection, "imports/move_buildings", {"ids": self.ended, "at": self.edition.moment}
            )

        async def draw_graph() -> int:
            changed = self.ended or self.redrawn or len(self.begun)
            return await refresh_unit_graph(connection) if changed else 0

        async def locate() -> int:
            redrawn = [row["id"] for row in self.redrawn]
            changed = self.ended or redrawn or len(self.begun)
            return await locate_facilities(connection, units=redrawn) if changed else 0

        return [
            ("ended land units", end),
            ("new land units", begin),
            ("redrawn land units", redraw),
            ("buildings moved to new land units", move_buildings),
            ("borders of land units", draw_graph),
            ("facilities found on land units", locate),
        ]


def _begin(fresh: Iterable[Mapping[str, Any]], taken: set[str], edition: Edition) -> pd.DataFrame:
    """One unit per grid; a grid of several parts has one for each. A code once used gets a number."""
    begun = []
    for row in fresh:
        parts = shapely.get_parts(row["geometry"])
        for number, part in enumerate(parts, start=1):
            code = row["code"] if len(parts) == 1 else f"{row['code']}.{number}"
            free, turn = code, 2
            while free in taken:
                free, turn = f"{code}~{turn}", turn + 1
            taken.add(free)
            begun.append((free, row["parent"], "whole_grid", row["code"], edition.moment, part))
    return pd.DataFrame(
        begun, columns=["code", "community", "kind", "zone", "valid_from", "geometry"], dtype=object
    )


def _redraw(
    moved: set[str], edition: Edition, of_grid: Mapping[str, list[Mapping[str, Any]]], findings: Findings
) -> list[dict[str, Any]]:
    redrawn = []
    for code in sorted(moved):
        units = sorted(of_grid.get(code, []), key=lambda unit: unit["code"])
        parts = shapely.get_parts(edition.changed[code]["geometry"])
        if len(parts) != len(units):
            findings.error(
                "correction_parts",
                f"更正不能改变网格 {code} 的部分数（{len(units)} → {len(parts)}）",
                f"a correction cannot change how many parts the grid {code} has "
                f"({len(units)} to {len(parts)})",
            )
            continue
        redrawn += [
            {"id": unit["id"], "geom": str(shape)} for unit, shape in zip(units, wkb(parts), strict=True)
        ]
    return redrawn
