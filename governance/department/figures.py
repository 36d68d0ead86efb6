"""A department's work in figures: where its incidents stand, how they came, when, and where again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from governance.department.answers import (
    CategoryFigures,
    CategoryTrend,
    DepartmentCategories,
    DepartmentHours,
    DepartmentSummary,
    DepartmentTrend,
    RepeatPlace,
    RepeatPlaces,
    Trend,
)
from governance.incidents.answers import CategoryName, Name, Named, Point
from governance.supervision.spans import Bucket, day_begins, steps
from grid_data.city import city_timezone
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection
from grid_data.department.figures import (
    by_category,
    by_class,
    by_hour,
    by_step,
    done_by_step,
    open_by_class,
    repeat_places,
)
from grid_data.incidents import IncidentFilter

__all__ = [
    "HANDLED_DAYS",
    "categories",
    "hours",
    "places_again",
    "summary",
    "told_places",
    "trend",
    "week_of_hours",
]

HANDLED_DAYS = 30
"""What counts as handled lately."""
USUAL_DAYS: Mapping[Bucket, int] = {"day": 30, "week": 182, "month": 365}
"""How far a course goes back when nobody says."""
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
"""Before this there is no moment in every time zone."""
NOTHING_DONE: Mapping[str, int | None] = {"handled": 0, "closed": 0}
NOT_ASKED: Mapping[str, int | None] = {"handled": None, "closed": None}
_FAMILY, _URGENCY, _ALL = 1, 2, 3


async def summary(connection: Connection, scope: IncidentFilter, query: Sequence[str]) -> DepartmentSummary:
    """Where the incidents of a scope stand.

    Parameters
    ----------
    scope
        Whose incidents: organisation, zone.
    query
        The same as parameters of the list, for the links.
    """
    now = datetime.now(UTC)
    zone = ZoneInfo(await city_timezone(connection))
    since = day_begins(now - timedelta(days=HANDLED_DAYS - 1), zone)
    still = await open_by_class(connection, replace(scope, states=OPEN_STATES))
    done = await by_class(connection, replace(scope, handled_from=since))
    handled = {row["key"]: row for row in done}
    whole = next((row for row in still if row["part"] == _ALL), None)
    families = {row["key"]: row for row in still if row["part"] == _FAMILY}
    figures = [
        _figures(key, families.get(key), handled.get(key)) for key in dict.fromkeys([*families, *handled])
    ]
    opens = {
        "open": ["state=open"],
        "due_soon": ["state=open", "clock=due_soon"],
        "overdue": ["state=open", "clock=overdue"],
        "handled": [f"handled_from={since.date().isoformat()}"],
        "sent_back": ["state=open", "sent_back=true"],
        "reworked": ["state=open", "reworked=true"],
    }
    return DepartmentSummary(
        **{
            name: whole[name] if whole else 0
            for name in ("open", "due_soon", "overdue", "sent_back", "reworked")
        },
        handled=sum(row["n"] for row in done),
        handled_days=HANDLED_DAYS,
        by_category=sorted(figures, key=lambda each: (-each.count, -each.handled, each.category.key)),
        by_urgency={row["urgency"]: row["open"] for row in still if row["part"] == _URGENCY},
        opens={name: "&".join([*parts, *query]) for name, parts in opens.items()},
        as_of=now,
    )


def _figures(key: str, still: Mapping[str, Any] | None, done: Mapping[str, Any] | None) -> CategoryFigures:
    told = still or done
    assert told is not None
    return CategoryFigures(
        category=_category(told),
        count=still["open"] if still else 0,
        due_soon=still["due_soon"] if still else 0,
        overdue=still["overdue"] if still else 0,
        handled=done["n"] if done else 0,
    )


async def trend(
    connection: Connection, scope: IncidentFilter, bucket: Bucket, *, done: bool = False
) -> DepartmentTrend:
    """How incidents of a scope came, in the filter's span or one that fits the steps.

    Parameters
    ----------
    done
        Whether it is told as well what was done in each step, of incidents reported whenever; takes as long
        again.
    """
    zone = ZoneInfo(await city_timezone(connection))
    until = scope.to_time or datetime.now(UTC)
    since = scope.from_time or _before(until, timedelta(days=USUAL_DAYS[bucket]))
    bounds = steps(bucket, since, max(until, since + timedelta(microseconds=1)), zone)
    begin = max(since, bounds[0])
    came = await by_step(connection, replace(scope, from_time=begin, to_time=until), bounds)
    went = await done_by_step(connection, scope, [begin, *bounds[1:]], until) if done else []
    reported = {row["step"]: row for row in came}
    passed = {row["step"]: row for row in went}
    items = []
    for number, bound in enumerate(bounds, start=1):
        there, gone = reported.get(number), passed.get(number, NOTHING_DONE if done else NOT_ASKED)
        items.append(
            Trend.model_validate(
                {
                    "from": bound,
                    "count": there["n"] if there else 0,
                    "overdue": there["late"] if there else 0,
                    "handled": gone["handled"],
                    "closed": gone["closed"],
                }
            )
        )
    return DepartmentTrend(bucket=bucket, items=items)


async def categories(connection: Connection, scope: IncidentFilter) -> DepartmentCategories:
    """Categories of a span, by default the last 30 days, beside the equally long span before it."""
    until = scope.to_time or datetime.now(UTC)
    since = scope.from_time or _before(until, timedelta(days=USUAL_DAYS["day"]))
    both = replace(scope, from_time=_before(since, max(until - since, timedelta())), to_time=until)
    return DepartmentCategories(
        items=[
            CategoryTrend(
                category=_category(row),
                count=row["n"],
                open=row["open"],
                overdue=row["overdue"],
                before=row["before"],
            )
            for row in await by_category(connection, both, since)
        ]
    )


async def hours(connection: Connection, scope: IncidentFilter) -> DepartmentHours:
    """Reports by weekday and hour of the city's clock; by default of the last 90 days."""
    return DepartmentHours(
        counts=week_of_hours(await by_hour(connection, _lately(scope), await city_timezone(connection)))
    )


