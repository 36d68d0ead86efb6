"""Indicators as contract: rates of a period with their definitions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.dependencies import Transaction, known_parameters, moment
from api.formats import Moment, ZoneKey
from api.incident_filters import InCategory, ResponsibleIs, categories_of, organisations_of, unknown
from api.openapi import problems
from governance.supervision.indicators import GroupBy, IndicatorAnswer, Scope, indicators_of
from grid_data.indicators import region_by_code

router = APIRouter(tags=["statistics"], dependencies=[Depends(known_parameters)])

Source = Literal[
    "hotline", "app", "grid_worker", "patrol", "video", "sensor", "transfer_110", "department", "import"
]


@router.get(
    "/api/indicators",
    summary="Indicators of a period",
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "unknown-zone",
        "unknown-category",
        "unknown-organisation",
        "database-away",
        "too-slow",
    ),
)
async def read_indicators(
    connection: Transaction,
    from_: Annotated[
        Moment, Query(alias="from", description="Beginning of the period.", examples=["2026-10-01"])
    ],
    to: Annotated[Moment, Query(description="Its end, not included.", examples=["2026-11-01"])],
    group_by: Annotated[GroupBy, Query(description="A row for each of these.")] = "none",
    region: Annotated[
        ZoneKey | None,
        Query(
            description="Only in this zone of any layer: `layer:code`.", examples=["subdistrict:370212002"]
        ),
    ] = None,
    category: InCategory = None,
    organisation: ResponsibleIs = None,
    source: Annotated[list[Source] | None, Query(description="Only from these sources.")] = None,
    compare: Annotated[
        Literal["none", "year", "span"],
        Query(
            description="`year`: with the same calendar span a year before; `span`: with the one just before."
        ),
    ] = "none",
) -> IndicatorAnswer:
    """Rates with "due in the period" semantics: what has its limit within the period, and whether it was done
    by its end. A rate of a past period stays what it was. What is left out is counted in `excluded`.
    """
    start, stop = await moment(connection, from_, "from"), await moment(connection, to, "to")
    assert start is not None
    assert stop is not None
    zone, whole = await _region(connection, region)
    scope = Scope(
        start=_known(start),
        stop=_known(stop),
        region=zone,
        whole=whole,
        category_ids=await categories_of(connection, category),
        organisation_ids=await organisations_of(connection, organisation),
        sources=None if source is None else [str(each) for each in source],
    )
    return await indicators_of(connection, scope, group_by, compare=compare)


def _known(at: datetime) -> datetime:
    """A moment whose year before is one, too."""
    return max(at, at.replace(year=max(at.year, 3)))


async def _region(connection: Transaction, key: str | None) -> tuple[int | None, bool]:
    if key is None:
        return None, False
    layer, _, code = key.partition(":")
    found = await region_by_code(connection, layer, code)
    if found is None:
        raise unknown("unknown-zone", "region", key, "没有这个区域或网格", "no such zone")
    return found
