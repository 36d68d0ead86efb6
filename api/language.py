"""Chinese first; English when the request prefers it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from starlette.requests import HTTPConnection

from governance.incidents.answers import Name

__all__ = ["Language", "language"]


class Language(NamedTuple):
    """The language of an answer's sentences."""

    code: Literal["zh", "en"]

    def of(self, name: Name) -> str:
        """The text in this language, else in Chinese."""
        return (name.en if self.code == "en" else None) or name.zh


def language(request: HTTPConnection) -> Language:
    """The first of zh and en that ``Accept-Language`` names with the highest weight; Chinese without it."""
    wishes: list[tuple[float, Literal["zh", "en"]]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if primary == "zh":
            wishes.append((quality, "zh"))
        elif primary == "en":
            wishes.append((quality, "en"))
    return Language(max(wishes, key=lambda wish: wish[0])[1] if wishes else "zh")
