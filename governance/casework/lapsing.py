"""Evaluations that lapse: the appellant was silent for long enough, and the case says so."""

from __future__ import annotations

import logging
from datetime import timedelta

from governance.access import NIGHTLY, Actor, Role
from governance.casework.effects import SILENCE
from governance.casework.errors import CaseChanged, StepRefused
from governance.casework.names import PUBLIC, Action
from governance.casework.storing import Step, step_transaction, take_step
from grid_data.casework import await_silence, lapsing_cases
from grid_data.database import Database

__all__ = ["lapse_evaluations"]

log = logging.getLogger(__name__)

ONCE = 1_000
"""Cases taken from the list at a time."""


async def lapse_evaluations(database: Database, *, silence: timedelta = SILENCE) -> int:
    """Record the lapse of every evaluation whose time is over, each in a transaction of its own.

    However many do this at once, each case lapses once: whoever is later finds it evaluated. Cases that came
    checked, by import, wait from their check on, too.

    Parameters
    ----------
    silence
        After how long without an evaluation those lapse.

    Returns
    -------
    int
        How many lapsed.
    """
    actor, step, lapsed = Actor(NIGHTLY.name, Role.PROGRAM), Step(Action.LAPSE), 0
    async with database.transaction(NIGHTLY) as connection:
        await await_silence(connection, sorted(PUBLIC), silence)
    while True:
        async with database.transaction(NIGHTLY) as connection:
            numbers = await lapsing_cases(connection, ONCE)
        before = lapsed
        for number in numbers:
            try:
                async with step_transaction(database, actor, number, step) as (connection, row):
                    await take_step(connection, actor, number, step, row)
                lapsed += 1
            except (CaseChanged, StepRefused) as refused:
                # Somebody else was faster: it is evaluated, or lapsed already.
                log.info("%s does not lapse: %s", number, refused.message)
        if len(numbers) < ONCE or lapsed == before:
            return lapsed
