"""Base grids: connected sets of units, nested in communities, in two editions that follow from each other."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from grid_data.sample import Sample
from grid_data.sample.frames import FULL, SMALL
from grid_data.sample.lattice import rook_pairs
from tests.unit.sample.geometry import households_per_unit, lattice

REDRAW = "2026-01-01T00:00:00+08:00"


def edition(sample: Sample, number: int) -> pd.DataFrame:
    rows = sample["unit_zones"]
    kept = rows["valid_to"].isna() if number == 2 else rows["valid_from"] < REDRAW
    return rows[kept]


def test_full_sample_has_the_numbers_of_laoshan() -> None:
    assert (FULL.base_grids, FULL.base_grids - FULL.splits) == (863, 686)
    assert sum(FULL.communities) == 140


@pytest.mark.parametrize(("number", "count"), [(1, SMALL.base_grids - SMALL.splits), (2, SMALL.base_grids)])
def test_edition_has_every_unit_once_in_a_grid_of_its_community(
    small: Sample, number: int, count: int
) -> None:
    rows = edition(small, number)
    assert sorted(rows["unit"]) == sorted(small["land_units"]["code"])
    assert rows["zone"].nunique() == count
    community = small["land_units"].set_index("code")["community"]
    assert (rows["zone"].str[:12].to_numpy() == community[rows["unit"]].to_numpy()).all()


@pytest.mark.parametrize("number", [1, 2])
def test_grids_are_connected_but_for_islets(small: Sample, number: int) -> None:
    units = small["land_units"]
    zone = edition(small, number).set_index("unit")["zone"].reindex(units["code"])
    label = pd.factorize(zone)[0]
    left, right, _ = rook_pairs(lattice(units.geometry))
    same = label[left] == label[right]
    graph = coo_array(([1.0] * int(same.sum()), (left[same], right[same])), shape=(len(units), len(units)))
    pieces = pd.Series(connected_components(graph, directed=False)[1]).groupby(label).nunique()
    touching = set(left) | set(right)
    islets = len(units) - len(touching)
    assert islets == 1
    assert int((pieces - 1).sum()) == islets


def test_grids_hold_300_to_500_households_where_that_is_possible(small: Sample) -> None:
    rows = edition(small, 2)
    homes = households_per_unit(small)
    per_grid = rows.assign(homes=homes[rows["unit"]].to_numpy()).groupby("zone")["homes"].sum()
    out = per_grid[(per_grid < 300) | (per_grid > 500)]
    per_community = per_grid.groupby(per_grid.index.str[:12]).sum()
    # A community between 500 and 600 households cannot be divided into grids of 300 to 500.
    assert [zone for zone in out.index if not 500 < per_community[zone[:12]] < 600] == []


def test_lineage_tells_what_became_of_every_grid_that_was_split(small: Sample) -> None:
    lineage = small["lineage"]
    first, second = (edition(small, number).set_index("unit")["zone"] for number in (1, 2))
    assert set(lineage["kind"]) == {"split"}
    assert set(lineage["from_code"]) == set(first) - set(second)
    assert set(lineage["to_code"]) == set(second) - set(first)
    assert (lineage["from_code"].value_counts() == 2).all()
    moved = first.index[first != second[first.index]]
    assert lineage["units"].sum() == len(moved)
    assert lineage["households"].sum() == households_per_unit(small)[moved].sum()


def test_retired_codes_are_not_given_again(small: Sample) -> None:
    grids = small["zones_base_grid"]
    assert grids["code"].is_unique
    assert grids["code"].str.fullmatch(r"370212\d{9}").all()
    retired = grids[grids["valid_to"].notna()]
    fresh = grids[grids["valid_from"] == REDRAW]
    assert len(retired) == SMALL.splits
    assert len(fresh) == 2 * SMALL.splits
    old = grids[grids["valid_from"] < REDRAW]
    highest = old.groupby("parent")["code"].max()
    assert (fresh["code"].to_numpy() > highest[fresh["parent"]].to_numpy()).all()


def test_unchanged_grids_keep_one_open_row(small: Sample) -> None:
    rows = small["unit_zones"]
    unchanged = set(edition(small, 1)["zone"]) & set(edition(small, 2)["zone"])
    assert len(unchanged) == SMALL.base_grids - 2 * SMALL.splits
    kept = rows[rows["zone"].isin(unchanged)]
    assert kept["unit"].is_unique
    assert kept["valid_to"].isna().all()
    assert (kept["valid_from"] == "2021-01-01T00:00:00+08:00").all()
