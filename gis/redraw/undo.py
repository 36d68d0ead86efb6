"""Taking a step back, or making it again, in a plan that has gone on since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gis.measures import NOWHERE
from gis.redraw.draft import Draft
from gis.redraw.steps import DraftZone, Step, reversed_step

__all__ = ["Made", "Turned", "turned"]


@dataclass(frozen=True)
class Made:
    """A step of a plan: its place in the order of steps, and whether it is taken back."""

    seq: int
    undone: bool
    step: Step


@dataclass(frozen=True)
class Turned:
    """A step the other way round, and what stands against it: nothing, if it can be made.

    Attributes
    ----------
    step
        To be made on the draft as it is.
    units
        Units that are not where the step left them, or on whose ground others have cut since.
    attributes
        Attributes of zones that are not as the step left them.
    """

    step: Step
    units: frozenset[int]
    attributes: frozenset[tuple[int, str]]


def turned(made: Made, draft: Draft, others: Sequence[Made], *, again: bool) -> Turned:
    """A step taken back (``again``: made again) on a draft that holds all units it names.

    Parameters
    ----------
    others
        All steps of the plan.
    """
    step = made.step if again else reversed_step(made.step)
    changes = step.attributes()
    units = {
        unit
        for unit, before in zip(step.units, step.before, strict=True)
        if (int(draft.zone[draft.row[unit]]) if unit in draft.row else NOWHERE) != (before or NOWHERE)
    }
    attributes = {
        (number, name)
        for number, name in changes
        if (was := step.zones[number][0]) is not None
        and number in draft.zones
        and getattr(draft.zones[number], name) != getattr(was, name)
    }
    for other in others:
        common = other.step.ground & step.ground
        if other.seq == made.seq or not common:
            continue
        # Ground cut since, or a cut that was there and is gone: vertices and borders would not fit together.
        if (other.seq > made.seq and not other.undone) or (other.seq < made.seq and again and other.undone):
            units |= common
    zones: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    for number, (was, now) in step.zones.items():
        present = draft.zones.get(number)
        if was is None or present is None:
            zones[number] = (present, now)
        else:
            new = {name: getattr(now, name) for which, name in changes if which == number}
            zones[number] = (present, replace(present, **new))
    return Turned(replace(step, zones=zones), frozenset(units), frozenset(attributes))