def week_of_hours(rows: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Seven days of 24 hours from rows of day, hour and n."""
    counts = [[0] * 24 for _ in range(7)]
    for row in rows:
        counts[row["day"]][row["hour"]] = row["n"]
    return counts


async def places_again(
    connection: Connection, scope: IncidentFilter, *, least: int, metres: float, limit: int
) -> RepeatPlaces:
    """Places where incidents of one category come again and again; by default in the last 90 days."""
    found = await repeat_places(connection, _lately(scope), least=least, metres=metres, limit=limit)
    return RepeatPlaces(items=told_places(found))


def told_places(found: Sequence[Mapping[str, Any]]) -> list[RepeatPlace]:
    """Rows of `grid_data.department.figures.repeat_places` as they are told."""
    return [
        RepeatPlace(
            place=Point(coordinates=[round(row["lon"], 7), round(row["lat"], 7)]),
            extent_m=round(row["extent_m"], 1),
            address=row["address"],
            base_grid=None
            if row["grid"] is None
            else Named(code=row["grid"], name=Name(zh=row["grid_zh"] or row["grid"], en=row["grid_en"])),
            category=_category(row),
            count=row["n"],
            open=row["open"],
            first=row["first"],
            last=row["last"],
            numbers=row["numbers"],
        )
        for row in found
    ]


def _lately(scope: IncidentFilter) -> IncidentFilter:
    if scope.from_time is not None:
        return scope
    return replace(scope, from_time=_before(scope.to_time or datetime.now(UTC), timedelta(days=90)))


def _before(moment: datetime, span: timedelta) -> datetime:
    """So long before a moment, or the first moment there is."""
    return moment - span if moment - EARLIEST > span else EARLIEST


def _category(row: Mapping[str, Any]) -> CategoryName:
    return CategoryName(key=row["key"], name=Name(zh=row["name_zh"], en=row["name_en"]))
