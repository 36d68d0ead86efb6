"""Two years of reports: what, where, when, by whom, in which words, and how far each has come."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import wgs84_to_gcj02
from grid_data import catalogues
from grid_data.sample.calendar import REPORTS, Reports
from grid_data.sample.lattice import Floats, Ints, degrees_to_metric, metric_to_degrees
from grid_data.sample.moments import draw_moments
from grid_data.sample.names import person_names
from grid_data.sample.placing import Places, Spots
from grid_data.sample.progress import draw_progress
from grid_data.sample.tables import read_table
from grid_data.sample.texts import Texts

STANDARD = "GB/T 47678.5-2026"
SOCIAL = "GRIDGOV social"

REPEATED = 0.3
"""Share of incidents that happen within 15 m of an earlier one of their category."""

_TOLD_TWICE = 9
"""Of the last day's incidents one in so many has a twin."""

_MATTER_SOURCES = {
    "grid_worker": 0.33, "hotline": 0.22, "patrol": 0.19, "app": 0.13, "video": 0.08, "sensor": 0.02,
    "department": 0.03,
}  # fmt: skip
_SOCIAL_SOURCES = {"hotline": 0.58, "app": 0.22, "grid_worker": 0.15, "transfer_110": 0.05}
_PREFIX = {
    "hotline": "HL", "app": "AP", "grid_worker": "GW", "patrol": "PT", "video": "VD", "sensor": "SN",
    "transfer_110": "T1", "department": "DP",
}  # fmt: skip
# Least and largest inaccuracy in metres.
_ACCURACY_M = {
    "hotline": (15, 90), "app": (5, 35), "grid_worker": (3, 12), "patrol": (3, 10), "video": (2, 6),
    "sensor": (1, 3), "transfer_110": (20, 100), "department": (5, 40),
}  # fmt: skip


def draw_incidents(
    places: Places,
    facilities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    streets: list[tuple[Any, str]],
    land: Any,
    default_start: tuple[float, float],
    total: int,
    random: np.random.Generator,
    reports: Reports = REPORTS,
    recent: float = 1.0,
) -> pd.DataFrame:
    """The frame ``incidents``, in the order of reporting.

    Parameters
    ----------
    streets
        Metric lines with their names, for addresses away from buildings.
    land
        The land in metres: places are inside.
    default_start
        Where the report form's map starts (degrees): some reports come from there by mistake.
    reports, recent
        When incidents are reported, and how many times as many as usual in the last two weeks.
    """
    mix = read_table(
        "incident_mix", text=("kind", "category", "name_zh", "placement", "season", "hours", "urgency")
    )
    share = mix["weight"].to_numpy(float)
    row = random.choice(len(mix), total, p=share / share.sum())
    seconds = draw_moments(
        mix["season"].to_numpy(object)[row].tolist(),
        mix["hours"].to_numpy(object)[row].tolist(),
        random,
        reports,
        recent,
    )
    order = np.lexsort((row, seconds))
    row, seconds = row[order], seconds[order]
    points = _places(mix, row, places, facilities, land, random)
    points = _repeat(points, row, random)
    row, points = _twice_told(row, points, seconds, random)
    kind, category = mix["kind"].to_numpy(object)[row], mix["category"].to_numpy(object)[row]
    name = mix["name_zh"].to_numpy(object)[row]
    things = _things(kind, category, name)
    addresses = _addresses(points, buildings, streets)
    home = np.isin(mix["placement"].to_numpy(object)[row], ["home", "building"])
    told = [a if inside else f"{a}附近" for a, inside in zip(addresses, home.tolist(), strict=True)]
    source = _sources(kind, random)
    reported = (
        np.datetime64(f"{reports.first.isoformat()}T00:00:00")
        - np.timedelta64(8, "h")
        + seconds.astype("timedelta64[s]")
    )
    urgency = mix["urgency"].to_numpy(object)[row]
    appeal = _appeal_kinds(kind, category)
    state, since = draw_progress(
        reported, kind, category, urgency, np.array(appeal, dtype=object), source, reports.end, random
    )
    frame = pd.DataFrame(
        {
            "source": source,
            "source_ref": _references(source, seconds, reports.first),
            "appeal_kind": appeal,
            "standard_ref": np.where(kind == "social", SOCIAL, STANDARD),
            "category_kind": kind,
            "category": category,
            "text": Texts().write(kind.tolist(), category.tolist(), things, told, random),
            "address": addresses,
            **_coordinates(points, source, default_start, random),
            "urgency": urgency,
            **_reporters(source, random),
            "reported_at": pd.Series(reported).dt.tz_localize("UTC"),
            "state": state,
            "state_since": pd.Series(since).dt.tz_localize("UTC"),
        }
    )
    frame.loc[frame["lon"].isna(), "accuracy_m"] = np.nan
    return frame


