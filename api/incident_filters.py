"""Filters that lists and statistics of incidents share."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from api.dependencies import Transaction
from api.field_errors import FieldError
from api.formats import CategoryKey, Moment, OrganisationCode
from api.problems import Problem
from governance.answers import Name
from governance.errors import UnknownCategory
from grid_data.categories import category_subtree
from grid_data.organisations import organisation_subtree
from grid_data.tables.incidents import OPEN_STATES

__all__ = [
    "InCategory",
    "InState",
    "ReportedFrom",
    "ReportedTo",
    "ResponsibleIs",
    "State",
    "categories_of",
    "organisations_of",
    "states_of",
    "unknown",
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


async def organisations_of(connection: Transaction, code: str | None) -> list[int] | None:
    """Keys of an organisation and all below it."""
    if code is None:
        return None
    found = await organisation_subtree(connection, code)
    if not found:
        raise unknown("unknown-organisation", "organisation", code, "没有这个部门", "no such organisation")
    return found


async def categories_of(connection: Transaction, key: str | None) -> list[int] | None:
    """Keys of a category and all below it."""
    if key is None:
        return None
    found = await category_subtree(connection, key)
    if not found:
        raise UnknownCategory(f"{key!r} is no category of this city", field="category")
    return found
