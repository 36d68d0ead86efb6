"""Reasons of GEOS and of `gis.lattice` why a shape is no good, in both languages."""

from __future__ import annotations

import re
from typing import Final

from gis.words import Words

__all__ = ["reason_words"]

_ZH: Final = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环相互嵌套",
    "Nested shells": "外环相互嵌套",
    "Nested holes": "内环相互嵌套",
    "Duplicate Rings": "环重复",
    "Interior is disconnected": "内部不连通",
    "Too few points in geometry component": "顶点过少",
    "Invalid Coordinate": "坐标无效",
    "Ring is not closed": "环未闭合",
    "the geometry is empty": "几何为空",
    "the geometry touches the 180th meridian": "触及 180 度经线",
    "the geometry spans more than 180 degrees of longitude": "经度跨度超过 180 度",
    "nothing is left of the geometry on the lattice of 1e-7 degree": "小于 1e-7 度的格网，无法保留",
}
_PARTS: Final = (
    (re.compile(r"(.+) at (-?[\d.]+), (-?[\d.]+)"), "{0}，位于 {1}, {2}"),
    (re.compile(r"the geometry cannot be read: (.+)"), "几何无法解析：{0}"),
    (re.compile(r"\((.+), (.+)\) is not a longitude and a latitude"), "（{0}，{1}）不是经纬度"),
)


def reason_words(reason: str) -> Words:
    """A reason with its Chinese words; those that nobody has translated stay as they are.

    >>> reason_words("Self-intersection at 120.5, 36.5").zh
    '自相交，位于 120.5, 36.5'
    >>> reason_words("(201, 36) is not a longitude and a latitude").zh
    '（201，36）不是经纬度'
    """
    if reason in _ZH:
        return Words(_ZH[reason], reason)
    for pattern, words in _PARTS:
        match = pattern.fullmatch(reason)
        if match is not None:
            return Words(words.format(*(_ZH.get(part, part) for part in match.groups())), reason)
    return Words(reason, reason)
