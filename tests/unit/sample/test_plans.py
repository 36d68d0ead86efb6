"""Plans of the sample: what was done with them, in an order that the program would have allowed."""

from __future__ import annotations

import pandas as pd

from governance.planning.states import TRANSITIONS, Who
from grid_data.sample import Sample
from tests.unit.sample.geometry import households_per_unit


def test_each_action_is_one_that_the_table_of_states_allows(small: Sample) -> None:
    allowed = {(row.action.value, row.source.value): row for row in TRANSITIONS}
    for plan in small["plans"].to_dict("records"):
        actions = small["plan_actions"]
        actions = actions[actions["plan"] == plan["code"]]
        assert pd.to_datetime(actions["at"]).is_monotonic_increasing
        assert actions["action"].iloc[0] == "create"
        state, authors = "draft", {plan["author"]}
        for action in actions.iloc[1:].to_dict("records"):
            if action["action"] == "assign":
                assert state == "draft"
                authors.add(action["actor"])
                continue
            row = allowed[action["action"], state]
            if row.who is Who.SECOND:
                assert action["actor"] not in authors
                assert action["actor"] == plan["approver"]
            state = row.target.value
        assert state == plan["state"]
        assert plan["revision"] == len(actions) - 1


def test_each_community_with_split_grids_has_one_step(small: Sample) -> None:
    units = small["land_units"].set_index("code")["community"]
    moved = small["unit_zones"].loc[small["unit_zones"]["plan"].notna(), "unit"]
    actions = small["plan_actions"]
    steps = actions.loc[actions["action"] == "assign", "community"]
    assert sorted(steps) == sorted(set(units[moved]))
    assert steps.is_unique


def test_the_draft_has_grids_over_its_band_and_can_be_divided_within(small: Sample) -> None:
    (draft,) = small["plans"].query("state == 'draft'").to_dict("records")
    rows = small["unit_zones"][small["unit_zones"]["valid_to"].isna()]
    homes = households_per_unit(small)
    per_grid = rows.assign(homes=homes[rows["unit"]].to_numpy()).groupby("zone")["homes"].sum()
    inside = per_grid[per_grid.index.str[:12] == draft["area"]]
    over = int((inside > draft["band_max"]).sum())
    assert over >= 1
    assert f"现有{over}个网格超出" in draft["note_zh"]
    assert f"{over} hold more" in draft["note_en"]
    assert draft["band_min"] * len(inside) < inside.sum() < draft["band_max"] * len(inside)
