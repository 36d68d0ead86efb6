"""Incidents: when, where, what, in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.crs import gcj02_to_wgs84
from grid_data import catalogues
from grid_data.sample import Sample
from grid_data.sample.calendar import FIRST_DAY, LAST_DAY
from grid_data.sample.moments import draw_moments
from grid_data.sample.tables import read_table
from grid_data.sample.texts import Texts


@pytest.fixture
def incidents(small: Sample) -> pd.DataFrame:
    return small["incidents"]


def test_every_category_that_can_happen_is_in_the_mix() -> None:
    mix = read_table("incident_mix", text=("kind", "category"))
    known = {
        (row.kind, row.code) for row in catalogues.read_all() if row.level == 2 and row.kind != "component"
    }
    assert set(zip(mix["kind"], mix["category"], strict=True)) == known


def test_reports_lie_within_the_two_years_in_order(incidents: pd.DataFrame) -> None:
    local = incidents["reported_at"].dt.tz_convert("Asia/Shanghai")
    assert local.is_monotonic_increasing
    assert local.min().date() >= FIRST_DAY
    assert local.max().date() <= LAST_DAY
    assert (incidents["state_since"] >= incidents["reported_at"]).all()


def test_sources_number_their_reports_once(incidents: pd.DataFrame) -> None:
    assert not incidents.duplicated(["source", "source_ref"]).any()
    assert incidents["source"].nunique() == 8


def test_old_incidents_are_done_and_young_ones_are_not(incidents: pd.DataFrame) -> None:
    age = incidents["reported_at"].max() - incidents["reported_at"]
    done = incidents["state"].isin(["closed", "archived", "rejected", "cancelled"])
    assert done[age > pd.Timedelta(days=60)].mean() > 0.98
    assert done[age < pd.Timedelta(days=3)].mean() < 0.4


def test_places_lie_on_land_or_are_plainly_useless(small: Sample, incidents: pd.DataFrame) -> None:
    lon, lat = incidents["lon"].to_numpy().copy(), incidents["lat"].to_numpy().copy()
    moved = (incidents["crs"] == "gcj02").to_numpy()
    assert 0.005 < moved.mean() < 0.06
    lon[moved], lat[moved] = gcj02_to_wgs84(lon[moved], lat[moved])
    land = shapely.union_all(small["zones_subdistrict"].geometry.to_numpy())
    start = (lon == small.city["centre"][0]) & (lat == small.city["centre"][1])
    island = (lon == 0.0) & (lat == 0.0)
    swapped = lat > 90.0
    useless = np.isnan(lon) | start | island | swapped
    assert 0.003 < useless.mean() < 0.02
    there = ~useless
    assert shapely.contains_xy(land.buffer(1e-4), lon[there], lat[there]).all()


def test_spots_repeat(small: Sample, incidents: pd.DataFrame) -> None:
    located = incidents[incidents["lon"].between(120.0, 121.0) & (incidents["crs"] == "wgs84")]
    pairs = 0
    for _, group in located.groupby("category"):
        points = shapely.points(group["lon"] * 89_940.0, group["lat"] * 110_960.0)
        left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=15.0)
        pairs += len(set(left[left != right]))
    assert pairs > 0.2 * len(located)


def test_seasons_have_their_troubles() -> None:
    random = np.random.default_rng(1)

    def months(season: str) -> pd.Series:
        seconds = draw_moments([season] * 20_000, ["day"] * 20_000, random)
        days = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(seconds, unit="s")
        return pd.Series(days.month).value_counts(normalize=True)

    assert months("snow").reindex([6, 7, 8, 9], fill_value=0.0).sum() == 0.0
    assert months("barbecue")[[6, 7, 8]].sum() > 0.5
    assert months("beach")[[7, 8]].sum() > 0.5
    assert months("heating")[[11, 12, 1, 2]].sum() > 0.85
    assert months("rain")[8] > 2.0 / 12.0


def test_hours_follow_the_profile() -> None:
    seconds = draw_moments(["flat"] * 20_000, ["night"] * 20_000, np.random.default_rng(1))
    hour = seconds // 3600 % 24
    assert np.isin(hour, [19, 20, 21, 22, 23]).mean() > 0.4
    assert np.isin(hour, [9, 10, 11]).mean() < 0.12


def test_texts_are_filled_in(incidents: pd.DataFrame) -> None:
    assert not incidents["text"].str.contains("[{}]", regex=True).any()
    assert incidents["text"].str.contains("崂山区").mean() > 0.99
    assert incidents["text"].str.len().between(8, 200).all()


def test_components_are_named_in_texts() -> None:
    lamp = Texts().write(["matter"], ["01037"], ["路灯"], ["海尔路附近"], np.random.default_rng(1))
    assert "海尔路附近" in lamp[0]
    assert "路灯" in lamp[0]


def test_telephone_numbers_cannot_exist(incidents: pd.DataFrame) -> None:
    phones = incidents["reporter_phone"].dropna()
    assert len(phones) > 500
    assert phones.str.fullmatch(r"100\d{8}").all()
