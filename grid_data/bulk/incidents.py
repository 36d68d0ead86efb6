"""Incidents in bulk: converted, judged, routed in memory, numbered and copied with their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gis.crs import to_wgs84
from gis.lattice import snap
from grid_data.bulk.binary import Column, bigints, doubles, jsons, lists, moments, points, texts, words
from grid_data.bulk.coded import Coded
from grid_data.bulk.copying import copy_binary, optional, reserve_ids, resolve
from grid_data.bulk.routed import Floats, Ints, RoutedColumns
from grid_data.bulk.routing import Grounds, microseconds, read_grounds
from grid_data.casework import open_cases
from grid_data.city import read_city
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, rows, run

__all__ = [
    "Intake",
    "Prepared",
    "convert",
    "open_intake",
    "routing_columns",
    "store_incidents",
    "take_numbers",
]

_SHIFTED = ("gcj02", "bd09")
# As in the statement casework/open, which a test compares: who reports from the ground, what somebody has in
# hand (it gets a work order, too), and what is done.
_WALKED = ("grid_worker", "patrol")
_WORKING = ("dispatched", "handling")
_DONE = ("fed_back", "checked", "evaluated", "closed", "archived")


async def store_incidents(connection: Connection, frame: pd.DataFrame) -> int:
    """Store and route incidents that are not stored yet, in the caller's transaction; see `open_intake`."""
    if frame.empty:
        return 0
    intake = await open_intake(connection, frame)
    batch = intake.prepare(0, len(frame))
    return await batch.store(connection)


async def open_intake(connection: Connection, frame: pd.DataFrame) -> Intake:
    """Read what routing needs, and give incidents their identifiers and numbers.

    Parameters
    ----------
    frame
        source, source_ref, appeal_kind (empty: the category's), category_key (or standard_ref, category_kind
        and category), text, address, lon, lat (in the system ``crs``; empty: no place), crs, accuracy_m,
        urgency (empty: the category's), reporter_name, reporter_phone, reported_at, state, state_since; one
        row or more.

    Raises
    ------
    UnknownCode
        A category is not stored.
    """
    frame = frame.reset_index(drop=True)
    city = await read_city(connection)
    tree = {row["id"]: row for row in await rows(connection, "bulk/category_tree")}
    if "category_key" in frame:
        keys = frame["category_key"]
    else:
        keys = frame["standard_ref"] + ":" + frame["category_kind"] + ":" + frame["category"]
    known = {row["key"]: row["id"] for row in tree.values()}
    category_id = resolve(keys, known, "category").to_numpy(dtype=np.int64)
    reported_at = pd.to_datetime(frame["reported_at"], utc=True)
    grounds = await read_grounds(connection, reported_at, category_id)
    ids = await reserve_ids(connection, "incident", len(frame))
    numbers = await take_numbers(connection, reported_at, city.code, city.timezone)
    return Intake(frame, tree, category_id, microseconds(reported_at), grounds, ids, numbers)


