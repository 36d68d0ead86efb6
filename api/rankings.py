"""Rankings on the map, and the day report of a grid worker."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import Transaction, known_parameters, request_transaction
from api.formats import PlainText, RegionCode
from api.incident_filters import InCategory, SourceIs, categories_of, unknown
from api.openapi import problems
from api.principal import Me
from api.problems import Problem, bad_parameter
from governance.access import Permission
from governance.incidents.answers import Name
from governance.patrols.day_reports import DayReport, day_report
from governance.supervision.figure_counting import count_for_question
from governance.supervision.rankings import Level, RankingAnswer, RankingQuestion, UnknownRegion, rank
from grid_data.database import Database

router = APIRouter(tags=["statistics"], dependencies=[Depends(known_parameters)])

LONGEST = timedelta(days=3 * 366)
EARLIEST = date(1950, 1, 1)
"""Of what is older, nothing is ranked."""


OfLevel = Annotated[Level, Query(description="Zones that are ranked.")]
FirstDay = Annotated[
    date, Query(alias="from", description="First day, by the city's clock.", examples=["2026-01-01"])
]
DayAfter = Annotated[date, Query(description="Last day, not included.", examples=["2026-10-01"])]
Within = Annotated[
    RegionCode | None,
    Query(description="Only in the district, street or community of this code.", examples=["370212002"]),
]
ComparedWith = Annotated[
    Literal["none", "year"],
    Query(
        description="`year`: beside the same days a year before; 29 February is beside the 28th. Only "
        "days that are over are compared, so that the spans are equal; `cut`: today was left out."
    ),
]


@router.get(
    "/api/rankings",
    summary="Rank zones",
    responses=problems(
        "bad-parameter", "unknown-parameter", "unknown-category", "unknown-zone", "database-away", "too-slow"
    ),
)
async def read_rankings(
    request: Request,
    me: Me,
    level: OfLevel,
    from_: FirstDay,
    to: DayAfter,
    within: Within = None,
    category: InCategory = None,
    source: SourceIs = None,
    compare: ComparedWith = "none",
) -> RankingAnswer:
    """Figures of zones: each counts incidents once, and `opens` of its row with its code after it is the
    query of `GET /api/incidents` that lists them.

    Figures are kept, not counted for each question: `as_of` says until when all that happened is in them.
    What changed just now is counted before the answer; of a large import some may wait.
    """
    if to <= from_:
        raise bad_parameter("to", "须晚于 from", "must be after from")
    if to - from_ > LONGEST or from_ < EARLIEST:
        raise bad_parameter("from", "期间最长 1,098 天", "at most 1,098 days")
    database: Database = request.app.state.database
    state = await count_for_question(database)
    async with request_transaction(request) as connection:
        question = RankingQuestion(
            level=level,
            first=from_,
            last=to,
            within=within,
            category=category,
            category_ids=await categories_of(connection, category),
            sources=sorted({str(each) for each in source}) if source else None,
            compare=compare,
        )
        try:
            return await rank(connection, question, me.sight, state)
        except UnknownRegion:
            zh, en = "没有这个区县、街道、社区或网格", "no such district, street, community or grid"
            raise unknown("unknown-zone", "within", str(within), zh, en) from None


@router.get(
    "/api/rankings/day-report",
    summary="Day report of a grid worker",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def read_day_report(
    connection: Transaction,
    me: Me,
    grid: Annotated[PlainText, Query(description="Code of the base grid.", examples=["370212002001001"])],
    day: Annotated[date, Query(description="The day, by the city's clock.", examples=["2026-09-01"])],
) -> DayReport:
    """Grid, persons, duty, route, time, quality, quantity and verdict of a day, from posts, roster, patrol
    points, reports and receipts; `rests_on` says from what. No track of a person is kept. `reports` are
    listed to who may read incidents.
    """
    if not EARLIEST <= day <= date(9998, 12, 30):
        raise bad_parameter("day", "日期超出范围", "beyond the range of days")
    found = await day_report(connection, grid, day)
    if found is None:
        raise Problem("not-found", Name(zh=f"没有基础网格 {grid}", en=f"no base grid {grid}"))
    return found if me.may_throughout(Permission.INCIDENTS_READ) else found.model_copy(update={"reports": []})
