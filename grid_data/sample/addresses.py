"""Addresses and names of buildings, and the door plates of their households."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import shapely

from grid_data.sample.blocks import USES, Units
from grid_data.sample.buildings import Buildings
from grid_data.sample.communities import Communities
from grid_data.sample.lattice import Geometries, Ints
from grid_data.sample.streets import Streets

_COMPOUND_FIRST = "丽海金岭翠湖云锦香岸青林朗景和悦瑞泰御园鑫福嘉禾海逸银沙观澜书香天宝松涛"
_COMPOUND_KIND = ("花园", "小区", "家园", "苑", "公馆", "名邸", "新村", "广场")
_PUBLIC = ("小学", "中学", "幼儿园", "社区卫生服务站", "便民服务中心", "文体活动中心", "养老服务中心", "医院")
_COMMERCIAL = ("商务楼", "购物中心", "农贸市场", "酒店", "大厦", "商业街", "超市", "美食城")
_INDUSTRIAL = ("科技园", "工业园", "产业园", "加工厂", "物流园", "创业园")


def address_buildings(
    buildings: Buildings,
    units: Units,
    communities: Communities,
    streets: Streets,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Columns ``name_zh`` and ``address``, in the order of the buildings."""
    centre = shapely.centroid(buildings.shapes)
    road, number = _street_numbers(centre, streets)
    use = units.use[buildings.unit]
    block = units.block[buildings.unit]
    community = communities.of_unit[buildings.unit]
    labels = random.random(int(block.max()) + 1)
    second = random.random(int(block.max()) + 1)
    in_block: Counter[int] = Counter()
    in_village: Counter[int] = Counter()
    gate: dict[int, str] = {}
    names: list[str | None] = []
    addresses: list[str] = []
    kinds = buildings.kind.tolist()
    for index, (kind, used, b, c) in enumerate(
        zip(kinds, use.tolist(), block.tolist(), community.tolist(), strict=True)
    ):
        place = communities.name_zh[c].removesuffix("社区")
        if used == USES.index("village"):
            in_village[c] += 1
            names.append(None)
            addresses.append(f"崂山区{communities.name_zh[c]}{in_village[c]}号")
            continue
        in_block[b] += 1
        # The first building of a block gives its gate number to all of them.
        door = gate.setdefault(b, f"{streets.name_zh[road[index]]}{number[index]}号")
        draw, other = labels[b], second[b]
        if kind == 0:
            first = _COMPOUND_FIRST[int(draw * (len(_COMPOUND_FIRST) // 2)) * 2 :][:2]
            named = f"{first}{_COMPOUND_KIND[int(other * len(_COMPOUND_KIND))]}"
            names.append(f"{named}{in_block[b]}号楼")
            addresses.append(f"崂山区{door}{named}{in_block[b]}号楼")
        else:
            pool = (_PUBLIC, _PUBLIC, _COMMERCIAL, _INDUSTRIAL)[kind]
            named = f"{place}{pool[int(draw * len(pool))]}"
            part = f"{in_block[b]}号楼" if in_block[b] > 1 else ""
            names.append(f"{named}{part}")
            addresses.append(f"崂山区{door}{named}{part}")
    return pd.DataFrame({"name_zh": names, "address": addresses})


def _street_numbers(centre: Geometries, streets: Streets) -> tuple[Ints, Ints]:
    """Nearest named street and house number: every 12 m, odd on its left, even on its right."""
    named = np.flatnonzero([bool(name) for name in streets.name_zh])
    lines = np.array(streets.lines, dtype=object)[named]
    nearest = shapely.STRtree(lines).query_nearest(centre, all_matches=False)[1]
    line = lines[nearest]
    along = shapely.line_locate_point(line, centre)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.0))
    point = shapely.get_coordinates(centre)
    way, aside = ahead - here, point - here
    left = way[:, 0] * aside[:, 1] - way[:, 1] * aside[:, 0] > 0
    number = 2 * (along / 24.0).astype(np.int64) + np.where(left, 1, 2)
    return named[nearest], number


def list_households(
    buildings: Buildings, codes: list[str], units: Units, random: np.random.Generator
) -> pd.DataFrame:
    """The frame ``households``: stairwell, floor, door plate and number of residents of each."""
    homes = buildings.homes
    owner = np.repeat(np.arange(len(homes)), homes)
    running = np.arange(len(owner)) - np.repeat(np.cumsum(homes) - homes, homes)
    floors, stairwells = buildings.floors[owner], buildings.stairwells[owner]
    on_floor = -(-homes // buildings.floors)[owner]
    floor = running // on_floor + 1
    door = running % on_floor
    per_stairwell = -(-on_floor // stairwells)
    stairwell = door // per_stairwell + 1
    flat = door % per_stairwell + 1
    village = units.use[buildings.unit][owner] == USES.index("village")
    # Half of the compounds write 2-1101, the others 2单元1101室.
    short = (units.block[buildings.unit][owner] % 2 == 0).tolist()
    single = (stairwells == 1).tolist()
    house = ("东户", "西户", "南户")
    plates = []
    rows = zip(
        village.tolist(),
        running.tolist(),
        short,
        single,
        stairwell.tolist(),
        floor.tolist(),
        flat.tolist(),
        strict=True,
    )
    for rural, n, dashed, alone, s, f, d in rows:
        if rural:
            plates.append(house[n])
        elif alone:
            plates.append(f"{f}{d:02d}室")
        elif dashed:
            plates.append(f"{s}-{f}{d:02d}")
        else:
            plates.append(f"{s}单元{f}{d:02d}室")
    sizes = random.choice(8, len(owner), p=[0.07, 0.16, 0.27, 0.28, 0.13, 0.06, 0.02, 0.01])
    return pd.DataFrame(
        {
            "building": np.array(codes, dtype=object)[owner],
            "door_plate": plates,
            "stairwell": stairwell.astype(np.int16),
            "floor": np.minimum(floor, floors).astype(np.int16),
            "residents": sizes.astype(np.int16),
        }
    )
