"""GCJ-02 or BD-09 passed off as WGS 84 (or the reverse), noticed at borders that are stored already.

Nothing in a file of places tells the systems apart: they differ by half a kilometre, not out of the city.
Only where the new outline ought to be one that is stored does the difference show: read under each
system in turn, the right reading lies some metres from it, the wrong ones some hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gis.datum import outline_medians
from gis.words import Words
from grid_data.importers.batch import Request, Rows
from grid_data.importers.city import City

__all__ = ["check_datum"]

_WORTH_TELLING_M = 50.0


def check_datum(request: Request, table: Rows, reference: Sequence[Any], city: City, *, told: bool) -> None:
    """Compare the outline of the file's areas with one stored; a finding if another system fits far better.

    ``told``: the operator named the system, so that it is a warning and no error.
    """
    good = table.good
    if table.system not in ("wgs84", "cgcs2000", "gcj02", "bd09") or not len(good) or not len(reference):
        return
    found = outline_medians(
        good["geometry"].to_numpy(dtype=object), table.system, reference, city.metric_srid
    )
    if not found:
        return
    declared = "wgs84" if table.system == "cgcs2000" else table.system
    best = min(found, key=lambda system: found[system])
    if best == declared or found[declared] < _WORTH_TELLING_M or found[best] > found[declared] / 3:
        return
    zh = (
        f"边界与已存边界相差约 {found[declared]:.0f} 米；若按 {best} 读取则为 {found[best]:.0f} 米："
        f"坐标疑似 {best}，而不是 {table.system}"
    )
    en = (
        f"the outline lies about {found[declared]:.0f} m from the one stored, read as {best} "
        f"{found[best]:.0f} m: the coordinates look like {best}, not {table.system}"
    )
    add = table.findings.warn if told else table.findings.error
    add("datum", zh, en, field="geometry", suggestion=Words(f"请用 --crs {best}", f"use --crs {best}"))
