"""The organisation tree: district, departments, utilities, subdistricts, communities, stations."""

from __future__ import annotations

import pandas as pd

from grid_data.sample.boundary import DISTRICT
from grid_data.sample.communities import Communities
from grid_data.sample.specialist import SpecialistLayer
from grid_data.sample.tables import read_table

SUBDISTRICTS = {
    "370212001": ("中韩街道", "Zhonghan Subdistrict"),
    "370212002": ("沙子口街道", "Shazikou Subdistrict"),
    "370212003": ("王哥庄街道", "Wanggezhuang Subdistrict"),
    "370212004": ("北宅街道", "Beizhai Subdistrict"),
    "370212005": ("金家岭街道", "Jinjialing Subdistrict"),
}

_COLUMNS = ["code", "name_zh", "name_en", "kind", "parent", "region_layer", "region"]


def subdistrict_office(code: str) -> str:
    """Code of the office that governs a subdistrict."""
    return f"JD-{code[6:9]}"


def community_office(code: str) -> str:
    """Code of the committee of a community."""
    return f"SQ-{code[6:12]}"


def station(layer: str, number: int) -> str:
    """Code of the station that answers for zone ``number`` (from 0) of a specialist layer."""
    return f"{layer.upper().replace('_', '-')}-{number + 1:03d}"


def draw_organisations(
    codes: tuple[str, ...], communities: Communities, layers: list[SpecialistLayer]
) -> pd.DataFrame:
    """The frame ``organisations``, parents before children."""
    departments = read_table("departments", text=("code", "name_zh", "name_en", "kind", "parent"))
    departments["region_layer"] = ""
    departments["region"] = ""
    departments.loc[departments["code"] == "LS", ["region_layer", "region"]] = ["district", DISTRICT]
    rows: list[tuple[str, str, str, str, str, str, str]] = []
    for code in codes:
        zh, en = SUBDISTRICTS[code]
        rows.append(
            (subdistrict_office(code), f"{zh}办事处", f"{en} Office", "street", "LS", "subdistrict", code)
        )
    for code, zh, en in zip(communities.codes, communities.name_zh, communities.name_en, strict=True):
        parent = subdistrict_office(code[:9])
        rows.append(
            (community_office(code), f"{zh}居委会", f"{en} Committee", "community", parent, "community", code)
        )
    for layer in layers:
        for number, (zh, en) in enumerate(zip(layer.place_zh, layer.place_en, strict=True)):
            rows.append(
                (
                    station(layer.row["code"], number),
                    f"{zh}{layer.row['station_zh']}",
                    f"{en} {layer.row['station_en']}",
                    "squad",
                    layer.row["parent_department"],
                    "",
                    "",
                )
            )
    frame = pd.concat([departments[_COLUMNS], pd.DataFrame(rows, columns=_COLUMNS)], ignore_index=True)
    return frame.replace({"": None})
