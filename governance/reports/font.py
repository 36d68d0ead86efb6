"""The font of reports: one with Chinese characters that is installed on this machine."""

from __future__ import annotations

from pathlib import Path

__all__ = ["KNOWN", "FontMissing", "report_font"]

KNOWN = (
    # Debian: fonts-wqy-microhei (Apache-2.0), installed by `make setup`; fonts-droid-fallback (Apache-2.0).
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
"""TrueType outlines; fonts with PostScript outlines cannot be embedded in part."""


class FontMissing(Exception):
    """There is no font a report could be written in."""


def report_font(chosen: Path | None) -> Path:
    """The file of the font: the chosen one, else the first known one that is there.

    Raises
    ------
    FontMissing
        There is none.
    """
    for path in [chosen] if chosen is not None else map(Path, KNOWN):
        if path.is_file():
            return path
    raise FontMissing(str(chosen or "fonts-wqy-microhei"))
