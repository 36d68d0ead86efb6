"""The filters of the list of incidents: exports, reports and the list ask the very same."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import Depends, Query

from api.dependencies import Bbox, Transaction, area_of, moment
from api.incident_filters import (
    AtLevel,
    ClockIs,
    ConcernedIs,
    CountedFrom,
    CountedIs,
    CountedTo,
    HandledFrom,
    HandledTo,
    HasDuplicates,
    InCategory,
    InState,
    InZone,
    ReportedFrom,
    ReportedTo,
    ResponsibleIs,
    Reworked,
    SentBack,
    SourceIs,
    Supervised,
    TextIs,
    UrgencyIs,
    categories_of,
    counted_of,
    organisations_of,
    states_of,
    zone_of,
)
from governance.incidents.answers import PlaceProblemCode
from grid_data.incidents import IncidentFilter

__all__ = ["ListFilter"]


async def list_filter(
    connection: Transaction,
    zone: InZone = None,
    organisation: ResponsibleIs = None,
    state: InState = None,
    category: InCategory = None,
    source: SourceIs = None,
    urgency: UrgencyIs = None,
    clock: ClockIs = None,
    level: AtLevel = None,
    supervised: Supervised = False,
    has_duplicates: HasDuplicates = False,
    concerned: ConcernedIs = None,
    sent_back: SentBack = False,
    reworked: Reworked = False,
    handled_from: HandledFrom = None,
    handled_to: HandledTo = None,
    from_: ReportedFrom = None,
    to: ReportedTo = None,
    bbox: Bbox = None,
    place_status: Annotated[
        Literal["located", "unlocated"] | None, Query(description="With or without a believed place.")
    ] = None,
    place_problem: Annotated[
        list[PlaceProblemCode] | None,
        Query(description="Waiting for locating for one of these reasons."),
    ] = None,
    q: TextIs = None,
    counted: CountedIs = None,
    counted_from: CountedFrom = None,
    counted_to: CountedTo = None,
) -> IncidentFilter:
    """What the filters mean; each narrows the list, and a repeated one widens it."""
    return IncidentFilter(
        zone_id=await zone_of(connection, zone),
        organisation_ids=await organisations_of(connection, organisation),
        category_ids=await categories_of(connection, category),
        states=states_of(state),
        sources=source or None,
        from_time=await moment(connection, from_, "from"),
        to_time=await moment(connection, to, "to"),
        area=area_of(bbox),
        located=None if place_status is None else place_status == "located",
        problems=place_problem or None,
        text=q.strip() or None if q else None,
        urgency=urgency,
        clocks=cast("list[str]", clock) or None,
        levels=cast("list[str]", level) or None,
        supervised=supervised,
        has_duplicates=has_duplicates,
        concerned_ids=await organisations_of(connection, concerned, "concerned"),
        sent_back=sent_back,
        reworked=reworked,
        handled_from=await moment(connection, handled_from, "handled_from"),
        handled_to=await moment(connection, handled_to, "handled_to"),
        counted=await counted_of(connection, counted, counted_from, counted_to),
    )


ListFilter = Annotated[IncidentFilter, Depends(list_filter)]
