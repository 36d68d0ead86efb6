"""Filters of the list of incidents as a query string that is kept: by share links and weekly reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from governance.casework.names import Level, State
from governance.errors import InvalidValue
from governance.incidents.answers import PlaceProblemCode
from grid_data.categories import category_subtree
from grid_data.city import city_timezone
from grid_data.column_words import OPEN_STATES, SOURCES
from grid_data.database import Connection
from grid_data.incidents import IncidentFilter
from grid_data.organisations import organisation_subtree
from grid_data.zones import zone_id

__all__ = ["LONGEST", "parsed", "read_query"]

LONGEST = 4_000
LISTS = ("state", "source", "clock", "level", "place_problem")
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
AnyState = State | Literal["open"]


def _source(text: str) -> str:
    if text not in SOURCES:
        raise ValueError("no source")
    return text


AnySource = Annotated[str, AfterValidator(_source)]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: Text | None = None
    organisation: Text | None = None
    state: list[AnyState] = []
    category: Text | None = None
    source: list[AnySource] = []
    urgency: Literal["normal", "urgent"] | None = None
    clock: list[Literal["running", "due_soon", "overdue", "paused"]] = []
    level: list[Level] = []
    supervised: bool = False
    from_: Annotated[Text | None, Field(alias="from")] = None
    to: Text | None = None
    bbox: Text | None = None
    place_status: Literal["located", "unlocated"] | None = None
    place_problem: list[PlaceProblemCode] = []
    q: Text | None = None
    concerned: Text | None = None
    sent_back: bool = False
    reworked: bool = False
    has_duplicates: bool = False
    handled_from: Text | None = None
    handled_to: Text | None = None


def parsed(query: str) -> list[tuple[str, str]]:
    """Names and values of a query string.

    Raises
    ------
    InvalidValue
        It is too long, or no query string.
    """
    if len(query) > LONGEST:
        raise InvalidValue(f"at most {LONGEST} characters", field="query")
    try:
        return parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise InvalidValue("no query string", field="query") from None


async def read_query(connection: Connection, query: str) -> IncidentFilter:
    """What a query string of ``GET /api/incidents`` means now.

    Raises
    ------
    InvalidValue
        It names a filter or a thing that does not exist, or a value a filter cannot have.
    """
    asked: dict[str, Any] = {}
    for name, value in parsed(query):
        if name in LISTS:
            asked.setdefault(name, []).append(value)
        elif name in asked:
            raise InvalidValue(f"{name} is given twice", field="query")
        else:
            asked[name] = value
    try:
        known = _Query.model_validate(asked)
    except ValidationError as error:
        names = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise InvalidValue(f"not a filter, or not a value of it: {names}", field="query") from None
    states = {str(each) for each in known.state}
    if "open" in states:
        states = (states - {"open"}) | set(OPEN_STATES)
    return IncidentFilter(
        zone_id=await _zone(connection, known.zone),
        organisation_ids=await _organisations(connection, known.organisation),
        category_ids=await _categories(connection, known.category),
        states=sorted(states) or None,
        sources=known.source or None,
        from_time=await _moment(connection, known.from_, "from"),
        to_time=await _moment(connection, known.to, "to"),
        area=_area(known.bbox),
        located=None if known.place_status is None else known.place_status == "located",
        problems=[str(each) for each in known.place_problem] or None,
        text=known.q.strip() or None if known.q else None,
        urgency=known.urgency,
        clocks=[str(each) for each in known.clock] or None,
        levels=[str(each) for each in known.level] or None,
        supervised=known.supervised,
        concerned_ids=await _organisations(connection, known.concerned),
        sent_back=known.sent_back,
        reworked=known.reworked,
        has_duplicates=known.has_duplicates,
        handled_from=await _moment(connection, known.handled_from, "handled_from"),
        handled_to=await _moment(connection, known.handled_to, "handled_to"),
    )


async def _zone(connection: Connection, key: str | None) -> int | None:
    if key is None:
        return None
    layer, _, code = key.partition(":")
    found = await zone_id(connection, layer, code)
    if found is None:
        raise InvalidValue(f"no zone {key}", field="query")
    return found


async def _organisations(connection: Connection, code: str | None) -> Sequence[int] | None:
    if code is None:
        return None
    found = await organisation_subtree(connection, code)
    if not found:
        raise InvalidValue(f"no organisation {code}", field="query")
    return found


async def _categories(connection: Connection, key: str | None) -> Sequence[int] | None:
    if key is None:
        return None
    found = await category_subtree(connection, key)
    if not found:
        raise InvalidValue(f"no category {key}", field="query")
    return found


async def _moment(connection: Connection, text: str | None, name: str) -> datetime | None:
    """A date or time; without an offset by the city's clock."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.upper())
        local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(await city_timezone(connection)))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue(f"{name} is no date or time", field="query") from None


def _area(bbox: str | None) -> str | None:
    """West, south, east, north in degrees as EWKT.

    >>> _area("1,2,3,4")
    'SRID=4326;POLYGON((1.0 2.0,3.0 2.0,3.0 4.0,1.0 4.0,1.0 2.0))'
    """
    if bbox is None:
        return None
    try:
        w, s, e, n = (float(each) for each in bbox.split(","))
    except ValueError:
        raise InvalidValue("bbox is west,south,east,north", field="query") from None
    if not (-180 <= w < e <= 180 and -90 <= s < n <= 90):
        raise InvalidValue("bbox is west,south,east,north in degrees", field="query")
    return f"SRID=4326;POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))"
