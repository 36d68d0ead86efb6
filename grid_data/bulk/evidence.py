"""Which zones incidents are in, as identifiers, and the evidence worth keeping about their borders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.router import NO_ZONE, LayerAnswer, Method
from grid_data.bulk.coded import Coded
from grid_data.bulk.ragged import Ragged, offsets_of
from grid_data.bulk.routed import Floats, Ints, LayerZones

__all__ = ["evidence", "zones_of"]


def zones_of(layers: Sequence[LayerZones], answers: Mapping[str, LayerAnswer], column: str, n: int) -> Ragged:
    """An identifier of every zone that answers for each of n points, in the order of the layers.

    A layer of cardinality ``many`` may give several; they follow its first.
    """
    table = np.zeros((n, len(layers)), dtype=np.int64)
    further: list[tuple[Ints, Ints, Ints]] = []
    for k, layer in enumerate(layers):
        answer, ids = answers[layer.code], layer.column(column)
        table[:, k] = ids[answer.zone]
        if layer.cardinality == "many" and len(answer.other_point):
            there = answer.other_point.astype(np.int64)
            further.append((there, np.full(len(there), k), ids[answer.other_zone]))
    point, position = np.nonzero(table)
    values = table[point, position]
    if further:
        # Sorting is stable, so the first zone of a layer stays before the further ones.
        point = np.concatenate([point, *(part[0] for part in further)])
        position = np.concatenate([position, *(part[1] for part in further)])
        values = np.concatenate([values, *(part[2] for part in further)])
        order = np.lexsort((position, point))
        point, values = point[order], values[order]
    return Ragged.of_owners(point.astype(np.int64), values, n)


@dataclass(frozen=True)
class _Told:
    """Entries of one layer's evidence: whose they are, and their JSON without the braces of the whole."""

    point: Ints
    text: pa.Array


def evidence(layers: Sequence[LayerZones], answers: Mapping[str, LayerAnswer], uncertain_m: Floats) -> Coded:
    """JSON per point, by layer code, where the method is not plain or the border is near; else ``{}``.

    ``uncertain_m`` (n,) is how far off each place may be.
    """
    n = len(uncertain_m)
    told = [part for layer in layers for part in _of_layer(layer, answers[layer.code], uncertain_m)]
    if not told:
        return Coded.same("{}", n)
    point = np.concatenate([part.point for part in told])
    order = np.argsort(point, kind="stable")
    counts = np.bincount(point, minlength=n)
    some = counts > 0
    texts = pa.concat_arrays([part.text for part in told]).take(pa.array(order))
    by_point = pa.ListArray.from_arrays(pa.array(offsets_of(counts[some]), pa.int32()), texts)
    written = pc.binary_join_element_wise("{", pc.binary_join(by_point, ", "), "}", "")
    # The first text is that of all who have nothing to tell.
    number = np.where(some, np.cumsum(some), 0)
    return Coded(number, pa.concat_arrays([pa.array(["{}"]), written]).cast(pa.large_string()))


def _of_layer(layer: LayerZones, answer: LayerAnswer, uncertain_m: Floats) -> list[_Told]:
    many = layer.cardinality == "many"
    told = (answer.method != Method.INSIDE) | np.isfinite(answer.border_m)
    if many:
        told &= answer.zone != NO_ZONE
    point = np.flatnonzero(told)
    keys = [json.dumps(layer.code)]
    which = np.zeros(len(point), dtype=np.int64)
    candidates = None
    others = np.isin(point, answer.other_point)
    if others.any() and many:
        # Where several zones answer, each is named with its own border.
        keys += [json.dumps(f"{layer.code}:{code}") for code in answer.codes]
        which[others] = 1 + answer.zone[point[others]]
    elif others.any():
        named = {int(p): json.dumps(list(answer.others_of(int(p)))) for p in point[others]}
        candidates = pa.array(
            [f', "candidates": {named[int(p)]}' if p in named else "" for p in point.tolist()]
        )
    parts = [_Told(point, _entries(keys, which, answer.method[point], answer.border_m[point],
                                   uncertain_m[point], candidates))]  # fmt: skip
    if many and len(answer.other_point):
        said = (answer.other_method != Method.INSIDE) | np.isfinite(answer.other_border_m)
        keys = [json.dumps(f"{layer.code}:{code}") for code in answer.codes]
        owner = answer.other_point[said].astype(np.int64)
        text = _entries(
            keys,
            answer.other_zone[said].astype(np.int64),
            answer.other_method[said],
            answer.other_border_m[said],
            uncertain_m[owner],
            None,
        )
        parts.append(_Told(owner, text))
    return parts


def _entries(
    keys: Sequence[str],
    which: Ints,
    method: NDArray[np.int8],
    border_m: Floats,
    uncertain_m: Floats,
    candidates: pa.Array | None,
) -> pa.Array:
    """``"key": {"method": …, "near_border": …, "distance_m": …, "candidates": […]}`` of each entry."""
    measured = np.isfinite(border_m)
    near = (method == Method.INSIDE) & (border_m < uncertain_m)
    heads: list[str] = []
    for key in keys:
        for word in Method:
            said = "" if word == Method.INSIDE else f'"method": "{word.name.lower()}"'
            for is_near in (False, True):
                first = '"near_border": true' if is_near and word == Method.INSIDE else said
                distance = f'{", " if first else ""}"distance_m": '
                heads += [f"{key}: {{{first}", f"{key}: {{{first}{distance}"]
    code = ((which * len(Method) + method) * 2 + near) * 2 + measured
    head = pa.array(heads).take(pa.array(code))
    numbers = pa.array(rounded(np.where(measured, border_m, 0.0))).cast(pa.string())
    distance = pc.if_else(pa.array(measured), numbers, "")
    tail = candidates if candidates is not None else pa.repeat(pa.scalar(""), len(code))
    return pc.binary_join_element_wise(head, distance, tail, "}", "")


def rounded(metres: Floats) -> Floats:
    """To the millimetre, exactly as Python's ``round`` does.

    >>> rounded(np.array([2.6745, 1.0005])).tolist() == [round(2.6745, 3), round(1.0005, 3)]
    True
    """
    result = np.round(metres, 3)
    # numpy multiplies first, which moves what lies near the middle between two millimetres.
    doubtful = np.flatnonzero(np.abs(np.mod(metres * 1000, 1) - 0.5) < 1e-6)
    result[doubtful] = [round(value, 3) for value in metres[doubtful].tolist()]
    return result
