"""What can be wrong with geometry, as typed errors."""

from __future__ import annotations

from gis.words import Words


class GisError(ValueError):
    """Base of all errors of this floor."""


class UnknownSystem(GisError):
    """A coordinate system that cannot be converted."""

    def __init__(self, system: str) -> None:
        super().__init__(
            f"unknown coordinate system {system!r}; known are wgs84, cgcs2000, gcj02, bd09 and EPSG:<number>"
        )
        self.system = system


class OutOfRange(GisError):
    """A coordinate that is no longitude or latitude: not a number, or beyond 180 or 90 degrees."""


class AntimeridianCrossing(GisError):
    """A shape that touches the 180th meridian or, wider than half the world, crosses it or is wrong."""


class InvalidGeometry(GisError):
    """A shape that breaks the rules of simple features.

    Attributes
    ----------
    reason
        What is wrong, in the words of GEOS, for example ``Self-intersection``.
    place
        Where (lon, lat), if GEOS can tell.
    """

    def __init__(self, reason: str, place: tuple[float, float] | None = None) -> None:
        super().__init__(reason if place is None else f"{reason} at {place[0]:.7f}, {place[1]:.7f}")
        self.reason = reason
        self.place = place


class EmptyGeometry(GisError):
    """A shape without any point."""


class CollapsedGeometry(GisError):
    """A shape so small that nothing is left of it on the lattice of 1e-7 degree."""


class LayerError(GisError):
    """A layer that cannot be used as such: a code given twice, an empty code, a shape that is no area."""


class RuleError(GisError):
    """An assignment rule that contradicts itself."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words
