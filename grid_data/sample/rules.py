"""Assignment rules: who answers for which category, over which layer."""

from __future__ import annotations

import pandas as pd

from grid_data.sample.calendar import EDITION_1
from grid_data.sample.tables import read_table

_COLUMNS = [
    "code", "standard_ref", "category_kind", "category", "layer", "zone", "assign_to", "organisation",
    "supporting", "priority", "valid_from", "valid_to", "note_zh", "note_en",
]  # fmt: skip


def draw_rules(zones: dict[str, list[str]]) -> pd.DataFrame:
    """The frame ``assignment_rules``.

    Parameters
    ----------
    zones
        Zone codes per layer. A rule for a zone that this part of the district does not have is left out.
    """
    text = tuple(column for column in _COLUMNS if column not in ("priority", "valid_from", "valid_to"))
    rules = read_table("assignment_rules", text=text)
    bound = rules["zone"] != ""
    known = [zone in zones.get(layer, []) for layer, zone in zip(rules["layer"], rules["zone"], strict=True)]
    rules = rules[~bound | pd.Series(known)].reset_index(drop=True)
    rules["valid_from"] = EDITION_1
    rules["valid_to"] = None
    return rules[_COLUMNS].replace({"": None})
