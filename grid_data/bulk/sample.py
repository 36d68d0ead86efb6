"""Load the sample city: every frame in the order that references allow, in one transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from grid_data import catalogues
from grid_data.bulk import incidents, land, people, plans, rules, surveyed, zones
from grid_data.database import Connection, rows, run
from grid_data.default_deadlines import store_default_deadlines
from grid_data.history import add_history
from grid_data.land_units.graphs import refresh_unit_graph
from grid_data.patrol_points import add_sample_points
from grid_data.sample import Sample

Progress = Callable[[str, int, float], None]
"""Called after each table with its name, its rows and the seconds it took."""


class AlreadyLoaded(RuntimeError):
    """The database already serves a city; the sample would mix with it."""


@dataclass(frozen=True)
class Loaded:
    """Rows and seconds per table, in loading order."""

    steps: tuple[tuple[str, int, float], ...]

    @property
    def seconds(self) -> float:
        """Seconds of all steps together."""
        return sum(seconds for _, _, seconds in self.steps)


async def is_loaded(connection: Connection) -> bool:
    """Whether any dataset is loaded."""
    return bool(await rows(connection, "bulk/dataset_codes"))


async def load_sample(connection: Connection, sample: Sample, progress: Progress | None = None) -> Loaded:
    """Load a generated sample city into an empty database and route its incidents.

    The caller holds the transaction: an interrupted load leaves nothing behind.

    Raises
    ------
    AlreadyLoaded
        The database holds data already.
    """
    if await is_loaded(connection):
        raise AlreadyLoaded("this database already holds a city; the sample is loaded into an empty one only")
    frames = sample.frames
    steps: list[tuple[str, int, float]] = []

    async def step(name: str, storing: Awaitable[int]) -> None:
        started = time.perf_counter()
        stored = await storing
        steps.append((name, stored, time.perf_counter() - started))
        if progress:
            progress(*steps[-1])

    await step("city", _store_city(connection, sample.city, frames["datasets"]))
    await step("categories", rules.store_categories(connection, list(catalogues.read_all())))
    await step("deadlines", store_default_deadlines(connection, sample.city["timezone"]))
    await step("layers", zones.store_layers(connection, frames["layers"]))
    layers = frames["layers"].sort_values(["precedence", "code"])
    parents = {
        str(code): parent if isinstance(parent, str) else None
        for code, parent in zip(layers["code"], layers["parent"], strict=True)
    }
    await step("zones", _store_identities(connection, frames, list(layers["code"])))
    await step("organisations", people.store_organisations(connection, frames["organisations"]))
    await step("plans", plans.store_plans(connection, frames["plans"]))
    for layer, parent in parents.items():
        frame = frames[f"zones_{layer}"]
        if layer == "base_grid":
            frame = frame.assign(geometry=_grid_shapes(frames, frame))
        await step(
            f"zone versions: {layer}",
            zones.store_zone_versions(connection, layer, frame, parent_layer=parent),
        )
        if layer == "community":
            began = pd.Timestamp(frames["unit_zones"]["valid_from"].min())
            await step("land units", land.store_land_units(connection, frames["land_units"], began))
    await step("units in grids", land.store_unit_zones(connection, frames["unit_zones"]))
    await step("lineage", zones.store_lineage(connection, frames["lineage"]))
    await step("persons", people.store_persons(connection, frames["persons"]))
    await step("posts", people.store_posts(connection, frames["posts"]))
    await step("roads", surveyed.store_roads(connection, frames["roads"]))
    await step("water", surveyed.store_water(connection, frames["water"]))
    await step("buildings", surveyed.store_buildings(connection, frames["buildings"]))
    await step("households", surveyed.store_households(connection, frames["households"]))
    await step("land unit graph", refresh_unit_graph(connection))
    await step("facilities", surveyed.store_facilities(connection, frames["facilities"]))
    await step("patrol points", add_sample_points(connection))
    await step("assignment rules", rules.store_assignment_rules(connection, frames["assignment_rules"]))
    await step("incidents", incidents.store_incidents(connection, frames["incidents"]))
    await step("statistics for the planner", _analyze(connection))
    # Counting what a plan holds takes five times as long without them.
    await step("plans of land units", plans.store_plan_contents(connection, frames))
    amounts = {name: stored for name, stored, _ in steps if stored}
    await add_history(connection, "operator", "sample.load", after={"rows": amounts})
    return Loaded(tuple(steps))


async def _store_city(connection: Connection, city: dict[str, Any], datasets: pd.DataFrame) -> int:
    lon, lat = city["centre"]
    await run(connection, "bulk/insert_city", {**city, "lon": lon, "lat": lat})
    columns = (
        "code",
        "title_zh",
        "title_en",
        "notice_zh",
        "notice_en",
        "licence",
        "attribution",
        "synthetic",
    )
    for row in datasets.astype(object).where(datasets.notna(), None).to_dict("records"):
        values = {column: row.get(column) for column in columns}
        await run(
            connection, "bulk/insert_dataset", values | {"contents": row.get("contents") or json.dumps({})}
        )
    return 1 + len(datasets)


async def _store_identities(connection: Connection, frames: dict[str, Any], layers: list[str]) -> int:
    stored = 0
    for layer in layers:
        frame = frames[f"zones_{layer}"]
        # A zone whose last version ends is retired; its code is never given away.
        ends = pd.to_datetime(frame["valid_to"], utc=True)
        last = ends.where(ends.notna(), pd.Timestamp.max.tz_localize("UTC")).groupby(frame["code"]).max()
        retired = last.where(last < pd.Timestamp.max.tz_localize("UTC"))
        await zones.store_zone_identities(
            connection, layer, pd.Series(retired.index), retired.reset_index(drop=True)
        )
        stored += len(retired)
    return stored


def _grid_shapes(frames: dict[str, Any], grids: pd.DataFrame) -> list[object]:
    """Shape of each row of the base-grid frame, from the units that belonged to it in its time."""
    versions = pd.DataFrame(
        {
            "zone": grids["code"],
            "begin": pd.to_datetime(grids["valid_from"], utc=True),
            "row": range(len(grids)),
        }
    )
    units = frames["unit_zones"]
    units = units.assign(
        entered=pd.to_datetime(units["valid_from"], utc=True),
        left=pd.to_datetime(units["valid_to"], utc=True),
    )
    there = units.merge(versions, on="zone")
    there = there[(there["entered"] <= there["begin"]) & ~(there["left"] <= there["begin"])]
    shapes = land.dissolve(frames["land_units"], pd.DataFrame({"unit": there["unit"], "zone": there["row"]}))
    return list(shapes.reindex(range(len(grids))))


async def _analyze(connection: Connection) -> int:
    await run(connection, "session/leave_role")
    await run(connection, "bulk/analyze")
    return 0
