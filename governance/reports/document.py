"""A report as PDF: what it is about, figures, a picture, tables, the newest incidents."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.casework.names import STATES, State
from governance.exports.subjects import CLOCKS, SOURCES
from governance.reports.facts import MOST_PLACES, ReportFacts
from governance.reports.map_picture import CLOSED, OPEN, URGENT, draw_map
from grid_data.exporters.columns import Language

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["report_pdf"]

WIDE, MARGIN = 210.0, 15.0
BODY = WIDE - 2 * MARGIN
INK, SOFT, RULE, ACCENT, BAD = (28, 34, 44), (96, 105, 118), (214, 219, 226), (27, 82, 160), (190, 40, 40)
SHOWN = 12
"""Rows of a table; the rest is one row."""
WORDS: Mapping[str, Words] = {
    "total": Words("事件总数", "incidents"),
    "open": Words("未结", "open"),
    "overdue": Words("超时", "overdue"),
    "due_soon": Words("即将到期", "due soon"),
    "urgent": Words("紧急", "urgent"),
    "nowhere": Words("未定位", "without a place"),
    "categories": Words("按类别", "By category"),
    "communities": Words("按社区", "By community"),
    "organisations": Words("按责任部门", "By responsible organisation"),
    "states": Words("按状态", "By state"),
    "sources": Words("按来源", "By source"),
    "days": Words("每日上报", "Reported per day"),
    "weeks": Words("每周上报", "Reported per week"),
    "months": Words("每月上报", "Reported per month"),
    "rest": Words("其余", "others"),
    "name": Words("名称", "name"),
    "map": Words("分布", "Where they are"),
    "legend": Words("● 未结  ● 未结且紧急  ● 已结", "● open  ● open and urgent  ● closed"),
    "newest": Words("最新事件", "The newest incidents"),
    "number": Words("编号", "number"),
    "category": Words("类别", "category"),
    "reported": Words("上报时间", "reported"),
    "state": Words("状态", "state"),
    "clock": Words("时限", "time limit"),
    "address": Words("地址", "address"),
    "none": Words("没有符合条件的事件。", "No incident fits."),
    "page": Words("第 {page} 页，共 {{nb}} 页", "page {page} of {{nb}}"),
}


def report_pdf(facts: ReportFacts, font: Path, language: Language) -> bytes:
    """The report, A4, with the characters of the font that it uses. It takes seconds: make it in a thread."""
    report = _Report(facts, font, language)
    try:
        return report.made()
    finally:
        report.close()


class _Report:
    def __init__(self, facts: ReportFacts, font: Path, language: Language) -> None:
        self._facts, self._font, self._language = facts, font, language
        self._zone = ZoneInfo(facts.about.timezone)
        self._pdf = _paper(self._footer())
        self._pdf.add_font("text", fname=font)
        about = facts.about
        self._pdf.set_title(self._of(about.title))
        self._pdf.set_author(about.by)
        self._pdf.set_subject("; ".join(f"{k}: {v}" for k, v in about.facts(language).items()))
        self._pdf.set_lang("zh-CN" if language == "zh" else "en")
        self._pdf.set_creation_date(about.at)

    def close(self) -> None:
        """Close the font, which stays open for as long as something may be written in it."""
        from fpdf.fonts import TTFFont

        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def made(self) -> bytes:
        pdf, figures = self._pdf, self._facts.figures
        pdf.add_page()
        self._title()
        self._numbers()
        if not figures["total"]:
            self._text(11, self._word("none"))
        else:
            self._picture()
            self._trend()
            for key in ("categories", "communities", "organisations"):
                self._table(key, figures[key])
            self._counts("states", {str(k): v for k, v in STATES.items()})
            self._counts("sources", SOURCES)
            self._newest()
        return bytes(pdf.output())

    # --- parts -------------------------------------------------------------------------------------------

    def _title(self) -> None:
        from fpdf.enums import WrapMode

        pdf = self._pdf
        self._text(20, self._of(self._facts.about.title), colour=ACCENT, space=3)
        for name, value in self._facts.about.facts(self._language).items():
            if not value or name in ("内容", "content", "行数", "rows"):
                continue
            pdf.set_font("text", size=9)
            pdf.set_text_color(*SOFT)
            pdf.cell(24, 5, name)
            pdf.set_text_color(*INK)
            pdf.multi_cell(BODY - 24, 5, value, new_x="LMARGIN", new_y="NEXT", wrapmode=WrapMode.CHAR)
        pdf.ln(3)

    def _numbers(self) -> None:
        pdf, figures = self._pdf, self._facts.figures
        keys = ("total", "open", "overdue", "due_soon", "urgent", "nowhere")
        wide = BODY / len(keys)
        top = pdf.get_y()
        for at, key in enumerate(keys):
            pdf.set_xy(MARGIN + at * wide, top)
            pdf.set_font("text", size=19)
            pdf.set_text_color(*(BAD if key == "overdue" and figures[key] else INK))
            pdf.cell(wide, 9, f"{figures[key]:,}")
            pdf.set_xy(MARGIN + at * wide, top + 9)
            pdf.set_font("text", size=9)
            pdf.set_text_color(*SOFT)
            pdf.cell(wide, 5, self._word(key))
        pdf.set_xy(MARGIN, top + 18)

    def _picture(self) -> None:
        pdf = self._pdf
        png, _ = draw_map(self._facts, self._font, self._language)
        high = BODY * 2 / 3
        self._heading("map", high + 8)
        top = pdf.get_y()
        pdf.image(io.BytesIO(png), x=MARGIN, y=top, w=BODY, h=high, alt_text=self._word("map"))
        pdf.set_draw_color(*RULE)
        pdf.rect(MARGIN, top, BODY, high)
        pdf.set_xy(MARGIN, top + high + 1)
        pdf.set_font("text", size=8.5)
        for mark, colour in zip(self._word("legend").split("  "), (OPEN, URGENT, CLOSED), strict=True):
            pdf.set_fill_color(*colour)
            pdf.ellipse(pdf.get_x() + 1, pdf.get_y() + 1.6, 2, 2, style="F")
            pdf.set_text_color(*SOFT)
            pdf.set_x(pdf.get_x() + 4)
            pdf.cell(pdf.get_string_width(mark[2:]) + 6, 5, mark[2:])
        seen = len(self._facts.places)
        if seen >= MOST_PLACES:
            zh, en = f"最新 {seen:,} 件", f"the newest {seen:,}"
            pdf.cell(40, 5, zh if self._language == "zh" else en)
        pdf.set_xy(MARGIN, top + high + 8)

    def _trend(self) -> None:
        """Bars per day, week or month, whichever fits."""
        days = [(date.fromisoformat(day), n) for day, n in self._facts.figures["days"]]
        span = (days[-1][0] - days[0][0]).days
        unit = "days" if span <= 62 else "weeks" if span <= 430 else "months"
        counted: dict[date, int] = {}
        at = _first(days[0][0], unit)
        while at <= days[-1][0]:
            counted[at] = 0
            at = _following(at, unit)
        for day, n in days:
            counted[_first(day, unit)] += n
        self._heading(unit, 44)
        pdf = self._pdf
        top, high = pdf.get_y() + 4, 26.0
        most, wide = max(counted.values()), BODY / max(len(counted), 12)
        pdf.set_fill_color(*ACCENT)
        for place, n in enumerate(counted.values()):
            tall = high * n / most
            pdf.rect(MARGIN + place * wide + wide * 0.12, top + high - tall, wide * 0.76, tall, style="F")
        pdf.set_draw_color(*RULE)
        pdf.line(MARGIN, top + high, MARGIN + BODY, top + high)
        pdf.set_font("text", size=8)
        pdf.set_text_color(*SOFT)
        pdf.set_xy(MARGIN, top - 4)
        pdf.cell(30, 4, f"≤ {most:,}")
        every = max(1, -(-len(counted) // 8))
        for place, day in enumerate(counted):
            if place % every == 0:
                pdf.set_xy(MARGIN + place * wide, top + high + 0.5)
                pdf.cell(24, 4, f"{day:%Y-%m}" if unit == "months" else f"{day:%Y-%m-%d}")
        pdf.set_xy(MARGIN, top + high + 8)

    def _table(self, key: str, found: Sequence[Mapping[str, Any]]) -> None:
        if not found:
            return
        first = [
            (each[self._language], each["total"], each["open"], each["overdue"]) for each in found[:SHOWN]
        ]
        if rest := found[SHOWN:]:
            sums = [sum(int(each[name]) for each in rest) for name in ("total", "open", "overdue")]
            first.append((f"{self._word('rest')} ({len(rest)})", sums[0], sums[1], sums[2]))
        self._heading(key, min(12 + 5.4 * len(first), 70))
        widths = (BODY - 66, 22, 22, 22)
        self._line(widths, [self._word(each) for each in ("name", "total", "open", "overdue")], head=True)
        for name, *numbers in first:
            self._line(widths, [name, *(f"{int(n):,}" for n in numbers)])
        self._pdf.ln(3)

    def _counts(self, key: str, words: Mapping[str, Words]) -> None:
        found: Mapping[str, int] = self._facts.figures[key]
        self._heading(key, 20)
        listed = [f"{self._of(words[code])} {found[code]:,}" for code in words if code in found]
        self._text(9.5, "    ".join(listed), space=3)

    def _newest(self) -> None:
        self._heading("newest", 24)
        widths = (36, 34, 24, 18, 20, BODY - 132)
        keys = ("number", "category", "reported", "state", "clock", "address")
        self._line(widths, [self._word(key) for key in keys], head=True, left=6)
        for item in self._facts.items:
            at = datetime.fromisoformat(item["reported_at"]).astimezone(self._zone)
            cells = [
                item["number"],
                item["category"]["name"][self._language] or item["category"]["name"]["zh"],
                f"{at:%m-%d %H:%M}",
                self._of(STATES[State(item["state"])]),
                self._of(CLOCKS[item["clock"]["state"]]),
                item["address"] or "",
            ]
            self._line(widths, cells, left=6)
        left = self._facts.figures["total"] - len(self._facts.items)
        if left > 0:
            zh, en = f"另有 {left:,} 件未列出。", f"{left:,} more are not listed."
            self._text(9, zh if self._language == "zh" else en, colour=SOFT)

    # --- lines -------------------------------------------------------------------------------------------

    def _heading(self, key: str, room: float) -> None:
        if self._pdf.will_page_break(room):
            self._pdf.add_page()
        self._text(12.5, self._word(key), colour=ACCENT, space=1)

    def _text(self, size: float, text: str, *, colour: tuple[int, int, int] = INK, space: float = 0) -> None:
        self._pdf.set_font("text", size=size)
        self._pdf.set_text_color(*colour)
        self._pdf.multi_cell(BODY, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")
        self._pdf.ln(space)

    def _line(
        self, widths: Sequence[float], cells: Sequence[str], *, head: bool = False, left: int = 1
    ) -> None:
        """A line of a table; what is too long is cut."""
        pdf = self._pdf
        pdf.set_font("text", size=8.5)
        if pdf.will_page_break(5.4):
            pdf.add_page()
        pdf.set_draw_color(*RULE)
        for at, (wide, cell) in enumerate(zip(widths, cells, strict=True)):
            pdf.set_text_color(*(SOFT if head else INK))
            pdf.cell(wide, 5.4, self._cut(cell, wide - 2), border="B", align="L" if at < left else "R")
        pdf.ln()

    def _cut(self, text: str, wide: float) -> str:
        clean = " ".join(text.split())
        if self._pdf.get_string_width(clean) <= wide:
            return clean
        while clean and self._pdf.get_string_width(f"{clean}…") > wide:
            clean = clean[:-1]
        return f"{clean}…"

    def _word(self, key: str) -> str:
        return self._of(WORDS[key])

    def _of(self, words: Words) -> str:
        return str(getattr(words, self._language))

    def _footer(self) -> tuple[str, str]:
        about = self._facts.about
        local = about.at.astimezone(self._zone)
        return f"GridGov · {local:%Y-%m-%d %H:%M}", self._word("page")


def _paper(footer: tuple[str, str]) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("text", size=8)
            self.set_text_color(*SOFT)
            self.cell(BODY / 2, 5, footer[0])
            self.cell(BODY / 2, 5, footer[1].format(page=self.page_no()), align="R")

    paper = Paper(format="A4")
    paper.set_margins(MARGIN, 14, MARGIN)
    paper.set_auto_page_break(True, 16)
    return paper


def _first(day: date, unit: str) -> date:
    if unit == "months":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "weeks" else day


def _following(day: date, unit: str) -> date:
    if unit == "months":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit == "weeks" else 1)
