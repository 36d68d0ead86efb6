"""Where a place lies and who is responsible: the dry run, and what an intake stores.

The database answers in one statement (``grid_data/sql/routing.sql``); here a question is checked, its
coordinates are converted, an impossible place is found out, and the answer is put into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pydantic import TypeAdapter

from gis.crs import to_wgs84
from gis.errors import UnknownSystem as UnknownGisSystem
from gis.lattice import snap_degree
from gis.places import CityFrame, judge_place
from gis.rules.assignment import Decision
from gis.zone_layer import NEAR_M
from governance.errors import CityMissing, UnknownCategory, UnknownSystem
from governance.incidents.answers import (
    EscalationStep,
    FacilityFound,
    Name,
    Named,
    PlaceProblem,
    Point,
    Routing,
    RuleFound,
    RunnerUp,
    ZoneFound,
)
from governance.incidents.reasons import decide_among, place_problem, reason_codes, reason_words
from grid_data.city import City
from grid_data.database import Connection
from grid_data.routing import Asked, RoutedPlace, place_question, read_asked, route_place, uncertainty_m

_ZONES = TypeAdapter(list[ZoneFound])
"""Checks the zones of an answer in one go, which takes half the time."""


@dataclass(frozen=True)
class Question:
    """A place and what happened there. ``lon``/``lat`` are in the declared system; None: no place given."""

    lon: float | None
    lat: float | None
    crs: str = "wgs84"
    accuracy_m: float | None = None
    category: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class CategoryFound:
    """A category of the database."""

    id: int
    key: str
    name: Name
    urgency: str
    appeal_kind: str | None


@dataclass(frozen=True)
class Routed:
    """An answer together with the identifiers an intake stores."""

    answer: Routing
    city: City
    category: CategoryFound | None
    lon: float | None
    lat: float | None
    place: RoutedPlace | None


async def explain(connection: Connection, question: Question) -> Routing:
    """Answer a question without storing anything.

    Raises
    ------
    UnknownCategory, UnknownSystem, CityMissing
    """
    return (await route(connection, question)).answer


async def route(connection: Connection, question: Question, asked: Asked | None = None) -> Routed:
    """Check, convert, judge and route; see :func:`explain`.

    Parameters
    ----------
    asked
        City and category, if the transaction has read them.
    """
    at = question.at or datetime.now(UTC)
    if asked is None:
        try:
            asked = await read_asked(connection, question.category)
        except LookupError as error:
            raise CityMissing(str(error)) from error
    city, category = asked.city, _category(question.category, asked.category)
    lon, lat = _convert(question)
    problem = _judge(lon, lat, question.accuracy_m, city.frame)
    found = None
    if problem is None:
        assert lon is not None
        assert lat is not None
        found = await route_place(
            connection,
            lon=lon,
            lat=lat,
            at=at,
            category_id=category.id if category else None,
            accuracy_m=question.accuracy_m,
            ahead=asked.ahead,
        )
        # Where the city has no zones at that moment there is no outside either.
        if found.outside_m is not None and found.outside_m > city.frame.outside_limit_m:
            problem, found = place_problem("outside_city"), None
    answer = _compose(question, category, at, lon, lat, problem, found)
    if problem is not None:
        lon = lat = None
    return Routed(answer, city, category, lon, lat, found)


def question_ahead(question: Question, frame: CityFrame, category_id: int) -> dict[str, Any] | None:
    """What `route` will probably ask, from what was known before; None: nothing, or it cannot be told yet.

    It goes out with the beginning of a transaction; the answer counts if the question turns out to be right.
    """
    try:
        lon, lat = _convert(question)
    except UnknownSystem:
        return None
    if question.at is None or lon is None or lat is None or _judge(lon, lat, question.accuracy_m, frame):
        return None
    accuracy_m = question.accuracy_m
    return place_question(lon=lon, lat=lat, at=question.at, category_id=category_id, accuracy_m=accuracy_m)


def _category(key: str | None, row: Mapping[str, Any] | None) -> CategoryFound | None:
    """The category asked about.

    Raises
    ------
    UnknownCategory
        The key has another form, or no catalogue holds it.
    """
    if not key:
        return None
    if row is None:
        raise UnknownCategory(
            f"{key!r} is no category of this city; a key reads standard:kind:code, "
            "for example GB/T 47678.5-2026:matter:06010",
            field="category",
        )
    name = Name(zh=row["category_zh"], en=row["category_en"])
    return CategoryFound(row["category_id"], key, name, row["urgency"], row["appeal_kind"])


def _convert(question: Question) -> tuple[float | None, float | None]:
    if question.lon is None or question.lat is None:
        return None, None
    lon, lat = question.lon, question.lat
    if question.crs != "wgs84":
        try:
            lon, lat = map(float, to_wgs84(lon, lat, question.crs))
        except UnknownGisSystem as error:
            raise UnknownSystem(str(error), field="crs") from error
    return (snap_degree(lon), snap_degree(lat)) if isfinite(lon) and isfinite(lat) else (lon, lat)


def _judge(
    lon: float | None, lat: float | None, accuracy_m: float | None, frame: CityFrame
) -> PlaceProblem | None:
    if lon is None or lat is None:
        return place_problem("none_given")
    verdict = judge_place(lon, lat, accuracy_m, frame)
    return place_problem(verdict.problem) if verdict.problem else None


def _compose(
    question: Question,
    category: CategoryFound | None,
    at: datetime,
    lon: float | None,
    lat: float | None,
    problem: PlaceProblem | None,
    found: RoutedPlace | None,
) -> Routing:
    uncertain = uncertainty_m(question.accuracy_m, question.crs)
    zones = _ZONES.validate_python([_zone(row, uncertain) for row in found.zones]) if found else []
    facility = _facility(found.facility) if found and found.facility and found.facility_shown else None
    winner = found.winner if found else None
    decision = decide_among(found.rules, category.name if category else None) if found else None
    located = problem is None and lon is not None and lat is not None
    return Routing(
        at=at,
        place=Point(coordinates=[lon, lat]) if located and lon is not None and lat is not None else None,
        place_status="located" if located else "unlocated",
        place_problem=problem,
        method="sql",
        land_unit=found.land_unit if found else None,
        zones=zones,
        facility=facility,
        responsible=_organisation(winner) if winner else None,
        supporting=[Named(code=s["code"], name=s["name"]) for s in found.supporting_of(winner)]
        if found
        else [],
        rule=_rule(winner) if winner else None,
        reason=reason_words(zones, decision, problem),
        reason_codes=reason_codes(zones, decision, problem.code if problem else None),
        runners_up=runners_up(decision) if decision else [],
        escalation=escalation(found.zones) if found else [],
        fallback=decision is not None and decision.fallback,
    )


def _zone(row: dict[str, Any], uncertain_m: float) -> dict[str, Any]:
    """What a `ZoneFound` holds."""
    border_m, method = row["border_m"], row["method"]
    if method == "inside" and border_m is not None and border_m >= NEAR_M:
        border_m = None
    return {
        "layer": row["layer"],
        "layer_name": row["layer_name"],
        "kind": row["kind"],
        "zone": {"code": row["code"], "name": row["name"]} if row["code"] else None,
        "version": row["version"],
        "valid_from": row["valid_from"],
        "method": method,
        "on_border": method == "on_border",
        "near_border": method == "inside" and border_m is not None and border_m < uncertain_m,
        "distance_m": None if border_m is None else round(border_m, 3),
        "candidates": row["candidates"],
        "organisation": row["organisation"],
    }


def _facility(row: dict[str, Any]) -> FacilityFound:
    return FacilityFound(
        code=row["code"],
        name=row["name"],
        category=row["category"],
        distance_m=round(row["distance_m"], 3),
        owner=row["owner"],
    )


def _organisation(rule: dict[str, Any]) -> Named:
    return Named(code=rule["organisation"], name=rule["organisation_name"])


def _optional_name(name: dict[str, str | None] | None) -> Name | None:
    return Name.model_validate(name) if name and name.get("zh") else None


def _rule(rule: dict[str, Any]) -> RuleFound:
    return RuleFound(
        code=rule["rule"], note=_optional_name(rule["note"]), category=rule["category"], layer=rule["layer"]
    )


def runners_up(decision: Decision) -> list[RunnerUp]:
    """The rules that fitted and lost, best first, each with what it lost by."""
    return [
        RunnerUp(
            rule=runner.candidate.rule,
            organisation=Named(
                code=runner.candidate.organisation.code,
                name=Name(zh=runner.candidate.organisation.name.zh, en=runner.candidate.organisation.name.en),
            )
            if runner.candidate.organisation
            else None,
            lost_by=runner.lost_by,
        )
        for runner in decision.runners_up
    ]


def escalation(rows: list[dict[str, Any]]) -> list[EscalationStep]:
    """The regions an unsolved incident rises through, smallest first."""
    regions = [row for row in rows if row["kind"] == "region" and row["code"]]
    return [
        EscalationStep(
            level=row["layer"],
            zone=Named(code=row["code"], name=row["name"]),
            organisation=row["organisation"],
        )
        for row in sorted(regions, key=lambda row: -row["depth"])
    ]
