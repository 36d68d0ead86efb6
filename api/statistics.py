"""Incidents counted, so that the sums agree with the lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import Transaction, known_parameters, moment
from api.formats import LayerKey
from api.incident_filters import (
    InCategory,
    InState,
    ReportedFrom,
    ReportedTo,
    ResponsibleIs,
    categories_of,
    organisations_of,
    states_of,
    unknown,
)
from api.openapi import problems
from api.rendering import JsonText
from api.schemas import IncidentStatistics
from grid_data.incidents import IncidentFilter
from grid_data.statistics import incident_statistics

router = APIRouter(tags=["statistics"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/statistics/incidents",
    summary="Count incidents",
    responses={
        200: {"model": IncidentStatistics},
        **problems(
            "bad-parameter",
            "unknown-parameter",
            "unknown-category",
            "unknown-zone",
            "unknown-organisation",
            "database-away",
            "too-slow",
        ),
    },
    response_class=JsonText,
)
async def count_incidents(
    connection: Transaction,
    layer: Annotated[
        LayerKey, Query(description="Count by the zones of this layer.", examples=["base_grid"])
    ],
    organisation: ResponsibleIs = None,
    state: InState = None,
    category: InCategory = None,
    from_: ReportedFrom = None,
    to: ReportedTo = None,
) -> JsonText:
    """Incidents per zone, as they were routed. Without a believed place they are in no zone: how many those
    are, and why, is told apart. The filters are those of the list of incidents.
    """
    wanted = IncidentFilter(
        organisation_ids=await organisations_of(connection, organisation),
        category_ids=await categories_of(connection, category),
        states=states_of(state),
        from_time=await moment(connection, from_, "from"),
        to_time=await moment(connection, to, "to"),
    )
    document = await incident_statistics(connection, layer, wanted)
    if document is None:
        raise unknown("unknown-zone", "layer", layer, "没有这个图层", "no such layer")
    return JsonText(document)
