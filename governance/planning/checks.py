"""What is wrong with a plan: checked on plain values, each fault in words and with what it is about.

The same checks run when a plan is submitted, approved, scheduled and once more inside the transaction that
publishes it: what was right last week may be wrong today.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.words import Words

__all__ = [
    "Fault",
    "FaultCode",
    "PlannedUnits",
    "PlannedZone",
    "check_codes",
    "check_members",
    "check_plan",
    "next_code_like",
    "next_codes",
]

FaultCode = Literal[
    "base-moved", "unit-gone", "no-zone", "no-ground", "empty-zone", "dissolved-zone", "crosses-community",
    "not-connected", "code-taken", "code-malformed", "code-twice", "incomplete-cut", "not-a-coverage",
    "beyond-area",
]  # fmt: skip

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. ``zone`` is the number of the zone in the plan, ``unit`` a unit's code."""

    code: FaultCode
    text: Words
    zone: int | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PlannedZone:
    """A zone as the plan wants it.

    Attributes
    ----------
    number
        Its number in the plan.
    zone_id
        The zone it is today; None: a new one.
    code
        The code it gets; None: the next free one of its community, given when it is published.
    community
        Id of the community it has to lie in; None: that of its units.
    """

    number: int
    zone_id: int | None
    code: str | None
    name_zh: str
    name_en: str | None
    community: int | None
    dissolved: bool = False


@dataclass(frozen=True, eq=False)
class PlannedUnits:
    """All units of the zones that the plan touches, as they will be; ``n`` units, arrays of length n.

    Attributes
    ----------
    id, code
        Of the unit; a piece of a cut unit is a unit.
    community
        Id of the community it lies in.
    zone
        Number of its zone in the plan; -1: none.
    households, residents, area_m2
        What it carries.
    joined
        int64 (m, 2): pairs of positions that hold a grid together, by a border or an explicit link.
    """

    id: Ints
    code: NDArray[np.object_]
    community: Ints
    zone: Ints
    households: Ints
    residents: Ints
    area_m2: NDArray[np.float64]
    joined: Ints

    def __len__(self) -> int:
        return len(self.id)


def check_plan(
    units: PlannedUnits,
    zones: Sequence[PlannedZone],
    *,
    taken: Mapping[str, int | None],
    pattern: str | None,
    communities: Mapping[int, str],
) -> list[Fault]:
    """Faults of the plan's assignment, sorted by zone.

    Parameters
    ----------
    taken
        Every code that a zone of the layer has or had, with the id of that zone.
    pattern
        Regular expression that a code of the layer must match.
    communities
        Code by id.
    """
    by_number = {zone.number: zone for zone in zones}
    found = [
        *check_members(units.code, units.zone, zones),
        *_communities(units, by_number, communities),
        *_connection(units, by_number),
        *check_codes(zones, taken=taken, pattern=pattern),
    ]
    return sorted(
        found, key=lambda fault: (fault.zone is None, fault.zone or 0, fault.code, fault.unit or "")
    )


def told(zone: PlannedZone) -> Words:
    """A zone in words: its code, or that it is new."""
    if zone.code is not None:
        return Words(zone.code, zone.code)
    return Words(f"新网格 {zone.number}（{zone.name_zh}）", f"new grid {zone.number} ({zone.name_zh})")


def check_members(codes: NDArray[np.object_], numbers: Ints, zones: Sequence[PlannedZone]) -> Iterator[Fault]:
    """Units (codes, and numbers of their zones) in no zone; zones without a unit, dissolved ones with."""
    known = np.isin(numbers, [zone.number for zone in zones])
    for code in codes[~known].tolist():
        yield Fault("no-zone", Words(f"单元 {code} 不属于任何网格", f"unit {code} is in no grid"), unit=code)
    count = Counter(numbers.tolist())
    for zone in zones:
        zh, en = told(zone)
        n = count[zone.number]
        if zone.dissolved and n:
            yield Fault(
                "dissolved-zone",
                Words(f"{zh} 将撤销，但仍有 {n} 个单元", f"{en} is to be dissolved, but has {n} unit(s)"),
                zone.number,
            )
        if not zone.dissolved and not n:
            yield Fault(
                "empty-zone",
                Words(f"{zh} 没有单元；请撤销该网格", f"{en} has no unit left; dissolve it"),
                zone.number,
            )


