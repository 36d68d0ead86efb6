"""The same question asked of other programs: which zone of each layer covers each point.

Every function takes the layers and the points, gives back int32 (layers, n) as `Router.zones` does, and what
the join alone took, on the clock and of processors: reading the tables in is not counted, nor is what turns
pairs into that array.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import geopandas
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from benchmarks.measure import server_processor_s
from gis.router import ZoneLayer
from grid_data.cluster.private import Cluster

Floats = NDArray[np.float64]
Answers = NDArray[np.int32]


class Took(NamedTuple):
    """Seconds on the clock, and of processor time."""

    seconds: float
    processor_s: float


Peer = Callable[[Sequence[ZoneLayer], Floats, Floats], tuple[Answers, Took]]


def _started(server: Callable[[], float] = lambda: 0.0) -> Callable[[], Took]:
    """Begin to measure: what stops it. ``server`` tells processor time of other processes at work, s."""
    began, used = time.perf_counter(), time.process_time() + server()
    return lambda: Took(time.perf_counter() - began, time.process_time() + server() - used)


def all_zones(layers: Sequence[ZoneLayer]) -> geopandas.GeoDataFrame:
    """Zones of all layers in one table: layer, zone (number), geometry."""
    return geopandas.GeoDataFrame(
        {
            "layer": np.repeat(np.arange(len(layers)), [len(layer.codes) for layer in layers]),
            "zone": np.concatenate([ranks(layer) for layer in layers]),
        },
        geometry=np.concatenate([np.asarray(layer.geometries, dtype=object) for layer in layers]),
    )


def ranks(layer: ZoneLayer) -> NDArray[np.int64]:
    """The number of each zone: its place in the order of codes."""
    return np.argsort(np.argsort(np.asarray(layer.codes)))


def lowest(layers: int, n: int, layer: Any, zone: Any, point: Any) -> Answers:
    """Pairs of point and zone as the lowest zone per layer and point."""
    found = np.full((layers, n), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(found, (np.asarray(layer), np.asarray(point)), np.asarray(zone).astype(np.int32))
    found[found == np.iinfo(np.int32).max] = -1
    return found


def sedonadb_join(layers: Sequence[ZoneLayer], x: Floats, y: Floats) -> tuple[Answers, Took]:
    """SedonaDB, one spatial join of all layers, on all cores."""
    import sedonadb

    context = sedonadb.connect()
    points = geopandas.GeoDataFrame({"point": np.arange(len(x))}, geometry=shapely.points(x, y))
    context.create_data_frame(points).to_memtable().to_view("points")
    context.create_data_frame(all_zones(layers)).to_memtable().to_view("zones")
    question = (
        "SELECT zones.layer, zones.zone, points.point FROM points JOIN zones "
        "ON ST_Intersects(zones.geometry, points.geometry)"
    )
    stopped = _started()
    pairs = pa.table(context.sql(question))
    took = stopped()
    columns = (pairs.column(name).to_numpy() for name in ("layer", "zone", "point"))
    return lowest(len(layers), len(x), *columns), took


def shapely_tree(layers: Sequence[ZoneLayer], x: Floats, y: Floats) -> tuple[Answers, Took]:
    """shapely: boxes by STRtree, then prepared polygons; the fastest way it has, on one core as GEOS is."""
    found = np.full((len(layers), len(x)), -1, dtype=np.int32)
    points = shapely.points(x, y)
    stopped = _started()
    for number, layer in enumerate(layers):
        shapes = np.asarray(layer.geometries, dtype=object)[np.argsort(np.asarray(layer.codes))]
        shapely.prepare(shapes)
        point, zone = shapely.STRtree(shapes).query(points)
        order = np.argsort(zone, kind="stable")
        point, zone = point[order], zone[order]
        cuts = np.flatnonzero(np.diff(zone, prepend=-1, append=-1)).tolist()
        # From the last zone to the first, so that the lowest is written last.
        for begin, end in reversed(list(pairwise(cuts))):
            there = point[begin:end]
            inside = shapely.intersects_xy(shapes[zone[begin]], x[there], y[there])
            found[number, there[inside]] = zone[begin]
    return found, stopped()


def geopandas_join(layers: Sequence[ZoneLayer], x: Floats, y: Floats) -> tuple[Answers, Took]:
    """GeoPandas: sjoin with intersects, a layer at a time, on one core."""
    points = geopandas.GeoDataFrame(geometry=shapely.points(x, y))
    frames = [
        geopandas.GeoDataFrame({"zone": ranks(layer)}, geometry=np.asarray(layer.geometries, dtype=object))
        for layer in layers
    ]
    stopped = _started()
    joined = [geopandas.sjoin(points, frame, predicate="intersects") for frame in frames]
    took = stopped()
    pairs = pd.concat(
        [frame[["zone"]].assign(layer=number, point=frame.index) for number, frame in enumerate(joined)]
    )
    return lowest(len(layers), len(x), pairs["layer"], pairs["zone"], pairs["point"]), took


def postgis_join(cluster: Cluster) -> Peer:
    """PostGIS: one set join with ST_Covers and an index on zones and on points, in a database of its own."""

    def join(layers: Sequence[ZoneLayer], x: Floats, y: Floats) -> tuple[Answers, Took]:
        zones, postmaster = all_zones(layers), cluster.status().pid
        assert postmaster is not None
        cluster.drop_database("bench_routing")
        cluster.create_database("bench_routing")
        try:
            with psycopg.connect(cluster.url("bench_routing"), autocommit=True) as connection:
                return _postgis(connection, partial(server_processor_s, postmaster), zones, len(layers), x, y)
        finally:
            cluster.drop_database("bench_routing")

    return join


def _postgis(
    connection: psycopg.Connection[Any],
    server: Callable[[], float],
    zones: geopandas.GeoDataFrame,
    layers: int,
    x: Floats,
    y: Floats,
) -> tuple[Answers, Took]:
    connection.execute("CREATE EXTENSION postgis")
    connection.execute("CREATE TABLE zones (layer int, zone int, geom geometry(Polygon))")
    connection.execute("CREATE TABLE points (point int, geom geometry(Point))")
    with connection.cursor() as cursor:
        with cursor.copy("COPY zones FROM STDIN") as copy:
            for layer, zone, shape in zip(zones["layer"], zones["zone"], zones.geometry, strict=True):
                copy.write_row((layer, zone, shapely.to_wkb(shape, hex=True)))
        with cursor.copy("COPY points FROM STDIN") as copy:
            text = shapely.to_wkb(shapely.points(x, y), hex=True)
            lines = [f"{number}\t{wkb}\n" for number, wkb in enumerate(text)]
            for begin in range(0, len(lines), 100_000):
                copy.write("".join(lines[begin : begin + 100_000]))
    connection.execute("CREATE INDEX ON zones USING gist (geom)")
    connection.execute("CREATE INDEX ON points USING gist (geom)")
    connection.execute("VACUUM ANALYZE zones")
    connection.execute("VACUUM ANALYZE points")
    stopped = _started(server)
    connection.execute(
        "CREATE UNLOGGED TABLE pairs AS SELECT layer, zone, point "
        "FROM points JOIN zones ON ST_Covers(zones.geom, points.geom)"
    )
    took = stopped()
    with connection.cursor(binary=True) as cursor, cursor.copy("COPY pairs TO STDOUT (FORMAT csv)") as copy:
        body = b"".join(bytes(block) for block in copy)
    pairs = np.fromstring(body.replace(b"\n", b",").rstrip(b",").decode(), sep=",", dtype=np.int64).reshape(
        -1, 3
    )
    return lowest(layers, len(x), pairs[:, 0], pairs[:, 1], pairs[:, 2]), took
