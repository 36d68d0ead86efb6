"""The real part: Laoshan's district and subdistrict borders, and what counts as its land.

In the source the district (428 km2) is larger than its five subdistricts together (388 km2). The 40.5 km2
between them are not land: the subdistricts follow the coast line, while the district runs along a coarse
line 0.2 to 2 km out at sea, over Laoshan Bay, Shazikou Bay, Liuqinghe Bay and the sea off Shilaoren; that
line equals a published outline in GCJ-02, some 500 m off. No reservoir or other hole is involved. Five outer
islands (one off Shazikou, four 10 to 35 km out) occur only as coarse blobs of that same shifted outline and
belong to no subdistrict of the source.

Therefore land is the union of the subdistricts, and the district zone of the sample is exactly this union. A
report out at sea or on an outer island is outside, which is honest with this source. The three rocks off
the coast that the subdistricts do contain are land, each a unit of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

import numpy as np
import shapely

from grid_data.sample.lattice import STEPS, Geometries, degrees_to_metric, node, to_metric

DISTRICT = "370212"

# The coast runs from the border with Shinan to the border with Jimo (degrees).
COAST_START = (120.4218817, 36.057199)
COAST_END = (120.6508150, 36.3414970)

_LONGEST_BORDER_PIECE = 5000.0
"""Lattice steps, about 50 m: longer pieces get vertices, rounded to the lattice."""


@dataclass(frozen=True)
class Boundary:
    """Borders of the chosen subdistricts on the lattice.

    ``subdistricts`` are as in the source, ``lines`` their noded borders with a vertex every 50 m at most,
    which every coverage of the sample is built upon; ``coast`` is the sea side (metric).
    """

    codes: tuple[str, ...]
    subdistricts: Geometries
    lines: Geometries
    coast: shapely.LineString
    land_metric: shapely.Geometry


def read_boundary(codes: tuple[str, ...]) -> Boundary:
    """Read the subdistricts with these codes from the shipped file."""
    text = (
        resources.files("grid_data.sample").joinpath("data/laoshan_osm.geojson").read_text(encoding="utf-8")
    )
    features = {feature["properties"]["code"]: feature for feature in json.loads(text)["features"]}
    everything = [
        shapely.geometry.shape(features[code]["geometry"]) for code in sorted(features) if code != DISTRICT
    ]
    shapes = np.array([shapely.geometry.shape(features[code]["geometry"]) for code in codes], dtype=object)
    lattice = shapely.transform(shapes, lambda points: np.rint(points * STEPS))
    rings = node(shapely.boundary(lattice))
    lines = shapely.transform(
        shapely.segmentize(shapely.line_merge(shapely.union_all(rings)), _LONGEST_BORDER_PIECE), np.rint
    )
    return Boundary(
        codes=codes,
        subdistricts=lattice,
        lines=np.asarray(shapely.get_parts(lines)),
        coast=_coast(everything),
        land_metric=to_metric(shapely.union_all(lattice)),
    )


def _coast(subdistricts: list[shapely.Geometry]) -> shapely.LineString:
    """The mainland's shore from Shinan's border to Jimo's, as a metric line with the land to its left."""
    parts = shapely.get_parts(shapely.union_all(np.array(subdistricts, dtype=object)))
    mainland = shapely.orient_polygons(parts[np.argmax(shapely.area(parts))])
    ring = shapely.get_coordinates(mainland.exterior)[:-1]
    start, end = (
        int(np.argmin(np.hypot(ring[:, 0] - lon, ring[:, 1] - lat))) for lon, lat in (COAST_START, COAST_END)
    )
    ring = np.roll(ring, -start, axis=0)
    return shapely.LineString(degrees_to_metric(ring[: (end - start) % len(ring) + 1]))
