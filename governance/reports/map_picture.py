"""The picture of a report: outlines and places, drawn here; nothing is fetched from anywhere."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from PIL import Image, ImageDraw, ImageFont

from governance.reports.facts import Outline, PlaceSeen, ReportFacts
from grid_data.exporters.columns import Language

__all__ = ["Frame", "draw_map"]

SMOOTH = 2
"""Drawn so many times larger and made smaller: smooth edges."""
GROUND = (246, 247, 249)
LAND = (255, 255, 255)
LINES = {1: (120, 130, 145), 2: (150, 160, 175), 3: (214, 219, 226)}
ASKED = (27, 82, 160)
OPEN, URGENT, CLOSED = (33, 118, 201), (200, 40, 40), (150, 158, 168)
METRES = 111_320.0
"""Of a degree of latitude."""
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class Frame:
    """Where degrees come to lie on the picture: a plate carrée, true to scale at its middle latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: int
    height: int

    @classmethod
    def around(cls, box: Box, width: int, height: int) -> Frame:
        """The frame that shows a box with a margin."""
        west, south, east, north = box
        squeeze = math.cos(math.radians((south + north) / 2))
        wide, high = max(east - west, 1e-3) * squeeze, max(north - south, 1e-3)
        scale = 0.94 * min(width / wide, height / high)
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        return cls(
            middle_x - width / scale / squeeze / 2,
            middle_y + height / scale / 2,
            scale,
            squeeze,
            width,
            height,
        )

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """The pixel of a place."""
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale

    @property
    def metres_per_pixel(self) -> float:
        """Length of a pixel on the ground."""
        return METRES / self.scale


def draw_map(
    facts: ReportFacts, font: Path, language: Language, width: int = 1500, height: int = 1000
) -> tuple[bytes, Frame]:
    """The picture as PNG, and its frame."""
    big = Frame.around(_box(facts), width * SMOOTH, height * SMOOTH)
    image = Image.new("RGB", (big.width, big.height), GROUND)
    pen = ImageDraw.Draw(image)
    deepest_first = sorted(facts.outlines, key=lambda each: -each.depth)
    depths = sorted({each.depth for each in facts.outlines})
    rank = {depth: at + 1 for at, depth in enumerate(depths)}
    for outline in deepest_first:
        for ring in _rings(outline.shape):
            pen.polygon([big.pixel(*place) for place in ring], fill=LAND)
    for outline in deepest_first:
        level = min(rank[outline.depth], 3)
        for ring in _rings(outline.shape):
            pen.line([big.pixel(*place) for place in ring], LINES[level], (4 - level) * SMOOTH, joint="curve")
    if facts.asked is not None:
        for ring in _rings(facts.asked.shape):
            pen.line([big.pixel(*place) for place in ring], ASKED, 4 * SMOOTH, joint="curve")
    _places(pen, big, facts.places)
    shown = [each for each in facts.outlines if rank[each.depth] == min(2, len(depths))]
    _names(pen, big, [*([facts.asked] if facts.asked else []), *shown], font, language)
    _bar(pen, big, font)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue(), Frame.around(_box(facts), width, height)


def _box(facts: ReportFacts) -> Box:
    """What is shown: the zone asked for, else where the incidents are; the city, where that is most of it."""
    if facts.asked is not None:
        return _bounds([facts.asked.shape])
    city = _bounds([each.shape for each in facts.outlines]) if facts.outlines else None
    if not facts.places:
        return city or (-180.0, -90.0, 180.0, 90.0)
    lons, lats = [each.lon for each in facts.places], [each.lat for each in facts.places]
    found = (min(lons), min(lats), max(lons), max(lats))
    return city if city is not None and 2 * _span(found) > _span(city) else found


def _bounds(shapes: Sequence[shapely.Geometry]) -> Box:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _span(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _rings(shape: shapely.Geometry) -> Iterator[list[tuple[float, float]]]:
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            for ring in (part.exterior, *part.interiors):
                yield [(lon, lat) for lon, lat in ring.coords]


def _places(pen: ImageDraw.ImageDraw, frame: Frame, places: Sequence[PlaceSeen]) -> None:
    """Closed ones below, urgent ones on top; the more there are, the smaller."""
    size = (5.0 if len(places) < 500 else 4.0 if len(places) < 3000 else 2.6) * SMOOTH
    order = sorted(places, key=lambda each: each.open + (each.open and each.urgent))
    for each in order:
        x, y = frame.pixel(each.lon, each.lat)
        half = size if each.open else size * 0.7
        colour = (URGENT if each.urgent else OPEN) if each.open else CLOSED
        pen.ellipse((x - half, y - half, x + half, y + half), fill=colour, outline=LAND)


def _names(
    pen: ImageDraw.ImageDraw, frame: Frame, outlines: Sequence[Outline], font: Path, language: Language
) -> None:
    """Names where they do not lie on each other."""
    face = ImageFont.truetype(str(font), 17 * SMOOTH)
    taken: list[tuple[float, float, float, float]] = []
    for outline in outlines:
        name = getattr(outline.name, language)
        at = shapely.point_on_surface(outline.shape)
        x, y = frame.pixel(at.x, at.y)
        left, top, right, bottom = pen.textbbox((x, y), name, font=face, anchor="mm")
        inside = left >= 0 and top >= 0 and right <= frame.width and bottom <= frame.height
        free = all(
            right < other[0] or left > other[2] or bottom < other[1] or top > other[3] for other in taken
        )
        if inside and free:
            taken.append((left, top, right, bottom))
            pen.text((x, y), name, (60, 68, 80), face, "mm", stroke_width=3 * SMOOTH, stroke_fill=LAND)


def _bar(pen: ImageDraw.ImageDraw, frame: Frame, font: Path) -> None:
    """A bar of a round length, about a fifth of the width."""
    about = frame.width / 5 * frame.metres_per_pixel
    step = 10 ** math.floor(math.log10(about))
    length = max(each * step for each in (1, 2, 5) if each * step <= about)
    pixels = length / frame.metres_per_pixel
    x, y = 24.0 * SMOOTH, frame.height - 24.0 * SMOOTH
    pen.line(
        [(x, y - 8 * SMOOTH), (x, y), (x + pixels, y), (x + pixels, y - 8 * SMOOTH)], (60, 68, 80), 2 * SMOOTH
    )
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    face = ImageFont.truetype(str(font), 16 * SMOOTH)
    pen.text(
        (x + pixels / 2, y - 8 * SMOOTH), text, (60, 68, 80), face, "mm", stroke_width=4, stroke_fill=GROUND
    )
