"""What GridGov answers about fallback places: the shapes the API and the CLI share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.incidents.answers import Answer, Name, Point

FallbackState = Literal["suspected", "confirmed", "refuted"]


class AddressEvidence(Answer):
    """What the addresses of the incidents at a coordinate say, counted in incidents."""

    given: Annotated[int, Field(description="Incidents with an address.")]
    read: Annotated[int, Field(description="Incidents whose address names a street or an area.")]
    different: Annotated[int, Field(description="Different places the addresses name.")]
    effective: Annotated[
        float, Field(description="How many equally frequent ones they amount to (inverse Simpson index).")
    ]
    checked: Annotated[
        int, Field(description="Incidents whose address names a street or an area of this city.")
    ]
    contradicting: Annotated[int, Field(description="Of those, incidents whose address is not there.")]


class FallbackPlace(Answer):
    """A coordinate that incidents of many addresses share; its evidence is null where a person named it."""

    key: Annotated[str, Field(examples=["120.4690000,36.1075000"])]
    place: Point
    state: FallbackState
    incidents: int | None
    share: Annotated[
        float | None, Field(description="Of all incidents with a place, when it was found; 0 to 1.")
    ]
    grounds: list[Literal["many_addresses", "contradicting_addresses"]]
    addresses: AddressEvidence | None
    examples: Annotated[list[str], Field(description="The commonest addresses, at most five.")]
    message: Name | None
    waiting: Annotated[int, Field(description="Incidents that wait for locating because of it.")]
    found_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


class FallbackPlaces(Answer):
    """Known fallback places, the most shared first."""

    items: list[FallbackPlace]


class PlaceCheck(Answer):
    """What a check found, and what it did.

    ``incidents`` have a place; ``coordinates`` are shared by enough of them to be looked at. ``withdrawn``
    incidents wait for locating now; 0 for a dry run.
    """

    incidents: int
    coordinates: int
    applied: bool
    withdrawn: int
    suspects: list[FallbackPlace]
