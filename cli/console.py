"""What commands print: plain lines on standard error for progress, answers on standard output."""

from __future__ import annotations

import locale
import os

from rich.console import Console

__all__ = ["in_words", "out", "progress", "say"]

out = Console(highlight=False)
progress = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line of progress."""
    progress.print(f"[dim]·[/dim] {line}", markup=True, soft_wrap=True)


def in_words(zh: str, en: str) -> str:
    """The text in the language of the terminal: Chinese for Chinese locales, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return zh if (named or locale.getlocale()[0] or "").lower().startswith("zh") else en
