"""Guidance texts by category, and what is urgent: for whoever takes a call."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BeforeValidator, ConfigDict, Field

from api.actor import ActorFields, acting
from api.dependencies import Limit, Transaction, known_parameters
from api.formats import A_NUMBER, NOT_NUL, CategoryKey, OrganisationCode
from api.openapi import problems
from api.principal import Me
from api.reports import SAYS_SOMETHING, Body
from api.task_problems import task_problems
from api.urgent_task_bodies import LongText, ShortText
from governance.errors import UnknownCategory
from governance.incidents.triage import Triage, triage
from governance.patrols.guidance import (
    Change,
    GuidanceDetail,
    GuidancePage,
    change,
    create,
    get,
    retire,
    search,
)
from grid_data.categories import category_subtree
from grid_data.triage import category_urgency

router = APIRouter(tags=["guidance"], dependencies=[Depends(known_parameters)])

READING = ("bad-parameter", "unknown-parameter", "database-away", "too-slow")
WRITING = (
    "bad-parameter", "unknown-parameter", "not-found", "unknown-organisation", "task-refused", "too-large",
    "database-away", "too-slow",
)  # fmt: skip

GuidanceCode = Annotated[
    str,
    Path(
        max_length=40,
        pattern=NOT_NUL,
        json_schema_extra={"format": "guidance-code"},
        examples=["G0001"],
        description="Code of the text.",
    ),
]
Revision = Annotated[
    int, Field(ge=1, le=2_000_000_000, description="`revision` of the text as you read it."), A_NUMBER
]


def _written(day: object) -> object:
    """A day is a text; a bare number is none."""
    if isinstance(day, (int, float)):
        raise ValueError("a day is written as text")
    return day


ReviewOn = Annotated[
    date,
    BeforeValidator(_written),
    Field(description="Until this day its owner must look at it again."),
]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=SAYS_SOMETHING)]


class NewGuidance(ActorFields, Body):
    """A text for a category and all below it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "by": "陈科员",
                    "role": "officer",
                    "organisation": "LS-JY",
                    "category": "GRIDGOV social:social:S0401",
                    "owner": "LS-JY",
                    "title": {"zh": "小学入学报名", "en": "Enrolling in primary school"},
                    "text": {"zh": "每年 6 月网上报名，需户口簿和房产证明。"},
                    "review_on": "2030-05-01",
                }
            ]
        },
    )

    category: CategoryKey
    owner: Annotated[OrganisationCode, Field(description="Organisation that keeps it current.")]
    title: ShortText
    text: LongText
    review_on: ReviewOn


class GuidanceChange(ActorFields, Body):
    """What a new version says; what is left out stays. Only a date: looked at, and still right."""

    revision: Revision
    title: ShortText | None = None
    text: LongText | None = None
    owner: OrganisationCode | None = None
    review_on: ReviewOn | None = None
    reason: Reason | None = None


class Retirement(ActorFields, Body):
    """Why a text is used no more."""

    revision: Revision
    reason: Reason


@router.get(
    "/api/guidance",
    summary="Search guidance texts",
    responses=problems(*READING, "unknown-category", "unknown-organisation"),
)
async def read_guidance(
    connection: Transaction,
    category: Annotated[
        CategoryKey | None,
        Query(description="Of this category or one below it.", examples=["GRIDGOV social:social:S04"]),
    ] = None,
    fits: Annotated[
        CategoryKey | None,
        Query(
            description="That fit an incident of this category: of it or one above it.",
            examples=["GRIDGOV social:social:S0401"],
        ),
    ] = None,
    q: Annotated[
        str | None, Query(max_length=100, pattern=NOT_NUL, description="Part of title or text.")
    ] = None,
    organisation: Annotated[
        OrganisationCode | None,
        Query(description="Owned by this organisation or one below it.", examples=["LS"]),
    ] = None,
    overdue: Annotated[bool, Query(description="Only texts whose review is overdue.")] = False,
    retired: Annotated[bool, Query(description="Also texts that are used no more.")] = False,
    limit: Limit = 50,
    after: Annotated[
        str | None,
        Query(max_length=40, pattern=NOT_NUL, description="`next` of the page before.", examples=["G0001"]),
    ] = None,
) -> GuidancePage:
    """Texts as they hold today, by code."""
    return await search(
        connection, category=category, fits=fits, owner=organisation, text=q, overdue=overdue,
        retired=retired, after=after, limit=limit,
    )  # fmt: skip


@router.post(
    "/api/guidance",
    status_code=201,
    summary="Add a guidance text",
    responses=problems(*WRITING, "unknown-category"),
)
async def add_guidance(connection: Transaction, me: Me, body: NewGuidance) -> GuidanceDetail:
    """Add a text. Its owner keeps it, and whoever stands above the owner."""
    with task_problems():
        actor = await acting(connection, me, body)
        code = await create(
            connection, actor, category=body.category, owner=body.owner, title=body.title.words(),
            text=body.text.words(), review_on=body.review_on,
        )  # fmt: skip
        return await get(connection, code)


@router.get("/api/guidance/{code}", summary="One guidance text", responses=problems(*READING, "not-found"))
async def read_one(connection: Transaction, code: GuidanceCode) -> GuidanceDetail:
    """A text with every version it had."""
    with task_problems():
        return await get(connection, code)


@router.put("/api/guidance/{code}", summary="Change a guidance text", responses=problems(*WRITING))
async def change_guidance(
    connection: Transaction, me: Me, code: GuidanceCode, body: GuidanceChange
) -> GuidanceDetail:
    """Store a new version. `task-refused` with the code `changed`: somebody was faster."""
    said: dict[str, Any] = {
        "title": body.title.words() if body.title else None,
        "text": body.text.words() if body.text else None,
    }
    with task_problems():
        await change(
            connection, await acting(connection, me, body), code, body.revision,
            Change(review_on=body.review_on, owner=body.owner, reason=body.reason, **said),
        )  # fmt: skip
        return await get(connection, code)


@router.post("/api/guidance/{code}/retire", summary="Retire a guidance text", responses=problems(*WRITING))
async def retire_guidance(
    connection: Transaction, me: Me, code: GuidanceCode, body: Retirement
) -> GuidanceDetail:
    """Take a text out of use. What it answered keeps naming it."""
    with task_problems():
        await retire(connection, await acting(connection, me, body), code, body.revision, body.reason)
        return await get(connection, code)


@router.get("/api/triage", summary="Urgent or not", responses=problems(*READING, "unknown-category"))
async def judge(
    connection: Transaction,
    text: Annotated[
        str,
        Query(max_length=4000, pattern=NOT_NUL, description="What was reported.", examples=["楼下着火了"]),
    ],
    category: Annotated[
        CategoryKey | None,
        Query(description="Category, if it is known.", examples=["GRIDGOV social:social:S0303"]),
    ] = None,
) -> Triage:
    """Whether a report looks urgent, who else should be told, and every reason. A person decides."""
    urgency = None
    if category is not None:
        if not await category_subtree(connection, category):
            raise UnknownCategory(f"no category {category}", field="category")
        urgency = await category_urgency(connection, category)
    return triage(text, urgency)