def _places(
    mix: pd.DataFrame,
    row: Ints,
    places: Places,
    facilities: gpd.GeoDataFrame,
    land: Any,
    random: np.random.Generator,
) -> Floats:
    """Metric point of each incident: at a facility of its class, or where its category happens."""
    points = np.zeros((len(row), 2))
    placement = mix["placement"].to_numpy(object)
    inner = np.asarray(shapely.get_coordinates(shapely.point_on_surface(facilities.geometry.to_numpy())))
    located = degrees_to_metric(inner)
    facility_class = facilities["category"].to_numpy(object)
    members = {code: np.flatnonzero(facility_class == code) for code in sorted(set(facility_class))}
    shapely.prepare(land)
    for index in np.unique(row).tolist():
        here = np.flatnonzero(row == index)
        code = mix["category"].iloc[index]
        if placement[index] == "facility" and len(members.get(code, ())):
            # Some facilities fail again and again.
            pool = members[code]
            chosen = pool[(random.random(len(here)) ** 1.5 * len(pool)).astype(int)]
            points[here] = located[chosen] + random.normal(0.0, 2.0, (len(here), 2))
            continue
        wanted = "street" if placement[index] == "facility" else placement[index]
        spots: Spots = places.draw(wanted, len(here), random)
        points[here] = spots.points
    outside = np.flatnonzero(~shapely.contains_xy(land, points[:, 0], points[:, 1]))
    if len(outside):
        nearest = shapely.get_point(
            shapely.shortest_line(shapely.points(points[outside]), land.buffer(-3.0)), -1
        )
        points[outside] = shapely.get_coordinates(nearest)
    return points


def _repeat(points: Floats, row: Ints, random: np.random.Generator) -> Floats:
    """Let a share of the incidents happen where one of the same category happened before."""
    points = points.copy()
    again = random.random(len(row)) < REPEATED
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(row.max() + 2))
    place = np.empty(len(row), dtype=np.int64)
    place[order] = np.arange(len(row))
    first = starts[row]
    rank = place - first
    # Heavy-tailed: the first ones of a category are the notorious spots.
    size = np.maximum(1, (0.15 * (starts[row + 1] - first)).astype(int))
    origin = order[
        first + np.minimum((random.random(len(row)) ** 2.5 * size).astype(int), np.maximum(rank - 1, 0))
    ]
    again &= rank > 0
    origin = np.where(again[origin], np.arange(len(row)), origin)
    jitter = random.uniform(-1.0, 1.0, (len(row), 2)) * 6.0
    points[again] = points[origin[again]] + jitter[again]
    return points


def _twice_told(row: Ints, points: Floats, seconds: Ints, random: np.random.Generator) -> tuple[Ints, Floats]:
    """Let some of the last day's incidents be told twice: the same thing, a few metres away, hours later."""
    young = np.flatnonzero(seconds >= seconds[-1] - 24 * 3_600)
    first, second = young[:-3:_TOLD_TWICE], young[3::_TOLD_TWICE]
    first = first[: len(second)]
    row, points = row.copy(), points.copy()
    row[second] = row[first]
    points[second] = points[first] + random.uniform(-8.0, 8.0, (len(second), 2))
    return row, points


def _things(kind: Any, category: Any, name: Any) -> list[str]:
    """What is broken: the component's name for component matters, else the category's."""
    components = {
        r.code: r.name_zh for r in catalogues.read_catalogue("gbt47678_5_2026") if r.kind == "component"
    }
    return [
        components.get(c, n) if k == "matter" else n
        for k, c, n in zip(kind.tolist(), category.tolist(), name.tolist(), strict=True)
    ]


