"""Posts: who works in which zone, as what, from when to when; persons come with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from grid_data.bulk.copying import lookup
from grid_data.bulk.people import store_persons, store_posts
from grid_data.database import Connection, rows
from grid_data.importers.batch import Plan, Request, Rows, checked_rows
from grid_data.importers.checks import known
from grid_data.importers.city import City
from grid_data.importers.fields import Field, empty
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.writing import update_rows

__all__ = ["FIELDS", "prepare_posts"]

_SPELLINGS = {
    "grid_lead": ("lead", "网格长", "长"),
    "police": ("网格警", "民警", "社区民警", "警"),
    "full_time": ("full-time", "专职", "专职网格员", "专"),
    "part_time": ("part-time", "兼职", "兼职网格员", "兼"),
    "trade": ("行业", "行业网格员", "专业网格员"),
    "window": ("窗口", "窗口人员"),
}
KINDS = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in (kind, *spellings)}
"""Accepted spellings of the kinds of posts."""

FIELDS = (
    Field("zone", "code", required=True, aliases=("grid", "网格编码", "网格代码", "网格", "区域代码")),
    Field("layer", "code", default="base_grid", aliases=("图层",)),
    Field(
        "kind",
        "choice",
        required=True,
        choices=KINDS,
        aliases=("post", "template", "岗位", "岗位类型", "人员类型"),
    ),
    Field("person", "code", high=60, aliases=("person_code", "人员编码", "人员编号", "工号")),
    Field("name", high=100, aliases=("person_name", "姓名")),
    Field("phone", "code", high=40, aliases=("telephone", "mobile", "联系电话", "电话", "手机")),
    Field("organisation", "code", aliases=("单位代码", "单位编码", "所属单位")),
    Field("valid_from", "time", aliases=("from", "任职开始", "开始日期", "起始日期")),
    Field("valid_to", "time", aliases=("to", "任职结束", "结束日期", "截止日期")),
)

_ENDLESS = datetime.max.replace(tzinfo=UTC)
_Row = dict[str, Any]


async def prepare_posts(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of posts.

    A row is the stored post of its zone, kind and person whose time overlaps with its own, else a vacant post
    that it fills, else a new one. Times are half open; without a beginning a new post begins today.
    """
    table = checked_rows(request, city, FIELDS, None, findings)
    organisations = await lookup(connection, "organisation_ids")
    known(table, "organisation", organisations, code="unknown_organisation", zh="单位", en="organisation")
    await _know_zones(connection, table)
    persons = {
        row["code"]: row
        for row in await rows(connection, "imports/persons", {"codes": _listed(table.good["person"])})
    }
    _check_persons(table, persons)
    stored = await rows(connection, "imports/posts", {"zones": _listed(table.good["zone"])})
    today = datetime.combine(datetime.now(ZoneInfo(city.timezone)), time(0), ZoneInfo(city.timezone))
    new, changed, unchanged = _compared(table, stored, today.astimezone(UTC))
    fresh, other = _people(table, persons)
    # A row whose person is called or rung otherwise is changed, though its post is as it was.
    good = table.good
    renamed = good.index[good["person"].isin([row["code"] for row in other])]
    touched = len({int(str(row)) for row in renamed} & unchanged)

    async def people() -> int:
        if fresh:
            await store_persons(connection, pd.DataFrame(fresh))
        return len(fresh) + await update_rows(connection, "imports/update_persons", other)

    async def insert() -> int:
        return await store_posts(connection, pd.DataFrame(new)) if new else 0

    async def update() -> int:
        values = [
            row | {"valid_from": row["valid_from"].isoformat(), "valid_to": _written(row["valid_to"])}
            for row in changed
        ]
        return await update_rows(connection, "imports/update_posts", values)

    steps = [("persons", people), ("new posts", insert), ("changed posts", update)]
    return table, Plan(
        new=len(new),
        changed=len(changed) + touched,
        unchanged=len(unchanged) - touched,
        steps=steps,
        details={"persons": {"new": len(fresh), "changed": len(other)}},
    )


def _listed(column: pd.Series[Any]) -> list[str]:
    return sorted({str(value) for value in column if not empty(value)})


def _written(moment: Any) -> str | None:
    return None if empty(moment) else moment.isoformat()


async def _know_zones(connection: Connection, table: Rows) -> None:
    layers = await lookup(connection, "layer_ids")
    known(table, "layer", layers, code="unknown_layer", zh="图层", en="layer")
    good = table.good
    asked = {"zones": _listed(good["zone"])}
    now = {
        (row["layer"], row["zone"]): row["now"] for row in await rows(connection, "imports/zones_held", asked)
    }
    zones = {layer: await lookup(connection, "zone_ids", layer=layer) for layer in _listed(good["layer"])}
    for row, layer, zone in zip(good.index, good["layer"], good["zone"], strict=True):
        if (layer, zone) not in now:
            table.findings.error(
                "unknown_zone",
                f"图层 {layer} 中没有区域 {zone}",
                f"the layer {layer} has no zone {zone}",
                row=int(row),
                field="zone",
                suggestion=near_codes(zone, tuple(zones[layer])),
            )
        elif not now[layer, zone] and empty(good.at[row, "valid_to"]):
            table.findings.error(
                "retired_zone",
                f"区域 {zone} 已撤销，岗位须有结束日期",
                f"the zone {zone} is retired: a post in it has an end",
                row=int(row),
                field="zone",
            )


