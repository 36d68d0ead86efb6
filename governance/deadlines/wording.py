"""Rules in words."""

from __future__ import annotations

from gis.words import Words
from governance.deadlines.rules import Rule, named_amount

__all__ = ["limit_words", "manner_words", "meaning", "time_text"]

_UNITS = {
    "urgent_hour": (Words("小时（连续）", "hour"), "hours"),
    "natural_day": (Words("个自然日", "day"), "days"),
    "work_hour": (Words("个工作时", "working hour"), "working hours"),
    "work_day": (Words("个工作日", "working day"), "working days"),
}
_LANDINGS = {
    "next_working_day": Words("逢休息日顺延至下一工作日", "moved from a day off to the next working day"),
    "next_opening": Words("逢休息日顺延至下一工作日上班时", "moved from a day off to the next opening"),
}
_CALENDARS = {
    "holidays": Words("扣除周末和节假日", "without weekends and holidays"),
    "weekdays": Words("只扣除周末", "without weekends"),
    "every_day": Words("每天都算", "every day counts"),
}


def time_text(second: int) -> str:
    """A time of day, with seconds where there are any.

    >>> time_text(61200), time_text(86399)
    ('17:00', '23:59:59')
    """
    text = f"{second // 3600:02d}:{second % 3600 // 60:02d}"
    return f"{text}:{second % 60:02d}" if second % 60 else text


def limit_words(rule: Rule) -> Words:
    """How much, and when of the day.

    >>> limit_words(Rule("days", 3, due=17 * 3600)).en
    '3 working days, due at 17:00'
    """
    kind, amount, day_hours = named_amount(rule)
    unit, many = _UNITS[kind]
    zh, en = f"{amount:g}{unit.zh}", f"{amount:g} {unit.en if amount == 1 else many}"
    if day_hours is not None and day_hours * 3600 != rule.windows.length_s:
        zh, en = f"{zh}（每日{day_hours:g}小时）", f"{en} of {day_hours:g} hours"
    if isinstance(rule.due, int):
        zh, en = f"{zh}，{time_text(rule.due)}到期", f"{en}, due at {time_text(rule.due)}"
    return Words(zh, en)


def manner_words(rule: Rule) -> Words:
    """How it is counted: what rules of one city have in common."""
    parts: list[Words] = []
    if rule.start == "next_opening":
        parts.append(Words("非工作时间上报的自下次上班起算", "outside business hours from the next opening"))
    if rule.counting == "business" and not isinstance(rule.due, int):
        if rule.due == "opening":
            parts.append(Words("下班时用尽的于下次上班时到期", "used up at closing: due at the next opening"))
        else:
            parts.append(Words("下班时用尽的于下班时到期", "used up at closing: due at closing"))
    if rule.landing != "stay":
        parts.append(_LANDINGS[rule.landing])
    if rule.needs_calendar:
        parts.append(_CALENDARS[rule.calendar])
    if not parts:
        return Words("日夜连续", "by day and night")
    return Words("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def meaning(rule: Rule) -> Words:
    """A rule in words."""
    limit, manner = limit_words(rule), manner_words(rule)
    return Words(f"{limit.zh}；{manner.zh}", f"{limit.en}; {manner.en}")