def _addresses(points: Floats, buildings: gpd.GeoDataFrame, streets: list[tuple[Any, str]]) -> list[str]:
    """Address of the nearest building within 180 m, else the nearest street."""
    shapes = shapely.points(points)
    centres = shapely.points(
        degrees_to_metric(shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy())))
    )
    tree = shapely.STRtree(centres)
    index, distance = tree.query_nearest(shapes, return_distance=True, all_matches=False)
    nearest = index[1]
    lines = np.array([line for line, _ in streets], dtype=object)
    names = [name for _, name in streets]
    known = buildings["address"].to_numpy(object)[nearest]
    far = np.flatnonzero(distance > 180.0)
    roads = shapely.STRtree(lines).query_nearest(shapes[far], all_matches=False)[1]
    result = known.tolist()
    for incident, road in zip(far.tolist(), roads.tolist(), strict=True):
        result[incident] = f"崂山区{names[road]}沿线"
    return list(result)


def _sources(kind: Any, random: np.random.Generator) -> Any:
    result = np.empty(len(kind), dtype=object)
    for chosen, shares in ((kind == "social", _SOCIAL_SOURCES), (kind != "social", _MATTER_SOURCES)):
        names = np.array(list(shares), dtype=object)
        result[chosen] = names[random.choice(len(names), int(chosen.sum()), p=list(shares.values()))]
    return result


def _references(source: Any, seconds: Ints, first: date) -> list[str]:
    """Reference of each report in its source: prefix, day, running number of the source."""
    days = np.datetime_as_string(np.datetime64(first.isoformat()) + seconds // 86_400, unit="D")
    running: dict[str, int] = {}
    result = []
    for name, day in zip(source.tolist(), days.tolist(), strict=True):
        running[name] = running.get(name, 0) + 1
        result.append(f"{_PREFIX[name]}{day.replace('-', '')}{running[name]:07d}")
    return result


def _appeal_kinds(kind: Any, category: Any) -> list[str]:
    """The catalogue's appeal kind; matters without one are livelihood appeals, street order enforcement."""
    stated = {(row.kind, row.code): row.appeal_kind for row in catalogues.read_all()}
    return [
        stated.get((k, c)) or ("enforcement" if c[:2] in ("07", "08", "09") else "livelihood")
        for k, c in zip(kind.tolist(), category.tolist(), strict=True)
    ]


def _coordinates(
    points: Floats, source: Any, default_start: tuple[float, float], random: np.random.Generator
) -> dict[str, Any]:
    """Longitude, latitude, their system and accuracy; about one in a hundred is of no use."""
    degrees = metric_to_degrees(points)
    lon, lat = degrees[:, 0].copy(), degrees[:, 1].copy()
    crs = np.full(len(lon), "wgs84", dtype=object)
    phone = np.isin(source, ["app", "hotline"]) & (random.random(len(lon)) < 0.06)
    lon[phone], lat[phone] = wgs84_to_gcj02(lon[phone], lat[phone])
    crs[phone] = "gcj02"
    lon, lat = np.round(lon, 7), np.round(lat, 7)
    low, high = (
        np.array([_ACCURACY_M[name][end] for name in source.tolist()], dtype=float) for end in (0, 1)
    )
    accuracy = np.round(low + (high - low) * random.random(len(lon)) ** 2, 1)
    accuracy[random.random(len(lon)) < 0.12] = np.nan
    draw = random.random(len(lon))
    asked = np.isin(source, ["app", "hotline", "transfer_110", "department"])
    missing = asked & (draw < 0.013)
    island = asked & (draw >= 0.013) & (draw < 0.016)
    start = asked & (draw >= 0.016) & (draw < 0.020)
    swapped = asked & (draw >= 0.020) & (draw < 0.0213)
    lon[missing], lat[missing] = np.nan, np.nan
    lon[island], lat[island] = 0.0, 0.0
    lon[start], lat[start] = default_start
    lon[swapped], lat[swapped] = lat[swapped], lon[swapped].copy()
    crs[missing | island | start | swapped] = "wgs84"
    return {"lon": lon, "lat": lat, "crs": crs, "accuracy_m": accuracy}


def _reporters(source: Any, random: np.random.Generator) -> dict[str, Any]:
    """Name and telephone of some reporters. Numbers begin with 100: no such mobile number exists."""
    known = np.isin(source, ["hotline", "app", "transfer_110"]) & (random.random(len(source)) < 0.55)
    count = int(known.sum())
    polite = np.where(random.random(count) < 0.5, "女士", "先生")
    names = np.full(len(source), None, dtype=object)
    phones = np.full(len(source), None, dtype=object)
    names[known] = [
        name[0] + title for name, title in zip(person_names(count, random), polite.tolist(), strict=True)
    ]
    phones[known] = [f"100{number:08d}" for number in random.integers(0, 10**8, count).tolist()]
    return {"reporter_name": names, "reporter_phone": phones}