class Intake:
    """Incidents on their way into the database, with all that preparing them needs.

    `prepare` asks no database and may go on in several threads at a time.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        tree: Mapping[int, Mapping[str, Any]],
        category_id: Ints,
        reported_us: Ints,
        grounds: Grounds,
        ids: Ints,
        numbers: pa.Array,
    ) -> None:
        self._frame = frame
        self._category_id = category_id
        self._usual = {
            name: {number: row[name] or otherwise for number, row in tree.items()}
            for name, otherwise in (("appeal_kind", "livelihood"), ("urgency", "normal"))
        }
        self._reported_us = reported_us
        self._grounds = grounds
        self._ids = ids
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._frame)

    def prepare(self, begin: int, end: int) -> Prepared:
        """Route the incidents at positions ``begin`` to ``end`` and make their columns.

        Raises
        ------
        gis.errors.UnknownSystem
            A coordinate system is not known.
        """
        frame = self._frame.iloc[begin:end].reset_index(drop=True)
        ids, category_id = self._ids[begin:end], self._category_id[begin:end]
        at_us = self._reported_us[begin:end]
        original_lon, original_lat = degrees(frame, "lon"), degrees(frame, "lat")
        crs = systems_of(frame)
        lon, lat = convert(original_lon, original_lat, crs)
        accuracy = degrees(frame, "accuracy_m")
        routed = self._grounds.route(
            lon=lon,
            lat=lat,
            accuracy_m=accuracy,
            shifted=crs.among(_SHIFTED),
            at_us=at_us,
            category_id=category_id,
        )
        since = pd.to_datetime(optional(frame, "state_since"), utc=True)
        since_us = np.where(since.isna(), at_us, microseconds(since))
        believed = pd.isna(routed.problem)
        source, state = Coded.of(frame["source"]), _states(frame)
        incidents = {
            "id": bigints(ids),
            "number": texts(self._numbers[begin:end]),
            "source": words(source),
            "source_ref": texts(optional(frame, "source_ref")),
            "appeal_kind": words(self._or_of_category(frame, "appeal_kind", category_id)),
            "category_id": bigints(category_id),
            "text": texts(frame["text"]),
            "address": texts(optional(frame, "address")),
            "place": points(lon, lat, believed),
            "place_accuracy_m": doubles(accuracy),
            "place_problem": words(Coded.of(routed.problem)),
            "original_lon": doubles(original_lon),
            "original_lat": doubles(original_lat),
            "original_crs": words(Coded(np.where(np.isfinite(original_lon), crs.number, -1), crs.words)),
            "urgency": words(self._or_of_category(frame, "urgency", category_id)),
            "state": words(state),
            "state_since": moments(since_us),
            "reported_at": moments(at_us),
            "organisation_id": bigints(routed.organisation_id, none=0),
            "land_unit_id": bigints(routed.land_unit_id, none=0),
            "base_grid_id": bigints(routed.base_grid_id, none=0),
            "zone_ids": lists(routed.zone_ids),
            "facility_id": bigints(routed.facility_id, none=0),
        }
        cases = _cases(ids, source, state, since_us, routed)
        working = ids[state.among(_WORKING)]
        return Prepared(
            ids, incidents, routing_columns(ids, at_us, routed), _reporters(frame, ids), cases, working
        )

    def _or_of_category(self, frame: pd.DataFrame, column: str, category_id: Ints) -> Coded:
        """What a row says, else what its category says."""
        categories, which = np.unique(category_id, return_inverse=True)
        usual = Coded.chosen(which, [self._usual[column][c] for c in categories.tolist()])
        return Coded.of(frame[column]).or_else(usual) if column in frame else usual


class Prepared:
    """A batch of incidents, routed, as columns of COPY."""

    def __init__(
        self,
        ids: Ints,
        incidents: Mapping[str, Column],
        routings: Mapping[str, Column],
        reporters: Mapping[str, Column] | None,
        cases: Mapping[str, Column],
        working: Ints,
    ) -> None:
        self.ids = ids
        self._cases = cases
        self._working = working
        self._incidents = incidents
        self._routings = routings
        self._reporters = reporters

    async def store(self, connection: Connection) -> int:
        """Copy the batch into the caller's transaction; returns the number of incidents."""
        await run(connection, "bulk/prepare_load")
        stored = await copy_binary(connection, "copy_incidents", self._incidents)
        if self._reporters is not None:
            await copy_binary(connection, "copy_reporters", self._reporters)
        await copy_binary(connection, "copy_routings", self._routings)
        await open_cases(connection, self._working.tolist())
        await copy_binary(connection, "copy_cases", self._cases)
        return stored


def systems_of(frame: pd.DataFrame) -> Coded:
    """The system of each row's coordinates: WGS 84 where none is named."""
    usual = Coded.same("wgs84", len(frame))
    return Coded.of(frame["crs"]).or_else(usual) if "crs" in frame else usual


def convert(lon: Floats, lat: Floats, crs: Coded | pd.Series[Any]) -> tuple[Floats, Floats]:
    """Coordinates in declared systems to EPSG:4326 on the lattice; empty ones stay NaN."""
    crs = crs if isinstance(crs, Coded) else Coded.of(crs)
    x, y = np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    number = np.where(np.isfinite(lon) & np.isfinite(lat), crs.number, -1)
    for k, system in enumerate(crs.words.to_pylist()):
        there = np.flatnonzero(number == k)
        if not len(there):
            continue
        moved = to_wgs84(lon[there], lat[there], system)
        x[there], y[there] = snap(moved[0]), snap(moved[1])
    return x, y


