"""Exports of 1,000,000 incidents by a server of its own: time, processor time, and the most memory it takes.

The server is a process as it runs in use; its resident memory is read from the kernel (``VmHWM``, reset
before each export). The client takes the file and keeps nothing of it. Incidents are copies of the sample's.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import httpx
import psycopg

from benchmarks.measure import Measure, processor_s
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from migrations.run import upgrade
from tests.support.sample import load_small_sample

STORED = 1_000_000
DATABASE = "city"
FORMATS = ("csv", "geojson", "parquet", "fgb", "gpkg", "xlsx")
FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, place_problem,
                          urgency, state, state_since, reported_at, recorded_at, organisation_id,
                          land_unit_id, base_grid_id, zone_ids)
    SELECT '370212' || to_char(moment, 'YYYYMMDD') || 90000000 + n, source, appeal_kind, category_id, text,
           address, place, place_problem, urgency, state, moment, moment, moment, organisation_id,
           land_unit_id, base_grid_id, zone_ids
    FROM (SELECT n, now() - ({STORED} - n) * interval '60 seconds' AS moment,
                 1 + (n::bigint * 7919) % (SELECT count(*) FROM incident) AS pick
          FROM generate_series(1, {STORED} - (SELECT count(*) FROM incident)) AS n) AS copies
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS position FROM incident) AS told
      ON told.position = copies.pick
    ORDER BY n;
"""
SERVER = """
import sys, uvicorn
from api.app import create_app
from governance.settings import Settings
app = create_app(Settings(database_url=sys.argv[1], access="open"))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def run() -> Iterable[Measure]:
    """Fill, serve and download."""
    hasty = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "8GB"}
    cluster = Cluster(Settings().cluster_root.parent / "benchmark-exports", settings=hasty)
    cluster.delete()
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        url = cluster.url(DATABASE)
        upgrade(url)
        load_small_sample(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(FILL.encode())
            connection.execute("VACUUM ANALYZE")
        return measured(url)
    finally:
        cluster.delete()


def measured(url: str) -> list[Measure]:
    """An export in each format, one after another, by one server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, url, str(port)])
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/api/city", trust_env=False)
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        found = [Measure("server before", _memory(server.pid), "MB", "resident")]
        for form in FORMATS:
            Path(f"/proc/{server.pid}/clear_refs").write_text("5")
            began, processor = time.monotonic(), processor_s(server.pid)
            size = _taken(f"{address}/api/exports/incidents.{form}")
            seconds = time.monotonic() - began
            spent = processor_s(server.pid) - processor
            note = f"{size / 1e6:,.0f} MB, {seconds:.0f} s, {spent:.0f} s of the server's processor"
            found.append(Measure(f"most memory, {STORED:,} rows, {form}", _memory(server.pid), "MB", note))
        return found
    finally:
        server.terminate()
        server.wait(20)


def _taken(address: str) -> int:
    """Download and drop; returns how many bytes came."""
    size = 0
    with httpx.stream(
        "GET", address, trust_env=False, timeout=600, headers={"Accept-Encoding": "identity"}
    ) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            size += len(piece)
    return size


def _memory(pid: int) -> float:
    """The most resident memory since it was reset, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
