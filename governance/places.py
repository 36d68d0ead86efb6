"""Words for why a place was not believed."""

from __future__ import annotations

from governance.answers import Name, PlaceProblem

_MESSAGES = {
    "none_given": ("未提供位置。", "No place was given."),
    "null_island": ("坐标为零点（0, 0）。", "The coordinates are zero (0, 0)."),
    "swapped": (
        "经纬度似乎填反：互换后落在本市。",
        "Longitude and latitude seem swapped: exchanged, they lie in the city.",
    ),
    "outside_city": ("位置在本市范围以外。", "The place lies outside the city."),
    "default_start": (
        "坐标正是地图的默认中心，多半未点选位置。",
        "The coordinates are the map's default centre: most likely nobody chose a place.",
    ),
    "inaccurate": (
        "位置精度太低，无法确定网格。",
        "The place is too inaccurate to tell a grid.",
    ),
}


def place_problem(code: str) -> PlaceProblem:
    """A place problem with its words."""
    zh, en = _MESSAGES[code]
    return PlaceProblem.model_validate({"code": code, "message": Name(zh=zh, en=en)})
