"""The same seed gives the same bytes, in another process and with other hash seeds."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from grid_data.sample import Sample, write

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import sys
from pathlib import Path
from grid_data.sample import generate, write
write(generate(small=True, seed=int(sys.argv[2])), Path(sys.argv[1]))
"""


def produce(folder: Path, hash_seed: str, seed: int = 7) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(seed)], env=environment, cwd=ROOT
    )


def test_same_seed_same_bytes(small: Sample, tmp_path: Path) -> None:
    runs = [produce(tmp_path / "one", "1"), produce(tmp_path / "two", "2")]
    write(small, tmp_path / "other")
    assert [run.wait() for run in runs] == [0, 0]
    manifest = json.loads((tmp_path / "one/manifest.json").read_text("utf-8"))
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert sorted([*manifest["files"], "manifest.json"]) == names
    for name in names:
        content = (tmp_path / "one" / name).read_bytes()
        assert content == (tmp_path / "two" / name).read_bytes(), name
        if name != "manifest.json":
            assert manifest["files"][name]["sha256"] == hashlib.sha256(content).hexdigest()
    for name in ("land_units.parquet", "incidents.parquet", "facilities.parquet", "zones_police.parquet"):
        assert (tmp_path / "one" / name).read_bytes() != (tmp_path / "other" / name).read_bytes()
    # And what was written can be read.
    units = gpd.read_parquet(tmp_path / "one/land_units.parquet")
    assert len(units) == manifest["files"]["land_units.parquet"]["rows"]
    assert units.crs.to_authority() in {("EPSG", "4326"), ("OGC", "CRS84")}
    incidents = pd.read_parquet(tmp_path / "one/incidents.parquet")
    assert str(incidents["reported_at"].dt.tz) == "UTC"
    posts = pd.read_csv(tmp_path / "one/posts.csv", dtype=str)
    assert len(posts) == manifest["files"]["posts.csv"]["rows"]
