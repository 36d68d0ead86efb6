"""Business hours of a day."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DAY_S", "WINDOWS", "BadWindows", "Windows"]

DAY_S = 86_400
_PART = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*[-–—~～]\s*(\d{1,2})[:：](\d{2})\s*")


class BadWindows(ValueError):
    """Text that names no business hours; the message says why."""


@dataclass(frozen=True)
class Windows:
    """When work is done on a working day: half-open parts, in seconds of the day, in order and apart.

    Raises
    ------
    BadWindows
        There is none, one is empty, or two overlap.
    """

    parts: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise BadWindows("there are no business hours")
        end = 0
        for first, last in self.parts:
            if not 0 <= first < last <= DAY_S:
                raise BadWindows(f"{_clock(first)}-{_clock(last)} is no part of a day")
            if first < end:
                raise BadWindows(f"{_clock(first)}-{_clock(last)} begins before the part in front of it ends")
            end = last

    @classmethod
    def parse(cls, text: str) -> Windows:
        """Read ``08:30-12:00,14:00-18:00``; parts may touch, and the last may end at 24:00.

        Raises
        ------
        BadWindows
        """
        parts = []
        for piece in re.split(r"[,，;；]", text):
            match = _PART.fullmatch(piece)
            if match is None:
                raise BadWindows(f"{piece.strip()!r} is not of the form 08:30-17:00")
            hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
            if max(minutes) > 59:
                raise BadWindows(f"{piece.strip()!r} has more than 59 minutes")
            parts.append((hours[0] * 3600 + minutes[0] * 60, hours[1] * 3600 + minutes[1] * 60))
        return cls(tuple(parts))

    @property
    def length_s(self) -> int:
        """Seconds of work in a day."""
        return sum(last - first for first, last in self.parts)

    @property
    def opens(self) -> int:
        """First second of the business day."""
        return self.parts[0][0]

    @property
    def closes(self) -> int:
        """Second at which the business day ends."""
        return self.parts[-1][1]

    def __str__(self) -> str:
        return ",".join(f"{_clock(first)}-{_clock(last)}" for first, last in self.parts)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


WINDOWS = Windows(((8 * 3600, 12 * 3600), (14 * 3600, 18 * 3600)))
"""Hours in which a working hour counts if nobody says otherwise: eight hours in two parts."""
