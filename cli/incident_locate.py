"""``gridgov incident locate``: an incident put where a person knows it to be."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

__all__ = ["locate_incident"]


def locate_incident(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the incident.")],
    lon: Annotated[float, typer.Argument(metavar="LON", help="Longitude, or easting.")],
    lat: Annotated[float, typer.Argument(metavar="LAT", help="Latitude, or northing.")],
    reason: Annotated[str, typer.Option("--reason", help="How you know.")],
    crs: Annotated[str, typer.Option("--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:nnnn.")] = "wgs84",
    accuracy: Annotated[
        float | None, typer.Option("--accuracy-m", help="Radius the place is certain within, in metres.")
    ] = None,
) -> None:
    """Locate an incident, or correct its place, and route it anew."""
    from governance.access import OPERATOR
    from governance.errors import GovernanceError, PlaceNotBelieved
    from governance.incidents.locating import Location, locate

    told = Location(lon, lat, reason, crs, accuracy)
    try:
        located = in_database(
            lambda connection, _: locate(connection, OPERATOR, number, told), Words("定位中", "locating")
        )
    except PlaceNotBelieved as refused:
        fail(*refused.words)
    except GovernanceError as error:
        fail(error.message, error.message)
    if located is None:
        fail(f"没有事件 {number}", f"no incident {number}")
    grid = located.base_grid.code if located.base_grid else in_words("无网格", "no grid")
    who = in_words("无人负责", "nobody responsible")
    if located.responsible:
        name = located.responsible.name
        who = in_words(name.zh, name.en or name.zh)
    out.print(escape(f"{number}: {grid}, {who}"), soft_wrap=True)
    reason_told = located.routing.reason
    out.print(escape(in_words(reason_told.zh, reason_told.en or reason_told.zh)), soft_wrap=True)
