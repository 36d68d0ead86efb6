"""Two editions of a layer, or plans, compared: what went from which zone to which, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import orjson
import shapely

from gis.crs import geometry_to_metric
from gis.edition_diff import common_units, overlaid
from gis.lineage import lineage
from gis.words import Words
from gis.zone_shapes import same_border
from governance.incidents.answers import Answer, Name
from governance.planning.errors import PlanMissing
from governance.planning.judging import judge
from governance.planning.states import State
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.planning.comparison import (
    Side,
    ZoneName,
    ancestors,
    read_layer,
    read_side,
    shapes_of,
    unit_homes,
)
from grid_data.planning.publishing import read_plan

__all__ = ["Comparison", "Edition", "compare"]

LEAST = 1e-10
"""Square degrees, about a square metre: less is rounding."""
IN_FORCE = (State.PUBLISHED, State.SUPERSEDED, State.ROLLED_BACK)


@dataclass(frozen=True)
class Edition:
    """What is compared: the edition of a moment, or a plan."""

    at: datetime | None = None
    plan: str | None = None


class Compared(Answer):
    """A side of the comparison: the moment asked about, and the plan if one was named."""

    at: datetime
    plan: str | None


class ZoneChange(Answer):
    """A zone that is not what it was. ``code`` reads ``new:NUMBER`` where a plan's zone has none yet."""

    code: str
    name: Name
    change: Literal["begun", "ended", "changed", "renamed"]
    households_in: int
    households_out: int
    area_m2_in: float
    area_m2_out: float


class ZoneFlow(Answer):
    """What went from one zone to another; null: from or to nowhere."""

    source: str | None
    target: str | None
    kind: Literal["unchanged", "split", "merged", "irregular"] | None
    units: int
    households: int
    residents: int
    area_m2: float


class UnitProperties(Answer):
    """A piece of ground that is in another zone. ``unit`` is null where the editions share no unit there."""

    unit: str | None
    source: str | None
    target: str | None
    households: int
    residents: int
    area_m2: float


class UnitFeature(Answer):
    """GeoJSON, EPSG:4326."""

    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any] | None
    properties: UnitProperties


