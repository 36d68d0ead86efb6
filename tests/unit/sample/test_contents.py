"""Buildings, households, facilities, organisations, posts and rules agree with each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from grid_data import catalogues
from grid_data.sample import Sample
from tests.unit.sample.geometry import households_per_unit


def test_buildings_stand_inside_their_unit_and_apart(small: Sample) -> None:
    buildings = small["buildings"]
    unit = small["land_units"].set_index("code").geometry[buildings["unit"]].to_numpy()
    shapes = buildings.geometry.to_numpy()
    assert shapely.covers(unit, shapes).all()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (left == right).all()
    assert buildings["code"].is_unique
    assert buildings["address"].str.startswith("崂山区").all()


def test_people_live_where_people_live(small: Sample) -> None:
    homes = households_per_unit(small).to_numpy()
    kind = small["land_units"]["kind"].to_numpy()
    assert homes[kind == "open_land"].sum() == 0
    assert 40_000 < homes.sum() < 60_000
    households = small["households"]
    assert not households.duplicated(["building", "door_plate"]).any()
    assert 2.2 < households["residents"].mean() < 3.0
    floors = small["buildings"].set_index("code")["floors"]
    assert (households["floor"].to_numpy() <= floors[households["building"]].to_numpy()).all()
    assert set(small["buildings"].loc[small["buildings"]["code"].isin(households["building"]), "kind"]) == {
        "residential"
    }


def test_facilities_follow_the_catalogue(small: Sample) -> None:
    facilities = small["facilities"]
    components = {
        row.code
        for row in catalogues.read_catalogue("gbt47678_5_2026")
        if row.kind == "component" and row.level == 2
    }
    assert set(facilities["category"]) == components
    assert len(components) == 153
    assert facilities["code"].is_unique
    assert (facilities["code"] == "370212" + facilities["category"] + facilities["code"].str[11:]).all()
    assert facilities["code"].str.len().eq(17).all()
    land = shapely.union_all(small["zones_subdistrict"].geometry.to_numpy())
    assert shapely.intersects(land, facilities.geometry.to_numpy()).mean() > 0.999
    assert {"Point", "LineString", "Polygon"} == set(facilities.geometry.geom_type)


def test_named_organisations_exist(small: Sample) -> None:
    organisations = small["organisations"]
    known = set(organisations["code"])
    assert organisations["code"].is_unique
    assert set(organisations["parent"].dropna()) <= known
    for role in ("supervising", "owning", "maintaining"):
        assert set(small["facilities"][role]) <= known
    for name in small.frames:
        if name.startswith("zones_"):
            assert small[name]["organisation"].notna().all()
            assert set(small[name]["organisation"]) <= known
    governed = organisations[organisations["region"].notna()]
    for layer, regions in governed.groupby("region_layer")["region"]:
        assert set(regions) <= set(small[f"zones_{layer}"]["code"])


def test_every_grid_has_its_posts_and_some_are_vacant(small: Sample) -> None:
    posts = small["posts"]
    grids = small["zones_base_grid"]
    kinds = posts[posts["layer"] == "base_grid"].groupby("zone")["kind"].agg(set)
    assert set(kinds.index) == set(grids["code"])
    assert all({"grid_lead", "police", "full_time", "part_time"} <= kind for kind in kinds)
    assert set(posts["kind"]) == {"grid_lead", "police", "full_time", "part_time", "trade", "window"}
    assert 0.005 < posts["person"].isna().mean() < 0.06
    assert set(posts["person"].dropna()) <= set(small["persons"]["code"])
    living = set(grids.loc[grids["valid_to"].isna(), "code"])
    own = posts[posts["layer"] == "base_grid"]
    assert (own["valid_to"].isna() == own["zone"].isin(living)).all()
    assert not own.duplicated(["zone", "kind", "valid_from"]).any()


def test_rules_name_known_things_and_end_with_the_territory(small: Sample) -> None:
    rules = small["assignment_rules"]
    keys = {(row.standard_ref, row.kind, row.code) for row in catalogues.read_all()}
    named = rules[rules["category"].notna()]
    assert {(r.standard_ref, r.category_kind, r.category) for r in named.itertuples()} <= keys
    known = set(small["organisations"]["code"])
    assert set(rules["organisation"].dropna()) <= known
    assert {code for codes in rules["supporting"].dropna() for code in codes.split(";")} <= known
    assert (rules["organisation"].notna() == (rules["assign_to"] == "organisation")).all()
    fallback = rules[rules["category"].isna()]
    assert fallback[["layer", "assign_to"]].to_numpy().tolist() == [["community", "zone_organisation"]]
    assert int(fallback["priority"].iloc[0]) < int(named["priority"].min())
    layers = small["layers"].set_index("code")
    assert set(rules["layer"].dropna()) <= set(layers.index)
    bound = rules[rules["zone"].notna()]
    assert len(bound) == 2
    for layer, zones in bound.groupby("layer")["zone"]:
        assert set(zones) <= set(small[f"zones_{layer}"]["code"])


def test_layers_say_what_is_synthetic(small: Sample) -> None:
    layers = small["layers"].set_index("code")
    assert layers.index[~layers["synthetic"]].tolist() == ["district", "subdistrict"]
    assert (layers.index[layers["kind"] == "specialist"] != "").sum() == 8
    for code, pattern in layers["code_pattern"].items():
        assert small[f"zones_{code}"]["code"].str.fullmatch(str(pattern).strip("^$")).all()
    datasets = small["datasets"].set_index("code")
    assert datasets["synthetic"].to_dict() == {"laoshan-osm": False, "laoshan-synthetic": True}
    assert "OpenStreetMap" in str(datasets.loc["laoshan-osm", "attribution"])


def test_specialist_codes_have_twenty_characters_and_differ(small: Sample) -> None:
    codes = pd.concat([small[f"zones_{layer}"]["code"] for layer in small["layers"]["code"][4:]])
    assert codes.is_unique
    assert np.array_equal(np.unique(codes.str.len()), [20])
    assert (codes.str[6:12] == "370212").all()
