"""Rankings: zones of a level by what happened in them, beside the year before, each number with its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field

from governance.access import Sight
from governance.incidents.answers import Answer, Name
from governance.supervision.ranking_figures import FIGURES, RATES, figures_of, rates_of
from governance.supervision.ranking_spans import Days, one_year_before, whole_periods
from grid_data.city import city_timezone
from grid_data.database import Connection
from grid_data.figures import Freshness
from grid_data.rankings import Ranked, Sums, added_up, class_of, path_to, ranked_layers, ranked_zones

__all__ = [
    "LEVELS",
    "Level",
    "RankingAnswer",
    "RankingQuestion",
    "RankingRow",
    "UnknownRegion",
    "rank",
]

Level = Literal["district", "street", "community", "grid"]
LEVELS: tuple[Level, ...] = ("district", "street", "community", "grid")


class UnknownRegion(LookupError):
    """No zone of the ranked levels has this code."""


class RankingQuestion(Answer):
    """What is ranked: days from ``first`` to ``last`` (not included), by the city's clock."""

    level: Level
    first: date
    last: date
    within: str | None = None
    category: str | None = None
    category_ids: list[int] | None = None
    sources: list[str] | None = None
    compare: Literal["none", "year"] = "none"


class RankedZone(Answer):
    """A zone on the map."""

    level: Level
    layer: str
    code: str
    name: Name


class RankedDays(Answer):
    """Days from one (included) to another (not included), by the city's clock."""

    first: date
    last: date


class FigureDefinition(Answer):
    """A number of incidents and what it counts."""

    code: str
    name: Name
    meaning: Name


class RateDefinition(Answer):
    """A rate and its formula."""

    code: str
    name: Name
    formula: Name
    above: str
    below: str
    kind: Literal["rate", "ratio"]
    higher_is_better: bool


class RankingRow(Answer):
    """Figures of one zone, or of what belongs to none.

    ``opens`` with a figure's code after it is the query of GET /api/incidents that lists exactly that number;
    null where no query can say it.
    """

    zone: RankedZone | None
    figures: dict[str, int]
    rates: dict[str, float | None]
    before: Annotated[dict[str, int] | None, Field(description="Figures of the span compared with.")] = None
    rates_before: dict[str, float | None] | None = None
    opens: str | None
    ended: Annotated[bool, Field(description="The zone is no more; what happened in it stays its own.")] = (
        False
    )
    since: Annotated[datetime | None, Field(description="Since when there is the zone.")] = None
    comparable: Annotated[
        bool, Field(description="There was the zone in both spans, and no redraw changed it between them.")
    ] = True
    made_of: Annotated[
        tuple[str, ...],
        Field(description="Zones it was made of in redraws since the beginning of what is compared."),
    ] = ()


class RankingAnswer(Answer):
    """A ranking with its definitions; ``as_of``: everything that happened until then is counted."""

    level: Level
    layer: str
    within: RankedZone | None
    path: Annotated[list[RankedZone], Field(description="From the top down to `within`, to go back by.")]
    next_level: Annotated[Level | None, Field(description="The level below, to go down to.")]
    span: RankedDays
    cut: Annotated[bool, Field(description="Compared are whole days only: today is left out.")]
    compared_with: RankedDays | None
    as_of: datetime
    waiting: Annotated[bool, Field(description="What changed after `as_of` is being counted.")]
    figures: list[FigureDefinition]
    rates: list[RateDefinition]
    rows: list[RankingRow]
    elsewhere: Annotated[RankingRow | None, Field(description="With a place, in no zone of the level.")]
    nowhere: Annotated[RankingRow | None, Field(description="Without a believed place: in no zone.")]
    total: RankingRow


async def rank(
    connection: Connection, asked: RankingQuestion, sight: Sight, state: Freshness
) -> RankingAnswer:
    """Rank zones.

    Parameters
    ----------
    sight
        Of whom the transaction runs for: which sums can be read depends on it.
    state
        How fresh the figures are, as whoever counted them last before told.

    Raises
    ------
    UnknownRegion
        ``within`` is no zone of the ranked levels.
    """
    path = [_zone(each) for each in await _path(connection, asked.within)]
    within_id = (await _path(connection, asked.within))[-1]["id"] if asked.within else None
    zone = ZoneInfo(await city_timezone(connection))
    today = datetime.now(zone).date()
    whole_span = Days(asked.first, asked.last)
    span = whole_span.until(today) if asked.compare == "year" else whole_span
    counter = await _Counter.of(connection, asked, within_id, zone, today, sight)
    now = await counter.count(span)
    earlier = one_year_before(span) if asked.compare == "year" else None
    before = await counter.count(earlier) if earlier else None
    since = datetime.combine((earlier or span).first, datetime.min.time(), zone)
    ids = sorted({zone_id for zone_id, located in now.keys() | (before or {}).keys() if located and zone_id})
    listed = await ranked_zones(connection, asked.level, ids, within_id, since)
    make = _Rows(asked, span, now, before, since)
    layer = (await ranked_layers(connection)).get(asked.level, "")
    return RankingAnswer(
        level=asked.level,
        layer=layer,
        within=path[-1] if path else None,
        path=path,
        next_level=LEVELS[LEVELS.index(asked.level) + 1] if asked.level != "grid" else None,
        span=RankedDays(first=span.first, last=span.last),
        cut=span != whole_span,
        compared_with=RankedDays(first=earlier.first, last=earlier.last) if earlier else None,
        as_of=state.as_of,
        waiting=state.waiting > 0,
        figures=[
            FigureDefinition(code=f.code, name=_words(f.name), meaning=_words(f.meaning)) for f in FIGURES
        ],
        rates=[
            RateDefinition(
                code=rate.code,
                name=_words(rate.name),
                formula=_words(rate.formula),
                above=rate.above,
                below=rate.below,
                kind=rate.kind,
                higher_is_better=rate.higher_is_better,
            )
            for rate in RATES
        ],
        rows=[make.of_zone(each) for each in listed],
        elsewhere=make.other((0, True), None),
        nowhere=make.other((0, False), "unlocated"),
        total=make.total(path[-1] if path else None),
    )


