"""Many incidents routed in memory, with the answers and the evidence the routing statement would give.

What routing needs is read once (`read_grounds`): the facilities, and a `Ground` for each span of time between
two changes of zones or rules. From there on no database is asked: points are routed by :mod:`gis.router`,
rules ranked by :mod:`gis.rules.assignment`, each combination of category, zones and facility once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.places import CityFrame, judge_places, problem_code
from grid_data.bulk.around import Around
from grid_data.bulk.facilities_near import FacilityIndex, read_facilities
from grid_data.bulk.ground import Asked, Ground, read_ground
from grid_data.bulk.routed import Floats, Ints, RoutedColumns
from grid_data.city import read_city
from grid_data.database import Connection, rows
from grid_data.routing import SHIFTED_FLOOR_M, USUAL_ACCURACY_M

__all__ = ["Grounds", "read_grounds", "route_points"]


class Grounds:
    """What routes points of a span of time: the facilities, and the zones and rules of each of its parts.

    Routing (`route`) asks no database and may go on in several threads at a time.
    """

    def __init__(
        self, city: CityFrame, facilities: FacilityIndex, cuts: Ints, grounds: Mapping[int, Ground]
    ) -> None:
        self._city = city
        self._facilities = facilities
        self._cuts = cuts
        self._grounds = grounds

    def route(
        self, *, lon: Floats, lat: Floats, accuracy_m: Floats, shifted: NDArray[np.bool_], at_us: Ints,
        category_id: Ints,
    ) -> RoutedColumns:  # fmt: skip
        """Route n points, each at its own moment.

        Parameters
        ----------
        lon, lat
            EPSG:4326 on the lattice; NaN where no place was given.
        accuracy_m
            Stated accuracy, NaN where none.
        shifted
            Whether the coordinates were declared in GCJ-02 or BD-09, for the least uncertainty.
        at_us
            Moments, microseconds of the Unix clock, within the span that was read.
        category_id
            Identifiers of categories.
        """
        given = np.isfinite(lon) & np.isfinite(lat)
        problem = np.full(len(lon), "none_given", dtype=object)
        judged, which = np.unique(
            judge_places(lon[given], lat[given], accuracy_m[given], self._city), return_inverse=True
        )
        problem[given] = np.array([problem_code(int(code)) for code in judged] + [None], dtype=object)[which]
        uncertain = np.where(np.isnan(accuracy_m), USUAL_ACCURACY_M, accuracy_m)
        uncertain = np.where(shifted, np.maximum(uncertain, SHIFTED_FLOOR_M), uncertain)
        asked = Asked(lon, lat, accuracy_m, uncertain, category_id)
        result = RoutedColumns.empty(problem)
        believed = np.flatnonzero(problem == None)  # noqa: E711 - element by element
        span = np.searchsorted(self._cuts, at_us[believed], side="right")
        for k in np.unique(span).tolist():
            members = believed[span == k]
            result.put(members, self._grounds[k].route(asked.of(members), self._facilities))
        return result


async def read_grounds(
    connection: Connection,
    at: pd.Series[Any],
    category_id: Ints,
    places: tuple[Floats, Floats, Floats] | None = None,
) -> Grounds:
    """Read what routes incidents of these moments (time zone aware) and categories.

    Where it is said which places (lon, lat, accuracy_m as for `Grounds.route`) will be asked, only what is
    near them is read: that pays if they lie in a part of the city.
    """
    city = (await read_city(connection)).frame
    organisations = {row["id"]: row["code"] for row in await rows(connection, "bulk/organisation_ids")}
    tree = {row["id"]: row for row in await rows(connection, "bulk/category_tree")}
    around = None if places is None else _around(*places, city)
    facilities = await read_facilities(connection, category_id, tree, city.metric_srid, places)
    first = pd.Timestamp(at.min()).to_pydatetime()
    changes = await rows(connection, "bulk/change_moments", {"first": first, "last": at.max()})
    begins = [first, *(change["moment"] for change in changes)]
    cuts = microseconds(pd.Series(begins[1:], dtype="datetime64[us, UTC]"))
    spans = np.unique(np.searchsorted(cuts, microseconds(at), side="right"))
    grounds = {
        k: await read_ground(connection, begins[k], city, tree, organisations, around) for k in spans.tolist()
    }
    return Grounds(city, facilities, cuts, grounds)


def _around(lon: Floats, lat: Floats, accuracy_m: Floats, city: CityFrame) -> Around:
    """Boxes round the places that are believed."""
    believed = np.isfinite(lon) & np.isfinite(lat)
    verdicts = judge_places(lon[believed], lat[believed], accuracy_m[believed], city)
    judged, which = np.unique(verdicts, return_inverse=True)
    believed[believed] = np.array([problem_code(int(code)) is None for code in judged], dtype=np.bool_)[which]
    return Around.of(lon[believed], lat[believed])


async def route_points(
    connection: Connection,
    *,
    lon: Floats,
    lat: Floats,
    accuracy_m: Floats,
    crs: Sequence[str],
    at: pd.Series[Any],
    category_id: Ints,
) -> RoutedColumns:
    """Route n points, each at its own moment (time zone aware); see `Grounds.route`.

    ``crs`` names the system each was declared in.
    """
    if not len(lon):
        return RoutedColumns.empty(np.empty(0, dtype=object))
    at = pd.to_datetime(at, utc=True)
    grounds = await read_grounds(connection, at, category_id)
    return grounds.route(
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        shifted=np.isin(np.asarray(crs, dtype=object), ("gcj02", "bd09")),
        at_us=microseconds(at),
        category_id=category_id,
    )


def microseconds(moments: pd.Series[Any]) -> Ints:
    """Moments (time zone aware) as microseconds of the Unix clock."""
    return np.asarray(pd.DatetimeIndex(moments).as_unit("us").asi8)
