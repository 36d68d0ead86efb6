"""Both sides of a case."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.case_problems import no_case
from api.dependencies import PlaceTransaction, known_parameters
from api.formats import IncidentNumber
from api.openapi import problems
from governance.casework.sides import CaseSides, get_sides

router = APIRouter(tags=["cases"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/cases/{number}/sides",
    summary="Both sides of a case",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def read_sides(connection: PlaceTransaction, number: IncidentNumber) -> CaseSides:
    """Zones and organisations on both sides of each border near the place, with its distance; who else the
    rules named; objections, adjudications and hand-overs with what each side said.
    """
    sides = await get_sides(connection, number)
    if sides is None:
        raise no_case(number)
    return sides
