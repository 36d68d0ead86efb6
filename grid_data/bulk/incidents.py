"""Incidents in bulk: converted, judged, routed in memory, numbered and copied with their evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import to_wgs84
from gis.lattice import snap
from grid_data.bulk.copying import arrays, copy, optional, reserve_ids, resolve, wkb
from grid_data.bulk.routed import RoutedColumns
from grid_data.bulk.routing import route_points
from grid_data.city import read_city
from grid_data.database import Connection, rows


async def store_incidents(connection: Connection, frame: pd.DataFrame) -> int:
    """Store and route incidents that are not stored yet.

    Parameters
    ----------
    frame
        source, source_ref, appeal_kind (empty: the category's), standard_ref, category_kind, category, text,
        address, lon, lat (in the system ``crs``; empty: no place), crs, accuracy_m, urgency (empty: the
        category's), reporter_name, reporter_phone, reported_at, state, state_since.

    Raises
    ------
    UnknownCode
        A category is not stored.
    gis.errors.UnknownSystem
        A coordinate system is not known.
    """
    frame = frame.reset_index(drop=True)
    if frame.empty:
        return 0
    city = await read_city(connection)
    tree = {row["id"]: row for row in await rows(connection, "bulk/category_tree")}
    keys = frame["standard_ref"] + ":" + frame["category_kind"] + ":" + frame["category"]
    known = {row["key"]: row["id"] for row in tree.values()}
    category_id = resolve(keys, known, "category").to_numpy(dtype=np.int64)
    original_lon, original_lat = _degrees(frame, "lon"), _degrees(frame, "lat")
    crs = optional(frame, "crs").fillna("wgs84").astype(str)
    lon, lat = convert(original_lon, original_lat, crs)
    accuracy = _degrees(frame, "accuracy_m")
    reported_at = pd.to_datetime(frame["reported_at"], utc=True)
    routed = await route_points(
        connection,
        lon=lon,
        lat=lat,
        accuracy_m=accuracy,
        crs=list(crs),
        at=reported_at,
        category_id=category_id,
    )
    ids = await reserve_ids(connection, "incident", len(frame))
    numbers = await take_numbers(connection, reported_at, city.code, city.timezone)
    believed = pd.isna(pd.Series(routed.problem))
    place = np.full(len(frame), None, dtype=object)
    place[believed] = wkb(shapely.points(lon[believed], lat[believed]))
    stored = await copy(
        connection,
        "copy_incidents",
        {
            "id": ids,
            "number": numbers,
            "source": frame["source"],
            "source_ref": optional(frame, "source_ref"),
            "appeal_kind": _or_of_category(frame, "appeal_kind", category_id, tree, "livelihood"),
            "category_id": category_id,
            "text": frame["text"],
            "address": optional(frame, "address"),
            "place": place,
            "place_accuracy_m": accuracy,
            "place_problem": routed.problem,
            "original_lon": original_lon,
            "original_lat": original_lat,
            "original_crs": crs.where(np.isfinite(original_lon), None),
            "urgency": _or_of_category(frame, "urgency", category_id, tree, "normal"),
            "state": optional(frame, "state").fillna("reported"),
            "state_since": pd.to_datetime(optional(frame, "state_since"), utc=True).fillna(reported_at),
            "reported_at": reported_at,
            "organisation_id": _nullable(routed.organisation_id),
            "land_unit_id": _nullable(routed.land_unit_id),
            "base_grid_id": _nullable(routed.base_grid_id),
            "zone_ids": arrays(routed.zone_ids),
            "facility_id": _nullable(routed.facility_id),
        },
    )
    await _store_reporters(connection, frame, ids)
    await _store_routings(connection, ids, reported_at, routed)
    return stored


def convert(
    lon: NDArray[np.float64], lat: NDArray[np.float64], crs: pd.Series[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in declared systems to EPSG:4326 on the lattice; empty ones stay NaN."""
    x, y = np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    given = np.isfinite(lon) & np.isfinite(lat)
    for system in sorted(crs[given].unique()):
        there = given & (crs == system).to_numpy()
        moved = to_wgs84(lon[there], lat[there], system)
        x[there], y[there] = snap(moved[0]), snap(moved[1])
    return x, y


async def take_numbers(
    connection: Connection, reported_at: pd.Series[Any], district: str, timezone: str
) -> list[str]:
    """Incident numbers, running per day of the city's clock in the order of the reports."""
    order = np.argsort(reported_at.to_numpy(), kind="stable")
    days = reported_at.iloc[order].dt.tz_convert(timezone).dt.date.reset_index(drop=True)
    counts = days.value_counts(sort=False).sort_index()
    taken = await rows(
        connection,
        "bulk/take_numbers",
        {"district": district, "days": list(counts.index), "counts": [int(count) for count in counts]},
    )
    last = {row["day"]: row["last"] for row in taken}
    running = days.groupby(days).cumcount() + 1 + days.map(last) - days.map(counts)
    numbers = np.empty(len(reported_at), dtype=object)
    numbers[order] = [
        f"{district}{day:%Y%m%d}{number:05d}" for day, number in zip(days, running, strict=True)
    ]
    return list(numbers)


def _degrees(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(optional(frame, column)).to_numpy(dtype=np.float64, na_value=np.nan))


def _nullable(ids: NDArray[np.int64]) -> pd.Series[Any]:
    return pd.Series(ids, dtype="Int64").where(pd.Series(ids != 0))


def _or_of_category(
    frame: pd.DataFrame,
    column: str,
    category_id: NDArray[np.int64],
    tree: dict[int, dict[str, Any]],
    otherwise: str,
) -> pd.Series[Any]:
    """What a row says, else what its category says, else the usual."""
    usual = pd.Series([tree[int(category)][column] or otherwise for category in category_id], dtype="object")
    return optional(frame, column).astype("object").fillna(usual)


async def _store_reporters(connection: Connection, frame: pd.DataFrame, ids: NDArray[np.int64]) -> None:
    name, phone = optional(frame, "reporter_name"), optional(frame, "reporter_phone")
    told = (name.notna() | phone.notna()).to_numpy()
    if told.any():
        nothing = pd.Series([None] * int(told.sum()), dtype="object")
        columns = {"incident_id": ids[told], "name": name[told], "phone": phone[told], "email": nothing}
        await copy(connection, "copy_reporters", columns)


async def _store_routings(
    connection: Connection, ids: NDArray[np.int64], at: pd.Series[Any], routed: RoutedColumns
) -> None:
    await copy(
        connection,
        "copy_routings",
        {
            "incident_id": ids,
            "at": at,
            "method": ["memory"] * len(ids),
            "zone_version_ids": arrays(routed.zone_version_ids),
            "border_evidence": routed.border_evidence,
            "land_unit_id": _nullable(routed.land_unit_id),
            "facility_id": _nullable(routed.facility_id),
            "facility_distance_m": routed.facility_distance_m,
            "rule_id": _nullable(routed.rule_id),
            "organisation_id": _nullable(routed.organisation_id),
            "supporting_ids": arrays(routed.supporting_ids),
            "runners_up": routed.runners_up,
        },
    )
