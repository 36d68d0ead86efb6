"""A planted fallback coordinate is found, a busy real place never, however many incidents it has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.addresses import address_key
from gis.fallback_places import AddressCount, Nearby, Rule, judge_shared_place
from gis.words import Words

NEW_YORK = Path(__file__).resolve().parents[2] / "fixtures" / "nyc" / "addresses.csv"
STREETS = [
    "香港东路",
    "海尔路",
    "苗岭路",
    "银川东路",
    "松岭路",
    "深圳路",
    "辽阳东路",
    "仙霞岭路",
    "云岭路",
    "秦岭路",
]
# One house as people write it.
SPELLINGS = [
    "香港东路195号", "香港东路 195 号", "崂山区香港东路195号", "青岛市崂山区金家岭街道香港东路195号门前",
    "香港东路195号2号楼3单元", "香港东路１９５号", "医院门诊楼", "医院停车场", "急诊",
]  # fmt: skip


@given(
    st.lists(st.integers(1, 10_000), min_size=len(SPELLINGS), max_size=len(SPELLINGS)),
    st.integers(0, 3_000_000),
)
def test_a_busy_real_place_is_never_a_fallback(counts: list[int], elsewhere: int) -> None:
    addresses = [AddressCount(text, n) for text, n in zip(SPELLINGS, counts, strict=True)]
    incidents = sum(counts)
    assert not judge_shared_place(incidents, incidents + elsewhere, addresses, Rule()).fallback


@given(st.integers(20, 5_000), st.integers(1, 7), st.integers(0, 3_000))
def test_slips_of_the_pen_do_not_make_a_busy_place_a_fallback(
    right: int, others: int, elsewhere: int
) -> None:
    """Some reports name a neighbour instead: as many as one in five, of up to seven neighbours."""
    slips = [AddressCount(f"香港东路{197 + 2 * n}号", max(1, right // (5 * others))) for n in range(others)]
    addresses = [AddressCount("香港东路195号", right), *slips]
    incidents = sum(each.incidents for each in addresses)
    assert not judge_shared_place(incidents, incidents + elsewhere, addresses, Rule()).fallback


@given(
    st.lists(
        st.tuples(st.sampled_from(STREETS), st.integers(1, 999)), min_size=30, max_size=400, unique=True
    ),
    st.integers(1, 9),
    st.integers(0, 2),
)
def test_a_planted_fallback_is_found(houses: list[tuple[str, int]], times: int, silent_times: int) -> None:
    addresses = [AddressCount(f"{street}{number}号", times) for street, number in houses]
    silent = AddressCount("小区门口", max(1, silent_times * len(houses) * times))
    incidents = silent.incidents + times * len(houses)
    found = judge_shared_place(incidents, 100_000, [*addresses, silent], Rule())
    assert found.grounds == ("many_addresses",)
    assert found.evidence.different == len(houses)


def test_too_few_incidents_are_not_looked_at() -> None:
    addresses = [AddressCount(f"{street}1号", 1) for street in STREETS]
    assert not judge_shared_place(10, 1_000, addresses, Rule()).fallback
    assert judge_shared_place(10, 1_000, addresses, Rule(min_incidents=10)).fallback
    assert not judge_shared_place(10, 1_000_000, addresses, Rule(min_incidents=10)).fallback


def test_without_addresses_there_is_no_evidence() -> None:
    assert not judge_shared_place(50_000, 60_000, [], Rule()).fallback
    assert not judge_shared_place(
        50_000, 60_000, [AddressCount(f"不详{n}", 10) for n in range(99)], Rule()
    ).fallback


def areas(text: str) -> list[str]:
    return [name for name in ("北宅街道", "沙子口街道", "王哥庄街道", "金家岭街道") if name in text]


AROUND = {
    "金家岭街道": Nearby(0.0, 2),
    "北宅街道": Nearby(8_000.0, 2),
    "沙子口街道": Nearby(9_000.0, 2),
    "王哥庄街道": Nearby(15_000.0, 2),
    "海尔路": Nearby(40.0, 100),
}


def test_addresses_of_other_areas_contradict_a_place() -> None:
    """A centroid that stands for few but far areas: too few different ones, but they are not here."""
    addresses = [AddressCount("北宅街道", 40), AddressCount("沙子口街道", 30), AddressCount("王哥庄街道", 30)]
    found = judge_shared_place(100, 10_000, addresses, Rule(), around=AROUND, areas_in=areas)
    assert found.grounds == ("contradicting_addresses",)
    assert found.evidence.contradicting == 100
    here = AROUND | dict.fromkeys(["北宅街道", "沙子口街道", "王哥庄街道"], Nearby(300.0, 2))
    assert not judge_shared_place(100, 10_000, addresses, Rule(), around=here, areas_in=areas).fallback


def test_one_address_in_the_wrong_place_is_no_fallback() -> None:
    addresses = [AddressCount("北宅街道", 500)]
    found = judge_shared_place(500, 10_000, addresses, Rule(), around=AROUND, areas_in=areas)
    assert found.evidence.contradicting == 500
    assert not found.fallback


def test_the_finest_name_decides_what_is_here() -> None:
    """The street is here; that the area named is another is a slip on its border."""
    addresses = [AddressCount("北宅街道海尔路59号", 500), AddressCount("海尔路", 1)]
    found = judge_shared_place(501, 10_000, addresses, Rule(), around=AROUND, areas_in=areas)
    assert (found.evidence.checked, found.evidence.contradicting) == (501, 0)


def test_the_sentence_tells_the_numbers() -> None:
    addresses = [AddressCount(f"{street}{n}号", 1) for street in STREETS for n in range(10)]
    assert judge_shared_place(100, 10_000, addresses, Rule()).words == Words(
        "100 件事件（占 1%）共用同一坐标，其中 100 件写有地址，指向 100 处不同的地方。",
        "100 incidents (1 %) share one coordinate, 100 of them with addresses of 100 different places.",
    )


@pytest.fixture(scope="module")
def new_york() -> pd.DataFrame:
    """Real coordinates with real addresses."""
    return pd.read_csv(NEW_YORK)


def test_no_real_place_in_new_york_is_a_fallback(new_york: pd.DataFrame) -> None:
    """Even the smallest thresholds find nothing: the busiest coordinate has 19 reports of one house."""
    rule = Rule(min_incidents=2, min_share=0)
    judged = [
        judge_shared_place(
            len(there),
            len(new_york),
            [AddressCount(*each) for each in Counter(there["address"].dropna()).items()],
            rule,
        )
        for _, there in new_york.groupby(["longitude", "latitude"])
    ]
    assert max(each.incidents for each in judged) == 19
    assert max(each.evidence.effective for each in judged) == 2
    assert not any(each.fallback for each in judged)


def test_real_addresses_put_on_one_point_are_a_fallback(new_york: pd.DataFrame) -> None:
    """What a geocoder's default would do to the same reports: one in twenty of them lands on it."""
    lost = new_york["address"].dropna().iloc[::20]
    addresses = [AddressCount(*each) for each in Counter(lost).items()]
    found = judge_shared_place(len(lost), len(new_york), addresses, Rule())
    assert found.grounds == ("many_addresses",)
    assert found.evidence.effective > 40


def test_real_addresses_are_read(new_york: pd.DataFrame) -> None:
    addresses = new_york["address"].dropna()
    assert addresses.map(address_key).notna().mean() > 0.98


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("香港东路195号", "青岛市崂山区金家岭街道香港东路 195 号 3 号楼"),
        ("香港东路与海尔路交叉口", "海尔路香港东路口"),
        ("沙子口街道海尔路甲5号", "海尔路甲5号附近"),
        ("1671 MADISON STREET", "1671 Madison St, Apt 4"),
        ("90-14 PARK LN SOUTH", "90-14 Park Lane South"),
        ("Bell Blvd & 40 Ave", "40 AVENUE AND BELL BOULEVARD"),
    ],
)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert address_key(one) is not None
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("香港东路195号", "香港东路197号"),
        ("香港东路195号", "海尔路195号"),
        ("1671 MADISON STREET", "1673 MADISON STREET"),
        ("EAST 89 STREET", "WEST 89 STREET"),
    ],
)
def test_different_addresses_have_different_keys(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    key = address_key(text)
    assert key is None or key.streets
