"""Plans at their moment: each is put into force, or rolled back, in a transaction of its own."""

from __future__ import annotations

import logging

from governance.access import NIGHTLY
from governance.planning.publishing import Done, publish_due, return_due
from governance.planning.refusals import PlanRefused
from grid_data.database import Database
from grid_data.planning.publishing import due_plans

__all__ = ["publish_due_plans"]

log = logging.getLogger(__name__)


async def publish_due_plans(database: Database) -> list[Done]:
    """Put every plan into force, or back, whose moment has come, in the order of their moments.

    Whoever else does the same at the same time waits for the plan's row and then finds it published: each
    plan takes effect once. A plan that is refused is told of and holds up none of the others.
    """
    async with database.transaction(NIGHTLY) as connection:
        codes = await due_plans(connection)
    done = []
    for code, returns in codes:
        try:
            async with database.transaction(NIGHTLY) as connection:
                done.append(await (return_due if returns else publish_due)(connection, code))
        except PlanRefused as refused:
            # Somebody else was faster, or took it back in this very moment.
            log.info("plan %s is left as it is: %s", code, refused.message)
    return done
