"""What rankings show: numbers of incidents, each of which opens its list, and rates made from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.words import Words

__all__ = ["FIGURES", "RATES", "Figure", "Rate", "figures_of", "rates_of"]


@dataclass(frozen=True)
class Figure:
    """A number of incidents, each counted once."""

    code: str
    name: Words
    meaning: Words


FIGURES: tuple[Figure, ...] = (
    Figure("reported", Words("上报", "Reported"), Words("期内上报", "reported in the period")),
    Figure(
        "self_found",
        Words("自主发现", "Self-found"),
        Words(
            "期内上报，来自网格员、巡查、视频、感知",
            "reported in the period by grid workers, patrols, video and sensors",
        ),
    ),
    Figure(
        "complained",
        Words("投诉", "Complaints"),
        Words("期内上报，来自热线、应用、110", "reported in the period by hotline, app and 110"),
    ),
    Figure(
        "due",
        Words("应结案", "Due to be closed"),
        Words(
            "结案时限在期内且已到；期末前不予受理、作废、并案的和期限前挂账的不计",
            "time limit within the period and passed; without rejected, cancelled, merged and suspended ones",
        ),
    ),
    Figure(
        "due_closed",
        Words("其中已结案", "Of these closed"),
        Words("应结案中期末前已结案", "of those due, closed by the end of the period"),
    ),
    Figure(
        "on_time",
        Words("按期结案", "Closed on time"),
        Words("应结案中在时限内结案", "of those due, closed within the limit"),
    ),
    Figure(
        "overdue",
        Words("超期未结", "Overdue"),
        Words("应结案中期末仍未结案", "of those due, open at the end of the period"),
    ),
    Figure("reworked", Words("返工", "Reworked"), Words("应结案中返过工", "of those due, done again")),
    Figure("extended", Words("延期", "Extended"), Words("应结案中延过期", "of those due, extended")),
    Figure(
        "excluded",
        Words("不计", "Left out"),
        Words(
            "时限在期内，但已不予受理、作废、并案或挂账",
            "time limit within the period, but rejected, cancelled, merged or suspended",
        ),
    ),
    Figure(
        "closed",
        Words("期内结案", "Closed"),
        Words("期内结案，不论时限", "closed in the period, whenever due"),
    ),
    Figure(
        "evaluated",
        Words("已评价", "Evaluated"),
        Words("期内结案且诉求人已评价", "closed in the period and evaluated by the appellant"),
    ),
    Figure(
        "satisfied",
        Words("满意", "Satisfied"),
        Words("期内结案，评价为满意或基本满意", "closed in the period, found satisfactory or basically so"),
    ),
)


@dataclass(frozen=True)
class Rate:
    """A figure divided by another."""

    code: str
    name: Words
    formula: Words
    above: str
    below: str
    higher_is_better: bool = True
    kind: Literal["rate", "ratio"] = "rate"


RATES: tuple[Rate, ...] = (
    Rate(
        "closing_rate",
        Words("结案率", "Closing rate"),
        Words("应结案中期末前已结案 ÷ 应结案", "closed by the end of the period / due to be closed in it"),
        "due_closed",
        "due",
    ),
    Rate(
        "on_time_rate",
        Words("按期结案率", "Closed on time"),
        Words("按期结案 ÷ 应结案", "closed on time / due to be closed"),
        "on_time",
        "due",
    ),
    Rate(
        "rework_rate",
        Words("返工率", "Rework rate"),
        Words("返工 ÷ 应结案", "done again / due to be closed"),
        "reworked",
        "due",
        higher_is_better=False,
    ),
    Rate(
        "satisfaction_rate",
        Words("满意率", "Satisfaction"),
        Words("（满意＋基本满意）÷ 已评价", "(satisfied + basically) / evaluated"),
        "satisfied",
        "evaluated",
    ),
    Rate(
        "self_found_ratio",
        Words("自主发现与投诉之比", "Self-found to complaints"),
        Words("自主发现 ÷ 投诉", "self-found / complaints"),
        "self_found",
        "complained",
        kind="ratio",
    ),
)


def figures_of(sums: Mapping[str, int]) -> dict[str, int]:
    """All figures from sums; what is not summed follows from others.

    >>> figures_of({"due": 5, "due_closed": 3})["overdue"]
    2
    """
    known = dict(sums) | {"overdue": sums.get("due", 0) - sums.get("due_closed", 0)}
    return {each.code: known.get(each.code, 0) for each in FIGURES}


def rates_of(figures: Mapping[str, int]) -> dict[str, float | None]:
    """All rates; None where nothing is divided by.

    >>> rates_of({"due": 972, "due_closed": 911, "on_time": 737})["closing_rate"]
    0.937243
    """
    return {
        each.code: round(figures.get(each.above, 0) / below, 6)
        if (below := figures.get(each.below, 0))
        else None
        for each in RATES
    }
