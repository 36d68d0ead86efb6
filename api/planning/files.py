"""Plans as files: taken out, and taken in again."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.actor import WHO, said_by
from api.dependencies import known_parameters
from api.openapi import problems
from api.planning.door import PlanTransaction
from api.planning.problems import PlanCode, plan_problems
from api.principal import Me
from api.reports import SAYS_SOMETHING
from governance.planning.files import FileReport, export_plan, import_plan
from grid_data.planning.files import FORMS

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

FormParameter = Annotated[
    Literal["gpkg", "geojson", "shp", "csv"],
    Query(alias="format", description="Form of the file; `shp` is a zipped Shapefile.", examples=["csv"]),
]
FILE = {"type": "string", "format": "binary"}


@router.get(
    "/api/plans/{code}/export",
    summary="A plan as a file",
    response_class=Response,
    responses={
        200: {
            "content": {
                media.split(";")[0]: {"schema": {"type": "object"} if form == "geojson" else FILE}
                for form, (_, media) in FORMS.items()
            }
        },
        **problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow"),
    },
)
async def read_file(connection: PlanTransaction, code: PlanCode, form: FormParameter = "gpkg") -> Response:
    """The units of a plan as they are in it: unit, grid, name, grid of before, figures, shape (not in CSV).

    A grid without a code yet is written `new:NUMBER`. A GeoPackage has the grids as a second layer.
    """
    with plan_problems():
        data = await export_plan(connection, code, form)
    ending, media = FORMS[form]
    name = re.sub(r"[^A-Za-z0-9._-]", "_", code)
    headers = {"Content-Disposition": f'attachment; filename="{name}{ending}"'}
    return Response(data, media_type=media, headers=headers)


@router.post(
    "/api/plans/{code}/import",
    summary="Bring a draft to what a file says",
    responses=problems(
        "bad-parameter", "unknown-parameter", "not-found", "plan-conflict", "plan-not-draft", "plan-refused",
        "zone-locked", "move-refused", "too-large", "database-away", "too-slow",
    ),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": FILE}}}
    },
)  # fmt: skip
async def take_file(
    request: Request,
    connection: PlanTransaction,
    code: PlanCode,
    form: FormParameter,
    revision: Annotated[
        int,
        Query(ge=0, le=2_000_000_000, description="`revision` of the plan as you read it.", examples=[0]),
    ],
    me: Me,
    by: Annotated[
        str | None,
        Query(
            min_length=1, max_length=100, pattern=SAYS_SOMETHING, examples=["王规划"],
            description="Who does it; whoever is signed in may leave it out.", json_schema_extra=WHO,
        ),
    ] = None,
    skip_bad: Annotated[bool, Query(description="Leave wrong rows out, take the others.")] = False,
    dry_run: Annotated[bool, Query(description="Only say what is wrong and what would change.")] = False,
) -> FileReport:  # fmt: skip
    """A table or file with a column `unit` and a column `zone`, taken over as one step; at most 32 MB.

    Every wrong row is named. Unless they are to be left out, nothing is stored while one is wrong. Units
    that the file does not name stay where they are, and are listed.
    """
    with plan_problems():
        return await import_plan(
            connection, code, await request.body(), form, by=said_by(me, by), revision=revision,
            skip_bad=skip_bad, dry_run=dry_run,
        )  # fmt: skip
