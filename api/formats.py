"""Texts with a form of their own. The formats let a client, or a test, know what to put there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, BeforeValidator, Field

__all__ = [
    "A_NUMBER",
    "AnyMoment",
    "AttachmentKey",
    "BoundingBox",
    "CategoryKey",
    "Coordinate",
    "CoordinateSystem",
    "EventCursor",
    "IncidentKey",
    "IncidentNumber",
    "IncidentToken",
    "LayerKey",
    "Moment",
    "OrganisationCode",
    "PastMoment",
    "PlainText",
    "RegionCode",
    "ZoneKey",
    "ZoneToken",
]

NOT_NUL: Final = r"^[^\x00]*$"
"""PostgreSQL cannot store the character NUL."""
_NUMBER: Final = r"-?\d{1,3}([.]\d{1,15})?"


PlainText = Annotated[str, Field(max_length=100, pattern=NOT_NUL)]
# Degrees, or metres in some system of the Earth: no place is farther out than this.
Coordinate = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
AttachmentKey = Annotated[UUID, Field(json_schema_extra={"format": "attachment-id"})]
CategoryKey = Annotated[str, Field(pattern=NOT_NUL, json_schema_extra={"format": "category-key"})]
OrganisationCode = Annotated[str, Field(pattern=NOT_NUL, json_schema_extra={"format": "organisation-code"})]
RegionCode = Annotated[str, Field(pattern=NOT_NUL, json_schema_extra={"format": "region-code"})]
ZoneKey = Annotated[str, Field(pattern=NOT_NUL, json_schema_extra={"format": "zone-key"})]
IncidentNumber = Annotated[
    str,
    Path(
        pattern=NOT_NUL,
        json_schema_extra={"format": "incident-number"},
        examples=["3702122026112200001"],
        description="District, day of the report, running number of that day.",
    ),
]
IncidentKey = Annotated[
    str, Field(max_length=40, pattern=NOT_NUL, json_schema_extra={"format": "incident-number"})
]
LayerKey = Annotated[str, Field(pattern=NOT_NUL, json_schema_extra={"format": "layer-code"})]
CoordinateSystem = Annotated[str, Field(json_schema_extra={"format": "coordinate-system"})]
Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?([Zz]|[+\- ]\d{2}:?\d{2})?)?$",
        json_schema_extra={"format": "moment"},
    ),
]
# Older reports are typing errors; the day is part of the number, which has four digits for the year.
PastMoment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1949, 10, 1, tzinfo=UTC), json_schema_extra={"format": "past-date-time"}),
]


def _written(moment: object) -> object:
    """A moment is a text; a bare number is none."""
    if isinstance(moment, (int, float)):
        raise ValueError("a moment is written as text")
    return moment


def _number(value: object) -> object:
    """A number is written as one; 1.0 is a whole number in JSON, `true` and "1" are none."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError("a number is expected")
    return value


# Stands behind the limits of a number, which else were missing in the API description.
A_NUMBER: Final = BeforeValidator(_number)
AnyMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    Field(
        ge=datetime(1949, 10, 1, tzinfo=UTC),
        le=datetime(2999, 12, 31, tzinfo=UTC),
        json_schema_extra={"format": "any-date-time"},
    ),
]
BoundingBox = Annotated[
    str,
    Field(pattern=f"^{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}$", json_schema_extra={"format": "bbox"}),
]
IncidentToken = Annotated[str, Field(json_schema_extra={"format": "incident-page-token"})]
ZoneToken = Annotated[str, Field(json_schema_extra={"format": "zone-page-token"})]
EventCursor = Annotated[
    str,
    Field(
        json_schema_extra={"format": "event-cursor"},
        examples=["52100", "52100~52093~52095-52096"],
    ),
]
