"""Pieces of cut units in a draft: what each carries, who borders on it, and the step that brings them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric
from gis.lattice import from_lattice, to_lattice
from gis.measures import NOWHERE, UnitCounts
from gis.redraw.cut import Cuts
from gis.redraw.draft import Draft
from gis.redraw.steps import DraftZone, RedrawRefused, Step
from gis.unit_graph import Barrier, UnitGraph
from gis.units.shared_borders import shared_borders

__all__ = ["Contents", "Division", "Footprint", "Piece", "completed"]

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Footprint:
    """A building: its code, its shape (polygon or point, lattice geometry), its households and residents."""

    code: str
    shape: Any
    households: int
    residents: int


@dataclass(frozen=True)
class Contents:
    """What stands on a unit, and what happened there.

    Attributes
    ----------
    buildings
        Of the unit.
    incidents, facilities
        Places of the unit's incidents of a year, and of its facilities: points, lattice geometry.
    """

    buildings: Sequence[Footprint] = ()
    incidents: Sequence[Any] = ()
    facilities: Sequence[Any] = ()


@dataclass(frozen=True)
class Division:
    """A drawn move, before its pieces have been counted.

    Attributes
    ----------
    kind
        Of the step.
    targets
        Zone of each unit that is moved, and of each piece (numbers below zero).
    cuts
        Pieces, and what received vertices.
    zones
        Zones that change or are new.
    """

    kind: str
    targets: Mapping[int, int]
    cuts: Cuts = field(default_factory=Cuts)
    zones: Mapping[int, tuple[DraftZone | None, DraftZone]] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A piece of a cut unit; ``number`` is below zero until it is stored. ``shape`` is EPSG:4326."""

    number: int
    parent: int
    shape: Any
    households: int
    residents: int
    buildings: int
    incidents_year: int
    facilities: int
    area_m2: float
    perimeter_m: float


def completed(
    draft: Draft, division: Division, contents: Mapping[int, Contents], srid: int
) -> tuple[Draft, Step, list[Piece]]:
    """The draft with the pieces in it (not yet in any zone), the step that moves them, and what they carry.

    Parameters
    ----------
    contents
        Of each unit that is cut.
    srid
        The city's metric zone.

    Raises
    ------
    RedrawRefused
        The step breaks a rule, or changes nothing.
    """
    pieces = _balanced(draft, _counted(division.cuts, contents, srid))
    wider = _with_pieces(draft, division.cuts, pieces, srid)
    moves: list[tuple[int, int | None, int | None]] = []
    for unit, target in division.targets.items():
        if unit < 0:
            moves.append((unit, None, target))
        elif draft.zone[draft.row[unit]] != target:
            moves.append((unit, int(draft.zone[draft.row[unit]]), target))
    moves += [
        (parent, int(draft.zone[draft.row[parent]]), None)
        for parent in sorted(set(division.cuts.parent.values()))
    ]
    moves.sort(key=lambda move: move[0])
    assert draft.shapes is not None or not division.cuts.reshaped
    shapes = {
        unit: (draft.shapes[draft.row[unit]] if draft.shapes is not None else None, from_lattice(shape))
        for unit, shape in division.cuts.reshaped.items()
        if unit in draft.row
    }
    step = Step(
        division.kind,
        tuple(unit for unit, _, _ in moves),
        tuple(before for _, before, _ in moves),
        tuple(after for _, _, after in moves),
        division.zones,
        shapes,
        _ground(wider, division.cuts),
    )
    if step.empty:
        raise RedrawRefused("nothing-to-do", "没有需要改动的内容", "there is nothing to change")
    wider.check(step)
    return wider, step, pieces


def _ground(draft: Draft, cuts: Cuts) -> frozenset[int]:
    """Units cut, their pieces, and all their neighbours."""
    if not cuts.parent:
        return frozenset()
    own = {*cuts.parent, *cuts.parent.values(), *cuts.reshaped}
    rows = [draft.row[unit] for unit in own if unit in draft.row]
    ends = draft.graph.ends
    near = ends[np.isin(ends, rows).any(axis=1)]
    return frozenset(own | {int(unit) for unit in np.unique(draft.ids[near])})


def _counted(cuts: Cuts, contents: Mapping[int, Contents], srid: int) -> list[Piece]:
    """What each piece carries. All of a unit is on its pieces: a building where most of it stands, what lies
    outside of all on the nearest."""
    found: list[Piece] = []
    for parent in dict.fromkeys(cuts.parent.values()):
        numbers = [number for number, of in cuts.parent.items() if of == parent]
        shapes = np.array([cuts.pieces[number] for number in numbers], dtype=object)
        here = contents.get(parent, Contents())
        homes = np.array(
            [[1, each.households, each.residents] for each in here.buildings], dtype=np.int64
        ).reshape(-1, 3)
        stands = _where([each.shape for each in here.buildings], shapes)
        happened, placed = _where(here.incidents, shapes), _where(here.facilities, shapes)
        degrees = from_lattice(shapes)
        metric = geometry_to_metric(degrees, srid)
        for at, number in enumerate(numbers):
            buildings, households, residents = homes[stands == at].sum(axis=0).tolist()
            found.append(
                Piece(
                    number=number,
                    parent=parent,
                    shape=degrees[at],
                    households=households,
                    residents=residents,
                    buildings=buildings,
                    incidents_year=int((happened == at).sum()),
                    facilities=int((placed == at).sum()),
                    area_m2=float(metric[at].area),
                    perimeter_m=float(metric[at].length),
                )
            )
    return found


_COUNTS = ("households", "residents", "buildings", "incidents_year", "facilities")


