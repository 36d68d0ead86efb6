"""Filters that lists and statistics of incidents share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from api.dependencies import Bbox, Transaction, area_of, moment
from api.field_errors import FieldError
from api.formats import CategoryKey, Moment, OrganisationCode, PlainText, ZoneKey
from api.problems import Problem, bad_parameter
from api.reports import Source
from governance.errors import UnknownCategory
from governance.incidents.answers import Name
from grid_data.categories import category_subtree
from grid_data.city import city_timezone
from grid_data.column_words import OPEN_STATES
from grid_data.incidents import Counted, IncidentFilter
from grid_data.organisations import organisation_subtree
from grid_data.zones import zone_id

__all__ = [
    "AtLevel",
    "ClockIs",
    "ConcernedIs",
    "CountedFrom",
    "CountedIs",
    "CountedTo",
    "Desk",
    "DeskQuery",
    "HandledFrom",
    "HandledTo",
    "HasDuplicates",
    "InCategory",
    "InState",
    "InZone",
    "ReportedFrom",
    "ReportedTo",
    "ResponsibleIs",
    "Reworked",
    "SentBack",
    "SourceIs",
    "State",
    "Supervised",
    "TextIs",
    "UrgencyIs",
    "categories_of",
    "counted_of",
    "organisations_of",
    "states_of",
    "unknown",
    "zone_of",
]

State = Literal[
    "open", "reported", "accepted", "verified", "filed", "dispatched", "handling", "fed_back", "checked",
    "evaluated", "closed", "archived", "rejected", "cancelled", "merged",
]  # fmt: skip

InState = Annotated[list[State] | None, Query(description="In one of these states; `open`: not yet closed.")]
ResponsibleIs = Annotated[
    OrganisationCode | None,
    Query(description="This organisation, or one below it, is responsible.", examples=["LS-CG"]),
]
InCategory = Annotated[
    CategoryKey | None,
    Query(description="Of this category or one below it.", examples=["GB/T 47678.5-2026:matter:06"]),
]
ReportedFrom = Annotated[
    Moment | None,
    Query(alias="from", description="Reported at this moment or later.", examples=["2026-01-01"]),
]
ReportedTo = Annotated[
    Moment | None,
    Query(description="Reported before this moment.", examples=["2026-02-01T00:00:00+08:00"]),
]


InZone = Annotated[
    ZoneKey | None, Query(description="In this zone: `<layer>:<code>`.", examples=["district:370212"])
]
SourceIs = Annotated[list[Source] | None, Query(description="From one of these sources.")]
TextIs = Annotated[
    PlainText | None,
    Query(description="Beginning of a number (six digits or more), or part of an address."),
]
UrgencyIs = Annotated[Literal["normal", "urgent"] | None, Query(description="Of this urgency.")]
ClockIs = Annotated[
    list[Literal["running", "due_soon", "overdue", "paused"]] | None,
    Query(description="Open, and its time limit stands like this now; repeated, one of them."),
]
AtLevel = Annotated[
    list[Literal["community", "street", "district"]] | None,
    Query(description="Held by one of these levels."),
]
CountedIs = Annotated[
    Literal[
        "reported",
        "self_found",
        "complained",
        "due",
        "due_closed",
        "on_time",
        "overdue",
        "reworked",
        "extended",
        "excluded",
        "closed",
        "evaluated",
        "satisfied",
    ]
    | None,
    Query(description="Those that this figure of a ranking counts, from `counted_from` to `counted_to`."),
]
CountedFrom = Annotated[date | None, Query(description="First day of `counted`, by the city's clock.")]
CountedTo = Annotated[date | None, Query(description="Last day of `counted`, not included.")]
ConcernedIs = Annotated[
    OrganisationCode | None,
    Query(
        description="This organisation, or one below it, is responsible, or has or had a work order.",
        examples=["LS-CG"],
    ),
]
SentBack = Annotated[bool, Query(description="`true`: only those that were sent back (退回).")]
Reworked = Annotated[
    bool, Query(description="`true`: only those that a check sent back to be done again (返工).")
]
HandledFrom = Annotated[
    Moment | None,
    Query(description="The work was reported done at this moment or later.", examples=["2026-01-01"]),
]
HandledTo = Annotated[
    Moment | None,
    Query(description="The work was reported done before this moment.", examples=["2026-02-01"]),
]
HasDuplicates = Annotated[bool, Query(description="`true`: only those that others were merged into.")]
Supervised = Annotated[bool, Query(description="`true`: only those that are supervised (督办).")]


@dataclass(frozen=True)
class DeskQuery:
    """The filters of the dispatcher's desk, as they were asked."""

    zone: str | None
    organisation: str | None
    states: tuple[State, ...]
    category: str | None
    sources: tuple[str, ...]
    urgency: str | None
    clocks: tuple[str, ...]
    levels: tuple[str, ...]
    supervised: bool
    has_duplicates: bool
    concerned: str | None
    sent_back: bool
    reworked: bool
    from_: str | None
    to: str | None
    bbox: str | None
    q: str | None

    async def read(self, connection: Transaction) -> IncidentFilter:
        """What they mean: open incidents."""
        wanted = states_of(list(self.states)) or OPEN_STATES
        return IncidentFilter(
            zone_id=await zone_of(connection, self.zone),
            organisation_ids=await organisations_of(connection, self.organisation),
            category_ids=await categories_of(connection, self.category),
            states=[state for state in wanted if state in OPEN_STATES],
            sources=self.sources or None,
            urgency=self.urgency,
            clocks=self.clocks or None,
            levels=self.levels or None,
            supervised=self.supervised,
            has_duplicates=self.has_duplicates,
            concerned_ids=await organisations_of(connection, self.concerned, "concerned"),
            sent_back=self.sent_back,
            reworked=self.reworked,
            from_time=await moment(connection, self.from_, "from"),
            to_time=await moment(connection, self.to, "to"),
            area=area_of(self.bbox),
            text=self.q.strip() or None if self.q else None,
        )


