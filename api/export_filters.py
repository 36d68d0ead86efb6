"""Filters of exports: those of the lists, and the same in words for what stands inside the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from api.dependencies import At, Bbox, Transaction, area_of, moment
from api.formats import NOT_NUL
from api.incident_filters import (
    InCategory,
    InZone,
    ResponsibleIs,
    categories_of,
    organisations_of,
    zone_of,
)
from api.list_filter import ListFilter
from gis.words import Words
from governance.exports.filter_words import filters_in_words
from grid_data.incidents import IncidentFilter
from grid_data.patterns import containing, starting

__all__ = ["FacilityQuery", "IncidentQuery", "Question", "ZoneQuery"]


@dataclass(frozen=True)
class Question:
    """What an export asks: parameters of its statement, the query string, and that in words."""

    parameters: Mapping[str, Any]
    query: str
    filters: Sequence[tuple[Words, Words]]


@dataclass(frozen=True)
class IncidentQuestion(Question):
    """The same about incidents."""

    filter: IncidentFilter


def asked(request: Request, names: Sequence[str]) -> list[tuple[str, str]]:
    """The filters as they were given, without what says how the file is made."""
    return [(name, value) for name, value in request.query_params.multi_items() if name in names]


async def incident_question(request: Request, wanted: ListFilter) -> IncidentQuestion:
    """The filters of the list of incidents."""
    plain = _question(request, wanted.parameters(), INCIDENT_FILTERS)
    return IncidentQuestion(plain.parameters, plain.query, plain.filters, wanted)


INCIDENT_FILTERS = (
    "zone",
    "organisation",
    "state",
    "category",
    "source",
    "urgency",
    "clock",
    "level",
    "supervised",
    "has_duplicates",
    "concerned",
    "sent_back",
    "reworked",
    "handled_from",
    "handled_to",
    "from",
    "to",
    "bbox",
    "place_status",
    "place_problem",
    "q",
    "counted",
    "counted_from",
    "counted_to",
)
FACILITY_FILTERS = ("zone", "organisation", "relation", "category", "state", "bbox")
ZONE_FILTERS = ("layer", "parent", "q", "at")


async def facility_question(
    request: Request,
    connection: Transaction,
    zone: Annotated[InZone, Query(description="In this zone of today: `<layer>:<code>`.")] = None,
    organisation: Annotated[
        ResponsibleIs, Query(description="Of this organisation, or one below it; `relation` says how.")
    ] = None,
    relation: Annotated[
        Literal["owned", "maintained", "supervised", "kept"],
        Query(description="How the organisation has to do with it; `kept`: owned or maintained."),
    ] = "owned",
    category: InCategory = None,
    state: Annotated[
        list[Literal["intact", "damaged", "lost", "abandoned", "removed"]] | None,
        Query(description="In one of these states."),
    ] = None,
    bbox: Bbox = None,
) -> Question:
    """Filters of facilities."""
    parameters = {
        "zone_id": await zone_of(connection, zone),
        "organisation_ids": await organisations_of(connection, organisation),
        "relation": relation,
        "category_ids": await categories_of(connection, category),
        "states": state or None,
        "area": area_of(bbox),
    }
    return _question(request, parameters, FACILITY_FILTERS)


async def zone_question(
    request: Request,
    connection: Transaction,
    layer: Annotated[
        str | None,
        Query(max_length=41, pattern=NOT_NUL, description="Code of a layer.", examples=["community"]),
    ] = None,
    parent: Annotated[
        str | None, Query(max_length=60, pattern=NOT_NUL, description="Code of the zone around it.")
    ] = None,
    q: Annotated[
        str | None,
        Query(max_length=100, pattern=NOT_NUL, description="Beginning of a code or part of a name."),
    ] = None,
    at: At = None,
) -> Question:
    """The filters of the list of zones."""
    parameters = {
        "layer": layer,
        "parent": parent,
        "prefix": starting(q) if q else None,
        "pattern": containing(q) if q else None,
        "at": await moment(connection, at, "at"),
    }
    return _question(request, parameters, ZONE_FILTERS)


def words_of(request: Request, names: Sequence[str]) -> tuple[str, Sequence[tuple[Words, Words]]]:
    """The filters as a query string and in words."""
    given = asked(request, names)
    return urlencode(given), filters_in_words(given)


def _question(request: Request, parameters: Mapping[str, Any], names: Sequence[str]) -> Question:
    given = asked(request, names)
    return Question(parameters, urlencode(given), filters_in_words(given))


IncidentQuery = Annotated[IncidentQuestion, Depends(incident_question)]
FacilityQuery = Annotated[Question, Depends(facility_question)]
ZoneQuery = Annotated[Question, Depends(zone_question)]
