"""Points to zones, in memory: the bulk twin of the SQL routing statement.

>>> import shapely
>>> east, west = shapely.box(120.1, 36, 120.2, 36.1), shapely.box(120, 36, 120.1, 36.1)
>>> layer = ZoneLayer("grid", ["B", "A"], [east, west])
>>> answer = Router.build([layer], 4549).route([120.05, 120.1, 121.0], [36.05, 36.05, 36.05])["grid"]
>>> answer.zone_codes().tolist()
['A', 'A', None]
>>> [Method(method).name for method in answer.method]
['INSIDE', 'ON_BORDER', 'OUTSIDE']
>>> answer.others_of(1)
('B',)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from numpy.typing import ArrayLike

from gis.errors import LayerError
from gis.layer_index import NEAR_M, NO_ZONE, LayerAnswer, LayerIndex, Method, Places, ZoneLayer

__all__ = ["NEAR_M", "NO_ZONE", "LayerAnswer", "Method", "Router", "ZoneLayer"]


class Router:
    """The zones of several layers at one moment, ready for many points.

    An immutable value: it can be shared by threads, and pickled (it is built again on the other side).
    """

    def __init__(self, indexes: Iterable[LayerIndex], metric_srid: int) -> None:
        self._indexes = {index.layer.code: index for index in indexes}
        self.metric_srid = metric_srid

    @classmethod
    def build(cls, layers: Iterable[ZoneLayer], metric_srid: int) -> Router:
        """Index layers.

        Parameters
        ----------
        layers
            In the order in which answers come.
        metric_srid
            EPSG code of the metric system for distances.

        Raises
        ------
        LayerError
            Two layers have the same code, or one is not usable (see `LayerIndex`).
        """
        layers = list(layers)
        if len({layer.code for layer in layers}) != len(layers):
            raise LayerError("two layers have the same code")
        return cls([LayerIndex(layer, metric_srid) for layer in layers], metric_srid)

    @property
    def layers(self) -> tuple[str, ...]:
        """Codes of the layers, in the order of the answers."""
        return tuple(self._indexes)

    def route(self, lon: ArrayLike, lat: ArrayLike) -> Mapping[str, LayerAnswer]:
        """Answers of all layers for points.

        Parameters
        ----------
        lon, lat
            EPSG:4326 degrees, one-dimensional, of one length; they are snapped to the lattice first.

        Returns
        -------
        Mapping
            `LayerAnswer` by layer code.

        Raises
        ------
        OutOfRange
            A coordinate is not a number, or no longitude or latitude.
        """
        places = Places.at(lon, lat, self.metric_srid)
        return MappingProxyType({code: index.locate(places) for code, index in self._indexes.items()})

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _rebuild, ([index.layer for index in self._indexes.values()], self.metric_srid)


def _rebuild(layers: list[ZoneLayer], metric_srid: int) -> Router:
    return Router.build(layers, metric_srid)
