"""Frames of layers, zones, units and editions, as the loader takes them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grid_data.sample.base_grids import BaseGrids
from grid_data.sample.blocks import Units
from grid_data.sample.boundary import DISTRICT
from grid_data.sample.calendar import EDITION_1, EDITION_2
from grid_data.sample.communities import Communities
from grid_data.sample.lattice import Geometries, Ints, dissolve, to_degrees
from grid_data.sample.organisations import SUBDISTRICTS, community_office, station, subdistrict_office
from grid_data.sample.plans import PLAN
from grid_data.sample.specialist import SpecialistLayer

OSM_ZH, OSM_EN = "© OpenStreetMap 贡献者，ODbL 1.0", "© OpenStreetMap contributors, ODbL 1.0"
MADE_ZH, MADE_EN = "合成示例数据，非真实区划", "Synthetic sample data, no real division"


def layer_frame(specialist: list[SpecialistLayer]) -> pd.DataFrame:
    """The frame ``layers``."""
    own: list[tuple[Any, ...]] = [
        ("district", "区县", "District", "region", None, 10, 1, "^[0-9]{6}$", OSM_ZH, OSM_EN, False),
        (
            "subdistrict",
            "街道",
            "Subdistrict",
            "region",
            "district",
            20,
            2,
            "^[0-9]{9}$",
            OSM_ZH,
            OSM_EN,
            False,
        ),
        (
            "community",
            "社区",
            "Community",
            "region",
            "subdistrict",
            30,
            3,
            "^[0-9]{12}$",
            MADE_ZH,
            MADE_EN,
            True,
        ),
        (
            "base_grid",
            "基础网格",
            "Base grid",
            "base_grid",
            "community",
            40,
            4,
            "^[0-9A-Z]{15}$",
            MADE_ZH,
            MADE_EN,
            True,
        ),
    ]
    own += [
        (layer.row["code"], layer.row["name_zh"], layer.row["name_en"], "specialist", None, 50 + number, 5,
         "^[0-9A-Z]{20}$", MADE_ZH, MADE_EN, True)
        for number, layer in enumerate(specialist)
    ]  # fmt: skip
    frame = pd.DataFrame(
        own,
        columns=["code", "name_zh", "name_en", "kind", "parent", "precedence", "depth", "code_pattern",
                 "attribution_zh", "attribution_en", "synthetic"],
    )  # fmt: skip
    frame.insert(4, "cardinality", "exactly_one")
    frame.insert(9, "nearest_tolerance_m", 30.0)
    return frame


def _zones(
    codes: Any, zh: Any, en: Any, parent: Any, organisation: Any, lattice: Geometries
) -> gpd.GeoDataFrame:
    """One zone frame, all valid from the first edition on."""
    frame = pd.DataFrame(
        {
            "code": list(codes), "name_zh": list(zh), "name_en": list(en), "parent": list(parent),
            "organisation": list(organisation), "valid_from": EDITION_1, "valid_to": None,
        }
    )  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=_multi(to_degrees(lattice)), crs=4326)


def _multi(shapes: Geometries) -> Geometries:
    return np.array([shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes], dtype=object)


def zone_frames(
    units: Units, codes: tuple[str, ...], communities: Communities, specialist: list[SpecialistLayer]
) -> dict[str, gpd.GeoDataFrame]:
    """``zones_<layer>`` of the regions and the specialist layers."""
    streets = dissolve(units.lattice, units.subdistrict, len(codes))
    whole = dissolve(units.lattice, np.zeros(len(units.lattice), dtype=np.int64), 1)
    frames = {
        "zones_district": _zones([DISTRICT], ["崂山区"], ["Laoshan District"], [None], ["LS"], whole),
        "zones_subdistrict": _zones(
            codes,
            [SUBDISTRICTS[code][0] for code in codes],
            [SUBDISTRICTS[code][1] for code in codes],
            [DISTRICT] * len(codes),
            [subdistrict_office(code) for code in codes],
            streets,
        ),
        "zones_community": _zones(
            communities.codes,
            communities.name_zh,
            communities.name_en,
            [code[:9] for code in communities.codes],
            [community_office(code) for code in communities.codes],
            communities.lattice,
        ),
    }
    for layer in specialist:
        answers = [station(layer.row["code"], number) for number in range(len(layer.codes))]
        frames[f"zones_{layer.row['code']}"] = _zones(
            layer.codes, layer.name_zh, layer.name_en, [None] * len(answers), answers, layer.lattice
        )
    return frames


def unit_codes(units: Units, communities: Communities) -> tuple[list[str], Ints]:
    """Code of every unit (community and a running number of five digits), and their order."""
    centre = shapely.get_coordinates(shapely.centroid(units.metric))
    order = np.lexsort((centre[:, 0], -np.round(centre[:, 1], 3), communities.of_unit))
    codes = [""] * len(order)
    running: dict[int, int] = {}
    for unit in order.tolist():
        community = int(communities.of_unit[unit])
        running[community] = running.get(community, 0) + 1
        codes[unit] = f"{communities.codes[community]}U{running[community]:04d}"
    return codes, order


def unit_frame(units: Units, communities: Communities, codes: list[str], order: Ints) -> gpd.GeoDataFrame:
    """The frame ``land_units``."""
    frame = pd.DataFrame(
        {
            "code": np.array(codes, dtype=object)[order],
            "community": np.array(communities.codes, dtype=object)[communities.of_unit[order]],
            "kind": units.kind[order],
        }
    )
    shapes = to_degrees(shapely.normalize(units.lattice[order]))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def grid_frames(
    grids: BaseGrids, communities: Communities, codes: list[str], order: Ints
) -> dict[str, pd.DataFrame]:
    """``zones_base_grid``, a row for each area that a grid had, and ``unit_zones``."""
    count = len(grids.codes)
    before, after = np.bincount(grids.first, minlength=count), np.bincount(grids.second, minlength=count)
    same = np.bincount(grids.first[grids.first == grids.second], minlength=count)
    kept = (before > 0) & (same == before) & (same == after)
    names = np.array(grids.codes, dtype=object)
    community = np.array(communities.codes, dtype=object)[grids.community]
    every = pd.DataFrame(
        {
            "code": names,
            "name_zh": list(grids.name_zh),
            "name_en": list(grids.name_en),
            "parent": community,
            "organisation": [community_office(code) for code in community],
        }
    )
    first_version = every.assign(
        valid_from=EDITION_1,
        valid_to=pd.Series([None if same else EDITION_2 for same in kept.tolist()], dtype="object"),
        plan=None,
    )[before > 0]
    second_version = every.assign(valid_from=EDITION_2, valid_to=None, plan=PLAN)[(after > 0) & ~kept]
    zones = pd.concat([first_version, second_version]).sort_values(["code", "valid_from"], ignore_index=True)
    unit = np.array(codes, dtype=object)[order]
    first, second = grids.first[order], grids.second[order]
    moved = first != second
    rows = [
        pd.DataFrame(
            {
                "unit": unit,
                "layer": "base_grid",
                "zone": names[first],
                "valid_from": EDITION_1,
                "valid_to": [EDITION_2 if gone else None for gone in moved.tolist()],
                "plan": None,
            }
        ),
        pd.DataFrame(
            {
                "unit": unit[moved],
                "layer": "base_grid",
                "zone": names[second[moved]],
                "valid_from": EDITION_2,
                "valid_to": None,
                "plan": PLAN,
            }
        ),
    ]
    return {
        "zones_base_grid": zones,
        "unit_zones": pd.concat(rows, ignore_index=True),
    }


def grids_ever(zones: pd.DataFrame) -> pd.DataFrame:
    """``zones_base_grid`` with one row for each grid, from its beginning to its end."""
    ends = zones.drop_duplicates("code", keep="last")["valid_to"]
    return zones.drop_duplicates("code").assign(valid_to=ends.to_numpy())


def dataset_frame() -> pd.DataFrame:
    """The frame ``datasets``: what is real, what is made up, and under which licence."""
    return pd.DataFrame(
        [
            {
                "code": "laoshan-osm",
                "title_zh": "崂山区及五街道边界",
                "title_en": "Borders of Laoshan District and its five subdistricts",
                "notice_zh": "行政区划边界来自 OpenStreetMap；区界按五个街道的陆域合并，不含海域与外海岛屿。",
                "notice_en": "Administrative borders from OpenStreetMap. The district is the union of its "
                "subdistricts' land; sea and outer islands are not part of it.",
                "licence": "ODbL-1.0",
                "attribution": "© OpenStreetMap contributors",
                "synthetic": False,
            },
            {
                "code": "laoshan-synthetic",
                "title_zh": "崂山示例城市（合成数据）",
                "title_en": "Sample city of Laoshan (synthetic)",
                "notice_zh": "社区、网格、专业网格、道路、水系、建筑、住户、设施、组织、人员和诉求"
                "均为程序随机生成的合成数据，与真实人员、地址和事件无关；电话号码均为无效号码。",
                "notice_en": "Communities, grids, specialist layers, roads, waters, buildings, households, "
                "facilities, organisations, people and incidents are generated by a seeded program. Any "
                "likeness to real persons, addresses or events is accidental; telephone numbers are invalid.",
                "licence": "ODbL-1.0",
                "attribution": "GridGov sample generator; borders © OpenStreetMap contributors",
                "synthetic": True,
            },
        ]
    )
