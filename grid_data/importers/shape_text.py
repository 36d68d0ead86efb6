"""Shapes that stand in a cell of text: WKT, or what PostGIS writes, EWKT and WKB in hexadecimal."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["shape_of_text", "shapes_of_texts"]

# Byte order 00 or 01, then digits in pairs.
_HEX = re.compile(r"0[01](?:[0-9A-Fa-f]{2}){4,}")
_SRID = re.compile(r"SRID=\d+;", re.IGNORECASE)


def shape_of_text(text: str) -> Any:
    """The shape of a cell; a number of a system before or in it is not heeded.

    Raises
    ------
    shapely.GEOSException
        It is no shape.

    >>> shape_of_text("SRID=4490;POINT (1 2)").wkt, shape_of_text(shapely.Point(1, 2).wkb_hex).wkt
    ('POINT (1 2)', 'POINT (1 2)')
    """
    kind, plain = _plain(text)
    return shapely.from_wkb(plain) if kind == "wkb" else shapely.from_wkt(plain)


def shapes_of_texts(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    """The same of many cells, None where one is None or no shape."""
    kinds = [("", None) if text is None else _plain(text) for text in texts]
    shapes = np.full(len(texts), None, dtype=object)
    for kind, read in (("wkt", shapely.from_wkt), ("wkb", shapely.from_wkb)):
        at = [position for position, (found, _) in enumerate(kinds) if found == kind]
        # GEOS overflows on numbers in rubbish; what comes out is no shape, or no place.
        with np.errstate(all="ignore"):
            shapes[at] = read(
                np.array([*(kinds[position][1] for position in at), None], dtype=object), on_invalid="ignore"
            )[:-1]
    return shapes


def _plain(text: str) -> tuple[str, str]:
    text = text.strip()
    if _HEX.fullmatch(text):
        return "wkb", text
    return "wkt", _SRID.sub("", text, count=1) if text[:1] in "Ss" else text
