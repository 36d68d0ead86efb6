"""Zones in the zones of their parent layer, and codes in the layer's form."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import shapely

from gis.lattice import to_lattice
from grid_data.importers.batch import Rows
from grid_data.importers.checks import known
from grid_data.importers.editions import Stored
from grid_data.importers.fields import empty
from grid_data.importers.layers import Layer

__all__ = ["check_codes", "find_parents"]


def find_parents(table: Rows, around: Mapping[str, Stored], layer: str, *, field: str = "parent") -> None:
    """Parents as told and known; where none is told, the one zone the middle of the shape lies in.

    ``around`` are the zones of the layer ``layer`` that hold then; a middle on a border goes to the lowest
    code.
    """
    zh, en = f"{layer} 区域（当时有效）", f"{layer} zone (valid then)"
    known(table, field, around, code="unknown_parent", zh=zh, en=en)
    good = table.good
    without = [int(str(row)) for row, parent in good[field].items() if empty(parent)]
    if not without:
        return
    codes = sorted(around)
    tree = shapely.STRtree(to_lattice(np.asarray([around[code].geometry for code in codes], dtype=object)))
    for row in without:
        middle = shapely.point_on_surface(to_lattice(good.at[row, "geometry"]))
        inside = [codes[i] for i in sorted(tree.query(middle, predicate="intersects").tolist())]
        if inside:
            table.frame.at[row, field] = inside[0]
        else:
            table.findings.error(
                "no_parent",
                f"没有给出 {field}，且不在图层 {layer} 的任何区域内",
                f"no {field} is given, and it lies in no zone of the layer {layer}",
                row=row,
                field=field,
            )


def check_codes(table: Rows, layer: Layer, *, field: str = "code") -> None:
    """Codes of zones are of the form that the layer prescribes."""
    if not layer.code_pattern:
        return
    pattern = re.compile(layer.code_pattern)
    good = table.good
    for row, code in zip(good.index, good[field], strict=True):
        if not pattern.fullmatch(code):
            table.findings.error(
                "code_pattern",
                f"编码 {code} 不符合图层规定的格式 {layer.code_pattern}",
                f"the code {code} is not of the layer's form {layer.code_pattern}",
                row=int(row),
                field=field,
            )
