"""Frames of incidents to be stored and routed in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tests.support.toy_city import SINCE


def incident_frame(
    points: Sequence[tuple[float | None, float | None]], refs: Sequence[str], **columns: Any
) -> pd.DataFrame:
    """Heaps of rubbish at points (lon, lat); ``columns`` replace or add some."""
    return pd.DataFrame(
        {
            "source": "import",
            "source_ref": list(refs),
            "appeal_kind": "livelihood",
            "standard_ref": "GB/T 47678.5-2026",
            "category_kind": "matter",
            "category": "06010",
            "text": "测试",
            "address": None,
            "lon": [point[0] for point in points],
            "lat": [point[1] for point in points],
            "crs": "wgs84",
            "accuracy_m": None,
            "urgency": "normal",
            "reported_at": SINCE,
            "state": "reported",
            "state_since": SINCE,
        }
        | columns
    )
