"""What an address names: its street and house number, as a key that survives spelling.

Not a geocoder: nothing is looked up. Two addresses with different keys name different places, as far as text
can tell; an address without a street has no key and says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

__all__ = ["AddressKey", "address_key"]


class AddressKey(NamedTuple):
    """Streets named (sorted; two or more at a crossing) and the house number, empty where none is given."""

    streets: tuple[str, ...]
    number: str


# 崂山区金家岭街道…: what stands before the street. 街道 is a subdistrict, not a street.
_AREAS: Final = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,9}?(?:自治区|居委会|街道|社区|省|市|区|县|镇|乡))+(?=[\u4e00-\u9fff]{2})"
)
_STREET: Final = re.compile(r"[\u4e00-\u9fff0-9]{1,9}?(?:大道|大街|胡同|街(?!道)|路|巷|弄)")
_JOINING: Final = re.compile(r"^(?:[与和及到至近在往东南西北]+(?=[\u4e00-\u9fff]{2})|交叉口|路?口)")
_NUMBER: Final = re.compile(r"^\s*([甲乙丙丁]?\d+(?:-\d+)?)\s*号(?!楼|线|门(?![前口]))")

# USPS Publication 28, appendix C1: the commonest suffixes and their abbreviations.
_SUFFIXES: Final = {
    "ALLEY": "ALLEY", "ALY": "ALLEY", "AVENUE": "AVENUE", "AVE": "AVENUE", "AV": "AVENUE",
    "BOULEVARD": "BOULEVARD", "BLVD": "BOULEVARD", "COURT": "COURT", "CT": "COURT", "DRIVE": "DRIVE",
    "DR": "DRIVE", "EXPRESSWAY": "EXPRESSWAY", "EXPY": "EXPRESSWAY", "HIGHWAY": "HIGHWAY", "HWY": "HIGHWAY",
    "LANE": "LANE", "LN": "LANE", "PARKWAY": "PARKWAY", "PKWY": "PARKWAY", "PLACE": "PLACE", "PL": "PLACE",
    "PLAZA": "PLAZA", "PLZ": "PLAZA", "ROAD": "ROAD", "RD": "ROAD", "SQUARE": "SQUARE", "SQ": "SQUARE",
    "STREET": "STREET", "ST": "STREET", "TERRACE": "TERRACE", "TER": "TERRACE", "TURNPIKE": "TURNPIKE",
    "TPKE": "TURNPIKE", "WALK": "WALK", "WAY": "WAY",
}  # fmt: skip
_CROSSING: Final = re.compile(r"\s+(?:AND|AT|NEAR)\s+|\s*[&/@]\s*")
_HOUSE: Final = re.compile(r"(\d[\d-]*[A-Z]?)\s+(\S.*)")


def address_key(address: str) -> AddressKey | None:
    """Street and house number of an address; None where it names no street.

    Chinese (``香港东路195号``) and English (``195 Madison St``) forms; what follows the number (building,
    floor, a shop's name) does not count.

    >>> address_key("崂山区金家岭街道香港东路 195 号门前")
    AddressKey(streets=('香港东路',), number='195')
    >>> address_key("海尔路与香港东路路口") == address_key("香港东路海尔路口")
    True
    >>> address_key("90-14 Park Ln South") == address_key("90-14 PARK LANE SOUTH")
    True
    >>> address_key("海尔路5号楼2单元"), address_key("LAGUARDIA AIRPORT")
    (AddressKey(streets=('海尔路',), number=''), None)
    """
    text = unicodedata.normalize("NFKC", address).strip()
    if key := _chinese(text):
        return key
    # What follows a comma is a floor, a borough, a town; what stands before it may be the name of a house.
    return next((key for part in text.split(",") if (key := _english(part))), None)


def _chinese(text: str) -> AddressKey | None:
    rest = re.sub(r"\s+", "", text)
    if _STREET.search(bare := _AREAS.sub("", rest)):
        rest = bare
    streets: list[str] = []
    number = ""
    found = _STREET.search(rest)
    while found:
        streets.append(found[0])
        rest = rest[found.end() :]
        if house := _NUMBER.match(rest):
            number = house[1]
            break
        rest = _JOINING.sub("", rest)
        found = _STREET.match(rest)
    return AddressKey(tuple(sorted(set(streets))), number) if streets else None


def _english(text: str) -> AddressKey | None:
    number, streets = "", []
    for part in _CROSSING.split(text.upper()):
        words = [_SUFFIXES.get(word, word) for word in re.findall(r"[\w-]+", part)]
        house = _HOUSE.fullmatch(" ".join(words))
        # "40 AVENUE" is a street with a number for a name; "1671 MADISON STREET" has a house number.
        if house and house[2] not in _SUFFIXES:
            number, words = number or house[1], house[2].split()
            streets.append(" ".join(words))
        elif len(words) > 1 and not _SUFFIXES.keys().isdisjoint(words):
            streets.append(" ".join(words))
    return AddressKey(tuple(sorted(set(streets))), number) if streets else None
