"""MP4 videos: their boxes checked one by one, and what was noted beside picture and sound taken out.

A video is not decoded. Its boxes must fill the file exactly, one of its tracks must be a picture, and nothing
but the boxes that players need keeps its content: places, names, devices and times are blanked where they
stand, so that no offset in the file changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from gis.words import Words
from governance.attachments.camera import Shot
from governance.errors import FileRefused

__all__ = ["BRANDS", "Video", "cleaned_video"]

BRANDS: Final = (
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV",
    b"dash", b"3gp4", b"3gp5", b"3gp6",
)  # fmt: skip
"""Brands of the first box by which an MP4 is known."""
_HOLDS: Final = frozenset((b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"))
# Where people, places and devices are written, and room that players skip.
_BLANKED: Final = frozenset((b"udta", b"meta", b"uuid", b"free", b"skip", b"wide", b"ID32"))
_TOP: Final = frozenset(
    (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"pdin", b"emsg", b"prft")
) | (_BLANKED)
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_PLACE: Final = re.compile(rb"([+-]\d{2}\.\d{2,8})([+-]\d{3}\.\d{2,8})")
_DEEPEST: Final = 6


@dataclass
class Video:
    """A video as it is kept; ``width`` and ``height`` of its picture in pixels."""

    body: bytes
    width: int
    height: int
    shot: Shot


@dataclass
class _Found:
    sizes: list[tuple[int, int]] = field(default_factory=list)
    pictures: int = 0
    taken_at: datetime | None = None
    position: tuple[float, float] | None = None


def cleaned_video(content: bytes) -> Video:
    """The video without what was noted beside it; time and place are read before.

    Raises
    ------
    FileRefused
        ``damaged``: boxes do not fill the file, or picture or data are missing. ``other-tracks``: it has
        tracks that are neither picture nor sound; such tracks are where cameras write the way they went.
    """
    body = bytearray(content)
    found = _Found()
    kinds = set()
    for kind, begin, end in _boxes(body, 0, len(body)):
        if kind not in _TOP:
            raise _damaged()
        kinds.add(kind)
        _clean(body, kind, begin, end, found, 0)
    if not {b"ftyp", b"moov", b"mdat"} <= kinds or not found.pictures or not found.sizes:
        raise _damaged()
    width, height = max(found.sizes)
    return Video(bytes(body), width, height, Shot(found.taken_at, found.position))


def _boxes(body: bytearray, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the content of each box; they fill the stretch exactly."""
    at = begin
    while at < end:
        if end - at < 8:
            raise _damaged()
        size, head = int.from_bytes(body[at : at + 4], "big"), 8
        kind = bytes(body[at + 4 : at + 8])
        if size == 1:
            size, head = int.from_bytes(body[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise _damaged()
        yield kind, at + head, at + size
        at += size


def _clean(body: bytearray, kind: bytes, begin: int, end: int, found: _Found, depth: int) -> None:
    if kind in _BLANKED:
        if place := _PLACE.search(body[begin:end]):
            latitude, longitude = float(place[1]), float(place[2])
            if found.position is None and abs(latitude) <= 90 and abs(longitude) <= 180:
                found.position = round(longitude, 7), round(latitude, 7)
        # A box that players skip, of the same length, with nothing in it.
        label = body.rfind(kind, 0, begin)
        body[label : label + 4] = b"free"
        body[begin:end] = bytes(end - begin)
    elif kind in (b"mvhd", b"tkhd", b"mdhd"):
        _header(body, kind, begin, end, found)
    elif kind == b"hdlr":
        # Version and flags, four bytes of nothing, then what the track is; behind it a name for people.
        what = bytes(body[begin + 8 : begin + 12])
        found.pictures += what == b"vide"
        if what not in (b"vide", b"soun") and body[begin + 4 : begin + 8] != b"dhlr":
            raise FileRefused(
                "other-tracks",
                Words(
                    "视频除图像和声音外还带有其他轨道（可能含位置轨迹），请去除后再传",
                    "the video has tracks beside picture and sound, which may tell places",
                ),
            )
        body[begin + 24 : end] = bytes(max(0, end - begin - 24))
    elif kind in _HOLDS:
        if depth >= _DEEPEST:
            raise _damaged()
        for inner, first, last in _boxes(body, begin, end):
            _clean(body, inner, first, last, found, depth + 1)


def _header(body: bytearray, kind: bytes, begin: int, end: int, found: _Found) -> None:
    """Times of a header are read and blanked; that of a track says how large its picture is."""
    wide = 8 if body[begin] == 1 else 4
    if end - begin < 4 + 2 * wide or (kind == b"tkhd" and end - begin < 76 + 4 * (wide - 4) + 4):
        raise _damaged()
    if kind == b"mvhd":
        seconds = int.from_bytes(body[begin + 4 : begin + 4 + wide], "big")
        # Devices without a clock write nought, or count from the wrong year.
        if 0 < seconds < 2**33:
            taken = _EPOCH + timedelta(seconds=seconds)
            found.taken_at = taken if taken.year >= 2000 else None
    body[begin + 4 : begin + 4 + 2 * wide] = bytes(2 * wide)
    if kind == b"tkhd":
        width, height = (int.from_bytes(body[at : at + 2], "big") for at in (end - 8, end - 4))
        if width and height:
            found.sizes.append((width, height))


def _damaged() -> FileRefused:
    return FileRefused("damaged", Words("视频已损坏或不完整", "the video is damaged or cut short"))
