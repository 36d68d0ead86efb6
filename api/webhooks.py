"""Webhooks: other programs are told what happens."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.dependencies import Limit, Transaction, known_parameters
from api.formats import NOT_NUL
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.schemas import Document
from governance.incidents.answers import Name
from governance.webhooks import managing
from governance.webhooks.managing import EVENTS, Delivery, Webhook, WebhookWithSecret
from governance.webhooks.trying import Tried, try_webhook

router = APIRouter(tags=["webhooks"], dependencies=[Depends(known_parameters)])

LARGEST = 2**63 - 1
Key = Annotated[
    int,
    Path(ge=1, le=LARGEST, description="Key of the webhook.", json_schema_extra={"format": "webhook-key"}),
]
DeliveryKey = Annotated[
    UUID, Path(description="Id of the delivery.", json_schema_extra={"format": "delivery-key"})
]
READ = problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow")


class WebhookBody(Document):
    """What a webhook is."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NOT_NUL, examples=["工单系统"])]
    url: Annotated[
        str,
        Field(
            max_length=2000,
            pattern=NOT_NUL,
            json_schema_extra={"format": "webhook-url"},
            description="HTTPS address; not one of this machine or an inner network.",
            examples=["https://example.org/gridgov"],
        ),
    ]
    events: Annotated[
        list[Literal[EVENTS]],  # type: ignore[valid-type]
        Field(min_length=1, max_length=len(EVENTS), description="What it is told of; `incident.*`: all."),
    ]


class WebhookChange(WebhookBody):
    """The same, and whether it is told anything."""

    active: Annotated[
        bool, Field(strict=True, description="`false`: what happens meanwhile is not told later.")
    ] = True


class Webhooks(Document):
    """The webhooks in sight."""

    items: list[Webhook]


class Deliveries(Document):
    """Deliveries, the newest first; ``next`` is the `seq` to go on below, null at the end."""

    items: list[Delivery]
    next: int | None


def _none(key: int) -> Problem:
    return Problem("not-found", Name(zh=f"没有 Webhook {key}", en=f"no webhook {key}"))


def _private(request: Request) -> bool:
    return bool(request.app.state.webhook_private)


@router.get("/api/webhooks", summary="List webhooks", responses=READ)
async def list_all(connection: Transaction) -> Webhooks:
    """One's own; who sees everything sees all. What became of the deliveries of each is counted."""
    return Webhooks(items=await managing.list_webhooks(connection))


@router.post("/api/webhooks", status_code=201, summary="Make a webhook", responses=READ)
async def add(request: Request, connection: Transaction, me: Me, body: WebhookBody) -> WebhookWithSecret:
    """From now on every event chosen is sent to the address, as far as its maker sees the incident.

    The answer shows the secret by which deliveries are signed, this once.
    """
    return await managing.add_webhook(
        connection, me, name=body.name, url=body.url, events=body.events, private=_private(request)
    )


@router.put("/api/webhooks/{id}", summary="Change a webhook", responses=READ)
async def change(request: Request, connection: Transaction, me: Me, id: Key, body: WebhookChange) -> Webhook:
    """Another address or other events, or a pause."""
    found = await managing.change_webhook(
        connection,
        me,
        id,
        name=body.name,
        url=body.url,
        events=body.events,
        active=body.active,
        private=_private(request),
    )
    if found is None:
        raise _none(id)
    return found


@router.delete("/api/webhooks/{id}", status_code=204, summary="Remove a webhook", responses=READ)
async def remove(connection: Transaction, me: Me, id: Key) -> Response:
    """What waits is not sent any more."""
    if not await managing.remove_webhook(connection, me, id):
        raise _none(id)
    return Response(status_code=204)


@router.post("/api/webhooks/{id}/secret", summary="Give a webhook another secret", responses=READ)
async def renew(connection: Transaction, me: Me, id: Key) -> WebhookWithSecret:
    """Everything sent from now on is signed with it; the answer shows it this once."""
    found = await managing.new_webhook_secret(connection, me, id)
    if found is None:
        raise _none(id)
    return found


@router.post("/api/webhooks/{id}/test", summary="Try a webhook", responses=READ)
async def try_it(request: Request, me: Me, id: Key) -> Tried:
    """Sends one signed delivery about nothing (`webhook.test`) and says what the receiver answered."""
    tried = await try_webhook(request.app.state.database, me, id, private=_private(request))
    if tried is None:
        raise _none(id)
    return tried


@router.get("/api/webhooks/{id}/deliveries", summary="Deliveries of a webhook", responses=READ)
async def list_deliveries(
    connection: Transaction,
    id: Key,
    state: Annotated[
        managing.DeliveryState | None,
        Query(description="Only those that stand so; `dead` lists what failed."),
    ] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> Deliveries:
    """The newest first, with the last answer of the receiver to each."""
    if await managing.webhook_by_id(connection, id) is None:
        raise _none(id)
    items, following = await managing.deliveries_of(connection, id, state=state, before=before, limit=limit)
    return Deliveries(items=items, next=following)


@router.post(
    "/api/webhooks/{id}/deliveries/{delivery}/resend",
    status_code=204,
    summary="Send a dead delivery again",
    responses=READ,
)
async def resend(connection: Transaction, me: Me, id: Key, delivery: DeliveryKey) -> Response:
    """It is tried as often as a new one; later ones of the same incident follow when it has arrived."""
    if not await managing.send_delivery_again(connection, me, id, delivery):
        raise _none_dead(delivery)
    return Response(status_code=204)


@router.delete(
    "/api/webhooks/{id}/deliveries/{delivery}",
    status_code=204,
    summary="Give a dead delivery up",
    responses=READ,
)
async def drop(connection: Transaction, me: Me, id: Key, delivery: DeliveryKey) -> Response:
    """It is never sent; later ones of the same incident, which waited for it, are."""
    if not await managing.drop_delivery(connection, me, id, delivery):
        raise _none_dead(delivery)
    return Response(status_code=204)


def _none_dead(delivery: UUID) -> Problem:
    return Problem("not-found", Name(zh=f"没有失败的投递 {delivery}", en=f"no dead delivery {delivery}"))
