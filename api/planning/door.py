"""The door of plans: who sees a plan works on it with the figures of all rows.

Whether a plan is seen is asked under the principal's own sight. What hangs on it (what stands on its units,
what a move changes, what publishing writes) is then read and written as it is, whoever asks: a plan judged by
half of the incidents would be wrong, and publishing half of one would break the city.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.dependencies import opened
from api.field_errors import FieldError
from api.planning.problems import plan_problems
from api.principal import principal_of
from api.problems import Problem
from gis.words import Words
from governance.access import Principal
from governance.incidents.answers import Name
from governance.planning.errors import PlanMissing
from grid_data.database import Connection, Database, all_rows, is_scoped, one
from grid_data.zones import zone_id

__all__ = ["PlanTransaction", "drawing_in"]


async def plan_transaction(request: Request) -> AsyncIterator[Connection]:
    """A transaction for a route of one plan; ``not-found`` when there is none that is seen."""
    me = await principal_of(request)
    database: Database = request.app.state.database
    code: str = request.path_params["code"]
    async with AsyncExitStack() as stack:
        connection = await opened(stack, database.transaction(me))
        if is_scoped(connection):
            # A path that cannot be meant is refused as one; PostgreSQL takes no NUL.
            seen = None if "\0" in code else await one(connection, "plans/seen", {"code": code})
            if seen is None or not seen["seen"]:
                with plan_problems():
                    raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
            await stack.enter_async_context(all_rows(connection))
        yield connection


PlanTransaction = Annotated[Connection, Depends(plan_transaction, scope="function")]


@asynccontextmanager
async def drawing_in(
    connection: Connection, me: Principal, area: tuple[str, str] | None
) -> AsyncIterator[None]:
    """Within: a plan for an area is started with the figures of all rows.

    Raises
    ------
    Problem
        ``not-allowed``: the area is not one of theirs, or it is the whole layer.
    """
    if is_scoped(connection):
        zone = None if area is None else await zone_id(connection, *area)
        if zone is None or zone not in me.sight.zones:
            words = Name(zh="只能在自己的范围内起草方案", en="plans are started in one's own zones")
            raise Problem("not-allowed", words, FieldError("area", words, "not-allowed"))
    async with all_rows(connection):
        yield
