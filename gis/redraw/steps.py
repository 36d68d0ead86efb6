"""What a planner's action is, how it is taken back, and what of others it meets.

A step names each unit it moved, where it was and where it went. Taking it back is the same step the other way
round, and two steps that touch nothing in common can be made in either order: that is all that undo, redo and
two planners on one plan need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gis.errors import GisError
from gis.words import Words

__all__ = ["ATTRIBUTES", "DraftZone", "Lock", "RedrawRefused", "Step", "clashes", "reversed_step"]

Lock = Literal["none", "out", "in", "both"]
"""What may not happen to a zone's units: leave it (``out``), enter it (``in``), either (``both``)."""


class RedrawRefused(GisError):
    """A move that cannot be made; nothing has changed.

    Attributes
    ----------
    code
        What kind of reason it is: ``zone-locked``, ``crosses-community``, ``unknown-zone``, ``unknown-unit``,
        ``unknown-building``, ``zone-dissolved``, ``nothing-to-do``, ``last-zone``, ``not-adjacent``,
        ``line-misses``, ``cannot-cut``, ``too-few-units``, ``cannot-number``,
        ``unknown-community``, ``off-the-way``, ``no-way``.
    words
        The reason as a sentence.
    zone, unit
        Which zone (its number) or unit (its identifier) it is about, if it is about one.
    """

    def __init__(
        self, code: str, zh: str, en: str, *, zone: int | None = None, unit: int | None = None
    ) -> None:
        super().__init__(en)
        self.code = code
        self.words = Words(zh, en)
        self.zone = zone
        self.unit = unit


@dataclass(frozen=True)
class DraftZone:
    """A zone of a draft.

    Attributes
    ----------
    number
        The plan's own number for it; given once.
    community
        Identifier of the community it has to stay in; None on layers that are not nested.
    code, name
        As they are to be; the code is None until a new zone is numbered.
    base
        Whether it is a zone of the edition the plan starts from.
    exempt
        Not held to the band of households.
    dissolved
        It ends with the plan, and takes no units.
    """

    number: int
    community: int | None
    code: str | None
    name_zh: str
    name_en: str | None = None
    base: bool = False
    lock: Lock = "none"
    exempt: bool = False
    dissolved: bool = False

    @property
    def named(self) -> Words:
        """What to call it in a sentence."""
        label = self.code or f"#{self.number}"
        return Words(f"{self.name_zh}（{label}）", f"{self.name_en or self.name_zh} ({label})")


ATTRIBUTES = ("code", "name_zh", "name_en", "lock", "exempt", "dissolved")
"""What of a zone can be changed; each can be changed by one of two planners at a time."""


@dataclass(frozen=True)
class Step:
    """One action.

    Attributes
    ----------
    kind
        Which; a word of the API.
    units, before, after
        Each unit moved, its zone before and after. None is nowhere: a unit that is cut goes there, its pieces
        come from there.
    zones
        Zones changed: as they were (None: they did not exist), and as they are.
    shapes
        Units whose border received a vertex: their shape before and after, in EPSG:4326.
    ground
        Units whose ground a cut concerns: those cut, their pieces, and all their neighbours.
    """

    kind: str
    units: tuple[int, ...] = ()
    before: tuple[int | None, ...] = ()
    after: tuple[int | None, ...] = ()
    zones: Mapping[int, tuple[DraftZone | None, DraftZone]] = field(default_factory=dict)
    shapes: Mapping[int, tuple[Any, Any]] = field(default_factory=dict)
    ground: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.units or self.zones or self.shapes)

    @property
    def touched_zones(self) -> list[int]:
        """Zones that gain or lose units, or change otherwise, in the order of their numbers."""
        numbers = {number for number in (*self.before, *self.after) if number is not None}
        return sorted(numbers | set(self.zones))

    def renamed(self, identifiers: Mapping[int, int]) -> Step:
        """The same step with other identifiers for some units (pieces get theirs when they are stored)."""

        def of(unit: int) -> int:
            return identifiers.get(unit, unit)

        return replace(
            self,
            units=tuple(of(unit) for unit in self.units),
            shapes={of(unit): both for unit, both in self.shapes.items()},
            ground=frozenset(of(unit) for unit in self.ground),
        )

    def attributes(self) -> set[tuple[int, str]]:
        """Which attributes of which zones it changes. A zone that is made, or unmade, counts as a whole."""
        changed: set[tuple[int, str]] = set()
        for number, (was, now) in self.zones.items():
            if was is None:
                changed |= {(number, name) for name in ATTRIBUTES}
            else:
                changed |= {(number, name) for name in ATTRIBUTES if getattr(was, name) != getattr(now, name)}
        return changed


def reversed_step(step: Step) -> Step:
    """The step that takes this one back. A zone it made is dissolved, for its number is never used again."""
    zones: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    for number, (was, now) in step.zones.items():
        zones[number] = (now, replace(now, dissolved=True) if was is None else was)
    return replace(
        step,
        before=step.after,
        after=step.before,
        zones=zones,
        shapes={unit: (after, before) for unit, (before, after) in step.shapes.items()},
    )


def clashes(step: Step, others: Iterable[Step]) -> tuple[set[int], set[tuple[int, str]]]:
    """What a step has in common with others made since: units, and attributes of zones.

    Two steps clash where both move a unit, where both cut ground or border on what the other cuts, or where
    both change the same attribute of a zone.

    >>> mine = Step("paint", (1, 2), (7, 7), (8, 8))
    >>> clashes(mine, [Step("paint", (2,), (7,), (9,))])
    ({2}, set())
    >>> clashes(mine, [Step("paint", (3,), (7,), (9,))])
    (set(), set())
    """
    moved, ground, attributes = set(step.units), step.ground, step.attributes()
    units: set[int] = set()
    zones: set[tuple[int, str]] = set()
    for other in others:
        units |= moved & set(other.units) | ground & other.ground
        zones |= attributes & other.attributes()
    return units, zones
