"""The layers of zones."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.rendering import JsonText
from api.schemas import Layers
from grid_data.layers import layers_document

router = APIRouter(tags=["city"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/layers",
    summary="The layers of zones",
    responses={200: {"model": Layers}, **problems("unknown-parameter", "database-away")},
    response_class=JsonText,
)
async def read_layers(connection: Transaction) -> JsonText:
    """Regions, base grids and specialist layers, in the order in which a routing names them."""
    return JsonText(await layers_document(connection))
