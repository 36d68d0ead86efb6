"""Share links, and what they show to whoever has one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import Field

from api.dependencies import Transaction, known_parameters
from api.formats import NOT_NUL, AnyMoment
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.schemas import Document
from governance import sharing
from governance.incidents.answers import Name
from governance.owners import Owners
from governance.sharing import MapView, NewShareLink, SharedView, ShareLink

router = APIRouter(tags=["share"], dependencies=[Depends(known_parameters)])

READ = problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow")
Key = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="Key of the link.", json_schema_extra={"format": "share-key"})
]


class ShareBody(Document):
    """A view to be shared."""

    title: Annotated[str, Field(min_length=1, max_length=200, pattern=NOT_NUL, examples=["本周未结事件"])]
    query: Annotated[
        str,
        Field(
            max_length=4000,
            pattern=NOT_NUL,
            json_schema_extra={"format": "incident-query"},
            description="Filters of `GET /api/incidents` but `counted`, as a query string; empty: none.",
            examples=["state=open&zone=district:370212"],
        ),
    ] = ""
    map: Annotated[MapView | None, Field(description="Where the map stands.")] = None
    expires_at: Annotated[
        AnyMoment,
        Field(description="Until when it holds: at most 90 days.", json_schema_extra={"format": "soon"}),
    ]


class ShareLinks(Document):
    """Links that were not revoked, the newest first."""

    items: list[ShareLink]


@router.post("/api/share-links", status_code=201, summary="Share a view", responses=READ)
async def share(connection: Transaction, me: Me, body: ShareBody) -> NewShareLink:
    """Make a link that shows the incidents of a filter to whoever has it, at most what its maker sees then.

    The answer shows the token, this once.
    """
    at: datetime = body.expires_at
    return await sharing.make_link(
        connection, me, title=body.title, query=body.query, map_view=body.map, expires_at=at
    )


@router.get("/api/share-links", summary="List share links", responses=READ)
async def list_links(connection: Transaction) -> ShareLinks:
    """One's own; who sees everything sees all. How often each was opened is counted."""
    return ShareLinks(items=await sharing.list_links(connection))


@router.delete("/api/share-links/{id}", status_code=204, summary="Revoke a share link", responses=READ)
async def revoke(connection: Transaction, me: Me, id: Key) -> Response:
    """It opens nothing any more, at once."""
    if not await sharing.revoke(connection, me, id):
        raise Problem("not-found", Name(zh=f"没有分享链接 {id}", en=f"no share link {id}"))
    return Response(status_code=204)


@router.get(
    "/api/share/{token}",
    summary="What a share link shows",
    responses={200: {"description": "The view."}, **problems(
        "bad-parameter", "unknown-parameter", "not-found", "too-many-tries", "database-away", "too-slow"
    )},
)  # fmt: skip
async def open_share(
    request: Request,
    response: Response,
    token: Annotated[
        str,
        Path(
            max_length=100,
            pattern=NOT_NUL,
            description="Of the link.",
            json_schema_extra={"format": "share-token"},
        ),
    ],
) -> SharedView:
    """Figures, places and the newest incidents of the view; nobody has to sign in.

    A link that never was, has expired or was revoked answers alike: there is nothing.
    """
    request.app.state.share_limiter.take(request)
    owners: Owners = request.app.state.owners
    view = await sharing.opened(request.app.state.database, owners, token)
    if view is None:
        raise Problem(
            "not-found", Name(zh="链接无效、已过期或已撤销", en="the link is not valid, or not any more")
        )
    response.headers["Cache-Control"] = "no-store"
    return view
