"""Proposals beside other ways to divide the same units, in one run.

The city is `benchmarks.street_city`: real streets, synthetic households. Its file of streets is named by
GRIDGOV_STREETS (GeoParquet with a ``highway`` column in a metric system). GerryChain and spopt are not among
the project's libraries: uv makes a throw-away environment for them (`benchmarks/propose_peers.py`). Times are
those of processors, which do not depend on what else the machine does.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Measure
from benchmarks.street_city import StreetCity, grown, street_city
from gis.propose import NO_ZONE, Measures, ProposeOptions, measured, propose
from gis.propose.pieces import border_cost, cut_into_pieces
from gis.propose.seeds import metis_seed
from gis.unit_graph import UnitGraph

LOW, HIGH = 300, 500
PEERS = ("gerrychain==1.0.0", "spopt==0.7.0", "geopandas>=1.1", "libpysal>=4.14")
MAX_P_COMMUNITIES = 1
"""Max-p takes minutes for a quarter of the city: it gets so many communities of middling size."""


def run() -> Iterator[Measure]:
    """Measure; needs GRIDGOV_STREETS."""
    city = street_city(Path(os.environ["GRIDGOV_STREETS"]))
    graph = city.graph
    yield Measure("units", len(graph), "units", f"{graph.households.sum():,} households, 82 communities")
    # Compiled beforehand, as with any second run.
    propose(graph, None, ProposeOptions(seconds=0.01, proposals=1, communities=frozenset({0})))
    for name, roads in (("METIS, number of edges", None), ("METIS, length", 0.0), ("METIS, streets", 1.0)):
        zone, seconds = _metis(graph, roads)
        yield from _told(name, measured(graph, zone, None, LOW, HIGH), seconds)
    yield from _peers(city)
    for name, budget, number in (
        ("draft, one proposal", 2.0, 1),
        ("draft, all proposals", 3.0, 5),
        ("best", 20.0, 5),
    ):
        before = _processor()
        found = propose(graph, None, ProposeOptions(seconds=budget, proposals=number))
        yield from _told(f"{name} (seconds={budget:g})", found[0].measures, _processor() - before)
        explained = sum(len(one.explained) for one in found)
        yield Measure(f"{name}: proposals", len(found), "", f"{explained} grids out of the band explained")
    first = propose(graph, None, ProposeOptions(seconds=2.0, proposals=1))[0].zone
    for share in (0.125, 0.3, 0.35):
        yield from _maintenance(grown(city, blocks=share), first, f"+20 % in {share:.3g} of the blocks")
    everywhere = np.rint(graph.households * 1.2).astype(np.int32)
    yield from _maintenance(replace(graph, households=everywhere), first, "+20 % everywhere")


def _maintenance(graph: UnitGraph, today: NDArray[np.int32], name: str) -> Iterator[Measure]:
    before = measured(graph, today, today, LOW, HIGH)
    held = np.bincount(today, weights=graph.households)
    least = float(np.maximum(held - HIGH, 0).sum() / graph.households.sum())
    yield Measure(f"{name}: in band before", 100 * before.in_band_share, "%", f"least to move {least:.1%}")
    processor = _processor()
    found = propose(graph, today, ProposeOptions(seconds=5.0, proposals=2))
    used = _processor() - processor
    for one in found:
        yield from _told(f"{name}, {one.name.en}", one.measures, used)
        yield Measure(f"{name}, {one.name.en}: moved", 100 * one.measures.moved_share, "%")
        yield Measure(f"{name}, {one.name.en}: untouched", 100 * one.measures.untouched_share, "%")


def _metis(graph: UnitGraph, roads: float | None) -> tuple[NDArray[np.int32], float]:
    """METIS alone, community by community, mended to be connected; ``roads`` None: every border costs 1."""
    zone = np.full(len(graph), NO_ZONE, dtype=np.int32)
    started = _processor()
    none = np.full(len(graph), NO_ZONE, dtype=np.int64)
    count = 0
    for piece in cut_into_pieces(graph, none, ProposeOptions()):
        parts = max(1, round(piece.households / ((LOW + HIGH) / 2)))
        plain = np.ones(len(piece.atoms.length))
        cost = plain if roads is None else border_cost(piece, roads, parts)
        part = metis_seed(piece, cost, parts, 1)
        zone[piece.unit] = count + part[piece.atom_of]
        count += int(part.max()) + 1
    return zone, _processor() - started


def _peers(city: StreetCity) -> Iterator[Measure]:
    graph = city.graph
    total = np.bincount(graph.community, weights=graph.households)
    middling = np.argsort(np.abs(total - np.median(total)), kind="stable")[:MAX_P_COMMUNITIES]
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "units.npz", Path(folder) / "zones.npz"
        np.savez(
            asked, ends=graph.ends, households=graph.households, community=graph.community,
            length=graph.length_m, part=middling, low=LOW, high=HIGH,
        )  # fmt: skip
        command = [str(Path(sys.executable).with_name("uv")), "run", "--no-project", "--quiet"]
        command += ["--python", sys.executable]
        for name in PEERS:
            command += ["--with", name]
        script = Path(__file__).with_name("propose_peers.py")
        subprocess.run([*command, str(script), str(asked), str(answered)], check=True)
        answer = np.load(answered)
        for name in ("gerrychain", "maxp"):
            zone = answer[name].astype(np.int32)
            part = zone != NO_ZONE
            figures = measured(_only(graph, part), zone[part], None, LOW, HIGH)
            label = {"gerrychain": "GerryChain recursive tree", "maxp": "spopt max-p"}[name]
            note = f" ({int(graph.households[part].sum()):,} households)"
            yield from _told(label + note, figures, float(answer[f"{name}_seconds"]))


def _only(graph: UnitGraph, part: NDArray[np.bool_]) -> UnitGraph:
    """The graph of some of the units."""
    number = np.cumsum(part) - 1
    inside = part[graph.ends].all(axis=1)
    return replace(
        graph,
        households=graph.households[part], residents=graph.residents[part], buildings=graph.buildings[part],
        area_m2=graph.area_m2[part], perimeter_m=graph.perimeter_m[part], community=graph.community[part],
        ends=number[graph.ends[inside]].astype(np.int32), length_m=graph.length_m[inside],
        barrier=graph.barrier[inside], joined=graph.joined[inside],
    )  # fmt: skip


def _told(name: str, figures: Measures, used: float) -> Iterator[Measure]:
    note = f"{figures.minimum}..{figures.maximum} households, {figures.zones} grids"
    yield Measure(f"{name}: in band", 100 * figures.in_band_share, "%", note)
    yield Measure(f"{name}: in band, feasible communities", 100 * figures.feasible_in_band_share, "%")
    yield Measure(f"{name}: connected", 100 * figures.connected_share, "%")
    yield Measure(f"{name}: mean Polsby-Popper", figures.mean_polsby_popper, "")
    yield Measure(f"{name}: lowest tenth of Polsby-Popper", figures.p10_polsby_popper, "")
    yield Measure(f"{name}: free borders on streets", 100 * figures.street_share, "%")
    yield Measure(
        f"{name}: processor time", used, "s", f"{figures.seconds:.1f} s by the clock" * (figures.seconds > 0)
    )


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
