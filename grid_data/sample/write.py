"""Write a sample to a folder, byte for byte the same for the same sample."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from grid_data.sample.frames import CSV_FRAMES, Sample

FORMAT = 1
"""Version of the folder's layout."""


def write(sample: Sample, folder: Path) -> dict[str, Any]:
    """Write all frames, ``city.json`` and ``manifest.json``; returns the manifest.

    CSV has UTF-8, ``\\n`` and ISO 8601 times with offset. Parquet carries no software versions or times.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, Any]] = {}
    for name in sorted(sample.frames):
        frame = sample.frames[name]
        if name in CSV_FRAMES:
            path = folder / f"{name}.csv"
            path.write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="")
        else:
            path = folder / f"{name}.parquet"
            _write_parquet(frame, path)
        files[path.name] = {"rows": len(frame), "sha256": _digest(path)}
    city = folder / "city.json"
    city.write_text(
        json.dumps(sample.city, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline=""
    )
    files[city.name] = {"rows": 1, "sha256": _digest(city)}
    manifest = {
        "format": FORMAT,
        "seed": sample.seed,
        "small": sample.small,
        "files": dict(sorted(files.items())),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="")
    return manifest


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """(Geo)Parquet with the metadata that GeoParquet needs and nothing else."""
    if isinstance(frame, gpd.GeoDataFrame):
        table = pa.table(frame.to_arrow(index=False, geometry_encoding="WKB"))
        geo = {
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": {
                "geometry": {
                    "encoding": "WKB",
                    "geometry_types": sorted(frame.geometry.geom_type.unique().tolist()),
                    "bbox": [round(float(bound), 7) for bound in frame.total_bounds],
                }
            },
        }
        # Without "crs" GeoParquet means longitude and latitude on WGS 84.
        table = table.replace_schema_metadata({"geo": json.dumps(geo, sort_keys=True)})
        field = table.schema.get_field_index("geometry")
        plain = pa.array(table.column(field).to_pylist(), type=pa.binary())
        table = table.set_column(field, "geometry", plain)
    else:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with pq.ParquetWriter(
        path, table.schema, compression="zstd", version="2.6", store_schema=False
    ) as writer:
        writer.write_table(table)
        # Without the Arrow schema the table's own metadata are not written.
        if table.schema.metadata:
            writer.add_key_value_metadata(table.schema.metadata)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
