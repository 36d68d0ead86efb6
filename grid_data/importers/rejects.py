"""Rows left out of an import, with the reasons, as a file that can be mended and imported again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from grid_data.importers.batch import Report
from grid_data.importers.problems import Finding
from grid_data.importers.reading import Source

__all__ = ["write_rejects"]


def write_rejects(path: Path, source: Source, report: Report) -> int:
    """Write the rejected rows as CSV; returns how many.

    Columns: ``row`` (number in the source), ``codes``, ``reason_zh``, ``reason_en``, then those of the
    source, and its geometry as ``wkt`` where it had one that could be read.
    """
    reasons: dict[int, list[Finding]] = {}
    for finding in report.findings.errors:
        if finding.row in report.rejected and finding.row is not None:
            reasons.setdefault(finding.row, []).append(finding)
    rows = sorted(report.rejected)
    head = pd.DataFrame(
        {
            "row": rows,
            "codes": ["; ".join(dict.fromkeys(f.code for f in reasons[row])) for row in rows],
            "reason_zh": ["；".join(f.message.zh for f in reasons[row]) for row in rows],
            "reason_en": ["; ".join(f.message.en for f in reasons[row]) for row in rows],
        }
    )
    table = source.table.loc[rows].reset_index(drop=True)
    if source.geometry is not None:
        where = source.table.index.get_indexer(pd.Index(rows))
        table = table.assign(wkt=shapely.to_wkt(source.geometry[where], rounding_precision=-1))
    # With a byte order mark, so that spreadsheets read Chinese.
    pd.concat([head, table], axis=1).to_csv(path, index=False, encoding="utf-8-sig")
    return len(rows)
