"""A sentence in the two languages of the program."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """The same text in Chinese and in English."""

    zh: str
    en: str
