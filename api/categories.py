"""The catalogues of categories."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.rendering import JsonText
from api.schemas import Categories
from grid_data.categories import categories_document

router = APIRouter(tags=["categories"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/categories",
    summary="All categories",
    responses={200: {"model": Categories}, **problems("unknown-parameter", "database-away")},
    response_class=JsonText,
)
async def read_categories(connection: Transaction) -> JsonText:
    """Components, matters and social events of every catalogue, each class before its minor classes."""
    return JsonText(await categories_document(connection))
