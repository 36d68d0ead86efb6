"""Editions and plans compared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import Transaction, known_parameters, moment
from api.formats import LayerKey
from api.openapi import problems
from api.planning.problems import plan_problems
from api.rendering import JsonText, json_bytes
from governance.planning.comparison import Comparison, Edition, compare

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

PLAN = "plan:"
_MOMENT = r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?([Zz]|[+\- ]\d{2}:?\d{2})?)?"
Side = Annotated[
    str,
    Query(
        pattern=rf"^(plan:[A-Za-z0-9][A-Za-z0-9._-]{{0,59}}|{_MOMENT})$",
        json_schema_extra={"format": "edition"},
    ),
]
SIDE = "A date or time (without an offset in the city's own), or `plan:CODE`."


@router.get(
    "/api/comparison",
    summary="Compare two editions or plans",
    response_model=Comparison,
    responses=problems(
        "bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow",
    ),
)  # fmt: skip
async def read_comparison(
    connection: Transaction,
    layer: Annotated[LayerKey, Query(description="The layer.", examples=["base_grid"])],
    from_: Annotated[Side, Query(alias="from", description=SIDE, examples=["2025-12-31"])],
    to: Annotated[
        Side | None, Query(description=f"{SIDE} Default: now.", examples=["plan:P20261127-01"])
    ] = None,
    geometry: Annotated[bool, Query(description="With the shape of everything that changed.")] = True,
) -> JsonText:
    """What is in another zone: zone by zone, from zone to zone, and each piece of ground with its shape.

    A plan that is not in force is put over the edition it started from; one that is, or was, is the edition
    it made. Households and residents are those of today, by where their buildings stand.
    """
    source = await _edition(connection, from_, "from")
    target = await _edition(connection, to, "to")
    with plan_problems():
        done = await compare(connection, layer, source, target, geometry=geometry)
    return JsonText(json_bytes(done.model_dump()))


async def _edition(connection: Transaction, text: str | None, field: str) -> Edition:
    if text is not None and text.startswith(PLAN):
        return Edition(plan=text.removeprefix(PLAN))
    return Edition(at=await moment(connection, text, field) or datetime.now(UTC))
