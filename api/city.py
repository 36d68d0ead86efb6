"""The city."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.rendering import JsonText
from api.schemas import City
from governance.errors import CityMissing
from grid_data.city import city_document

router = APIRouter(tags=["city"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/city",
    summary="The city",
    responses={200: {"model": City}, **problems("unknown-parameter", "city-missing", "database-away")},
    response_class=JsonText,
)
async def read_city(connection: Transaction) -> JsonText:
    """Name, extent, time zone, and the sources of the data with their terms."""
    document = await city_document(connection)
    if document is None:
        raise CityMissing("no city is set up in this database yet")
    return JsonText(document)