def desk_query(
    zone: InZone = None,
    organisation: ResponsibleIs = None,
    state: Annotated[
        list[State] | None,
        Query(description="In one of these states; closed ones are not counted here."),
    ] = None,
    category: InCategory = None,
    source: SourceIs = None,
    urgency: UrgencyIs = None,
    clock: ClockIs = None,
    level: AtLevel = None,
    supervised: Supervised = False,
    has_duplicates: HasDuplicates = False,
    concerned: ConcernedIs = None,
    sent_back: SentBack = False,
    reworked: Reworked = False,
    from_: ReportedFrom = None,
    to: ReportedTo = None,
    bbox: Bbox = None,
    q: TextIs = None,
) -> DeskQuery:
    """The filters that counts, histogram and tiles of open incidents share."""
    return DeskQuery(
        zone,
        organisation,
        tuple(state or ()),
        category,
        tuple(source or ()),
        urgency,
        tuple(clock or ()),
        tuple(level or ()),
        supervised,
        has_duplicates,
        concerned,
        sent_back,
        reworked,
        from_,
        to,
        bbox,
        q,
    )


Desk = Annotated[DeskQuery, Depends(desk_query)]


def states_of(wanted: list[State] | None) -> list[str] | None:
    """The states a filter means, `open` taken apart."""
    if not wanted:
        return None
    given = set(wanted)
    return sorted((given - {"open"}) | (set(OPEN_STATES) if "open" in given else set()))


def unknown(code: str, field: str, given: str, zh: str, en: str) -> Problem:
    """The problem that a filter names something that does not exist."""
    return Problem(
        code,
        Name(zh=f"{zh}：{given}", en=f"{en}: {given}"),
        FieldError(field=field, message=Name(zh=zh, en=en), code=code),
    )


async def organisations_of(
    connection: Transaction, code: str | None, field: str = "organisation"
) -> list[int] | None:
    """Keys of an organisation and all below it; ``field`` is the parameter that names it."""
    if code is None:
        return None
    found = await organisation_subtree(connection, code)
    if not found:
        raise unknown("unknown-organisation", field, code, "没有这个部门", "no such organisation")
    return found


async def zone_of(connection: Transaction, key: str | None) -> int | None:
    """Key of a zone named ``<layer>:<code>``."""
    if key is None:
        return None
    layer, _, code = key.partition(":")
    found = await zone_id(connection, layer, code)
    if found is None:
        raise unknown("unknown-zone", "zone", key, "没有这个网格或区域", "no such zone")
    return found


async def categories_of(connection: Transaction, key: str | None) -> list[int] | None:
    """Keys of a category and all below it."""
    if key is None:
        return None
    found = await category_subtree(connection, key)
    if not found:
        raise UnknownCategory(f"{key!r} is no category of this city", field="category")
    return found


async def counted_of(
    connection: Transaction, figure: str | None, first: date | None, last: date | None
) -> Counted | None:
    """Which number of a ranking a list stands behind; figure and days come together or not at all.

    Raises
    ------
    Problem
        One of them is missing, or the days end before they begin.
    """
    if figure is None and first is None and last is None:
        return None
    given = {"counted": figure, "counted_from": first, "counted_to": last}
    for name, value in given.items():
        if value is None:
            together = "counted, counted_from, counted_to"
            raise bad_parameter(name, f"{together} 须同时给出", f"{together} are given together")
    assert figure is not None
    assert first is not None
    assert last is not None
    if last < first:
        raise bad_parameter("counted_to", "早于 counted_from", "before counted_from")
    zone = ZoneInfo(await city_timezone(connection))
    return Counted(figure, first, last, datetime.combine(last, datetime.min.time(), zone))
