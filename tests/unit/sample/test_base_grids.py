"""Base grids: connected sets of units, nested in communities, in two editions that follow from each other."""

from __future__ import annotations

import numpy as np
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
    assert (FULL.base_grids, FULL.base_grids_before) == (863, 686)
    assert sum(FULL.communities) == 140


@pytest.mark.parametrize(("number", "count"), [(1, SMALL.base_grids_before), (2, SMALL.base_grids)])
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


def households_per_grid(sample: Sample, number: int) -> pd.Series:
    """Today's households of each grid of an edition."""
    rows = edition(sample, number)
    homes = households_per_unit(sample)
    return rows.assign(homes=homes[rows["unit"]].to_numpy()).groupby("zone")["homes"].sum()


def test_grids_hold_300_to_500_households_where_that_is_possible(small: Sample) -> None:
    per_grid = households_per_grid(small, 2)
    out = per_grid[(per_grid < 300) | (per_grid > 500)]
    per_community = per_grid.groupby(per_grid.index.str[:12]).sum()
    # A community between 500 and 600 households cannot be divided into grids of 300 to 500.
    assert [zone for zone in out.index if not 500 < per_community[zone[:12]] < 600] == []


def test_many_grids_of_the_first_edition_have_grown_over_the_band(small: Sample) -> None:
    today = households_per_grid(small, 1)
    assert 0.2 < (today > 500).mean() < 0.4
    # Homes were built, none pulled down: but for the parts of a small community, no grid is too small.
    assert (today >= 300).mean() > 0.98


def test_grids_are_compact(small: Sample) -> None:
    units = small["land_units"].set_index("code").geometry.to_crs(4549)
    rows = edition(small, 2)
    shapes = units[rows["unit"]].groupby(rows["zone"].to_numpy()).agg(lambda some: some.union_all())
    area, around = shapes.map(lambda shape: shape.area), shapes.map(lambda shape: shape.length)
    # Two thirds of the small sample is hills and coast.
    assert (4 * np.pi * area / around**2).mean() > 0.55


def test_lineage_tells_what_became_of_every_grid_that_changed(small: Sample) -> None:
    lineage = small["lineage"]
    first, second = (edition(small, number).set_index("unit")["zone"] for number in (1, 2))
    second = second[first.index]
    changed = first != second
    touched = set(first[changed]) | set(second[changed])
    assert set(lineage["from_code"]) == set(first) & touched
    assert set(lineage["to_code"]) == set(second) & touched
    moved = lineage[lineage["from_code"] != lineage["to_code"]]
    assert moved["units"].sum() == changed.sum()
    assert moved["households"].sum() == households_per_unit(small)[first.index[changed]].sum()


def test_most_grids_stay_as_they_are_or_are_split(small: Sample) -> None:
    lineage = small["lineage"]
    kinds = lineage.groupby("from_code")["kind"].first().value_counts()
    assert set(kinds.index) <= {"split", "merged", "irregular"}
    assert kinds["split"] > 2 * kinds["irregular"]
    assert kinds.sum() < 0.4 * SMALL.base_grids_before
    assert 0 < households_moved(small) < 0.3


def households_moved(sample: Sample) -> float:
    """Share of the households whose grid has another code since the redraw."""
    lineage = sample["lineage"]
    moved = lineage.loc[lineage["from_code"] != lineage["to_code"], "households"].sum()
    return float(moved / len(sample["households"]))


def test_codes_go_on_behind_the_last_one_and_are_not_given_again(small: Sample) -> None:
    grids = small["zones_base_grid"]
    assert not grids.duplicated(["code", "valid_from"]).any()
    assert grids["code"].str.fullmatch(r"370212\d{9}").all()
    old = set(edition(small, 1)["zone"])
    fresh = grids[~grids["code"].isin(old)]
    assert len(fresh) >= SMALL.base_grids - SMALL.base_grids_before
    assert (fresh["valid_from"] == REDRAW).all()
    highest = grids[grids["code"].isin(old)].groupby("parent")["code"].max()
    assert (fresh["code"].to_numpy() > highest[fresh["parent"]].to_numpy()).all()


def test_each_area_of_a_grid_has_its_time(small: Sample) -> None:
    grids = small["zones_base_grid"]
    second = grids[grids["valid_from"] == REDRAW]
    assert (second["plan"] == "LS-2025-01").all()
    assert second["valid_to"].isna().all()
    first = grids[grids["valid_from"] != REDRAW]
    units = [edition(small, number).groupby("zone")["unit"].agg(frozenset) for number in (1, 2)]
    same = {zone for zone, there in units[0].items() if units[1].get(zone) == there}
    assert set(first.loc[first["valid_to"].isna(), "code"]) == same
    assert len(first) == SMALL.base_grids_before
    assert len(second) == SMALL.base_grids - len(same)


def test_unchanged_units_keep_one_open_row(small: Sample) -> None:
    rows = small["unit_zones"]
    kept = rows[rows["valid_to"].isna() & (rows["valid_from"] < REDRAW)]
    assert (kept["valid_from"] == "2021-01-01T00:00:00+08:00").all()
    assert not kept["unit"].isin(rows.loc[rows["valid_from"] == REDRAW, "unit"]).any()
    assert len(kept) > len(small["land_units"]) / 2
