"""All rows of a city in plain Python: what answers about departments and areas are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
import shapely
from psycopg.rows import dict_row

from gis.crs import to_metric
from governance.access import Sight

__all__ = ["PlainCity", "PlainIncident", "enliven", "inside", "linked", "metric", "read_plain_city"]


@dataclass(frozen=True, eq=False)
class PlainIncident:
    """One incident with its clock, its case and when it was reported done or closed."""

    id: int
    number: str
    zone_ids: frozenset[int]
    organisation_id: int | None
    concerned_ids: frozenset[int]
    account_id: int | None
    base_grid_id: int | None
    category: str
    family: str
    state: str
    is_open: bool
    urgency: str
    source: str
    reported_at: datetime
    place: tuple[float, float] | None
    clock: str
    send_backs: int
    reworks: int
    due_at: datetime | None
    closed_at: datetime | None
    done: tuple[datetime, ...] = ()
    ended: tuple[datetime, ...] = ()

    @property
    def late(self) -> bool:
        """Overdue now, or closed after it was due."""
        if self.is_open:
            return self.clock == "overdue"
        return self.closed_at is not None and self.due_at is not None and self.closed_at > self.due_at


@dataclass(frozen=True, eq=False, repr=False)
class PlainCity:
    """Incidents, facilities and buildings (with ``zone_ids`` and a ``point``), zones of today."""

    now: datetime
    incidents: tuple[PlainIncident, ...]
    facilities: list[dict[str, Any]]
    buildings: list[dict[str, Any]]
    zones: dict[int, dict[str, Any]]
    below: dict[int, frozenset[int]]
    organisations: dict[int, str]
    organisations_below: dict[int, frozenset[int]]
    places: Any

    def seen(self, sight: Sight) -> list[PlainIncident]:
        """Incidents in sight."""
        return [each for each in self.incidents if sight.sees(each)]

    def facilities_seen(self, sight: Sight) -> list[dict[str, Any]]:
        """Facilities in sight: in one's zones, or one's organisation has to do with them."""
        return [
            each
            for each in self.facilities
            if sight.everything
            or sight.zones & each["zone_ids"]
            or sight.organisations & {each["owning_id"], each["maintaining_id"], each["supervising_id"]}
        ]

    def layer(self, code: str) -> list[dict[str, Any]]:
        """Zones of today of a layer, by code."""
        return sorted((z for z in self.zones.values() if z["layer"] == code), key=lambda z: str(z["code"]))


def enliven(url: str) -> None:
    """Clocks in every state, cases sent back and done again, work reported done, orders of others."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("""
            INSERT INTO case_state (incident_id, level, send_backs, reworks, due_at, closed_at, handler,
                                    handler_organisation_id)
            SELECT id, 'district', (id % 7 = 0)::int, (id % 11 = 0)::int,
                   CASE WHEN NOT is_open THEN reported_at + interval '4 days' END,
                   CASE WHEN NOT is_open THEN reported_at + (1 + id % 6) * interval '1 day' END,
                   (SELECT name FROM person ORDER BY person.id OFFSET incident.id % 50 LIMIT 1), NULL
            FROM incident
            ON CONFLICT (incident_id) DO UPDATE SET send_backs = excluded.send_backs,
                reworks = excluded.reworks, due_at = excluded.due_at, closed_at = excluded.closed_at,
                handler = excluded.handler""")
        connection.execute("DELETE FROM incident_clock")
        connection.execute("""
            INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, paused_at)
            SELECT id, 'work_day', reported_at, now() + (id % 5 - 2) * interval '1 day' + interval '7 hours',
                   now() + (id % 5 - 3) * interval '1 day' + interval '7 hours', 'handle',
                   CASE WHEN id % 9 = 0 THEN now() END
            FROM incident WHERE is_open AND id % 13 <> 0""")
        connection.execute("""
            INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state)
            SELECT id, told.stage, reported_at, reported_at + interval '2 days',
                   least(reported_at + told.days * (1 + id % 3) * interval '1 day', now()), told.to_state
            FROM incident CROSS JOIN (VALUES ('handle', 'fed_back', 1), ('total', 'closed', 2),
                                             ('accept', 'accepted', 0)) AS told (stage, to_state, days)
            WHERE NOT is_open OR id % 4 = 0 AND told.stage = 'handle'
            ON CONFLICT DO NOTHING""")
        connection.execute("""
            UPDATE incident SET concerned_ids = ARRAY[(SELECT min(id) FROM organisation) + id % 40]
            WHERE id % 17 = 0""")
        connection.execute("UPDATE incident SET account_id = 900 + id % 3 WHERE id % 101 = 0")
        connection.execute("UPDATE facility SET state = 'removed' WHERE id % 23 = 0")
        connection.execute("ANALYZE")


def read_plain_city(url: str) -> PlainCity:
    """Read everything, as the owner of the tables."""
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:

        def rows(query: str) -> list[dict[str, Any]]:
            return connection.execute(query.encode()).fetchall()

        done: dict[int, list[datetime]] = {}
        ended: dict[int, list[datetime]] = {}
        for row in rows("SELECT incident_id, stage, left_at, to_state FROM case_moment"):
            if row["stage"] in ("accept", "handle") and row["to_state"] == "fed_back":
                done.setdefault(row["incident_id"], []).append(row["left_at"])
            if row["stage"] == "total" and row["to_state"] in ("closed", "archived"):
                ended.setdefault(row["incident_id"], []).append(row["left_at"])
        (now,) = rows("SELECT now() AS now")
        incidents = tuple(
            PlainIncident(
                id=row["id"],
                number=row["number"],
                zone_ids=frozenset(row["zone_ids"]),
                organisation_id=row["organisation_id"],
                concerned_ids=frozenset(row["concerned_ids"]),
                account_id=row["account_id"],
                base_grid_id=row["base_grid_id"],
                category=row["category"],
                family=row["family"],
                state=row["state"],
                is_open=row["is_open"],
                urgency=row["urgency"],
                source=row["source"],
                reported_at=row["reported_at"],
                place=None if row["lon"] is None else (row["lon"], row["lat"]),
                clock=_clock(row, now["now"]),
                send_backs=row["send_backs"] or 0,
                reworks=row["reworks"] or 0,
                due_at=row["kept_due_at"],
                closed_at=row["closed_at"],
                done=tuple(done.get(row["id"], ())),
                ended=tuple(ended.get(row["id"], ())),
            )
            for row in rows("""
                SELECT incident.*, ST_X(place) AS lon, ST_Y(place) AS lat,
                       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
                       coalesce(class.standard_ref || ':' || class.kind || ':' || class.code,
                                category.standard_ref || ':' || category.kind || ':' || category.code)
                           AS family,
                       clock.due_at AS clock_due, clock.soon_at AS clock_soon,
                       clock.paused_at AS clock_paused,
                       case_state.send_backs, case_state.reworks, case_state.due_at AS kept_due_at,
                       case_state.closed_at
                FROM incident JOIN category ON category.id = incident.category_id
                LEFT JOIN category AS class ON class.id = category.parent_id
                LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
                LEFT JOIN case_state ON case_state.incident_id = incident.id ORDER BY incident.id""")
        )
        facilities = [
            row | {"zone_ids": frozenset(row["zone_ids"]), "point": _point(row["shape"])}
            for row in rows("""
                SELECT facility.id, facility.code, zone_ids, owning_id, maintaining_id, supervising_id, state,
                       coalesce(class.code, category.code) AS class,
                       coalesce(class.standard_ref, category.standard_ref) AS standard_ref,
                       ST_AsBinary(geom) AS shape
                FROM facility JOIN category ON category.id = category_id
                LEFT JOIN category AS class ON class.id = category.parent_id ORDER BY facility.code""")
        ]
        buildings = [
            row | {"zone_ids": frozenset(row["zone_ids"]), "point": _point(row["shape"])}
            for row in rows("""
                SELECT building.id, zone_ids, ST_AsBinary(geom) AS shape, count(household.id) AS households
                FROM building LEFT JOIN household ON household.building_id = building.id
                GROUP BY building.id""")
        ]
        zones = {
            row["id"]: row | {"shape": shapely.from_wkb(row["shape"])}
            for row in rows("""
                SELECT zone.id, zone.code, layer.code AS layer, layer.kind, version.area_m2,
                       version.organisation_id, ST_AsBinary(version.geom) AS shape
                FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
                JOIN layer ON layer.id = zone.layer_id AND layer.active
                WHERE version.valid @> now() AND upper_inf(version.recorded)""")
        }
        below = {
            row["id"]: frozenset(row["below"])
            for row in rows("SELECT id, zones_below(ARRAY[id]) AS below FROM zone")
        }
        organisations = {row["id"]: row["code"] for row in rows("SELECT id, code FROM organisation")}
        organisations_below = {
            row["id"]: frozenset(row["below"])
            for row in rows("SELECT id, organisations_below(ARRAY[id]) AS below FROM organisation")
        }
    places = shapely.points(
        np.array([each.place or (np.nan, np.nan) for each in incidents], dtype=float).reshape(-1, 2)
    )
    return PlainCity(
        now["now"], incidents, facilities, buildings, zones, below, organisations, organisations_below, places
    )


def _clock(row: dict[str, Any], now: datetime) -> str:
    """What ``clock_state`` says."""
    if row["clock_due"] is None:
        return "none"
    if row["clock_paused"] is not None:
        return "paused"
    if row["clock_due"] < now:
        return "overdue"
    return "due_soon" if row["clock_soon"] <= now else "running"


def _point(shape: bytes) -> shapely.Point:
    found: shapely.Point = shapely.point_on_surface(shapely.from_wkb(shape))
    return found


def inside(city: PlainCity, area: Any, seen: Sequence[PlainIncident]) -> list[PlainIncident]:
    """Those of some incidents whose place an area covers, its border included."""
    wanted = {each.id for each in seen}
    hits = shapely.intersects(area, city.places)
    return [
        each for each, hit in zip(city.incidents, hits.tolist(), strict=True) if hit and each.id in wanted
    ]


def metric(members: Sequence[PlainIncident]) -> Any:
    """Places in the metric system."""
    lon, lat = np.array([each.place for each in members], dtype=float).reshape(-1, 2).T
    return np.column_stack(to_metric(lon, lat, 4549))


def linked(points: Any, metres: float) -> list[list[int]]:
    """Groups of points that hang together by links of so many metres."""
    left, groups = set(range(len(points))), []
    while left:
        group, waiting = [], [left.pop()]
        while waiting:
            here = waiting.pop()
            group.append(here)
            near = [k for k in left if np.hypot(*(points[k] - points[here])) <= metres]
            left -= set(near)
            waiting += near
        groups.append(group)
    return groups
