"""Points as well-known binary to coordinates and back, without an object per point; as text, with one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis.point_router import PLACE_FAULTS
from grid_data.importers.shape_text import shapes_of_texts

__all__ = ["from_points", "to_points", "wkt_to_points"]

Floats = NDArray[np.float64]
Faults = NDArray[np.int8]

# Byte order (1: little-endian), geometry type (1: Point), x, y.
_POINT: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def from_points(x: Floats, y: Floats) -> pa.Array:
    """Points as WKB; null where a coordinate is not a number.

    >>> shapely.from_wkb(from_points(np.array([1.0]), np.array([2.0]))[0].as_py()).wkt
    'POINT (1 2)'
    """
    good = np.isfinite(x) & np.isfinite(y)
    records = np.zeros(int(good.sum()), dtype=_POINT)
    records["order"], records["kind"] = 1, 1
    records["x"], records["y"] = x[good], y[good]
    offsets = np.concatenate([[0], np.cumsum(good)]).astype(np.int64) * _POINT.itemsize
    missing = None if good.all() else pa.array(good).buffers()[1]
    return pa.Array.from_buffers(
        pa.large_binary(), len(x), [missing, pa.py_buffer(offsets), pa.py_buffer(records)]
    ).cast(pa.binary())


def to_points(wkb: pa.Array) -> tuple[Floats, Floats, Faults]:
    """Coordinates of points, NaN where there is none, and the fault (`gis.point_router.PLACE_FAULTS`) or -1.

    A multipoint of one point is a point.

    >>> x, y, fault = to_points(pa.array([shapely.to_wkb(shapely.Point(1, 2)), None]))
    >>> x.tolist(), fault.tolist()
    ([1.0, nan], [-1, 0])
    """
    there = wkb.is_valid().to_numpy(zero_copy_only=False)
    x, y = np.full(len(wkb), np.nan), np.full(len(wkb), np.nan)
    fault = np.full(len(wkb), PLACE_FAULTS.index("none_given"), dtype=np.int8)
    if there.all():
        return _read(wkb)
    if there.any():
        x[there], y[there], fault[there] = _read(wkb.drop_null())
    return x, y, fault


def _read(wkb: pa.Array) -> tuple[Floats, Floats, Faults]:
    wide = wkb.cast(pa.large_binary())
    _, offsets, data = wide.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[wide.offset : wide.offset + len(wide) + 1]
    if len(wide) and np.all(np.diff(ends) == _POINT.itemsize):
        records = np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]].view(_POINT)
        if np.all(records["order"] == 1) and np.all(records["kind"] == 1):
            x, y = records["x"].copy(), records["y"].copy()
            # An empty point is written as NaN, NaN.
            empty = np.isnan(x) & np.isnan(y)
            return x, y, np.where(empty, PLACE_FAULTS.index("none_given"), -1).astype(np.int8)
    return _parse(wide.to_pylist())


def _parse(wkb: list[Any]) -> tuple[Floats, Floats, Faults]:
    """The slow way, for everything that is not a plain point in little-endian bytes."""
    shapes = np.array([*wkb, None], dtype=object)[:-1]
    return _of_shapes(shapely.from_wkb(shapes, on_invalid="ignore"))


def wkt_to_points(wkt: pa.Array) -> tuple[Floats, Floats, Faults]:
    """The same as `to_points`, of text: see `grid_data.importers.shape_text`.

    >>> wkt_to_points(pa.array(["POINT (1 2)"]))[1].tolist()
    [2.0]
    """
    texts: NDArray[np.object_] = np.array([*wkt.to_pylist(), None], dtype=object)[:-1]
    there = np.array([bool(text and text.strip()) for text in texts], dtype=np.bool_)
    texts[~there] = None
    x, y, fault = _of_shapes(shapes_of_texts(texts))
    return x, y, np.where(there, fault, PLACE_FAULTS.index("none_given")).astype(np.int8)


def _of_shapes(shapes: NDArray[np.object_]) -> tuple[Floats, Floats, Faults]:
    single = shapely.get_type_id(shapes) == 4
    single &= shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    empty = shapely.is_empty(shapes)
    point = (shapely.get_type_id(shapes) == 0) & ~empty
    fault = np.full(len(shapes), PLACE_FAULTS.index("not_a_point"), dtype=np.int8)
    fault[empty] = PLACE_FAULTS.index("none_given")
    fault[point] = -1
    x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    x[point], y[point] = shapely.get_x(shapes[point]), shapely.get_y(shapes[point])
    return x, y, fault
