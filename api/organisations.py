"""The tree of organisations."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.rendering import JsonText
from api.schemas import Organisations
from grid_data.organisations import organisations_document

router = APIRouter(tags=["organisations"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/organisations",
    summary="All organisations",
    responses={200: {"model": Organisations}, **problems("unknown-parameter", "database-away")},
    response_class=JsonText,
)
async def read_organisations(connection: Transaction) -> JsonText:
    """Government, streets, communities, departments, utilities and squads, each with its parent."""
    return JsonText(await organisations_document(connection))