async def take_numbers(
    connection: Connection, reported_at: pd.Series[Any], district: str, timezone: str
) -> pa.Array:
    """Incident numbers, running per day of the city's clock in the order of the reports."""
    local = pd.DatetimeIndex(reported_at).tz_convert(timezone).tz_localize(None).as_unit("us")
    stamps = microseconds(reported_at)
    day = local.normalize().asi8
    order = np.lexsort((stamps, day))
    days, begins, counts = np.unique(day[order], return_index=True, return_counts=True)
    dates = pd.DatetimeIndex(days.astype("datetime64[us]"))
    taken = await rows(
        connection,
        "bulk/take_numbers",
        {"district": district, "days": list(dates.date), "counts": counts.tolist()},
    )
    last = {row["day"]: row["last"] for row in taken}
    after = np.array([last[date] for date in dates.date], dtype=np.int64) - counts
    running = np.empty(len(day), dtype=np.int64)
    running[order] = np.arange(len(day)) - np.repeat(begins - after, counts) + 1
    heads = pa.array([f"{district}{date:%Y%m%d}" for date in dates.date])
    text = pa.array(running).cast(pa.string())
    padded = pa.compute.utf8_lpad(text, 5, padding="0")
    head = heads.take(pa.array(np.searchsorted(days, day)))
    return pa.compute.binary_join_element_wise(head, padded, "")


def degrees(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column of numbers; NaN where it is empty or missing."""
    return np.asarray(pd.to_numeric(optional(frame, column)).to_numpy(dtype=np.float64, na_value=np.nan))


def _reporters(frame: pd.DataFrame, ids: Ints) -> Mapping[str, Column] | None:
    name, phone = optional(frame, "reporter_name"), optional(frame, "reporter_phone")
    told = (name.notna() | phone.notna()).to_numpy()
    if not told.any():
        return None
    return {
        "incident_id": bigints(ids[told]),
        "name": texts(name[told]),
        "phone": texts(phone[told]),
        "email": texts(pa.nulls(int(told.sum()))),
    }


def _states(frame: pd.DataFrame) -> Coded:
    usual = Coded.same("reported", len(frame))
    return Coded.of(frame["state"]).or_else(usual) if "state" in frame else usual


def _cases(
    ids: Ints, source: Coded, state: Coded, since_us: Ints, routed: RoutedColumns
) -> Mapping[str, Column]:
    """Cases as `grid_data.casework.open_cases` opens them, of all that are not being worked on."""
    rest = np.flatnonzero(~state.among(_WORKING))
    source, state = source.take(rest), state.take(rest)
    walked, done, over = source.among(_WALKED), state.among(_DONE), ~state.among(OPEN_STATES)
    none = -1
    return {
        "incident_id": bigints(ids[rest]),
        "level": words(Coded.chosen(walked.astype(np.int64), ["district", "community"])),
        "lead_id": bigints(np.where(done, routed.organisation_id[rest], 0), none=0),
        "outcome": words(Coded.chosen(np.where(done, 0, none), ["handled"])),
        "reported_grid_id": bigints(np.where(walked, routed.base_grid_id[rest], 0), none=0),
        "closed_at": moments(since_us[rest], ~over),
    }


def routing_columns(ids: Ints, at_us: Ints, routed: RoutedColumns) -> Mapping[str, Column]:
    """Columns of ``copy_routings`` for incidents routed at moments (microseconds of the Unix clock)."""
    return {
        "incident_id": bigints(ids),
        "at": moments(at_us),
        "method": words(Coded.same("memory", len(ids))),
        "zone_version_ids": lists(routed.zone_version_ids),
        "border_evidence": jsons(routed.border_evidence),
        "land_unit_id": bigints(routed.land_unit_id, none=0),
        "facility_id": bigints(routed.facility_id, none=0),
        "facility_distance_m": doubles(routed.facility_distance_m),
        "rule_id": bigints(routed.rule_id, none=0),
        "organisation_id": bigints(routed.organisation_id, none=0),
        "supporting_ids": lists(routed.supporting_ids),
        "runners_up": jsons(routed.runners_up),
    }
