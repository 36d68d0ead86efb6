"""The body of a report, as sources send it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.formats import NOT_NUL, AttachmentKey, CategoryKey, Coordinate, CoordinateSystem, PastMoment
from governance.attachments.files import MOST_NAMED
from governance.incidents.intake import Report, Reporter

__all__ = ["IncidentReport"]

SAYS_SOMETHING = r"^[^\x00]*[^\x00\s][^\x00]*$"

Source = Literal[
    "hotline", "app", "grid_worker", "patrol", "video", "sensor", "transfer_110", "department", "import"
]


class Body(BaseModel):
    """Base of bodies: a field that does not exist is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")


class ReportedPlace(Body):
    """A GeoJSON point in the declared system: longitude first, or easting first in a metric system."""

    type: Literal["Point"]
    coordinates: Annotated[list[Coordinate], Field(min_length=2, max_length=2)]


class ReporterContact(Body):
    """Who reported. Kept apart from the incident and shown in no answer."""

    name: Annotated[str | None, Field(max_length=100, pattern=NOT_NUL)] = None
    phone: Annotated[str | None, Field(max_length=40, pattern=NOT_NUL)] = None
    email: Annotated[str | None, Field(max_length=200, pattern=NOT_NUL)] = None


class IncidentReport(Body):
    """One report. Without a place, or with one that cannot be meant, it waits for locating."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "category": "GB/T 47678.5-2026:matter:06010",
                    "place": {"type": "Point", "coordinates": [120.4691, 36.1075]},
                    "crs": "wgs84",
                    "accuracy_m": 8,
                    "text": "垃圾桶旁的垃圾堆了两天，无人清运。",
                    "address": "香港东路 195 号门前",
                    "source": "hotline",
                    "source_ref": "12345-2026-0001",
                    "reporter": {"name": "王女士", "phone": "0532-00000000"},
                }
            ]
        },
    )

    category: Annotated[CategoryKey, Field(description="Key of a category, `standard_ref:kind:code`.")]
    place: ReportedPlace | None = None
    crs: Annotated[
        CoordinateSystem,
        Field(description="System of the coordinates: `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:nnnn`."),
    ] = "wgs84"
    accuracy_m: Annotated[
        float | None,
        Field(
            ge=0, le=1e7, allow_inf_nan=False, description="Radius the place is certain within, in metres."
        ),
    ] = None
    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=SAYS_SOMETHING)]
    address: Annotated[str | None, Field(max_length=300, pattern=NOT_NUL)] = None
    source: Source
    source_ref: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            pattern=NOT_NUL,
            description="The source's own number. Sent twice with the same content it is the same incident.",
        ),
    ] = None
    appeal_kind: Annotated[
        Literal["livelihood", "enterprise", "enforcement"] | None,
        Field(description="Default: the category's."),
    ] = None
    urgency: Annotated[Literal["normal", "urgent"] | None, Field(description="Default: the category's.")] = (
        None
    )
    reported_at: Annotated[
        PastMoment | None,
        Field(description="When it was reported, with an offset; default now, never in the future."),
    ] = None
    reporter: ReporterContact | None = None
    attachments: Annotated[
        list[AttachmentKey],
        Field(
            max_length=MOST_NAMED,
            default_factory=list,
            description="Ids of photos and files sent before, by `POST /api/attachments`.",
        ),
    ]

    def report(self) -> Report:
        """The report as intake takes it."""
        lon, lat = self.place.coordinates if self.place else (None, None)
        moment: datetime | None = self.reported_at
        return Report(
            category=self.category,
            text=self.text,
            source=self.source,
            source_ref=self.source_ref,
            lon=lon,
            lat=lat,
            crs=self.crs,
            accuracy_m=self.accuracy_m,
            address=self.address,
            appeal_kind=self.appeal_kind,
            urgency=self.urgency,
            reported_at=moment,
            reporter=Reporter(**self.reporter.model_dump()) if self.reporter else None,
            attachments=tuple(dict.fromkeys(self.attachments)),
        )
