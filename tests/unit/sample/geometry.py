"""Lattice geometry and households of a sample, as several tests need them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from grid_data.sample import Sample


def lattice(shapes: Any) -> Any:
    """Degrees to whole lattice steps."""
    return shapely.transform(np.asarray(shapes), lambda points: np.rint(points * 1e7))


def households_per_unit(sample: Sample) -> pd.Series:
    """Number of households by unit code, zero where nobody lives."""
    homes = sample["households"].merge(sample["buildings"], left_on="building", right_on="code")
    counted = homes.groupby("unit").size()
    return counted.reindex(sample["land_units"]["code"], fill_value=0)
