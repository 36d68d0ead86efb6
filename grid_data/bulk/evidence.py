"""Which zones incidents are in, as identifiers, and the evidence worth keeping about their borders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.router import NO_ZONE, LayerAnswer, Method
from grid_data.bulk.routed import Ints, LayerZones, RoutedColumns


def keep_zones(
    result: RoutedColumns,
    points: Ints,
    keep: Ints,
    layers: Sequence[LayerZones],
    answers: Mapping[str, LayerAnswer],
    uncertain: NDArray[np.float64],
) -> None:
    """Zone identifiers per point in layer order, and the evidence where it says something."""
    evidence: dict[int, dict[str, dict[str, Any]]] = {}
    versions = [layer.column("version_id")[answers[layer.code].zone] for layer in layers]
    zones = [layer.column("zone_id")[answers[layer.code].zone] for layer in layers]
    many = {layer.code for layer in layers if layer.cardinality == "many"}
    further: dict[tuple[str, int], list[int]] = {}
    for layer in layers:
        answer: LayerAnswer = answers[layer.code]
        for point, zone in zip(answer.other_point.tolist(), answer.other_zone.tolist(), strict=True):
            further.setdefault((layer.code, point), []).append(zone)
        told = (answer.method != Method.INSIDE) | np.isfinite(answer.border_m)
        if layer.code in many:
            told &= answer.zone != NO_ZONE
        for point in np.flatnonzero(told).tolist():
            entry = _evidence(answer, point, float(uncertain[point]))
            others = further.get((layer.code, point), [])
            if others and layer.code not in many:
                entry["candidates"] = [answer.codes[zone] for zone in others]
            key = layer.code
            if others and layer.code in many:
                key = f"{layer.code}:{answer.codes[answer.zone[point]]}"
            evidence.setdefault(point, {})[key] = entry
        if layer.code in many:
            _further_evidence(layer.code, answer, points, uncertain, evidence)
    version_rows, zone_rows = np.array(versions).T.tolist(), np.array(zones).T.tolist()
    positions = {layer.code: k for k, layer in enumerate(layers)}
    columns = {layer.code: (layer.column("version_id"), layer.column("zone_id")) for layer in layers}
    kept = set(keep.tolist())
    for (code, point), more in further.items():
        if code in many and point in kept:
            # Every covering zone of the layer is an answer; they follow the first one.
            k = positions[code]
            version_rows[point][k] = [version_rows[point][k], *columns[code][0][more].tolist()]
            zone_rows[point][k] = [zone_rows[point][k], *columns[code][1][more].tolist()]
    for point in keep.tolist():
        where = int(points[point])
        result.zone_version_ids[where] = _flat(version_rows[point])
        result.zone_ids[where] = _flat(zone_rows[point])
        if point in evidence:
            result.border_evidence[where] = json.dumps(evidence[point])


def _flat(values: list[Any]) -> list[int]:
    flat: list[int] = []
    for value in values:
        if isinstance(value, list):
            flat += value
        elif value:
            flat.append(value)
    return flat


def _evidence(answer: LayerAnswer, point: int, uncertain_m: float) -> dict[str, Any]:
    method = Method(int(answer.method[point]))
    return _told(method, float(answer.border_m[point]), uncertain_m)


def _told(method: Method, border_m: float, uncertain_m: float) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if method != Method.INSIDE:
        told["method"] = method.name.lower()
    elif border_m < uncertain_m:
        told["near_border"] = True
    if np.isfinite(border_m):
        told["distance_m"] = round(border_m, 3)
    return told


def _further_evidence(
    code: str,
    answer: LayerAnswer,
    points: Ints,
    uncertain: NDArray[np.float64],
    evidence: dict[int, dict[str, dict[str, Any]]],
) -> None:
    for k, point in enumerate(answer.other_point.tolist()):
        told = _told(
            Method(int(answer.other_method[k])),
            float(answer.other_border_m[k]),
            float(uncertain[point]),
        )
        if told:
            zone = answer.codes[answer.other_zone[k]]
            evidence.setdefault(point, {})[f"{code}:{zone}"] = told
