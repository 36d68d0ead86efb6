"""The impact report on paper: a page that needs nothing else, and a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.incidents.answers import Name
from governance.planning.impact import GridRef, Impact
from governance.planning.states import STATES, State
from grid_data.exporters.text import harmless

__all__ = ["impact_csv", "impact_html"]

Language = Literal["zh", "en"]

FIGURES = {
    "units": Words("地块", "Land units"),
    "households": Words("户数", "Households"),
    "residents": Words("人口", "Residents"),
    "buildings": Words("楼栋", "Buildings"),
    "open_incidents": Words("未结事件", "Open incidents"),
    "incidents_year": Words("年事件量", "Incidents a year"),
    "facilities": Words("部件", "Facilities"),
    "patrol_points": Words("巡查点", "Patrol points"),
    "posts": Words("岗位", "Posts"),
}
CHANGES = {
    "begun": Words("新设", "new"),
    "ended": Words("撤销", "dissolved"),
    "changed": Words("调整", "changed"),
}
STYLE = """\
body { font: 10.5pt/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif;
       margin: 2em auto; max-width: 60em; padding: 0 1em; color: #1b1f24; background: #fff; }
h1 { font-size: 16pt; margin: 0; } h2 { font-size: 12pt; margin: 2em 0 .4em; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .6em; border-bottom: 1px solid #d0d7de; text-align: right; vertical-align: top; }
th { border-bottom: 2px solid #57606a; } th.name, td.name { text-align: left; }
thead { display: table-header-group; } tr { break-inside: avoid; }
.fault { border-left: 4px solid #b3261e; padding: .2em .8em; margin: .3em 0; }
.meta { color: #57606a; }
@page { size: A4; margin: 15mm; } @media print { body { margin: 0; max-width: none; } }
"""


def impact_html(impact: Impact, language: Language, timezone: str) -> str:
    """The report as one HTML page, in one language and by the city's clock, to be read and printed."""

    def say(zh: str, en: str) -> str:
        return escape(zh if language == "zh" else en)

    def name(of: Name) -> str:
        return escape((of.en if language == "en" else None) or of.zh)

    def grid(ref: GridRef) -> str:
        code = escape(ref.code) if ref.code else say("新网格", "new grid")
        return f"{code} {name(ref.name)}"

    def word(words: Words) -> str:
        return say(words.zh, words.en)

    about = [
        escape(impact.plan),
        name(impact.name),
        word(STATES[State(impact.state)]),
        f"{say('版次', 'revision')} {impact.revision}",
        f"{say('统计时刻', 'as of')} {impact.at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}",
    ]
    parts = [
        f"<h1>{say('网格调整影响报告', 'Impact of a redraw')}</h1>",
        f'<p class="meta">{" · ".join(about)}</p>',
    ]
    if impact.faults:
        parts.append(f"<h2>{say('须先改正', 'To be mended first')}</h2>")
        parts += [f'<p class="fault">{name(fault.text)}</p>' for fault in impact.faults]
    totals = impact.totals
    parts += [
        f"<h2>{say('总计', 'In all')}</h2>",
        "<p>"
        + say(
            f"涉及网格 {totals.grids} 个，其中新设 {totals.begun} 个、撤销 {totals.ended} 个。",
            f"{totals.grids} grids change: {totals.begun} new, {totals.ended} dissolved.",
        )
        + "</p>",
        _table([word(words) for words in FIGURES.values()], [[getattr(totals, key) for key in FIGURES]], 0),
        f"<h2>{say('从何处到何处', 'From where to where')}</h2>",
        _table(
            [say("原网格", "From"), say("新网格", "To"), *(word(words) for words in FIGURES.values())],
            [
                [grid(flow.source), grid(flow.target), *(getattr(flow, key) for key in FIGURES)]
                for flow in impact.flows
            ],
            2,
        ),
        f"<h2>{say('各网格前后', 'Each grid before and after')}</h2>",
        _table(
            [
                say("网格", "Grid"), say("变化", "Change"), say("户数", "Households"),
                say("人口", "Residents"), say("未结事件", "Open incidents"), say("面积（公顷）", "Area (ha)"),
                say("现有岗位", "Posts today"),
            ],
            [
                [
                    grid(each.grid), word(CHANGES[each.change]),
                    f"{each.households_before} → {each.households_after}",
                    f"{each.residents_before} → {each.residents_after}",
                    f"{each.open_incidents_before} → {each.open_incidents_after}",
                    f"{each.area_m2_before / 1e4:.2f} → {each.area_m2_after / 1e4:.2f}", each.posts,
                ]
                for each in impact.grids
            ],
            2,
        ),
    ]  # fmt: skip
    for layer in impact.overlaps:
        parts += [
            f"<h2>{say('与专业网格的关系：', 'Against ')}{name(layer.name)}</h2>",
            _table(
                [
                    say("网格", "Grid"), say("专业网格", "Specialist grid"), say("面积占比", "Share of area"),
                    say("户数", "Households"), say("户数占比", "Share of households"),
                ],
                [
                    [
                        grid(row.grid), f"{escape(row.zone)} {name(row.zone_name)}", f"{row.area_share:.1%}",
                        row.households, "—" if row.household_share is None else f"{row.household_share:.1%}",
                    ]
                    for row in layer.rows
                ],
                2,
            ),
        ]  # fmt: skip
    body = "\n".join(parts)
    title = f"{say('影响报告', 'Impact')} {escape(impact.plan)}"
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>\n{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], names: int) -> str:
    """A table of texts that are HTML already; the first ``names`` columns are texts, the others figures."""

    def cells(values: Sequence[object], tag: str) -> str:
        return "".join(
            f'<{tag} class="name">{value}</{tag}>' if k < names else f"<{tag}>{value}</{tag}>"
            for k, value in enumerate(values)
        )

    body = "\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(heads, 'th')}</tr></thead>\n<tbody>{body}</tbody></table>"


def impact_csv(impact: Impact) -> str:
    """Flows as a table for spreadsheets, UTF-8 with a mark: codes, names, figures, area in square metres."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["from", "from_name", "to", "to_name", *FIGURES, "area_m2"])
    for flow in impact.flows:
        ends = [flow.source.code or "", flow.source.name.zh, flow.target.code or "", flow.target.name.zh]
        writer.writerow(
            [*(harmless(text) for text in ends), *(getattr(flow, key) for key in FIGURES), flow.area_m2]
        )
    return "\ufeff" + out.getvalue()
