"""What routes of tiles share: the address they take, and what they may answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path

from api.problems import Problem
from governance.incidents.answers import Name
from grid_data.tiles import Address

__all__ = ["MVT", "TILE_ANSWERS", "TileAddress"]

MVT = "application/vnd.mapbox-vector-tile"
TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "Nothing in this tile."},
    304: {"description": "Unchanged since the ETag given in `If-None-Match`."},
}


def _address(
    z: Annotated[int, Path(description="Zoom.", examples=[15])],
    x: Annotated[int, Path(description="Column, from the west.", examples=[27346])],
    y: Annotated[int, Path(description="Row, from the north.", examples=[12880])],
) -> Address:
    address = Address(z, x, y)
    if not address.exists:
        raise Problem("not-found", Name(zh=f"没有瓦片 {z}/{x}/{y}", en=f"no tile {z}/{x}/{y}"))
    return address


TileAddress = Annotated[Address, Depends(_address)]
"""A tile of the pyramid; one outside of it is not found."""
