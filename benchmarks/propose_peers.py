"""GerryChain and spopt on the same units: run by `benchmarks.propose` in an environment of their own.

Arguments: a file with the graph, and one for the zones, both .npz.
"""

from __future__ import annotations

import sys
import time
import warnings
from functools import partial
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")


def members(units: Any, community: int) -> tuple[Any, Any, Any]:
    """Units of a community, borders inside of it by their place among these, lengths of the borders."""
    there = units["community"] == community
    inside = there[units["ends"]].all(axis=1)
    place = np.cumsum(there) - 1
    return np.flatnonzero(there), place[units["ends"][inside]], units["length"][inside]


def tree_parts(units: Any) -> tuple[Any, float]:
    """recursive_tree_part for every community, with more tolerance where it fails."""
    import networkx
    from gerrychain import Graph
    from gerrychain.tree import bipartition_tree, recursive_tree_part

    zone = np.full(len(units["households"]), -1)
    count = 0
    started = time.process_time()
    for community in np.unique(units["community"]).tolist():
        unit, ends, _ = members(units, community)
        plain = networkx.Graph()
        plain.add_nodes_from(
            (k, {"households": int(weight)}) for k, weight in enumerate(units["households"][unit])
        )
        plain.add_edges_from(ends.tolist())
        for part in networkx.connected_components(plain):
            piece = networkx.convert_node_labels_to_integers(
                plain.subgraph(sorted(part)), label_attribute="unit", ordering="sorted"
            )
            homes = sum(weight for _, weight in piece.nodes(data="households"))
            middle = (units["low"] + units["high"]) / 2
            parts = max(1, round(float(homes / middle)))
            answer: dict[Any, Any] = dict.fromkeys(piece.nodes, 0)
            for epsilon in (0.25, 0.35, 0.5) if parts > 1 else ():
                try:
                    answer = recursive_tree_part(
                        Graph.from_networkx(piece), range(parts), homes / parts, "households", epsilon,
                        bipartition_tree_fn=partial(bipartition_tree, max_attempts=2000), rng=1,
                    )  # fmt: skip
                    break
                except Exception as problem:
                    print(f"community {community}, tolerance {epsilon}: {problem}"[:150], file=sys.stderr)
            for node, number in answer.items():
                zone[unit[piece.nodes[node]["unit"]]] = count + int(number)
            count += parts
    return zone, time.process_time() - started


def max_p(units: Any) -> tuple[Any, float]:
    """MaxPHeuristic for the communities of ``part``."""
    import geopandas
    from libpysal.weights import W
    from shapely import points
    from spopt.region import MaxPHeuristic

    zone = np.full(len(units["households"]), -1)
    count = 0
    started = time.process_time()
    for community in units["part"].tolist():
        unit, ends, _ = members(units, community)
        near: dict[int, list[int]] = {k: [] for k in range(len(unit))}
        for one, two in ends.tolist():
            near[one].append(two)
            near[two].append(one)
        frame = geopandas.GeoDataFrame(
            {"households": units["households"][unit], "one": np.ones(len(unit))},
            geometry=points(np.arange(len(unit)), 0),
        )
        np.random.seed(1)
        model = MaxPHeuristic(
            frame, W(near, silence_warnings=True), ["one"], "households", int(units["low"]), 2
        )
        model.solve()
        zone[unit] = count + np.asarray(model.labels_)
        count += int(np.max(model.labels_)) + 1
    return zone, time.process_time() - started


if __name__ == "__main__":
    content = np.load(sys.argv[1])
    tree, tree_seconds = tree_parts(content)
    regions, region_seconds = max_p(content)
    np.savez(
        sys.argv[2], gerrychain=tree, gerrychain_seconds=tree_seconds, maxp=regions,
        maxp_seconds=region_seconds,
    )  # fmt: skip
