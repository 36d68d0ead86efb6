"""Cases under way whose place another organisation answers for since zones were redrawn.

What nobody has begun is handed over by the program, a step like any other: the new organisation gets the work
order, and its stage begins anew. What somebody has begun, objects to or has suspended stays with them: work
under way is not torn out of hands. A dispatcher may hand it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.access import NIGHTLY, Actor, Role
from governance.casework.errors import CaseChanged, StepRefused
from governance.casework.facts import Fields
from governance.casework.names import Action
from governance.casework.storing import Step, take_in
from grid_data.casework import led_by_others
from grid_data.database import Connection

__all__ = ["Followed", "follow_redraw"]

PROGRAM = Actor(NIGHTLY.name, Role.PROGRAM)
REASON = "网格或辖区调整 / zones were redrawn"


@dataclass(frozen=True)
class Followed:
    """Numbers of the cases that were handed over, and of those that stay with whoever leads."""

    handed_over: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def told(self) -> dict[str, list[str]]:
        """For the entry in the history; nothing where there is nothing to tell."""
        found = {"handed_over": list(self.handed_over), "kept": list(self.kept)}
        return {name: numbers for name, numbers in found.items() if numbers}


async def follow_redraw(connection: Connection, before: Mapping[int, int]) -> Followed:
    """Let cases follow the incidents that were routed again, in the caller's transaction.

    Parameters
    ----------
    before
        Incident -> organisation that routing had found before (0: none). A case led by another was given to
        that one by a person, and is left alone.
    """
    changed = {incident: organisation for incident, organisation in before.items() if organisation}
    if not changed:
        return Followed()
    handed_over, kept = [], []
    for number, begun, lead in await led_by_others(connection, changed):
        if begun or not await _hand_over(connection, number, lead):
            kept.append(number)
        else:
            handed_over.append(number)
    return Followed(tuple(handed_over), tuple(kept))


async def _hand_over(connection: Connection, number: str, lead: str) -> bool:
    step = Step(Action.HAND_OVER, fields=Fields(lead=lead, reason=REASON))
    try:
        await take_in(connection, PROGRAM, number, step)
    except (StepRefused, CaseChanged):
        # It is suspended, objected to, or somebody began this very moment.
        return False
    return True
