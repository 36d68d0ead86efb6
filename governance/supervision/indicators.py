"""Indicators of a period: counted, divided, weighted, graded, and what was left out said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from governance.incidents.answers import Answer, Name, Named
from governance.supervision.indicator_formulas import INDICATORS, Indicator, composite_score, grade, value
from grid_data.city import city_timezone
from grid_data.database import Connection
from grid_data.indicators import Weight, count_events, names_of, weights

__all__ = ["GroupBy", "IndicatorAnswer", "Scope", "indicators_of"]

GroupBy = Literal["none", "district", "street", "community", "grid", "organisation", "category", "source"]
FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)
"""Where a span before one of thousands of years begins: the calendar's first day, in every time zone."""
REGIONAL = ("district", "street", "community", "grid")
SUMMED = (
    "done", "on_time", "reworked", "extended", "effective", "self_found", "complained", "missed", "answered",
    "solved", "evaluated", "satisfied", "withdrawn", "sent_back", "finished",
)  # fmt: skip
# Which extra counts belong to which kind of event; elsewhere they mean nothing.
_OWN = {
    "due_total": ("reworked", "extended"),
    "due_dispatch": ("sent_back",),
    "filed": ("missed", "withdrawn"),
    "closed": ("answered", "solved", "evaluated", "satisfied"),
    "accepted": ("finished",),
    "reported": ("effective", "self_found", "complained"),
}


class Scope(Answer):
    """What is looked at; ids, None: everything."""

    start: datetime
    stop: datetime
    region: int | None = None
    whole: bool = False
    category_ids: list[int] | None = None
    organisation_ids: list[int] | None = None
    sources: list[str] | None = None


class Definition(Answer):
    """An indicator, and its formula in words."""

    code: str
    name: Name
    formula: Name
    kind: Literal["rate", "ratio", "count"]
    higher_is_better: bool


class Part(Answer):
    """A part of a composite; `inverted`: one minus the rate counts."""

    indicator: str
    weight: float
    inverted: bool


class CompositeDefinition(Answer):
    """Points of 100 from weighted rates; a part without a value takes no part."""

    code: str
    name: Name
    parts: list[Part]


class Value(Answer):
    """An indicator of a group: `above` and `below` are what is divided; null where nothing was due."""

    value: float | None
    above: int
    below: int | None
    before: Annotated[float | None, Field(description="The same of the span compared with.")] = None


class Score(Answer):
    """A composite of a group, and its grade."""

    points: float | None
    grade: Literal["A", "B", "C", "D", "E"] | None


class Excluded(Answer):
    """What would have been due, or was reported, and is in no rate; `no_times`: its life was not recorded."""

    cancelled_or_merged: int
    suspended: int
    no_place: Annotated[int, Field(description="Without a believed place: in no region.")]
    no_times: int


class Row(Answer):
    """The indicators of one group; `group` is null for the whole."""

    group: Named | None
    counts: dict[str, int]
    values: dict[str, Value]
    scores: dict[str, Score]
    excluded: Excluded


class Span(Answer):
    """From a moment (included) to another (not included)."""

    start: datetime
    stop: datetime


class IndicatorAnswer(Answer):
    """Indicators with their definitions: what is counted is said beside it."""

    span: Span
    compared_with: Span | None
    group_by: GroupBy
    definitions: list[Definition]
    composites: list[CompositeDefinition]
    rows: list[Row]


Group = tuple[int | None, str | None]


