"""Exports: what the lists show, as files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from api.dependencies import known_parameters
from api.download import MEDIA_TYPES, Download
from api.export_filters import FacilityQuery, IncidentQuery, Question, ZoneQuery
from api.gate import StillIn
from api.language import language as language_of
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from governance.access import Principal
from governance.exports import FACILITIES, INCIDENTS, ZONES, Export, Exports, ExportsBusy, Subject, Wanted
from governance.exports import Format as Form
from governance.incidents.answers import Name
from governance.reports.font import FontMissing
from governance.reports.making import ReportAsked, report_begun

router = APIRouter(tags=["exports"], dependencies=[Depends(known_parameters)])

InLanguage = Annotated[
    Literal["zh", "en"] | None,
    Query(description="Language of headings and words. Default: that of `Accept-Language`, else Chinese."),
]


@dataclass(frozen=True)
class FileAsked:
    """How a file is asked for, whatever is in it."""

    format: Form
    language: Literal["zh", "en"]
    bom: bool
    about: bool
    codes: bool

    def of(self, subject: Subject, question: Question) -> Wanted:
        """What is wanted: this file about a subject."""
        return Wanted(
            subject,
            self.format,
            question.parameters,
            question.query,
            question.filters,
            self.language,
            bom=self.bom,
            about=self.about,
            codes=self.codes,
        )


async def _file_asked(
    request: Request,
    format: Annotated[Form, Path(description="`csv`, `xlsx`, `geojson`, `gpkg`, `parquet` or `fgb`.")],
    language: InLanguage = None,
    bom: Annotated[
        bool, Query(description="CSV: begin with a byte order mark, so that Excel knows the encoding.")
    ] = False,
    about: Annotated[
        bool,
        Query(description="CSV: say above the heading, in lines that begin with `#`, what the file holds."),
    ] = True,
    codes: Annotated[
        bool, Query(description="Name columns and values as programs do, not in words.")
    ] = False,
) -> FileAsked:
    return FileAsked(format, language or language_of(request).code, bom, about, codes)


AsFile = Annotated[FileAsked, Depends(_file_asked)]
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            media.partition(";")[0]: {
                "schema": {"type": "object"} if form == "geojson" else {"type": "string", "format": "binary"}
            }
            for form, media in MEDIA_TYPES.items()
            if form != "pdf"
        },
    },
    **problems(
        "bad-parameter", "unknown-parameter", "unknown-category", "unknown-zone", "unknown-organisation",
        "not-found", "exports-busy", "database-away", "too-slow",
    ),
}  # fmt: skip


@asynccontextmanager
async def begun(opening: AbstractAsyncContextManager[Export]) -> AsyncIterator[Export]:
    """An export; what stands in its way is a problem."""
    try:
        async with opening as export:
            yield export
    except ExportsBusy:
        told = Name(
            zh="同时进行的导出已达上限，请稍后再试", en="too many exports are under way; try again soon"
        )
        raise Problem("exports-busy", told) from None
    except FontMissing as missing:
        raise Problem("font-missing", Name(zh=f"缺少字体：{missing}", en=f"missing: {missing}")) from None


def export_response(
    request: Request,
    me: Principal,
    subject: Subject,
    file: FileAsked,
    question: Question,
) -> Download:
    """The answer that makes and sends a file."""
    exports: Exports = request.app.state.exports
    return Download(
        begun(exports.begun(me, file.of(subject, question))), MEDIA_TYPES[file.format], StillIn(request, me)
    )


@router.get(
    "/api/exports/incidents.{format}",
    summary="Incidents as a file",
    response_class=Response,
    responses=ANSWER,
)
async def export_incidents(
    request: Request,
    me: Me,
    file: AsFile,
    question: IncidentQuery,
) -> Response:
    """What `GET /api/incidents` lists with the same filters, all pages of it; no reporters."""
    return export_response(request, me, INCIDENTS, file, question)


@router.get(
    "/api/exports/report.pdf",
    summary="A report on incidents",
    response_class=Response,
    responses={
        200: {
            "description": "The report.",
            "content": {MEDIA_TYPES["pdf"]: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(
            "bad-parameter", "unknown-parameter", "unknown-category", "unknown-zone", "unknown-organisation",
            "exports-busy", "font-missing", "database-away", "too-slow",
        ),
    },
)  # fmt: skip
async def export_report(
    request: Request, me: Me, question: IncidentQuery, language: InLanguage = None
) -> Response:
    """Figures, a map, tables and the newest of the incidents that `GET /api/incidents` lists, as PDF."""
    exports: Exports = request.app.state.exports
    asked = ReportAsked(
        question.filter, question.query, question.filters, language or language_of(request).code
    )
    return Download(
        begun(report_begun(exports, me, asked, request.app.state.report_font)),
        MEDIA_TYPES["pdf"],
        StillIn(request, me),
    )


@router.get(
    "/api/exports/facilities.{format}",
    summary="Facilities as a file",
    response_class=Response,
    responses=ANSWER,
)
async def export_facilities(
    request: Request,
    me: Me,
    file: AsFile,
    question: FacilityQuery,
) -> Response:
    """Facilities with their owners and keepers."""
    return export_response(request, me, FACILITIES, file, question)


@router.get(
    "/api/exports/zones.{format}",
    summary="Zones as a file",
    response_class=Response,
    responses=ANSWER,
)
async def export_zones(
    request: Request,
    me: Me,
    file: AsFile,
    question: ZoneQuery,
) -> Response:
    """What `GET /api/zones` lists with the same filters, with the shapes of the zones."""
    return export_response(request, me, ZONES, file, question)