def _check_persons(table: Rows, persons: Mapping[str, Mapping[str, Any]]) -> None:
    """Nobody is called or rung in two ways, and whoever is new has a name."""
    told: dict[str, dict[str, Any]] = defaultdict(dict)
    for row, values in table.good[["person", "name", "phone"]].iterrows():
        code, number = values["person"], int(str(row))
        for field in ("name", "phone"):
            value = values[field]
            if empty(value):
                continue
            if empty(code):
                table.findings.error(
                    "missing_value", "有姓名或电话时须有 person", "a name or telephone needs person",
                    row=number, field="person",
                )  # fmt: skip
                break
            if told[code].setdefault(field, value) != value:
                table.findings.error(
                    "person_differs",
                    f"人员 {code} 的 {field} 与前面的行不一致",
                    f"another {field} of the person {code} than in a row before",
                    row=number,
                    field=field,
                )
    # The name may stand in any row of the person, but in a good one.
    good = table.good
    named = {code for code, name in zip(good["person"], good["name"], strict=True) if not empty(name)}
    for row, code in good["person"].items():
        if not empty(code) and code not in persons and code not in named:
            table.findings.error(
                "unknown_person",
                f"没有编码为 {code} 的人员；新人员须有 name",
                f"there is no person {code}; a new one needs a name",
                row=int(str(row)),
                field="person",
            )


def _compared(table: Rows, stored: list[_Row], today: datetime) -> tuple[list[_Row], list[_Row], set[int]]:
    """New posts, changed posts with their ``id``, row numbers of unchanged ones."""
    free: dict[tuple[str, str, str, str | None], list[_Row]] = defaultdict(list)
    for row in stored:
        free[row["layer"], row["zone"], row["kind"], row["person"]].append(row)
    asked = [(int(str(number)), {str(k): None if empty(v) else v for k, v in row.items()})
             for number, row in table.good.iterrows()]  # fmt: skip
    found: dict[int, _Row] = {}
    for vacant in (False, True):  # every holder's own post first, then vacancies that are filled
        for number, row in asked:
            if number in found or (vacant and row["person"] is None):
                continue
            key = (row["layer"], row["zone"], row["kind"], None if vacant else row["person"])
            at = next((n for n, each in enumerate(free[key]) if _overlap(row, each, today)), None)
            if at is not None:
                found[number] = free[key].pop(at)
    new: list[_Row] = []
    changed: list[_Row] = []
    unchanged: set[int] = set()
    kept: dict[tuple[Any, ...], list[tuple[int | None, _Row]]] = defaultdict(list)
    for key, posts in free.items():
        kept[key] = [(None, each) for each in posts]
    for number, row in asked:
        before = found.get(number)
        if row["valid_from"] is None:
            row["valid_from"] = before["valid_from"] if before else today
        if before and "valid_to" not in table.given:
            row["valid_to"] = before["valid_to"]
        if before and "organisation" not in table.given:
            row["organisation"] = before["organisation"]
        if not _sound(table, number, row, kept):
            continue
        if before is None:
            new.append(row)
        elif any(row[name] != before[name] for name in ("person", "organisation", "valid_from", "valid_to")):
            changed.append(row | {"id": before["id"]})
        else:
            unchanged.add(number)
    return new, changed, unchanged


def _sound(
    table: Rows, number: int, row: _Row, kept: dict[tuple[Any, ...], list[tuple[int | None, _Row]]]
) -> bool:
    """Whether a post ends after it begins, and nobody holds it twice at a time."""
    if row["valid_to"] is not None and row["valid_to"] <= row["valid_from"]:
        table.findings.error(
            "bad_period", "结束不晚于开始", "it does not end after it begins", row=number, field="valid_to"
        )
        return False
    key = (row["layer"], row["zone"], row["kind"], row["person"])
    if row["person"] is not None:
        for other, each in kept[key]:
            if _overlap(row, each, row["valid_from"]):
                zh, en = (
                    ("已存储的岗位", "a stored post") if other is None else (f"第 {other} 行", f"row {other}")
                )
                table.findings.error(
                    "overlap",
                    f"与{zh}同一岗位同一人员，时间重叠",
                    f"the same post of the same person as {en}, at the same time",
                    row=number,
                    field="valid_from",
                )
                return False
    kept[key].append((number, row))
    return True


def _overlap(row: _Row, other: _Row, today: datetime) -> bool:
    # Without a beginning, what is meant is the post held now or from later on.
    begins, ends = row["valid_from"] or today, row["valid_to"] or _ENDLESS
    return bool(begins < (other["valid_to"] or _ENDLESS) and other["valid_from"] < ends)


def _people(table: Rows, persons: Mapping[str, Mapping[str, Any]]) -> tuple[list[_Row], list[_Row]]:
    """Persons to be stored, and those who are called or rung otherwise; an empty cell keeps what there is."""
    told: dict[str, _Row] = {}
    for row in table.good.to_dict("records"):
        if empty(row["person"]):
            continue
        person = told.setdefault(row["person"], {"code": row["person"]})
        for name in ("name", "phone", "organisation"):
            if not empty(row[name]):
                person.setdefault(name, row[name])
    blank = {"name": None, "phone": None, "organisation": None}
    fresh = [blank | person for code, person in told.items() if code not in persons]
    other = [
        {name: person.get(name, persons[code][name]) for name in ("code", "name", "phone")}
        for code, person in told.items()
        if code in persons and any(persons[code][n] != person[n] for n in ("name", "phone") if n in person)
    ]
    return fresh, other
