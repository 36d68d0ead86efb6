"""The shipped catalogues: complete, unique, bilingual, and typed as their README says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from grid_data import catalogues
from grid_data.catalogues import CategoryRow

ROWS: list[CategoryRow] = list(catalogues.read_all())
GB = "GB/T 47678.5-2026"
CJ = "CJ/T 214-2007"
SOCIAL = "GRIDGOV social"


def test_row_counts_are_as_stated() -> None:
    counts = Counter((row.standard_ref, row.kind, row.level) for row in ROWS)
    assert counts == {
        (GB, "component", 1): 5,
        (GB, "component", 2): 153,
        (GB, "matter", 1): 10,
        (GB, "matter", 2): 250,
        (CJ, "component", 1): 6,
        (CJ, "component", 2): 85,
        (SOCIAL, "social", 1): 8,
        (SOCIAL, "social", 2): 56,
    }


@pytest.mark.parametrize(
    ("standard_ref", "kind", "sizes"),
    [
        (GB, "component", {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3}),
        (
            GB,
            "matter",
            {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3}
            | {"06": 51, "07": 7, "08": 16, "09": 21, "10": 2},
        ),
        (CJ, "component", {"01": 38, "02": 17, "03": 11, "04": 10, "05": 3, "06": 6}),
    ],
)
def test_class_sizes(standard_ref: str, kind: str, sizes: dict[str, int]) -> None:
    found = Counter(
        row.parent for row in ROWS if (row.standard_ref, row.kind, row.level) == (standard_ref, kind, 2)
    )
    assert found == sizes


def test_the_key_is_unique_and_needs_the_kind() -> None:
    assert len({row.key for row in ROWS}) == len(ROWS)
    assert {f"{GB}:component:01001", f"{GB}:matter:01001"} <= {row.key for row in ROWS}


def test_every_minor_has_its_class_before_it() -> None:
    seen: set[tuple[str, str, str]] = set()
    for row in ROWS:
        if row.level == 1:
            assert row.parent is None, row
            seen.add((row.standard_ref, row.kind, row.code))
        else:
            assert row.parent, row
            assert row.code.startswith(row.parent), row
            assert (row.standard_ref, row.kind, row.parent) in seen, row


@pytest.mark.parametrize(
    ("standard_ref", "pattern"),
    [(GB, r"\d{2}(\d{3})?"), (CJ, r"\d{2}(\d{2})?"), (SOCIAL, r"S\d{2}(\d{2})?")],
)
def test_codes_have_the_standards_shape(standard_ref: str, pattern: str) -> None:
    rows = [row for row in ROWS if row.standard_ref == standard_ref]
    assert rows
    assert [row.code for row in rows if not re.fullmatch(pattern, row.code, re.ASCII)] == []


def test_known_rows() -> None:
    named = {row.key: (row.name_zh, row.name_en) for row in ROWS}
    assert named[f"{GB}:component:01001"] == ("供水井盖", "Water supply manhole cover")
    assert named[f"{GB}:matter:01066"] == ("紧急报警点异常SOS", "SOS emergency call point problem")
    assert named[f"{GB}:matter:09009"] == ("机动车乱停放", "Illegal parking of motor vehicles")
    assert named[f"{CJ}:component:0606"] == ("防汛墙", "Flood wall")
    assert named[f"{SOCIAL}:social:S01"] == ("矛盾纠纷", "Disputes")


def test_chinese_names_are_chinese_with_full_width_brackets() -> None:
    for row in ROWS:
        assert re.search(r"[\u4e00-\u9fff]", row.name_zh), row
        assert not re.search(r"[()\[\]{},;:?!\s]", row.name_zh), f"half-width sign in {row.name_zh}"
        assert unicodedata.normalize("NFC", row.name_zh) == row.name_zh
        latin = re.sub(r"[\u4e00-\u9fff（）、]", "", row.name_zh)
        assert latin in ("", "SOS"), row


def test_everything_but_chinese_names_is_plain_ascii() -> None:
    for row in ROWS:
        for value in (row.standard_ref, row.kind, row.code, row.name_en, row.time_limit or ""):
            assert value.isascii(), row
            assert value == " ".join(value.split()), row
        assert row.name_en[0].isupper(), row


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("language", ["name_zh", "name_en"])
def test_names_are_unique_within_standard_kind_and_level(language: str, level: int) -> None:
    names = Counter(
        (row.standard_ref, row.kind, getattr(row, language)) for row in ROWS if row.level == level
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_matters_one_to_five_name_their_component() -> None:
    components = {row.code: row for row in ROWS if row.standard_ref == GB and row.kind == "component"}
    related = [row for row in ROWS if row.related_component is not None]
    assert {row.related_component for row in related} == set(components)
    for row in related:
        component = components[row.related_component or ""]
        assert (row.standard_ref, row.kind, row.code, row.level) == (
            GB,
            "matter",
            component.code,
            component.level,
        )
        if row.level == 2:
            assert row.name_zh.replace("异常", "", 1) == component.name_zh
            assert row.name_en == f"{component.name_en} problem"


def test_limits_urgency_and_appeal_kinds_are_readable() -> None:
    for row in ROWS:
        assert row.kind in catalogues.KINDS
        if row.time_limit is not None:
            amount, unit = row.time_limit.split(" ")
            assert int(amount) > 0, row
            assert unit in catalogues.TIME_UNITS, row
        if row.level == 1 or row.kind == "component":
            assert (row.urgency, row.time_limit) == (None, None), row
        else:
            assert row.urgency in {"normal", "urgent"}, row
        social = row.kind == "social"
        assert (row.appeal_kind in {"livelihood", "enterprise", "enforcement"}) is social, row


def test_only_the_stated_sample_limits_are_given_for_the_standard() -> None:
    limits = {row.code: row.time_limit for row in ROWS if row.standard_ref == GB and row.time_limit}
    assert limits == {
        "06001": "20 work_day",
        "06010": "4 work_hour",
        "06011": "2 work_day",
        "06012": "2 work_hour",
        "04013": "5 work_day",
    }


def test_frame_holds_the_same_rows_with_text_codes() -> None:
    frame = catalogues.frame()
    assert tuple(frame.columns) == catalogues.COLUMNS
    assert len(frame) == len(ROWS)
    assert {type(code) for code in frame["code"]} == {str}
    assert frame.loc[frame["level"] == 1, "parent"].map(lambda value: value is None).all()


def test_an_unknown_catalogue_is_refused() -> None:
    with pytest.raises(KeyError, match="cjt214_2007"):
        catalogues.read_catalogue("../secrets")
