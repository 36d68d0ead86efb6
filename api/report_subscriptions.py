"""The weekly report by e-mail: who gets it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import Field

from api.dependencies import Transaction, known_parameters
from api.formats import NOT_NUL
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.schemas import Document
from governance.incidents.answers import Name
from governance.reports import subscribing
from governance.reports.weekly import next_report
from grid_data.city import city_timezone

router = APIRouter(tags=["exports"], dependencies=[Depends(known_parameters)])

READ = problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow")


class SubscriptionBody(Document):
    """Who gets the weekly report, of which incidents."""

    recipient: Annotated[
        str,
        Field(
            max_length=254,
            pattern=r"^[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]+@[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?$",
            description="E-mail address.",
            examples=["li@example.org"],
        ),
    ]
    language: Literal["zh", "en"] = "zh"
    query: Annotated[
        str,
        Field(
            max_length=4000,
            pattern=NOT_NUL,
            json_schema_extra={"format": "incident-query"},
            description="Filters of `GET /api/incidents` but `counted`, as a query string; and the week.",
        ),
    ] = ""


class LastReport(Document):
    """What became of the last report."""

    week: date
    state: Literal["waiting", "sending", "sent", "failed", "withheld"]
    attempts: int
    last_error: str | None
    sent_at: datetime | None


class Subscription(Document):
    """A subscription."""

    id: int
    recipient: str
    language: Literal["zh", "en"]
    query: str
    owner: str
    created_at: datetime
    last: LastReport | None


class Subscriptions(Document):
    """The subscriptions in sight; ``next_at`` says when reports go out next, null: no mail server is set."""

    items: list[Subscription]
    next_at: datetime | None


@router.get("/api/report-subscriptions", summary="List subscriptions of the weekly report", responses=READ)
async def list_subscriptions(request: Request, connection: Transaction) -> Subscriptions:
    """One's own; who sees everything sees all. What became of the last report of each is told."""
    zone = ZoneInfo(await city_timezone(connection))
    following = next_report(request.app.state.mail, datetime.now(zone))
    return Subscriptions.model_validate({"items": await subscribing.listed(connection), "next_at": following})


@router.post(
    "/api/report-subscriptions", status_code=201, summary="Subscribe to the weekly report", responses=READ
)
async def subscribe(connection: Transaction, me: Me, body: SubscriptionBody) -> Subscription:
    """Every week a report is sent by e-mail, of what the subscriber sees at that moment."""
    made = await subscribing.subscribe(
        connection, me, recipient=body.recipient, language=body.language, query=body.query
    )
    return Subscription.model_validate(made)


@router.delete(
    "/api/report-subscriptions/{id}", status_code=204, summary="End a subscription", responses=READ
)
async def unsubscribe(
    connection: Transaction,
    me: Me,
    id: Annotated[
        int,
        Path(
            ge=1,
            le=2**63 - 1,
            description="Key of the subscription.",
            json_schema_extra={"format": "subscription-key"},
        ),
    ],
) -> Response:
    """Nothing more is sent."""
    if not await subscribing.unsubscribe(connection, me, id):
        raise Problem("not-found", Name(zh=f"没有订阅 {id}", en=f"no subscription {id}"))
    return Response(status_code=204)
