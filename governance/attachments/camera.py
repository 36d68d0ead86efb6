"""When and where a camera says that a picture was taken (Exif 3.0, CIPA DC-008)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from gis.crs import gcj02_to_wgs84

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Shot", "shot_of"]

EXIF_IFD: Final = 0x8769
GPS_IFD: Final = 0x8825
DATE_TIME: Final = 0x0132
DATE_TIME_ORIGINAL: Final = 0x9003
OFFSET_TIME_ORIGINAL: Final = 0x9011
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, MAP_DATUM = 1, 2, 3, 4, 18
EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
"""No digital camera wrote Exif before."""
AHEAD: Final = timedelta(days=1)
"""A clock of a camera that is wrong by more tells nothing."""


@dataclass(frozen=True)
class Shot:
    """``position``: longitude, latitude in EPSG:4326, seven decimals."""

    taken_at: datetime | None = None
    position: tuple[float, float] | None = None


def shot_of(picture: Image, local_offset: Callable[[datetime], timedelta]) -> Shot:
    """What the picture's Exif says; what cannot be meant is left out.

    Parameters
    ----------
    local_offset
        The offset from UTC of a moment told without one.
    """
    try:
        exif = picture.getexif()
        details: Mapping[int, Any] = exif.get_ifd(EXIF_IFD)
        gps: Mapping[int, Any] = exif.get_ifd(GPS_IFD)
        general: Mapping[int, Any] = dict(exif)
    except Exception:  # damaged notes of the camera: the picture may still be good
        return Shot()
    return Shot(_taken_at(general, details, local_offset), _position(gps))


def _taken_at(
    general: Mapping[int, Any],
    details: Mapping[int, Any],
    local_offset: Callable[[datetime], timedelta],
) -> datetime | None:
    told = details.get(DATE_TIME_ORIGINAL) or general.get(DATE_TIME)
    match = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)", str(told or ""))
    if match is None:
        return None
    try:
        wall = datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
        offset = _offset(details.get(OFFSET_TIME_ORIGINAL))
        if offset is None:
            offset = local_offset(wall)
        taken = wall.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return taken if EARLIEST <= taken <= datetime.now(UTC) + AHEAD else None


def _offset(told: object) -> timedelta | None:
    match = re.match(r"([+-])(\d\d):(\d\d)", str(told or ""))
    if match is None:
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -size if match[1] == "-" else size


def _position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    try:
        lat = _degrees(gps[LATITUDE], str(gps.get(LATITUDE_REF, "N")), "S")
        lon = _degrees(gps[LONGITUDE], str(gps.get(LONGITUDE_REF, "E")), "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    if not (abs(lat) <= 90 and abs(lon) <= 180) or (lat == 0 and lon == 0):
        return None
    if "GCJ" in str(gps.get(MAP_DATUM, "")).upper():
        x, y = gcj02_to_wgs84(lon, lat)
        lon, lat = float(x), float(y)
    return round(lon, 7), round(lat, 7)


def _degrees(parts: Any, reference: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        raise ValueError("no number")
    return -value if reference.strip().upper().startswith(negative) else value