class UnitFeatures(Answer):
    """GeoJSON of all that changed."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[UnitFeature]


class Summary(Answer):
    """All changes together. Households and residents are those of today."""

    zones: int
    begun: int
    ended: int
    changed: int
    renamed: int
    units: int
    households: int
    residents: int
    area_m2: float


class Comparison(Answer):
    """What is different between two editions of a layer."""

    layer: str
    source: Compared
    target: Compared
    summary: Summary
    zones: list[ZoneChange]
    flows: list[ZoneFlow]
    units: UnitFeatures


@dataclass
class _Piece:
    """A piece of ground in two editions."""

    unit: str | None
    source: str | None
    target: str | None
    shape: Any
    area_m2: float = 0.0
    households: int = 0
    residents: int = 0


async def compare(
    connection: Connection, layer: str, source: Edition, target: Edition, *, geometry: bool = True
) -> Comparison:
    """Compare two editions of a layer.

    Raises
    ------
    PlanMissing
        There is no such layer or plan, or the plan is one of another layer.
    """
    found = await read_layer(connection, layer)
    if found is None:
        raise PlanMissing(Words(f"没有图层 {layer}", f"no layer {layer}"), field="layer")
    one, told_one = await _side(connection, found, source)
    other, told_other = await _side(connection, found, target)
    pieces, kinds = await _pieces(connection, one, other)
    await _weigh(connection, pieces)
    zones = _zones(one, other, pieces)
    return Comparison(
        layer=layer,
        source=told_one,
        target=told_other,
        summary=_summary(zones, pieces),
        zones=zones,
        flows=_flows(pieces, kinds),
        units=UnitFeatures(features=[_feature(piece, geometry) for piece in pieces]),
    )


async def _side(connection: Connection, layer: Mapping[str, Any], edition: Edition) -> tuple[Side, Compared]:
    if edition.plan is None:
        assert edition.at is not None
        return await read_side(connection, layer["id"], edition.at), Compared(at=edition.at, plan=None)
    plan = await read_plan(connection, edition.plan)
    if plan is None or plan["layer_id"] != layer["id"]:
        words = Words(
            f"图层 {layer['code']} 没有方案 {edition.plan}",
            f"no plan {edition.plan} of layer {layer['code']}",
        )
        raise PlanMissing(words)
    if State(plan["state"]) in IN_FORCE and plan["effective_from"] is not None:
        # It is an edition: what held when it took effect.
        at = plan["effective_from"]
        return await read_side(connection, layer["id"], at), Compared(at=at, plan=edition.plan)
    at = plan["base_at"]
    told = Compared(at=at, plan=edition.plan)
    if layer["kind"] != "base_grid":
        return await _shapes_planned(connection, plan, await read_side(connection, layer["id"], at)), told
    return await read_side(connection, layer["id"], at, plan["id"]), told


async def _shapes_planned(connection: Connection, plan: Mapping[str, Any], side: Side) -> Side:
    """An edition of zones that are shapes, with a plan put over it."""
    judged = await judge(connection, plan, plan["base_at"])
    rows = {row["number"]: row for row in judged.draft.zones}
    zones = dict(side.zones)
    for row in rows.values():
        if row["dissolved"] and row["zone_code"] is not None:
            zones.pop(row["zone_code"], None)
    shapes = {}
    for each in judged.drawn:
        if each.before is not None:
            zones.pop(each.before.code, None)
        if each.number is None:
            assert each.before is not None
            code, names = each.before.code, (each.before.name_zh, each.before.name_en)
        else:
            row = rows[each.number]
            code = row["code"] or row["zone_code"] or f"new:{each.number}"
            names = row["name_zh"], row["name_en"]
        zones[code] = ZoneName(*names, version=0)
        shapes[code] = each.shape
    return Side(zones, {}, {}, {}, shapes)


async def _pieces(
    connection: Connection, one: Side, other: Side
) -> tuple[list[_Piece], dict[tuple[str, str], str]]:
    """Pieces that are in another zone, with their shapes; and kinds by (old, new) for zones made of units."""
    if not one.unit_zone and not other.unit_zone:
        return await _by_shape(connection, one, other), {}
    atoms, lost, gained = common_units(one.unit_zone, other.unit_zone, await ancestors(connection))
    moved = [atom for atom in atoms if atom.source != atom.target]
    shapes = await shapes_of(connection, [*(atom.unit for atom in moved), *lost, *gained])
    codes = {**one.unit_code, **other.unit_code}
    pieces = [_Piece(codes[atom.unit], atom.source, atom.target, shapes[atom.unit]) for atom in moved]
    left = np.array([shapes[unit] for unit in lost], dtype=object)
    right = np.array([shapes[unit] for unit in gained], dtype=object)
    for a, b, shape in overlaid(left, right, least=LEAST):
        source = None if a is None else one.unit_zone[lost[a]]
        target = None if b is None else other.unit_zone[gained[b]]
        if source != target:
            pieces.append(_Piece(None, source, target, shape))
    names = sorted({name for atom in atoms for name in (atom.source, atom.target)})
    number = {name: k for k, name in enumerate(names)}
    nothing = [0] * len(atoms)
    steps = lineage(
        [number[atom.source] for atom in atoms], [number[atom.target] for atom in atoms], nothing, nothing
    )
    return pieces, {(names[step.source], names[step.target]): step.kind for step in steps}


async def _by_shape(connection: Connection, one: Side, other: Side) -> list[_Piece]:
    """Zones that are not made of units: those whose shapes differ, laid over each other."""
    both = [
        (
            side,
            [
                code
                for code, zone in side.zones.items()
                if not zone.version or zone.version != _version(against, code)
            ],
        )
        for side, against in ((one, other), (other, one))
    ]
    wanted = [side.zones[code].version for side, codes in both for code in codes if code not in side.shapes]
    shapes = await shapes_of(connection, wanted, versions=True)
    old, new = (
        {
            code: side.shapes[code] if code in side.shapes else shapes[side.zones[code].version]
            for code in codes
        }
        for side, codes in both
    )
    same = {code for code in old.keys() & new.keys() if same_border(old[code], new[code])}
    before, after = ([code for code in side if code not in same] for side in (old, new))
    left = np.array([old[code] for code in before], dtype=object)
    right = np.array([new[code] for code in after], dtype=object)
    pieces = []
    for a, b, shape in overlaid(left, right, least=LEAST):
        source, target = None if a is None else before[a], None if b is None else after[b]
        if source != target:
            pieces.append(_Piece(None, source, target, shape))
    return pieces


def _version(side: Side, code: str) -> int | None:
    zone = side.zones.get(code)
    return None if zone is None else zone.version


async def _weigh(connection: Connection, pieces: Sequence[_Piece]) -> None:
    """Fill in areas, and the households and residents whose buildings stand there today."""
    if not pieces:
        return
    srid = (await read_city(connection)).frame.metric_srid
    shapes = np.array([piece.shape for piece in pieces], dtype=object)
    for piece, metric in zip(pieces, np.asarray(geometry_to_metric(shapes, srid)), strict=True):
        piece.area_m2 = float(metric.area)
    places, people = await unit_homes(connection, shapely.total_bounds(shapes))
    if not len(places):
        return
    at, home = shapely.STRtree(shapely.points(places)).query(shapes, predicate="intersects")
    seen: set[int] = set()
    for piece_number, k in zip(at.tolist(), home.tolist(), strict=True):
        if k in seen:
            continue
        seen.add(k)
        pieces[piece_number].households += int(people[k, 0])
        pieces[piece_number].residents += int(people[k, 1])


def _zones(one: Side, other: Side, pieces: Sequence[_Piece]) -> list[ZoneChange]:
    sums: dict[str, list[float]] = {}
    for piece in pieces:
        for code, k in ((piece.target, 0), (piece.source, 1)):
            if code is not None:
                mine = sums.setdefault(code, [0.0] * 4)
                mine[k] += piece.households
                mine[2 + k] += piece.area_m2
    found = []
    for code in sorted({*one.zones, *other.zones}):
        old, new = one.zones.get(code), other.zones.get(code)
        change: Literal["begun", "ended", "changed", "renamed"]
        if old is None:
            change = "begun"
        elif new is None:
            change = "ended"
        elif code in sums:
            change = "changed"
        elif (old.name_zh, old.name_en) != (new.name_zh, new.name_en):
            change = "renamed"
        else:
            continue
        name = new or old
        assert name is not None
        come, go, area_in, area_out = sums.get(code, [0.0] * 4)
        found.append(
            ZoneChange(
                code=code,
                name=Name(zh=name.name_zh, en=name.name_en),
                change=change,
                households_in=int(come),
                households_out=int(go),
                area_m2_in=round(area_in, 1),
                area_m2_out=round(area_out, 1),
            )
        )
    return found


def _flows(pieces: Sequence[_Piece], kinds: Mapping[tuple[str, str], Any]) -> list[ZoneFlow]:
    grouped: dict[tuple[str | None, str | None], list[_Piece]] = {}
    for piece in pieces:
        grouped.setdefault((piece.source, piece.target), []).append(piece)
    flows = [
        ZoneFlow(
            source=source,
            target=target,
            kind=kinds.get((source, target)) if source is not None and target is not None else None,
            units=len(mine),
            households=sum(piece.households for piece in mine),
            residents=sum(piece.residents for piece in mine),
            area_m2=round(sum(piece.area_m2 for piece in mine), 1),
        )
        for (source, target), mine in grouped.items()
    ]
    return sorted(
        flows, key=lambda flow: (-flow.households, -flow.area_m2, flow.source or "", flow.target or "")
    )


def _summary(zones: Sequence[ZoneChange], pieces: Sequence[_Piece]) -> Summary:
    changes = [zone.change for zone in zones]
    return Summary(
        zones=len(zones),
        begun=changes.count("begun"),
        ended=changes.count("ended"),
        changed=changes.count("changed"),
        renamed=changes.count("renamed"),
        units=len(pieces),
        households=sum(piece.households for piece in pieces),
        residents=sum(piece.residents for piece in pieces),
        area_m2=round(sum(piece.area_m2 for piece in pieces), 1),
    )


def _feature(piece: _Piece, geometry: bool) -> UnitFeature:
    drawn = orjson.loads(shapely.to_geojson(piece.shape)) if geometry else None
    return UnitFeature(
        geometry=drawn,
        properties=UnitProperties(
            unit=piece.unit,
            source=piece.source,
            target=piece.target,
            households=piece.households,
            residents=piece.residents,
            area_m2=round(piece.area_m2, 1),
        ),
    )
