"""Facilities over the component classes of the catalogue: where, whose, in which state."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grid_data.sample.blocks import Units
from grid_data.sample.boundary import DISTRICT
from grid_data.sample.communities import Communities
from grid_data.sample.lattice import Floats, Geometries, metric_to_degrees
from grid_data.sample.organisations import subdistrict_office
from grid_data.sample.placing import Places, Spots, unit_of
from grid_data.sample.tables import read_table, rows

STANDARD = "GB/T 47678.5-2026"

_STATES = ("intact", "damaged", "lost", "abandoned", "removed")
_STATE_SHARES = (0.962, 0.026, 0.005, 0.005, 0.002)
_NAMED = {
    "02001": "停车场",
    "02004": "公交站",
    "03001": "公共厕所",
    "02009": "桥",
    "05003": "加油站",
    "04013": "绿地",
}


def draw_facilities(
    places: Places, units: Units, communities: Communities, total: int, random: np.random.Generator
) -> gpd.GeoDataFrame:
    """The frame ``facilities``; about ``total`` rows in the proportions of ``facility_mix.csv``."""
    mix = read_table(
        "facility_mix",
        text=("category", "name_zh", "placement", "form", "owning", "supervising", "maintaining"),
    )
    exact = mix["weight"].to_numpy(float) / mix["weight"].sum() * total
    counts = np.maximum(1, np.floor(exact).astype(int))
    counts[int(np.argmax(counts))] += total - int(counts.sum())
    parts: list[Floats] = []
    shapes: list[Geometries] = []
    for row, count in zip(rows(mix), counts.tolist(), strict=True):
        # More than needed are drawn: some fall into the sea, beyond the border, or areas onto a building.
        spots = places.draw(row.placement, int(count * (2.5 if row.form == "area" else 1.25)) + 8, random)
        drawn = _drawn(row.form, spots, random)
        inside = unit_of(spots.points, units)
        fits = inside >= 0
        if row.form == "area":
            fits &= places.free(drawn)
        keep = np.sort(random.permutation(np.flatnonzero(fits))[:count])
        parts.append(np.column_stack([spots.points[keep], inside[keep]]))
        shapes.append(np.asarray(shapely.transform(drawn[keep], metric_to_degrees)))
    found = [len(part) for part in parts]
    points = np.concatenate(parts)
    category = np.repeat(mix["category"].to_numpy(object), found)
    unit = points[:, 2].astype(np.int64)
    office = np.array(
        [subdistrict_office(code) for code in sorted({c[:9] for c in communities.codes})], dtype=object
    )
    index = {code: n for n, code in enumerate(sorted({c[:9] for c in communities.codes}))}
    street = office[np.array([index[communities.codes[c][:9]] for c in communities.of_unit[unit].tolist()])]
    community = np.array(communities.name_zh, dtype=object)[communities.of_unit[unit]]
    sequence = np.concatenate([np.arange(1, count + 1) for count in found])
    codes = [f"{DISTRICT}{c}{n:06d}" for c, n in zip(category.tolist(), sequence.tolist(), strict=True)]
    count = len(codes)
    surveyed = np.datetime64("2023-03-01") + random.integers(0, 900, count)
    columns: dict[str, Any] = {
        "code": codes,
        "standard_ref": STANDARD,
        "category": category,
        "name_zh": [
            f"{c.removesuffix('社区')}{_NAMED[k]}" if k in _NAMED else None
            for k, c in zip(category.tolist(), community.tolist(), strict=True)
        ],
    }
    for role in ("supervising", "owning", "maintaining"):
        named = np.repeat(mix[role].to_numpy(object), found)
        columns[role] = np.where(named == "STREET", street, named)
    columns["state"] = np.array(_STATES, dtype=object)[random.choice(5, count, p=_STATE_SHARES)]
    columns["accuracy_class"] = np.array(["A", "B", "C"], dtype=object)[
        random.choice(3, count, p=[0.12, 0.33, 0.55])
    ]
    columns["surveyed_on"] = np.datetime_as_string(surveyed, unit="D").astype(object)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=np.concatenate(shapes), crs=4326)


def _drawn(form: str, spots: Spots, random: np.random.Generator) -> Geometries:
    """Points, short lines along the direction, or small areas, metric."""
    count = len(spots.points)
    if form == "line":
        half = random.uniform(8.0, 32.0, count)[:, None] * spots.direction
        ends = np.stack([spots.points - half, spots.points, spots.points + half], axis=1)
        return np.asarray(shapely.linestrings(ends))
    if form == "area":
        angles = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
        radius = random.uniform(5.0, 15.0, (count, 1)) * random.uniform(0.75, 1.0, (count, 8))
        ring = np.stack([np.cos(angles) * radius * 1.4, np.sin(angles) * radius], axis=-1)
        return np.asarray(shapely.polygons(spots.points[:, None] + ring))
    return np.asarray(shapely.points(spots.points))
