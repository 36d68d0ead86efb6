"""Incidents that may be reports of one thing: suggested with reasons, decided by a person.

Compared is what lies near in place and time and is of the same family of categories. Each suggestion tells
the parts of its score in words; merging is a step of the incident's life, and "these are two" is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from gis.crs import to_wgs84
from gis.errors import UnknownSystem as UnknownGisSystem
from gis.words import Words
from governance.access import Actor
from governance.errors import InvalidValue, UnknownCategory, UnknownSystem
from governance.incidents.answers import Answer, CategoryName, Name, Point
from grid_data.database import Connection
from grid_data.duplicates import candidates, category_id, decide, pair, subject, undecide
from grid_data.history import add_history, name_incidents

__all__ = [
    "DuplicateList",
    "DuplicateRule",
    "DuplicateSuggestion",
    "decide_duplicate",
    "duplicates_of_draft",
    "duplicates_of_incident",
]

WEIGHTS: Final = {"distance": 0.35, "time": 0.15, "category": 0.2, "text": 0.3}
KINSHIP: Final = {"same_category": 1.0, "same_component": 0.9, "same_family": 0.4}
FULL_LIKENESS: Final = 0.6
"""Trigram likeness from which two texts count as saying the same: nobody writes a sentence twice."""

Decision = Literal["not_duplicate", "undecided"]


@dataclass(frozen=True)
class DuplicateRule:
    """What is suggested.

    Attributes
    ----------
    distance_m, days
        Farther apart in place or time than this, incidents are not compared.
    least_score
        Of 0 to 1, from which on an incident is suggested.
    most
        Suggestions at a time.
    """

    distance_m: float = 100.0
    days: float = 14.0
    least_score: float = 0.5
    most: int = 10


class DuplicatePart(Answer):
    """One ground: its own score between 0 and 1, its weight, and the ground in words."""

    part: Literal["distance", "time", "category", "text"]
    score: float
    weight: float
    words: Name


class DuplicateSuggestion(Answer):
    """An incident that may be about the same thing."""

    number: str
    category: CategoryName
    text: str
    address: str | None
    state: str
    is_open: Annotated[bool, Field(description="Only an open incident can be merged into.")]
    reported_at: datetime
    place: Point
    distance_m: float
    attachments: int
    score: Annotated[float, Field(description="Weighted sum of the parts, between 0 and 1.")]
    parts: list[DuplicatePart]


class DuplicateList(Answer):
    """Incidents that may be about the same thing, best first."""

    items: list[DuplicateSuggestion]


async def duplicates_of_incident(
    connection: Connection, number: str, rule: DuplicateRule
) -> list[DuplicateSuggestion] | None:
    """Suggestions for a stored incident, best first; None when there is no such incident."""
    asked = await subject(connection, number)
    if asked is None:
        return None
    if asked["lon"] is None:
        return []
    return await _suggest(
        connection,
        rule,
        asked["id"],
        asked["category_id"],
        asked["lon"],
        asked["lat"],
        asked["text"],
        asked["reported_at"],
    )


async def duplicates_of_draft(
    connection: Connection, rule: DuplicateRule, *, category: str, lon: float, lat: float, crs: str, text: str
) -> list[DuplicateSuggestion]:
    """Suggestions for a report that is about to be sent; none for a place beyond the globe.

    Raises
    ------
    UnknownCategory, UnknownSystem
    """
    key = await category_id(connection, category)
    if key is None:
        raise UnknownCategory(f"{category!r} is no category of this city", field="category")
    try:
        lon, lat = (float(each) for each in to_wgs84(lon, lat, crs))
    except UnknownGisSystem as error:
        raise UnknownSystem(str(error), field="crs") from error
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return []
    return await _suggest(connection, rule, None, key, lon, lat, text, datetime.now(UTC))


async def _suggest(
    connection: Connection,
    rule: DuplicateRule,
    incident_id: int | None,
    category: int,
    lon: float,
    lat: float,
    text: str,
    at: datetime,
) -> list[DuplicateSuggestion]:
    span = timedelta(days=rule.days)
    found = await candidates(
        connection,
        incident_id=incident_id,
        category=category,
        lon=lon,
        lat=lat,
        text=text,
        from_time=at - span,
        to_time=at + span,
        distance_m=rule.distance_m,
    )
    suggested = [_suggestion(row, at, rule) for row in found]
    suggested = [each for each in suggested if each.score >= rule.least_score]
    suggested.sort(key=lambda each: (-each.score, each.number))
    return suggested[: rule.most]


def _suggestion(row: dict[str, Any], at: datetime, rule: DuplicateRule) -> DuplicateSuggestion:
    apart = abs(row["reported_at"] - at)
    kin = (
        "same_category"
        if row["same_category"]
        else "same_component"
        if row["same_component"]
        else "same_family"
    )
    name = Name(zh=row["category_zh"], en=row["category_en"])
    scores: dict[str, tuple[float, Words]] = {
        "distance": (1 - row["distance_m"] / rule.distance_m, _distance_words(row["distance_m"])),
        "time": (1 - apart / timedelta(days=rule.days), _time_words(apart)),
        "category": (KINSHIP[kin], _category_words(kin, name)),
        "text": (min(1.0, row["likeness"] / FULL_LIKENESS), _text_words(row["likeness"])),
    }
    parts = [
        DuplicatePart(
            part=part,
            score=round(max(0.0, score), 3),
            weight=WEIGHTS[part],
            words=Name(zh=words.zh, en=words.en),
        )
        for part, (score, words) in scores.items()
    ]
    return DuplicateSuggestion(
        number=row["number"],
        category=CategoryName(key=row["category"], name=name),
        text=row["text"],
        address=row["address"],
        state=row["state"],
        is_open=row["is_open"],
        reported_at=row["reported_at"],
        place=Point(coordinates=[row["lon"], row["lat"]]),
        distance_m=round(row["distance_m"], 1),
        attachments=row["attachments"],
        score=round(sum(each.score * each.weight for each in parts), 3),
        parts=parts,
    )


def _distance_words(metres: float) -> Words:
    if metres < 1:
        return Words("同一位置", "at the same place")
    return Words(f"相距 {metres:.0f} 米", f"{metres:.0f} m apart")


def _time_words(apart: timedelta) -> Words:
    hours = apart / timedelta(hours=1)
    if hours < 1:
        return Words("相隔不到 1 小时", "less than an hour apart")
    if hours < 48:
        return Words(f"相隔 {hours:.0f} 小时", f"{hours:.0f} hour{'s' if hours >= 1.5 else ''} apart")
    return Words(f"相隔 {hours / 24:.0f} 天", f"{hours / 24:.0f} days apart")


def _category_words(kin: str, name: Name) -> Words:
    english = name.en or name.zh
    if kin == "same_category":
        return Words("类别相同", "the same category")
    if kin == "same_component":
        return Words(f"同一类部件：{name.zh}", f"about the same component: {english}")
    return Words(f"同一大类：{name.zh}", f"of the same family: {english}")


def _text_words(likeness: float) -> Words:
    return Words(f"文字相似 {likeness:.0%}", f"texts {likeness:.0%} alike")


async def decide_duplicate(
    connection: Connection, actor: Actor, number: str, other: str, decision: Decision, reason: str | None
) -> bool | None:
    """Keep that two incidents are two, or take that back; both histories tell it.

    Returns whether anything changed; None when one of the two does not exist.

    Raises
    ------
    InvalidValue
        An incident is compared with itself.
    """
    if number == other:
        raise InvalidValue("an incident is no duplicate of itself", field="other")
    ids = await pair(connection, number, other)
    if len(ids) < 2:
        return None
    first, second = ids[number], ids[other]
    if decision == "not_duplicate":
        changed = await decide(
            connection,
            first,
            second,
            by=actor.name,
            role=actor.role.value,
            organisation=actor.organisation,
            reason=reason,
        )
    else:
        changed = await undecide(connection, first, second)
    if changed:
        seq = await add_history(
            connection,
            actor.name,
            "incident.not_duplicate" if decision == "not_duplicate" else "incident.maybe_duplicate",
            incident_id=first,
            after={
                "other": other,
                "role": actor.role.value,
                "organisation": actor.organisation,
                "reason": reason,
            },
        )
        await name_incidents(connection, seq, [second])
    return changed
