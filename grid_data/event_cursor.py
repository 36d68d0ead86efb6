"""How far somebody has read the history: the highest number seen, and the numbers below it not seen yet.

Numbers are drawn before a transaction commits, so that a lower one may come after a higher one. A cursor
names exactly what was seen; who gives it back gets everything else, and nothing twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["Cursor", "Gap", "Ledger", "Span"]

Span = tuple[int, int]
"""First and last number, both within."""

LARGEST = 2**63 - 1
WRITTEN_SPANS = 40
"""Most gaps that a written cursor names. With more it falls back below the lowest one: whoever comes back
with it gets some events again, which a reader tells by their numbers."""

_TEXT = re.compile(r"([0-9]{1,19})((?:~[0-9]{1,19}(?:-[0-9]{1,19})?)*)")


@dataclass(frozen=True)
class Cursor:
    """Everything up to ``high`` was seen, but for the spans ``missing`` (ascending, apart, below ``high``).

    >>> Cursor(7).seen(10).seen(8)
    Cursor(high=10, missing=((9, 9),))
    >>> str(_)
    '10~9'
    """

    high: int = 0
    missing: tuple[Span, ...] = ()

    def knows(self, number: int) -> bool:
        """Whether the number was seen, or will never come.

        >>> [Cursor(10, ((3, 5),)).knows(n) for n in (2, 3, 5, 6, 10, 11)]
        [True, False, False, True, True, False]
        """
        return number <= self.high and _place(self.missing, number) is None

    def seen(self, number: int) -> Cursor:
        """The cursor after one more number.

        >>> Cursor(10, ((3, 5),)).seen(4)
        Cursor(high=10, missing=((3, 3), (5, 5)))
        """
        if number > self.high:
            between = ((self.high + 1, number - 1),) if number > self.high + 1 else ()
            return Cursor(number, self.missing + between)
        at = _place(self.missing, number)
        if at is None:
            return self
        first, last = self.missing[at]
        rest = [span for span in ((first, number - 1), (number + 1, last)) if span[0] <= span[1]]
        return Cursor(self.high, (*self.missing[:at], *rest, *self.missing[at + 1 :]))

    def __str__(self) -> str:
        if len(self.missing) > WRITTEN_SPANS:
            return str(self.missing[0][0] - 1)
        parts = [str(self.high)]
        parts += [f"{first}" if first == last else f"{first}-{last}" for first, last in self.missing]
        return "~".join(parts)

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor written like this; None for a text that is no cursor.

        >>> Cursor.read("10~3-5~8") == Cursor(10, ((3, 5), (8, 8)))
        True
        >>> Cursor.read("10~8~3-5"), Cursor.read("10~11"), Cursor.read("x")
        (None, None, None)
        """
        match = _TEXT.fullmatch(text) if len(text) <= 4096 else None
        if match is None:
            return None
        high, before, missing = int(match[1]), 0, []
        for part in match[2].split("~")[1:]:
            first, _, last = part.partition("-")
            span = (int(first), int(last or first))
            if not before < span[0] <= span[1] < high:
                return None
            missing.append(span)
            before = span[1]
        return cls(high, tuple(missing)) if high <= LARGEST else None


@dataclass(frozen=True)
class Gap:
    """Numbers drawn and not seen, and who may still bring them.

    Attributes
    ----------
    writers
        Transactions that could have drawn them and were still open when last looked at; None as long as
        nobody has looked since the gap was found.
    """

    first: int
    last: int
    writers: frozenset[str] | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody may still bring them."""
        return self.writers is None or bool(self.writers)

    def held_by(self, writers: frozenset[str]) -> Gap:
        """The gap when only these are still open: who began later cannot have drawn its numbers."""
        return replace(self, writers=writers if self.writers is None else self.writers & writers)


class Ledger:
    """A reader's cursor, with what decides when a number that did not come will never come.

    A writer holds a lock on the history from before it draws a number until after its commit is visible. So a
    number is over when everybody who held the lock after the gap was found is gone, and a later look did not
    find it. A long transaction that never touched the history holds nothing up, and a late one is waited for
    without holding up others: what is committed is delivered at once.

    One look is, in this order: read which number was drawn last, and `drawn` with it; unless there is nothing
    to look for (`quiet`), read what `cursor` does not know and `came` with the numbers found; when it is not
    `quiet` then, read who holds the lock and `open_writers` with them.
    """

    def __init__(self, high: int = 0, missing: Iterable[Span] = ()) -> None:
        self._high = high
        self._gaps = [Gap(first, last) for first, last in missing]
        # Numbers above the highest one seen: not part of the cursor, but worth looking for.
        self._ahead: Gap | None = None
        self._over = 0

    @property
    def cursor(self) -> Cursor:
        """What was seen."""
        return Cursor(self._high, tuple((gap.first, gap.last) for gap in self._gaps))

    @property
    def quiet(self) -> bool:
        """Whether every number that was drawn has been seen, or will never come."""
        return not self._gaps and self._ahead is None

    def drawn(self, number: int) -> None:
        """Take in the highest number that was drawn before the look."""
        if number > max(self._high, self._over) and (self._ahead is None or self._ahead.last < number):
            self._ahead = Gap(max(self._high, self._over) + 1, number)

    def came(self, numbers: Iterable[int]) -> None:
        """Take in a look at the history: these were found, the missing ones among them or not."""
        for number in numbers:
            self._take(number)
        self._gaps = [gap for gap in self._gaps if gap.waits]
        if self._ahead is not None and not self._ahead.waits:
            self._over = self._ahead.last
        if self._ahead is not None and self._ahead.last <= max(self._high, self._over):
            self._ahead = None

    def open_writers(self, writers: frozenset[str]) -> None:
        """Take in who may still write, as read after the look."""
        self._gaps = [gap.held_by(writers) for gap in self._gaps]
        self._ahead = self._ahead and self._ahead.held_by(writers)

    def doubt(self) -> None:
        """Forget who was waited for: after a lost connection the names may be others'."""
        self._gaps = [replace(gap, writers=None) for gap in self._gaps]
        self._ahead, self._over = None, 0

    def _take(self, number: int) -> None:
        if number > self._high:
            if number > self._high + 1:
                self._gaps.append(Gap(self._high + 1, number - 1))
            self._high = number
            return
        at = _place([(gap.first, gap.last) for gap in self._gaps], number)
        if at is not None:
            gap = self._gaps[at]
            parts = (replace(gap, last=number - 1), replace(gap, first=number + 1))
            self._gaps[at : at + 1] = [part for part in parts if part.first <= part.last]


def _place(spans: list[Span] | tuple[Span, ...], number: int) -> int | None:
    """Index of the span that holds the number."""
    at = bisect_left(spans, number, key=lambda span: span[1])
    return at if at < len(spans) and spans[at][0] <= number else None
