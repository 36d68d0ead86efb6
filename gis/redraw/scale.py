"""How long a lattice step is on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

__all__ = ["Scale"]


@dataclass(frozen=True)
class Scale:
    """Metres per lattice step, east and north."""

    east: float
    north: float

    def metres(self, shape: Any) -> Any:
        """A lattice shape in metres, near enough to judge its width."""
        return shapely.transform(shape, lambda c: c * (self.east, self.north))

    @classmethod
    def at(cls, latitude: float) -> Scale:
        """At a latitude in degrees, on a sphere.

        >>> round(Scale.at(60).east / Scale.at(60).north, 6)
        0.5
        """
        north = 6_371_000 * np.pi / 180 / 1e7
        return cls(float(north * np.cos(np.radians(latitude))), float(north))
