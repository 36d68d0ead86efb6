"""The application: one factory, nothing at import time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api import (
    accounts,
    attachments,
    case_sides,
    cases,
    categories,
    city,
    deadlines,
    department,
    department_facilities,
    dispatch,
    duplicates,
    duties,
    events,
    export_answers,
    exports,
    fallback_places,
    guidance,
    health,
    incidents,
    indicators,
    layers,
    locating,
    nearby,
    oidc,
    open_tiles,
    openapi,
    organisations,
    overrides,
    patrol_points,
    problem_pages,
    problems,
    rankings,
    report_subscriptions,
    reporters,
    routing,
    rules,
    search,
    session,
    share,
    static_map,
    statistics,
    surroundings,
    tiles,
    tokens,
    transfers,
    urgent_tasks,
    webhooks,
    zone_query,
    zones,
)
from api.body_limit import BodyLimit
from api.dispatch import current_edition
from api.doors import permitted
from api.download import COMPRESSED
from api.fresh_cache import FreshCache
from api.gate import gate_of
from api.head import HeadAsGet
from api.headers import SecurityHeaders
from api.limiter import Limiter
from api.planning import comparison, plans
from api.planning import files as plan_files
from api.planning import force as plan_force
from api.planning import impact as plan_impact
from api.planning import moves as plan_moves
from api.planning import proposals as plan_proposals
from api.rendering import JsonText, json_bytes
from api.tile_cache import TileCache
from governance.access.passwords import Passwords
from governance.attachments.files import Attachments
from governance.department.overlap import Overlaps
from governance.exports import Exports
from governance.live.events import EventHub
from governance.owners import Owners
from governance.planning.proposal_jobs import ProposalJobs
from governance.settings import Settings
from grid_data.database import Database
from migrations.standing import head

__all__ = ["create_app"]

ROUTERS = (
    # Asked for most; routes are tried in this order.
    incidents.router,
    cases.router,
    case_sides.router,
    routing.router,
    city.router,
    layers.router,
    zones.router,
    categories.router,
    organisations.router,
    search.router,
    rules.router,
    deadlines.router,
    overrides.router,
    locating.router,
    fallback_places.router,
    plans.router,
    plan_moves.router,
    plan_proposals.router,
    plan_force.router,
    plan_impact.router,
    patrol_points.router,
    plan_files.router,
    comparison.router,
    attachments.router,
    duplicates.router,
    nearby.router,
    reporters.router,
    urgent_tasks.router,
    guidance.router,
    transfers.router,
    statistics.router,
    indicators.router,
    rankings.router,
    dispatch.router,
    surroundings.router,
    duties.router,
    department.router,
    department_facilities.router,
    zone_query.router,
    session.router,
    oidc.router,
    accounts.router,
    tokens.router,
    events.router,
    exports.router,
    export_answers.router,
    report_subscriptions.router,
    webhooks.router,
    share.router,
    # Before the tiles of any layer.
    open_tiles.router,
    tiles.router,
    problem_pages.router,
    health.router,
)


def create_app(settings: Settings) -> FastAPI:
    """The GridGov server for a database.

    Nothing is opened before the application starts; connections close when it stops, after the requests under
    way are done.

    Parameters
    ----------
    settings
        Of these ``database_url`` and what concerns photos and files is used; whoever starts a private cluster
        gives its address here.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(settings.database_url or "")
        app.state.database = database
        app.state.gate = gate_of(settings, database, demo=app.state.demo)
        app.state.passwords = Passwords()
        app.state.oidc = oidc.sign_on_of(settings)
        app.state.migration = head()
        app.state.silence = settings.silence
        app.state.tiles = TileCache()
        app.state.proposals = ProposalJobs()
        app.state.overlaps = Overlaps()
        app.state.fresh = FreshCache(lambda: current_edition(database))
        app.state.alarm_limits = settings.alarm_limits
        app.state.events = EventHub(database, settings.database_url or "")
        app.state.duplicates = settings.duplicate_rule
        app.state.attachments = Attachments(settings.attachment_place, settings.file_limits)
        app.state.exports = Exports(database, settings.export_place)
        await asyncio.to_thread(app.state.exports.swept)
        app.state.report_font = settings.report_font
        app.state.mail = settings.mail_plan
        app.state.webhook_private = settings.webhook_private
        app.state.share_limiter = Limiter(burst=30, per_minute=30)
        app.state.owners = Owners(
            database, open=settings.access == "open", demo=bool(getattr(app.state, "demo", False))
        )
        await database.open()
        try:
            yield
        finally:
            await app.state.events.closed()
            await asyncio.to_thread(app.state.proposals.close)
            await database.close()

    app = FastAPI(
        title="GridGov",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    # Set by whoever starts a demo: its accounts are let in, and shown with their passwords.
    app.state.demo = False
    app.state.is_open = settings.access == "open"
    problems.install(app)
    openapi.install(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(permitted)])

    @app.get("/api/openapi.json", include_in_schema=False)
    async def read_openapi(request: Request) -> JsonText:
        return JsonText(json_bytes(request.app.openapi()))

    static_map.install(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1000,
        compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *COMPRESSED),
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    return app
