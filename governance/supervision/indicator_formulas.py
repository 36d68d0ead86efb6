"""Indicators as contract: each is a formula over counts, in words and in code.

Due is what has its limit within the period. Whether it was done counts at the end of the period: what is done
later changes nothing, so a rate of a past period stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.words import Words

__all__ = ["GRADES", "INDICATORS", "Counts", "Indicator", "composite_score", "grade", "value"]

Counts = Mapping[str, int]
Kind = Literal["rate", "ratio", "count"]


@dataclass(frozen=True)
class Indicator:
    """A quotient of sums of counts.

    Attributes
    ----------
    above, below
        Names of counts, summed; those after a minus sign are taken away. No ``below``: the count itself.
    """

    code: str
    name: Words
    formula: Words
    above: tuple[str, ...]
    below: tuple[str, ...]
    kind: Kind = "rate"
    higher_is_better: bool = True


def _rate(
    code: str,
    zh: str,
    en: str,
    formula_zh: str,
    formula_en: str,
    above: str,
    below: str,
    *,
    good: bool = True,
) -> Indicator:
    return Indicator(
        code,
        Words(zh, en),
        Words(formula_zh, formula_en),
        tuple(above.split()),
        tuple(below.split()),
        "rate",
        good,
    )


INDICATORS: tuple[Indicator, ...] = (
    _rate(
        "effective_report_rate",
        "有效上报率",
        "Effective reports",
        "有效上报数 ÷ 上报数（期内上报；不予受理和作废的无效）",
        "effective reports / reports (reported in the period; rejected and cancelled are not effective)",
        "effective",
        "reported",
    ),
    _rate(
        "on_time_filing_rate",
        "按时立案率",
        "Filed on time",
        "按时立案数 ÷ 立案数（期内立案）",
        "filed on time / filed (filed in the period)",
        "filed_on_time",
        "filed",
    ),
    _rate(
        "filing_accuracy",
        "准确立案率",
        "Filing accuracy",
        "（立案数 − 其中作废数）÷ 立案数",
        "(filed − cancelled of these) / filed",
        "filed -withdrawn",
        "filed",
    ),
    _rate(
        "on_time_dispatching_rate",
        "按时派遣率",
        "Dispatched on time",
        "按时派遣数 ÷ 应派遣数（派遣时限在期内）",
        "dispatched on time / due to be dispatched in the period",
        "due_dispatch_on_time",
        "due_dispatch",
    ),
    _rate(
        "dispatch_accuracy",
        "准确派遣率",
        "Dispatch accuracy",
        "（应派遣数 − 派遣后退回数）÷ 应派遣数",
        "(due to be dispatched − sent back afterwards) / due to be dispatched",
        "due_dispatch -sent_back",
        "due_dispatch",
    ),
    _rate(
        "handling_rate",
        "处置率",
        "Handling rate",
        "处置数 ÷ 应处置数（处置时限在期内，期末前完成）",
        "handled by the end of the period / due to be handled in it",
        "due_handle_done",
        "due_handle",
    ),
    _rate(
        "on_time_handling_rate",
        "按期处置率",
        "Handled on time",
        "按期处置数 ÷ 应处置数",
        "handled on time / due to be handled",
        "due_handle_on_time",
        "due_handle",
    ),
    _rate(
        "overdue_open_rate",
        "超期待处置率",
        "Overdue and not handled",
        "期末仍未处置数 ÷ 应处置数",
        "not handled by the end of the period / due to be handled",
        "due_handle -due_handle_done",
        "due_handle",
        good=False,
    ),
    _rate(
        "extension_rate",
        "延期率",
        "Extension rate",
        "延期案件数 ÷ 应结案数",
        "extended / due to be closed",
        "extended",
        "due_total",
        good=False,
    ),
    _rate(
        "closing_rate",
        "结案率",
        "Closing rate",
        "结案数 ÷ 应结案数（结案时限在期内，期末前结案）",
        "closed by the end of the period / due to be closed in it",
        "due_total_done",
        "due_total",
    ),
    _rate(
        "on_time_closing_rate",
        "按期结案率",
        "Closed on time",
        "按期结案数 ÷ 应结案数",
        "closed on time / due to be closed",
        "due_total_on_time",
        "due_total",
    ),
    _rate(
        "rework_rate",
        "返工率",
        "Rework rate",
        "返工案件数 ÷ 应结案数",
        "reworked / due to be closed",
        "reworked",
        "due_total",
        good=False,
    ),
    _rate(
        "on_time_verifying_rate",
        "按时核实率",
        "Verified on time",
        "按时核实数 ÷ 应核实数",
        "verified on time / due to be verified",
        "due_verify_on_time",
        "due_verify",
    ),
    _rate(
        "on_time_checking_rate",
        "按时核查率",
        "Checked on time",
        "按时核查数 ÷ 应核查数",
        "checked on time / due to be checked",
        "due_check_on_time",
        "due_check",
    ),
    _rate(
        "missed_rate",
        "漏报率",
        "Missed by patrols",
        "公众先发现的部件、事件立案数 ÷ 立案数",
        "filed components and matters that the public found first / filed",
        "missed",
        "filed",
        good=False,
    ),
    _rate(
        "response_rate",
        "响应率",
        "Response rate",
        "按时受理数 ÷ 应受理数",
        "accepted on time / due to be accepted",
        "due_accept_on_time",
        "due_accept",
    ),
    _rate(
        "solution_rate",
        "解决率",
        "Solution rate",
        "期内办结且未评价为不满意数 ÷ 期内办结数（转 110 的不计为解决）",
        "closed in the period and not found unsatisfactory / closed in it (handed to 110 is not solved)",
        "solved",
        "closed",
    ),
    _rate(
        "satisfaction_rate",
        "满意率",
        "Satisfaction",
        "（满意＋基本满意）÷ 已评价（期内办结；逾期未评价的不计）",
        "(satisfied + basically) / evaluated (closed in the period; silence is not counted)",
        "satisfied",
        "evaluated",
    ),
    _rate(
        "direct_answer_rate",
        "直办率",
        "Direct answers",
        "凭指引直接答复数 ÷ 期内办结数",
        "answered directly / closed in the period",
        "answered",
        "closed",
    ),
    _rate(
        "completion_rate",
        "办结率",
        "Completion rate",
        "期内受理且期末前办结数 ÷ 期内受理数",
        "accepted in the period and closed by its end / accepted in it",
        "finished",
        "accepted",
    ),
    Indicator(
        "self_found_ratio",
        Words("自主发现与投诉之比", "Found by ourselves to complaints"),
        Words(
            "网格员、巡查、视频、感知上报数 ÷ 热线、应用、110 来件数",
            "reports of grid workers, patrols, video and sensors / of hotline, app and 110",
        ),
        ("self_found",),
        ("complained",),
        "ratio",
    ),
    Indicator(
        "dispatch_volume",
        Words("派遣量", "Dispatches due"),
        Words("派遣时限在期内的件数", "cases due to be dispatched in the period"),
        ("due_dispatch",),
        (),
        "count",
    ),
)

GRADES = ((90.0, "A"), (75.0, "B"), (60.0, "C"), (40.0, "D"))
"""From so many points on a grade is given; below all of them it is E."""


def value(indicator: Indicator, counts: Counts) -> float | None:
    """The value of an indicator; None where nothing was due (nothing is divided by zero).

    >>> closing = next(each for each in INDICATORS if each.code == "closing_rate")
    >>> round(value(closing, {"due_total": 972, "due_total_done": 911}), 4)
    0.9372
    """
    above = sum(
        -counts.get(name[1:], 0) if name[0] == "-" else counts.get(name, 0) for name in indicator.above
    )
    if not indicator.below:
        return float(above)
    below = sum(counts.get(name, 0) for name in indicator.below)
    return above / below if below else None


def composite_score(parts: Mapping[str, tuple[float | None, float, bool]]) -> float | None:
    """Points of 100 from (rate, weight, inverted) of each part.

    A part without a value takes no part, and the others share its weight; None when none has one.

    >>> composite_score({"a": (0.5, 30.0, False), "b": (0.1, 10.0, True), "c": (None, 60.0, False)})
    60.0
    """
    known = [
        (1 - rate if inverted else rate, weight)
        for rate, weight, inverted in parts.values()
        if rate is not None
    ]
    total = sum(weight for _, weight in known)
    if not total:
        return None
    return round(100 * sum(min(max(rate, 0.0), 1.0) * weight for rate, weight in known) / total, 4)


def grade(score: float | None) -> str | None:
    """The grade of a score: A from 90, B from 75, C from 60, D from 40, else E.

    >>> [grade(score) for score in (90.0, 89.99, 40, 39.9, None)]
    ['A', 'B', 'D', 'E', None]
    """
    if score is None:
        return None
    return next((letter for least, letter in GRADES if score >= least), "E")
