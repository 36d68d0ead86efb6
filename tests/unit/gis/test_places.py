"""Impossible places, one table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import to_metric
from gis.places import (
    PROBLEMS,
    CityFrame,
    Extent,
    PlaceVerdict,
    judge_place,
    judge_places,
    problem_code,
)

CENTRE = (120.469, 36.1075)
BOX = Extent(120.39, 36.05, 120.72, 36.37)
LAOSHAN = CityFrame(BOX, CENTRE, 2000, 4549)


@pytest.mark.parametrize(
    ("lon", "lat", "accuracy", "problem"),
    [
        (120.46, 36.10, None, None),
        (120.46, 36.10, 500, None),
        (120.46, 36.10, 500.1, "inaccurate"),
        (120.46, 36.10, 0, None),
        (120.46, 36.10, -1, "inaccurate"),
        (np.nan, 36.10, None, "not_a_number"),
        (120.46, np.inf, None, "not_a_number"),
        (0, 0, None, "null_island"),
        (1e-4, -1e-4, None, "null_island"),
        (36.10, 120.46, None, "swapped"),
        (-73.97, 40.78, None, "outside_city"),
        (541_000, 3_997_000, None, "outside_city"),
        (120.46, 0, None, "outside_city"),
        (*CENTRE, None, "default_start"),
        (CENTRE[0] + 4e-8, CENTRE[1], None, "default_start"),
        (CENTRE[0] + 1e-7, CENTRE[1], None, None),
        # The first reason that applies is told.
        (*CENTRE, 9_999, "default_start"),
        (-73.97, 40.78, 9_999, "outside_city"),
    ],
)
def test_each_reason(lon: float, lat: float, accuracy: float | None, problem: str | None) -> None:
    verdict = judge_place(lon, lat, accuracy, LAOSHAN)
    assert verdict.problem == problem
    assert verdict.believed == (problem is None)
    assert (verdict.message is None) == (problem is None)


@pytest.mark.parametrize(("metres", "problem"), [(1_900, None), (2_100, "outside_city")])
@pytest.mark.parametrize("side", ["west", "south", "east", "north"])
def test_the_limit_outside_the_box_is_in_metres(side: str, metres: float, problem: str | None) -> None:
    west, south, east, north = BOX
    lon, lat = (west + east) / 2, (south + north) / 2
    step = metres / 111_000 if side in ("south", "north") else metres / 89_900
    lon = {"west": west - step, "east": east + step}.get(side, lon)
    lat = {"south": south - step, "north": north + step}.get(side, lat)
    assert judge_place(lon, lat, None, LAOSHAN).problem == problem


def test_the_corner_of_the_limit_is_round() -> None:
    # 1,900 m west and 1,900 m south of the box's corner is 2,687 m away.
    lon, lat = BOX.west - 1_900 / 90_000, BOX.south - 1_900 / 111_000
    assert judge_place(lon, lat, None, LAOSHAN).problem == "outside_city"


@pytest.mark.parametrize(("away", "problem"), [(0, None), (2000, None), (2000.1, "outside_city")])
def test_a_distance_known_better_counts(away: float, problem: str | None) -> None:
    assert judge_place(120.46, 36.10, None, LAOSHAN, outside_m=away).problem == problem


@given(st.floats(120.40, 120.70), st.floats(36.06, 36.36))
def test_every_place_of_the_city_is_believed_and_its_exchange_is_not(lon: float, lat: float) -> None:
    assert judge_place(lat, lon, 10, LAOSHAN).problem == "swapped"
    if (round(lon, 7), round(lat, 7)) != CENTRE:
        assert judge_place(lon, lat, 10, LAOSHAN) == PlaceVerdict(None, None)


@given(
    st.lists(
        st.tuples(
            st.floats(-200, 200) | st.sampled_from([0.0, 120.5, CENTRE[0], np.nan]),
            st.floats(-200, 200) | st.sampled_from([0.0, 36.1, CENTRE[1], np.inf]),
            st.floats(-10, 1000) | st.just(np.nan),
        ),
        max_size=20,
    )
)
def test_many_places_are_judged_as_one(places: list[tuple[float, float, float]]) -> None:
    columns = np.array(places).reshape(-1, 3)
    found = judge_places(columns[:, 0], columns[:, 1], columns[:, 2], LAOSHAN)
    for (lon, lat, accuracy), index in zip(places, found.tolist(), strict=True):
        stated = None if np.isnan(accuracy) else accuracy
        assert problem_code(index) == judge_place(lon, lat, stated, LAOSHAN).problem


def test_every_reason_has_words_in_both_languages() -> None:
    for words in PROBLEMS.values():
        assert words.zh.endswith("。")
        assert words.en.endswith(".")


@given(st.floats(1, 50_000))
def test_a_grown_box_is_at_least_that_far_away(metres: float) -> None:
    grown = BOX.grown(metres)
    inner = to_metric(BOX.west, BOX.north, 4549)
    west = to_metric(grown.west, BOX.north, 4549)
    north = to_metric(BOX.west, grown.north, 4549)
    assert inner[0] - west[0] >= metres * 0.999
    assert north[1] - inner[1] >= metres * 0.999


@pytest.mark.parametrize(
    ("lon", "lat", "problem"),
    [
        (-73.97, 40.78, None),
        (36.10, 120.46, None),
        (0, 0, "null_island"),
        (*CENTRE, "default_start"),
        (np.nan, 1, "not_a_number"),
    ],
)
def test_a_city_without_zones_has_no_outside(lon: float, lat: float, problem: str | None) -> None:
    assert Extent.known(None, None, None, None) is None
    assert Extent.known(*BOX) == BOX
    assert judge_place(lon, lat, 10, CityFrame(None, CENTRE, 2000, 4549)).problem == problem


near_a_side = st.sampled_from([*BOX, *CENTRE, 120.5, 36.2, 0.0, 0.01]).flatmap(
    lambda side: st.floats(side - 2e-7, side + 2e-7)
)


@given(
    lon=near_a_side | st.floats(),
    lat=near_a_side | st.floats(),
    accuracy=st.none() | st.sampled_from([-1.0, 0.0, 500.0, 500.1]) | st.floats(),
    outside=st.none() | st.sampled_from([0.0, 2000.0, 2000.1]),
    fallbacks=st.sampled_from([(), ((120.5, 36.2),)]),
)
def test_a_place_is_judged_alike_alone_and_among_many(
    lon: float,
    lat: float,
    accuracy: float | None,
    outside: float | None,
    fallbacks: tuple[tuple[float, float], ...],
) -> None:
    city = CityFrame(BOX, CENTRE, 2000, 4549, fallbacks=fallbacks)
    stated = float("nan") if accuracy is None else accuracy
    among = judge_places([lon], [lat], [stated], city, outside_m=[outside or 0.0])
    alone = judge_place(lon, lat, accuracy, city, outside_m=outside)
    assert alone.problem == problem_code(int(among[0]))
