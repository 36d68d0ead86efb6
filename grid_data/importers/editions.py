"""What a file of zones changes: versions that stay, that are closed and followed, zones that are retired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import shapely

from grid_data.bulk.copying import lookup
from grid_data.bulk.zones import store_zone_identities, store_zone_versions
from grid_data.bulk.zones_stood_in import keep_zones_stood_in
from grid_data.database import Connection, rows, run
from grid_data.importers.batch import Rows
from grid_data.importers.checks import same_shape
from grid_data.importers.fields import empty
from grid_data.importers.layers import Layer

__all__ = ["Edition", "Stored", "plan_edition", "read_versions", "valid_at"]

Step = tuple[str, Callable[[], Awaitable[int]]]
_COMPARED = ("name_zh", "name_en", "parent", "organisation")


@dataclass(frozen=True)
class Stored:
    """A version of a zone as the database knows it now."""

    id: int
    zone_id: int
    code: str
    name_zh: str
    name_en: str | None
    parent: str | None
    organisation: str | None
    valid_from: datetime
    valid_to: datetime | None
    retired_at: datetime | None
    geometry: Any


async def read_versions(connection: Connection, layer: str) -> list[Stored]:
    """All versions of a layer's zones that are recorded as true now."""
    return [
        Stored(**row | {"geometry": shapely.from_wkb(row["geometry"])})
        for row in await rows(connection, "imports/zone_versions", {"layer": layer})
    ]


def valid_at(versions: Sequence[Stored], moment: datetime) -> dict[str, Stored]:
    """The versions that hold at a moment, by code."""
    return {
        version.code: version
        for version in versions
        if version.valid_from <= moment and (version.valid_to is None or version.valid_to > moment)
    }


@dataclass(frozen=True)
class Edition:
    """The difference between a file and what is stored.

    Attributes
    ----------
    moment
        Since when the edition holds; for a correction, a moment in the edition corrected.
    before
        What holds at that moment, by code.
    new, changed
        Rows of the file by code.
    unchanged, vanished
        Codes.
    revived
        Codes of the file that belonged to retired zones, with their rows.
    """

    moment: datetime
    as_correction: bool
    before: Mapping[str, Stored]
    new: Mapping[str, Mapping[str, Any]]
    changed: Mapping[str, Mapping[str, Any]]
    unchanged: frozenset[str]
    vanished: frozenset[str]
    revived: Mapping[str, int] = field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        """Whether storing it would write anything."""
        return bool(self.new or self.changed or self.vanished)

    def later(self, versions: Sequence[Stored]) -> datetime | None:
        """When a stored edition begins (or a zone ends) at or after this one's moment, if any does."""
        moments = [version.valid_from for version in versions if version.valid_from >= self.moment]
        ends = [version.valid_to for version in versions if version.valid_to is not None]
        moments += [end for end in ends if end > self.moment]
        return min(moments, default=None)

    def final(self, good: pd.DataFrame) -> pd.DataFrame:
        """The layer as it will be: code, parent, geometry, and the row of the file or nothing."""
        rows: list[tuple[object, ...]] = [
            (row["code"], row["parent"], row["geometry"], int(str(number))) for number, row in good.iterrows()
        ]
        in_file = set(good["code"])
        rows += [
            (code, version.parent, version.geometry, None)
            for code, version in self.before.items()
            if code not in in_file and code not in self.vanished
        ]
        return pd.DataFrame(rows, columns=["code", "parent", "geometry", "row"], dtype=object)

    def steps(self, connection: Connection, layer: Layer) -> list[Step]:
        """The writing, in order."""
        replaced = [self.before[code].id for code in sorted({*self.changed, *self.vanished})]

        async def close() -> int:
            statement = "imports/correct_versions" if self.as_correction else "imports/close_versions"
            return await run(connection, statement, {"ids": replaced, "at": self.moment})

        async def retire() -> int:
            zones = [self.before[code].zone_id for code in sorted(self.vanished)]
            return await run(connection, "imports/retire_zones", {"ids": zones, "at": self.moment})

        async def store() -> int:
            fresh = self._frame()
            if fresh.empty:
                return 0
            await store_zone_identities(connection, layer.code, fresh["code"])
            return await store_zone_versions(connection, layer.code, fresh, parent_layer=layer.parent)

        async def stand() -> int:
            if not self.says_something:
                return 0
            known = await lookup(connection, "zone_ids", layer=layer.code)
            zones = [known[code] for code in {*self.new, *self.changed, *self.vanished}]
            return await keep_zones_stood_in(connection, zones=zones)

        return [
            ("closed versions", close),
            ("retired zones", retire),
            ("new versions", store),
            ("facilities and buildings in their zones", stand),
        ]

    def _frame(self) -> pd.DataFrame:
        columns = ["code", *_COMPARED, "geometry", "valid_from", "valid_to"]
        fresh: list[dict[str, Any]] = []
        for code, row in {**self.new, **self.changed}.items():
            since, until = self.moment, None
            if self.as_correction:
                since, until = self.before[code].valid_from, self.before[code].valid_to
            fresh.append({**row, "valid_from": since, "valid_to": until})
        return pd.DataFrame(fresh, columns=columns, dtype=object)


def plan_edition(
    table: Rows, versions: Sequence[Stored], moment: datetime, as_correction: bool, *, keep_missing: bool
) -> Edition:
    """Compare the good rows of a file with what is stored.

    Zones of rejected rows keep their version: a fault in the file is no reason to retire a zone.
    """
    before = valid_at(versions, moment)
    retired = {version.code for version in versions if version.retired_at is not None}
    new: dict[str, dict[str, Any]] = {}
    changed: dict[str, dict[str, Any]] = {}
    unchanged: set[str] = set()
    revived: dict[str, int] = {}
    for number, row in table.good.iterrows():
        stored = before.get(row["code"])
        values: dict[str, Any] = {name: row[name] for name in ("code", *_COMPARED, "geometry")}
        if stored is None:
            new[row["code"]] = values
            if row["code"] in retired:
                revived[row["code"]] = int(str(number))
            continue
        for name in _COMPARED:
            # What the file does not bring stays as it is; a parent is always known.
            if name not in table.given and name != "parent" and not _is_own_name(name, row["code"], stored):
                values[name] = getattr(stored, name)
        same = all(_equal(values[name], getattr(stored, name)) for name in _COMPARED)
        if same and same_shape(values["geometry"], stored.geometry):
            unchanged.add(row["code"])
        else:
            changed[row["code"]] = values
    in_file = {code for code in table.frame["code"] if not empty(code)}
    missing = set() if keep_missing or as_correction else set(before) - in_file
    return Edition(
        moment, as_correction, before, new, changed, frozenset(unchanged), frozenset(missing), revived
    )


def _is_own_name(name: str, code: str, stored: Stored) -> bool:
    """A name made from the code, here and before."""
    return name == "name_zh" and stored.name_zh == code


def _equal(one: Any, other: Any) -> bool:
    return (empty(one) and empty(other)) or one == other
