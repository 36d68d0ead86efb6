"""Share links: one view, read-only, for whoever has the link, until it expires or is revoked.

A link shows at most what its maker sees at the moment it is opened; when the maker's account is closed, or
may not share any more, it shows nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import shapely
from pydantic import Field

from gis.words import Words
from governance.access import NIGHTLY, Permission, Principal
from governance.errors import InvalidValue
from governance.exports.filter_words import filters_in_words
from governance.exports.stored_query import parsed, read_query
from governance.incidents.answers import Answer, Name
from governance.owners import Owners
from governance.reports.facts import Outline, ReportFacts, read_facts
from grid_data.database import Connection, Database
from grid_data.history import add_history
from grid_data.share_links import add_link, link_rows, open_link, revoke_link

__all__ = ["LONGEST_DAYS", "MapView", "NewShareLink", "ShareLink", "SharedView", "list_links", "make_link",
           "opened", "revoke"]  # fmt: skip

LONGEST_DAYS = 90
MOST_PLACES = 5_000
SHOWN = (
    "number",
    "category",
    "state",
    "urgency",
    "address",
    "reported_at",
    "base_grid",
    "responsible",
    "clock",
)
"""What of an incident is shown; its text, in which anything may stand, is not."""


Degrees = Annotated[float, Field(ge=-180, le=180, strict=True)]


class MapView(Answer):
    """Where the map stood: longitude, latitude (EPSG:4326) and zoom level."""

    centre: Annotated[list[Degrees], Field(min_length=2, max_length=2)]
    zoom: Annotated[float, Field(ge=0, le=24, strict=True)]


class ShareLink(Answer):
    """A link as its maker sees it."""

    id: int
    title: str
    query: str
    owner: str
    created_at: datetime
    expires_at: datetime
    expired: bool
    opened: int
    opened_at: datetime | None


class NewShareLink(ShareLink):
    """The same with its address: shown this once."""

    token: str
    path: Annotated[str, Field(examples=["/share/7Tq…"])]


class SharedFilter(Answer):
    """A filter in words."""

    name: Name
    value: Name


class SharedOutline(Answer):
    """A zone of the picture, as GeoJSON."""

    name: Name
    depth: int
    shape: dict[str, Any]


class SharedView(Answer):
    """What a link shows.

    ``places`` are longitude, latitude, and 0 closed, 1 open, 2 open and urgent; the newest 5,000.
    """

    title: str
    filters: list[SharedFilter]
    map: MapView | None
    at: datetime
    edition: str
    timezone: str
    expires_at: datetime
    figures: dict[str, Any]
    places: list[list[float]]
    outlines: list[SharedOutline]
    items: list[dict[str, Any]]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def make_link(
    connection: Connection,
    me: Principal,
    *,
    title: str,
    query: str,
    map_view: MapView | None,
    expires_at: datetime,
) -> NewShareLink:
    """Make a link.

    Raises
    ------
    InvalidValue
        The filter is none, or the link would hold too long or has expired already.
    """
    now = datetime.now(UTC)
    if not now < expires_at <= now + timedelta(days=LONGEST_DAYS):
        raise InvalidValue(f"in the future, at most {LONGEST_DAYS} days ahead", field="expires_at")
    await read_query(connection, query)
    token = secrets.token_urlsafe(32)
    view = {"query": query, "map": None if map_view is None else map_view.model_dump()}
    key = await add_link(
        connection,
        view=view,
        token_hash=_hash(token),
        title=title,
        owner=me.name,
        account_id=me.sight.account,
        expires_at=expires_at,
    )
    after = {"share": key, "title": title, "query": query, "expires_at": expires_at.isoformat()}
    await add_history(connection, me.name, "share.make", after=after)
    (made,) = await link_rows(connection, key)
    return NewShareLink(**vars(_link(made)), token=token, path=f"/share/{token}")


def _link(row: dict[str, Any]) -> ShareLink:
    view = row.pop("view")
    return ShareLink(**row, query=view["query"])


async def list_links(connection: Connection) -> list[ShareLink]:
    """The links in sight that were not revoked."""
    return [_link(row) for row in await link_rows(connection)]


async def revoke(connection: Connection, me: Principal, key: int) -> bool:
    """Make a link open nothing any more; False: there is none in sight."""
    if not await revoke_link(connection, key):
        return False
    await add_history(connection, me.name, "share.revoke", after={"share": key})
    return True


async def opened(database: Database, owners: Owners, token: str) -> SharedView | None:
    """What a token shows; None: nothing, whatever the reason."""
    async with database.transaction(NIGHTLY) as connection:
        link = await open_link(connection, _hash(token))
        if link is None:
            return None
        owner = await owners.principal(link.account_id, Permission.SHARE, Permission.INCIDENTS_READ)
        if owner is None:
            return None
        await add_history(connection, "share", "share.open", after={"share": link.id, "owner": link.owner})
    query = link.view["query"]
    async with database.transaction(owner) as connection:
        try:
            wanted = await read_query(connection, query)
        except InvalidValue:
            # What it asks for exists no more.
            return None
        title = Words(link.title, link.title)
        facts = await read_facts(
            connection, wanted, title, "share", query, filters_in_words(parsed(query)), places=MOST_PLACES
        )
    return _view(facts, link.view, link.title, link.expires_at)


def _view(facts: ReportFacts, view: Mapping[str, Any], title: str, expires_at: datetime) -> SharedView:
    outlines = [*facts.outlines, *([facts.asked] if facts.asked else [])]
    return SharedView(
        title=title,
        filters=[
            SharedFilter(name=Name(zh=name.zh, en=name.en), value=Name(zh=value.zh, en=value.en))
            for name, value in facts.about.filters
        ],
        map=MapView(**view["map"]) if view.get("map") else None,
        at=facts.about.at,
        edition=facts.about.edition,
        timezone=facts.about.timezone,
        expires_at=expires_at,
        figures=dict(facts.figures),
        places=[
            [round(each.lon, 6), round(each.lat, 6), each.open + (each.open and each.urgent)]
            for each in facts.places
        ],
        outlines=[_outline(each) for each in outlines],
        items=[{name: item[name] for name in SHOWN} for item in facts.items],
    )


def _outline(outline: Outline) -> SharedOutline:
    import json

    return SharedOutline(
        name=Name(zh=outline.name.zh, en=outline.name.en),
        depth=outline.depth,
        shape=json.loads(shapely.to_geojson(shapely.set_precision(outline.shape, 1e-5))),
    )
