"""What a planner may ask of proposals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gis.errors import GisError
from gis.words import Words

__all__ = ["Cancelled", "ImpossibleOptions", "ProposeOptions"]


class ImpossibleOptions(GisError):
    """Options that contradict each other or the units; ``words`` says it in both languages."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Cancelled(Exception):
    """The caller's ``cancelled`` answered yes; nothing is returned."""


@dataclass(frozen=True)
class ProposeOptions:
    """Wishes and limits of a division of units into grids.

    Attributes
    ----------
    minimum, maximum
        The band: how many households a grid should have, both inclusive.
    roads, compactness, stay
        Weights of borders along roads and water, of round shapes, of households and grids that stay as they
        are; 1 is the usual weight, 0 none.
    change_budget
        Hard cap on the share (0..1) of households whose grid changes; None for none. Where today's grids
        cannot be kept (not connected, across communities), what that moves is not avoided by it.
    redraw
        Whether grids of today are where a new division begins, rather than something to maintain: proposals
        hold on to them less, and are not sparing with changes.
    locked
        Zone numbers of ``current`` whose units stay as they are: nothing leaves, nothing enters.
    exempt
        Zone numbers of ``current`` that the band does not concern; they are locked too.
    must_link, cannot_link
        Pairs of unit indices that share a grid, or do not. Units between two linked ones that do not touch
        come with them, along the shortest way.
    grids
        How many grids to make altogether (locked ones count); None leaves it to the band.
    communities
        Numbers of the communities to divide; None for all. Units elsewhere keep their zone.
    first_number
        The first number for new zones; None: one more than the largest of ``current``.
    proposals
        At most how many proposals to give back.
    seed
        The same seed, units and options give the same proposals, whatever the machine and its threads.
    seconds
        How long to search, counted in work: seconds of a machine with two cores of the usual kind. A slower
        one takes longer and finds the same.
    limit_s
        Seconds by the clock after which it ends with what it has, on whatever machine; None for no limit.
        Where it cuts in, the same seed may find something else.
    """

    minimum: int = 300
    maximum: int = 500
    roads: float = 1.0
    compactness: float = 1.0
    stay: float = 1.0
    change_budget: float | None = None
    redraw: bool = False
    locked: frozenset[int] = frozenset()
    exempt: frozenset[int] = frozenset()
    must_link: tuple[tuple[int, int], ...] = ()
    cannot_link: tuple[tuple[int, int], ...] = ()
    grids: int | None = None
    communities: frozenset[int] | None = None
    first_number: int | None = None
    proposals: int = 5
    seed: int = 1
    seconds: float = 10.0
    limit_s: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.minimum <= self.maximum:
            raise ImpossibleOptions(
                Words("户数区间应满足 0 < 下限 ≤ 上限", "the band must satisfy 0 < minimum <= maximum")
            )
        if min(self.roads, self.compactness, self.stay) < 0:
            raise ImpossibleOptions(Words("权重不能为负", "weights must not be negative"))
        if self.change_budget is not None and not 0 <= self.change_budget <= 1:
            raise ImpossibleOptions(
                Words("变动上限应在 0 与 1 之间", "the change budget is a share between 0 and 1")
            )
        if not 1 <= self.proposals <= 5:
            raise ImpossibleOptions(Words("方案数应为 1 至 5", "between 1 and 5 proposals can be asked for"))
        if not self.seconds > 0 or (self.limit_s is not None and not self.limit_s > 0):
            raise ImpossibleOptions(Words("时间应大于零", "the time must be more than nothing"))
        if self.grids is not None and self.grids < 1:
            raise ImpossibleOptions(Words("网格数应至少为 1", "at least one grid must be asked for"))

    def check_units(self, units: int) -> None:
        """Refuse links of units that do not exist.

        Raises
        ------
        ImpossibleOptions
            A pair names a unit that is not there, or the same unit twice.
        """
        for a, b in _pairs(self.must_link, self.cannot_link):
            if a == b or not (0 <= a < units and 0 <= b < units):
                raise ImpossibleOptions(
                    Words(f"单元对 {a}、{b} 无效", f"{a} and {b} are no two units of the graph")
                )


def _pairs(*links: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for pairs in links:
        yield from pairs