async def _path(connection: Connection, code: str | None) -> list[dict[str, Any]]:
    if code is None:
        return []
    found = await path_to(connection, code)
    if not found:
        raise UnknownRegion(code)
    return found


Group = tuple[int, bool]
Counted = Mapping[Group, Sums]


class _Counter:
    """Counts spans of one question."""

    def __init__(
        self, connection: Connection, asked: RankingQuestion, within: int | None, zone: ZoneInfo, today: date
    ) -> None:
        self._connection, self._asked, self._within = connection, asked, within
        self._zone, self._today = zone, today
        self._grain: int | None = 1
        self._class: int | None = None
        self._categories = asked.category_ids

    @classmethod
    async def of(
        cls,
        connection: Connection,
        asked: RankingQuestion,
        within: int | None,
        zone: ZoneInfo,
        today: date,
        sight: Sight,
    ) -> _Counter:
        """Choose which sums are read: the coarsest that tell apart what is asked for and what may be seen."""
        counter = cls(connection, asked, within, zone, today)
        if asked.category_ids is not None:
            counter._class = await class_of(connection, asked.category_ids)
            if counter._class is not None:
                counter._categories = None
        by_class, by_source = counter._class is not None, asked.sources is not None
        if counter._categories is not None:
            counter._grain = None
        elif not sight.everything and sight.organisations:
            # Seen by organisation: only one kind of sums tells organisations apart.
            counter._grain = None if by_class or by_source else 4
        else:
            counter._grain = {(False, False): 1, (True, False): 2, (False, True): 3}.get(
                (by_class, by_source)
            )
        if counter._grain is None:
            # Single cases are found by their categories.
            counter._categories = asked.category_ids
        return counter

    async def count(self, days: Days) -> Counted:
        """Figures of some days by zone."""
        if self._grain is None:
            nothing = Days(days.first, days.first)
            whole = whole_periods(nothing, self._today, tens=False)
        else:
            whole = whole_periods(days, self._today, tens=self._grain == 1)
        found: Sequence[Ranked] = await added_up(
            self._connection,
            level=self._asked.level,
            zone_id=self._within,
            first=days.first,
            last=days.last,
            stop=datetime.combine(days.last, datetime.min.time(), self._zone),
            grain=self._grain or 1,
            whole=(whole.days.first, whole.days.last),
            months=(whole.first_month, whole.last_month),
            tens=whole.tens,
            unsettled=min(days.last, self._today),
            class_id=self._class,
            category_ids=self._categories,
            sources=self._asked.sources,
        )
        return {(each.zone_id if each.located else 0, each.located): each.sums for each in found}


class _Rows:
    """Makes rows of an answer."""

    def __init__(
        self, asked: RankingQuestion, span: Days, now: Counted, before: Counted | None, since: datetime
    ) -> None:
        self._asked, self._now, self._before, self._since = asked, now, before, since
        parts = [("category", asked.category)] if asked.category is not None else []
        parts += [("source", each) for each in asked.sources or ()]
        parts += [("counted_from", str(span.first)), ("counted_to", str(span.last)), ("counted", "")]
        self._rest = urlencode(parts)

    def of_zone(self, row: Mapping[str, Any]) -> RankingRow:
        group = (row["id"], True)
        begun = row["since"]
        made_of = row["made_of"] or []
        return self._row(
            self._now.get(group, {}),
            None if self._before is None else self._before.get(group, {}),
            zone=_zone({**row, "level": self._asked.level}),
            opens=self._opens({"zone": f"{row['layer']}:{row['code']}"}),
            ended=row["ended"],
            since=begun,
            comparable=not row["ended"] and not made_of and (begun is None or begun <= self._since),
            made_of=made_of,
        )

    def other(self, group: Group, status: str | None) -> RankingRow | None:
        """Figures that belong to no zone; None: there are none."""
        if group not in self._now and group not in (self._before or {}):
            return None
        before = None if self._before is None else self._before.get(group, {})
        opens = self._opens({"place_status": status}) if status else None
        return self._row(self._now.get(group, {}), before, zone=None, opens=opens)

    def total(self, within: RankedZone | None) -> RankingRow:
        named = {"zone": f"{within.layer}:{within.code}"} if within else {}
        before = None if self._before is None else _sum(self._before)
        return self._row(_sum(self._now), before, zone=within, opens=self._opens(named))

    def _row(self, sums: Sums, before: Sums | None, **rest: Any) -> RankingRow:
        figures = figures_of(sums)
        then = None if before is None else figures_of(before)
        return RankingRow(
            figures=figures,
            rates=rates_of(figures),
            before=then,
            rates_before=None if then is None else rates_of(then),
            **rest,
        )

    def _opens(self, named: Mapping[str, str]) -> str:
        first = urlencode(named)
        return f"{first}&{self._rest}" if first else self._rest


def _sum(counted: Counted) -> Sums:
    total: Sums = {}
    for sums in counted.values():
        for name, value in sums.items():
            total[name] = total.get(name, 0) + value
    return total


def _zone(row: Mapping[str, Any]) -> RankedZone:
    return RankedZone(
        level=row["level"],
        layer=row["layer"],
        code=row["code"],
        name=Name(zh=row["name_zh"], en=row["name_en"]),
    )


def _words(words: Any) -> Name:
    return Name(zh=words.zh, en=words.en)
