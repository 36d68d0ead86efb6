"""For whoever operates the server: does it live, can it serve."""

from __future__ import annotations

import asyncio
import logging

import psycopg
from fastapi import APIRouter, Depends, Request
from psycopg_pool import PoolClosed, PoolTimeout

from api import dependencies
from api.dependencies import known_parameters
from api.openapi import problems
from api.rendering import JsonText, json_bytes
from api.schemas import Health, Readiness
from governance.access import OPERATOR
from grid_data.city import readiness
from grid_data.database import Database

router = APIRouter(tags=["health"], dependencies=[Depends(known_parameters)])
log = logging.getLogger(__name__)


@router.get("/healthz", summary="Does the process answer", responses=problems("unknown-parameter"))
async def healthz() -> Health:
    """Always `ok` while the process runs; the database is not asked."""
    return Health()


@router.get(
    "/readyz",
    summary="Can requests be served",
    responses={
        200: {"model": Readiness},
        503: {"model": Readiness, "description": "Not ready: the fields say what is missing."},
        **problems("unknown-parameter"),
    },
    response_class=JsonText,
)
async def readyz(request: Request) -> JsonText:
    """Database reachable, schema at the newest migration, city loaded."""
    database: Database = request.app.state.database
    expected: str = request.app.state.migration
    migration = city = None
    away = False
    try:
        async with asyncio.timeout(dependencies.WAIT_S), database.transaction(OPERATOR) as connection:
            migration, city = await readiness(connection)
    except (TimeoutError, psycopg.OperationalError, PoolTimeout, PoolClosed) as error:
        log.warning("not ready: %s", error)
        away = True
    except psycopg.Error:
        # Reachable, but never migrated: no table, or not even the role.
        migration = None
    migrated = migration == expected
    ready = migrated and city is not None and not away
    body = Readiness(
        status="ready" if ready else "not_ready",
        database="away" if away else "ok",
        migrations="ok" if migrated else f"at {migration or 'nothing'}, expected {expected}",
        city=city,
    )
    return JsonText(json_bytes(body.model_dump()), status_code=200 if ready else 503)