def _communities(
    units: PlannedUnits, zones: Mapping[int, PlannedZone], names: Mapping[int, str]
) -> Iterator[Fault]:
    pairs = np.unique(np.column_stack([units.zone, units.community]), axis=0)
    lies_in: dict[int, list[int]] = {}
    for number, community in pairs.tolist():
        lies_in.setdefault(number, []).append(community)
    for number, found in lies_in.items():
        zone = zones.get(number)
        if zone is None:
            continue
        wrong = [each for each in found if zone.community is not None and each != zone.community]
        if len(found) > 1 or wrong:
            zh, en = told(zone)
            listed = [names.get(each, str(each)) for each in found]
            yield Fault(
                "crosses-community",
                Words(
                    f"{zh} 越出社区：含 {'、'.join(listed)} 的单元",
                    f"{en} leaves its community: it has units of {', '.join(listed)}",
                ),
                number,
            )


def _connection(units: PlannedUnits, zones: Mapping[int, PlannedZone]) -> Iterator[Fault]:
    n = len(units)
    if not n:
        return
    ends = units.joined[units.zone[units.joined[:, 0]] == units.zone[units.joined[:, 1]]]
    graph = scipy.sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    _, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    parts = np.unique(np.column_stack([units.zone, part]), axis=0)
    for number, pieces in Counter(parts[:, 0].tolist()).items():
        zone = zones.get(number)
        if pieces == 1 or zone is None:
            continue
        zh, en = told(zone)
        mine = units.zone == number
        sizes = np.bincount(part[mine], minlength=n)
        smallest = int(np.argmin(np.where(sizes > 0, sizes, n + 1)))
        unit = str(units.code[mine & (part == smallest)][0])
        yield Fault(
            "not-connected",
            Words(
                f"{zh} 由 {pieces} 个互不相连的部分组成（其一含单元 {unit}）",
                f"{en} is in {pieces} parts that are not joined (one holds unit {unit})",
            ),
            number,
            unit,
        )


def check_codes(
    zones: Sequence[PlannedZone], *, taken: Mapping[str, int | None], pattern: str | None
) -> Iterator[Fault]:
    """Codes that another zone has or had, that are not of the layer's form, or given twice."""
    wanted = Counter(zone.code for zone in zones if zone.code is not None and not zone.dissolved)
    for zone in zones:
        if zone.code is None or zone.dissolved:
            continue
        code = zone.code
        if code in taken and taken[code] != zone.zone_id:
            yield Fault(
                "code-taken",
                Words(
                    f"编码 {code} 已被使用；编码不重复使用",
                    f"code {code} is or was another zone's; codes are not used again",
                ),
                zone.number,
            )
        elif code not in taken and pattern and not re.fullmatch(pattern, code):
            yield Fault(
                "code-malformed",
                Words(f"编码 {code} 不符合本图层的规则", f"code {code} is none of this layer's form"),
                zone.number,
            )
        if wanted[code] > 1:
            yield Fault(
                "code-twice",
                Words(f"编码 {code} 在方案中出现多次", f"code {code} is given more than once in the plan"),
                zone.number,
            )


def next_codes(community: str, taken: Mapping[str, Any], n: int) -> list[str]:
    """The next free codes of a community: its code and three digits, after the highest ever used.

    Raises
    ------
    ValueError
        There are fewer than ``n`` left.

    >>> next_codes("370212001001", {"370212001001007": 1, "370212001002009": 2}, 2)
    ['370212001001008', '370212001001009']
    """
    width = len(community) + 3
    used = [
        int(code[-3:])
        for code in taken
        if len(code) == width and code.startswith(community) and code[-3:].isdigit()
    ]
    first = max(used, default=0) + 1
    if first + n - 1 > 999:
        raise ValueError(f"community {community} has no code left for {n} more grid(s)")
    return [f"{community}{number:03d}" for number in range(first, first + n)]


def next_code_like(code: str | None, taken: Collection[str], pattern: str | None) -> str | None:
    """The code of a zone split off from another: its last two digits counted on, else ``-2`` put behind.

    It is behind the highest ever used; None where nothing of the layer's form is left.

    >>> next_code_like("37021200160100", {"37021200160100", "37021200160104"}, "^[0-9]{14}$")
    '37021200160105'
    >>> next_code_like("NORTH", {"NORTH"}, None)
    'NORTH-2'
    """
    stem = code or "Z"
    found = re.search(r"\d{1,2}$", stem)
    if found:
        width = len(found[0])
        head = stem[: found.start()]
        used = [
            int(each[len(head) :])
            for each in taken
            if len(each) == len(stem) and each.startswith(head) and each[len(head) :].isdecimal()
        ]
        follows = f"{head}{max(used, default=0) + 1:0{width}}"
        if len(follows) == len(stem) and (not pattern or re.search(pattern, follows)):
            return follows
    for number in range(2, 1000):
        follows = f"{stem}-{number}"
        if follows not in taken:
            return follows if not pattern or re.search(pattern, follows) else None
    return None
