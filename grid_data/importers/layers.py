"""Layers as importers see them, and the definition of a new one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grid_data.database import Connection, one, rows
from grid_data.importers.problems import ImportRefused, near_codes

__all__ = ["CARDINALITIES", "KINDS", "Layer", "define_layer", "read_layer", "read_layers"]

KINDS = ("region", "base_grid", "specialist", "jurisdiction", "context")
CARDINALITIES = ("exactly_one", "at_most_one", "many")
_USUAL_DEPTH = {"district": 1, "subdistrict": 2, "community": 3, "base_grid": 4}


@dataclass(frozen=True)
class Layer:
    """A layer's definition, as in the frame of layers."""

    code: str
    name_zh: str
    name_en: str | None
    kind: str
    cardinality: str
    parent: str | None
    precedence: int
    depth: int
    code_pattern: str | None
    nearest_tolerance_m: float
    attribution_zh: str | None
    attribution_en: str | None
    synthetic: bool

    @property
    def must_cover(self) -> bool:
        """Whether gaps, overlaps and zones beyond their parent keep a file out, or are only told."""
        return self.kind in ("region", "base_grid")


async def read_layers(connection: Connection) -> dict[str, Layer]:
    """All layers by code."""
    return {row["code"]: Layer(**row) for row in await rows(connection, "imports/layers")}


async def read_layer(connection: Connection, code: str) -> Layer:
    """One layer.

    Raises
    ------
    ImportRefused
        There is none of that code.
    """
    layers = await read_layers(connection)
    if code in layers:
        return layers[code]
    near = near_codes(code, tuple(layers))
    known = ", ".join(layers) or "—"
    raise ImportRefused(
        "unknown_layer",
        f"没有图层 {code}；{near.zh if near else ''}现有：{known}",
        f"there is no layer {code}; {f'{near.en} ' if near else ''}there are {known}",
    )


async def define_layer(connection: Connection, values: Mapping[str, Any]) -> Layer:
    """Define a layer from what was told; the rest has usual values.

    ``values`` may hold every attribute of :class:`Layer`; code, name_zh, kind and cardinality must be told.
    The layer is stored at once, in the caller's transaction. A layer of that code that is defined the same
    already is used as it is.

    Raises
    ------
    ImportRefused
        The definition contradicts itself, or another layer has that code.
    """
    layers = await read_layers(connection)
    told = {name: value for name, value in values.items() if value is not None}
    there = layers.get(told["code"])
    if there is not None:
        different = sorted(name for name, value in told.items() if getattr(there, name) != value)
        if different:
            raise ImportRefused(
                "layer_exists",
                f"图层 {there.code} 已存在，且 {'、'.join(different)} 不同；新版数据请用 import zones",
                f"the layer {there.code} exists and differs in {', '.join(different)}; "
                "for new zones use: import zones",
            )
        return there
    _check(told, layers)
    parent = layers.get(told.get("parent", ""))
    usual = {
        "name_en": None,
        "parent": None,
        "precedence": 10 + max((layer.precedence for layer in layers.values()), default=0),
        "depth": _usual_depth(told, parent),
        "code_pattern": None,
        "nearest_tolerance_m": 0.0,
        "attribution_zh": None,
        "attribution_en": None,
        "synthetic": False,
    }
    layer = Layer(**{**usual, **told})
    await one(connection, "bulk/insert_layer", vars(layer))
    return layer


def _check(told: dict[str, Any], layers: dict[str, Layer]) -> None:
    if not re.fullmatch("[a-z][a-z0-9_]{0,40}", told["code"]):
        raise _bad("code", "应为小写字母开头的英文标识", "must be a lower-case word")
    if told["kind"] not in KINDS:
        raise _bad("kind", f"应为 {'、'.join(KINDS)}", f"must be one of {', '.join(KINDS)}")
    if told["cardinality"] not in CARDINALITIES:
        raise _bad(
            "cardinality", f"应为 {'、'.join(CARDINALITIES)}", f"must be one of {', '.join(CARDINALITIES)}"
        )
    if told.get("parent") is not None and told["parent"] not in layers:
        raise _bad(
            "parent", f"未知：没有图层 {told['parent']}", f"is unknown: there is no layer {told['parent']}"
        )
    if told["kind"] == "base_grid":
        if told["cardinality"] != "exactly_one":
            raise _bad("cardinality", "基础网格须为 exactly_one", "must be exactly_one for base grids")
        if any(layer.kind == "base_grid" for layer in layers.values()):
            raise _bad("kind", "基础网格图层已存在", "there is a layer of base grids already")
    try:
        re.compile(told.get("code_pattern") or "")
    except re.error as problem:
        raise _bad("code_pattern", f"不是正则表达式：{problem}", f"is no pattern: {problem}") from None


def _usual_depth(told: dict[str, Any], parent: Layer | None) -> int:
    if told["code"] in _USUAL_DEPTH:
        return _USUAL_DEPTH[told["code"]]
    if told["kind"] in ("region", "base_grid"):
        return parent.depth + 1 if parent else 1
    return 5


def _bad(name: str, zh: str, en: str) -> ImportRefused:
    return ImportRefused("bad_layer", f"图层的 {name} {zh}", f"the layer's {name} {en}")