class _Tally:
    """Counts of one group."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.gone = self.suspended = self.nowhere = self.untimed = 0

    def add(self, row: Mapping[str, Any], *, regional: bool) -> None:
        kind, due = row["kind"], row["kind"].startswith("due_")
        if regional and row["nowhere"]:
            self.nowhere += row["n"] if kind == "reported" else 0
            return
        if kind == "reported":
            self.untimed += row["untimed"]
        if row["gone"] and due:
            self.gone += row["n"] if kind == "due_total" else 0
            return
        if row["paused"]:
            self.suspended += row["n"] if kind == "due_total" else 0
            return
        self._sum(kind, row["n"])
        if due or kind == "filed":
            self._sum(f"{kind}_done", row["done"])
            self._sum(f"{kind}_on_time", row["on_time"])
        for name in _OWN.get(kind, ()):
            self._sum(name, row[name])

    def _sum(self, name: str, n: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + n


async def indicators_of(
    connection: Connection,
    scope: Scope,
    group_by: GroupBy,
    *,
    compare: Literal["none", "year", "span"] = "none",
) -> IndicatorAnswer:
    """The indicators of a span, by group.

    Parameters
    ----------
    compare
        ``year``: with the same calendar span a year before; ``span``: with the one just before.
    """
    tallies = await _tallies(connection, scope, group_by)
    span = Span(start=scope.start, stop=scope.stop)
    compared, before = None, dict[Group, _Tally]()
    if compare != "none":
        compared = await _earlier(connection, span, compare)
        earlier = scope.model_copy(update={"start": compared.start, "stop": compared.stop})
        before = await _tallies(connection, earlier, group_by)
    if group_by == "none":
        tallies.setdefault((None, None), _Tally())
    names = await _names(connection, group_by, tallies)
    return IndicatorAnswer(
        span=span,
        compared_with=compared,
        group_by=group_by,
        definitions=[_definition(each) for each in INDICATORS],
        composites=_composites(weights()),
        rows=[
            _row(names.get(group), tallies[group], before.get(group))
            for group in sorted(tallies, key=lambda group: _order(names.get(group)))
        ],
    )


def _order(group: Named | None) -> tuple[bool, str]:
    # What belongs to no group comes last.
    return group is None, group.code if group else ""


async def _tallies(connection: Connection, scope: Scope, group_by: GroupBy) -> dict[Group, _Tally]:
    regional = group_by in REGIONAL or (scope.region is not None and not scope.whole)
    found = await count_events(
        connection, start=scope.start, stop=scope.stop, group_by=group_by, region=scope.region,
        nowhere=scope.whole, category_ids=scope.category_ids, organisation_ids=scope.organisation_ids,
        sources=scope.sources,
    )  # fmt: skip
    tallies: dict[Group, _Tally] = {}
    for row in found:
        tally = tallies.setdefault((row["group_id"], row["group_word"]), _Tally())
        tally.add(row, regional=regional)
    return tallies


async def _earlier(connection: Connection, span: Span, compare: str) -> Span:
    if compare == "span":
        try:
            return Span(start=span.start - (span.stop - span.start), stop=span.start)
        except OverflowError:
            return Span(start=FIRST_MOMENT, stop=span.start)
    zone = ZoneInfo(await city_timezone(connection))
    return Span(start=_year_before(span.start, zone), stop=_year_before(span.stop, zone))


def _year_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The same day and hour of the year before, by the city's clock; the last of February for a leap day."""
    local = at.astimezone(zone)
    year = max(local.year - 1, 1)
    try:
        return local.replace(year=year)
    except ValueError:
        return (local - timedelta(days=1)).replace(year=year)


async def _names(connection: Connection, group_by: GroupBy, groups: Iterable[Group]) -> dict[Group, Named]:
    if group_by == "source":
        return {(None, word): Named(code=word, name=Name(zh=word)) for _, word in groups if word is not None}
    kind = {"organisation": "organisations", "category": "categories"}.get(group_by, "zones")
    ids = [group for group, _ in groups if group is not None]
    named = await names_of(connection, kind, ids) if ids else {}
    return {(key, None): Named(code=code, name=Name(zh=zh, en=en)) for key, (code, zh, en) in named.items()}


def _row(group: Named | None, tally: _Tally, before: _Tally | None) -> Row:
    counts = tally.counts
    values = {
        each.code: Value(
            value=_rounded(value(each, counts)),
            above=_sum(each.above, counts),
            below=_sum(each.below, counts) if each.below else None,
            before=_rounded(value(each, before.counts)) if before else None,
        )
        for each in INDICATORS
    }
    return Row(
        group=group,
        counts=dict(sorted(counts.items())),
        values=values,
        scores=_scores({code: each.value for code, each in values.items()}),
        excluded=Excluded(
            cancelled_or_merged=tally.gone,
            suspended=tally.suspended,
            no_place=tally.nowhere,
            no_times=tally.untimed,
        ),
    )


def _sum(names: Iterable[str], counts: Mapping[str, int]) -> int:
    return sum(-counts.get(name[1:], 0) if name[0] == "-" else counts.get(name, 0) for name in names)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)


def _scores(values: Mapping[str, float | None]) -> dict[str, Score]:
    rates = {each.code for each in INDICATORS if each.kind == "rate"}
    parts: dict[str, dict[str, tuple[float | None, float, bool]]] = {}
    for each in weights():
        # A volume has no best value to measure it by: the rates share its weight.
        rate = values[each.indicator] if each.indicator in rates else None
        parts.setdefault(each.composite, {})[each.indicator] = (rate, each.weight, each.inverted)
    scores = {code: composite_score(told) for code, told in parts.items()}
    return {code: Score(points=points, grade=grade(points)) for code, points in scores.items()}


def _definition(each: Indicator) -> Definition:
    return Definition(
        code=each.code,
        name=Name(zh=each.name.zh, en=each.name.en),
        formula=Name(zh=each.formula.zh, en=each.formula.en),
        kind=each.kind,
        higher_is_better=each.higher_is_better,
    )


def _composites(listed: Iterable[Weight]) -> list[CompositeDefinition]:
    made: dict[str, CompositeDefinition] = {}
    for each in listed:
        name = Name(zh=each.name_zh, en=each.name_en)
        composite = made.setdefault(
            each.composite, CompositeDefinition(code=each.composite, name=name, parts=[])
        )
        composite.parts.append(Part(indicator=each.indicator, weight=each.weight, inverted=each.inverted))
    return list(made.values())
