"""LIKE patterns from what people type."""

from __future__ import annotations

__all__ = ["containing", "starting"]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def containing(text: str) -> str:
    r"""Pattern of texts that contain this one.

    >>> containing("100%")
    '%100\\%%'
    """
    return f"%{_literal(text)}%"


def starting(text: str) -> str:
    """Pattern of texts that start with this one.

    >>> starting("3702")
    '3702%'
    """
    return f"{_literal(text)}%"