def _balanced(draft: Draft, pieces: list[Piece]) -> list[Piece]:
    """Pieces that add up to what their unit was counted with, whatever has been reported or built since.

    The difference is the largest piece's.
    """
    found = {piece.number: piece for piece in pieces}
    for parent in dict.fromkeys(piece.parent for piece in pieces):
        row = draft.row[parent]
        mine = sorted((piece for piece in pieces if piece.parent == parent), key=lambda piece: -piece.area_m2)
        for name in _COUNTS:
            holder = draft.counts if name in ("incidents_year", "facilities") else draft.graph
            missing = int(getattr(holder, name)[row]) - sum(getattr(piece, name) for piece in mine)
            for piece in mine:
                new = max(0, getattr(piece, name) + missing)
                missing -= new - getattr(piece, name)
                found[piece.number] = replace(found[piece.number], **{name: new})
    return [found[piece.number] for piece in pieces]


def _where(things: Sequence[Any], pieces: Shapes) -> NDArray[np.int64]:
    """The piece each thing is on: most of its area, else the nearest; the first of equal ones."""
    if not len(things):
        return np.zeros(0, dtype=np.int64)
    shapes = np.array(things, dtype=object)[:, None]
    shared = shapely.area(shapely.intersection(shapes, pieces[None, :]))
    away = shapely.distance(shapes, pieces[None, :])
    return np.asarray(np.where(shared.any(axis=1), np.argmax(shared, axis=1), np.argmin(away, axis=1)))


def _with_pieces(draft: Draft, cuts: Cuts, pieces: Sequence[Piece], srid: int) -> Draft:
    """The draft with rows for the pieces, in no zone yet, and borders round them."""
    if not pieces:
        return draft
    graph, parents = draft.graph, [draft.row[piece.parent] for piece in pieces]

    def more(name: str) -> NDArray[Any]:
        old = getattr(graph, name)
        return np.concatenate([old, np.array([getattr(piece, name) for piece in pieces], dtype=old.dtype)])

    def counted(name: str) -> NDArray[np.integer]:
        old = np.asarray(getattr(draft.counts, name))
        return np.concatenate([old, np.array([getattr(piece, name) for piece in pieces], dtype=old.dtype)])

    assert draft.shapes is not None
    shapes = np.concatenate([draft.shapes, np.array([piece.shape for piece in pieces], dtype=object)])
    for unit, shape in cuts.reshaped.items():
        if unit in draft.row:
            shapes[draft.row[unit]] = from_lattice(shape)
    ends, length, barrier, joined = _borders(draft, pieces, shapes, srid)
    base = np.asarray(draft.counts.base)
    wider = UnitGraph(
        **{name: more(name) for name in ("households", "residents", "buildings", "area_m2", "perimeter_m")},
        community=np.concatenate([graph.community, graph.community[parents]]),
        ends=np.concatenate([graph.ends, ends.astype(np.int32)]),
        length_m=np.concatenate([graph.length_m, length]),
        barrier=np.concatenate([graph.barrier, barrier.astype(np.uint8)]),
        joined=np.concatenate([graph.joined, joined]),
    )
    return replace(
        draft,
        ids=np.concatenate([draft.ids, np.array([piece.number for piece in pieces], dtype=np.int64)]),
        graph=wider,
        zone=np.concatenate([draft.zone, np.full(len(pieces), NOWHERE, dtype=draft.zone.dtype)]),
        counts=UnitCounts(
            counted("incidents_year"), counted("facilities"), np.concatenate([base, base[parents]])
        ),
        shapes=shapes,
    )


def _borders(
    draft: Draft, pieces: Sequence[Piece], shapes: Shapes, srid: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Borders of the pieces: with each other nothing runs along them, with others what ran there before.

    A link of a cut unit (a bridge, a ferry) goes to the piece that is nearest to its other end.
    """
    graph, size = draft.graph, len(draft.ids)
    parent = {size + at: draft.row[piece.parent] for at, piece in enumerate(pieces)}
    known = {(int(a), int(b)): at for at, (a, b) in enumerate(graph.ends.tolist())}
    cut = set(parent.values())
    near = set(np.unique(graph.ends[np.isin(graph.ends, list(cut)).any(axis=1)]).tolist()) - cut
    rows = np.array([*sorted(near), *parent], dtype=np.int64)
    lattice = to_lattice(shapes[rows])
    metric = geometry_to_metric(from_lattice(lattice), srid)
    found = shared_borders(metric)
    ends, length, barrier, joined = [], [], [], []
    for (a, b), metres in zip(rows[found.ends].tolist(), found.length.tolist(), strict=True):
        if b not in parent:
            continue
        origin = (parent.get(a, a), parent[b])
        old = known.get((min(origin), max(origin)))
        ends.append((a, b))
        length.append(metres)
        inside = origin[0] == origin[1]
        barrier.append(int(Barrier.COMPOUND) if inside or old is None else int(graph.barrier[old]))
        joined.append(True if inside or old is None else bool(graph.joined[old]))
    for at in np.flatnonzero((graph.length_m == 0) & np.isin(graph.ends, list(cut)).any(axis=1)).tolist():
        sides = [[row for row, of in parent.items() if of == end] or [end] for end in graph.ends[at].tolist()]
        pairs = [(float(shapely.distance(shapes[a], shapes[b])), a, b) for a in sides[0] for b in sides[1]]
        _, one, other = min(pairs)
        pair = (min(one, other), max(one, other))
        if pair not in ends:
            ends.append(pair)
            length.append(0.0)
            barrier.append(int(graph.barrier[at]))
            joined.append(bool(graph.joined[at]))
    return (
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        np.array(length, dtype=np.float64),
        np.array(barrier, dtype=np.int64),
        np.array(joined, dtype=np.bool_),
    )
