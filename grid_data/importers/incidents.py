"""Incidents: reports of other systems, stored once however often they come, routed in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.crs import normal_system
from gis.errors import GisError, UnknownSystem
from gis.places import PROBLEMS, judge_places, problem_code
from gis.suggest import suggest_system
from gis.words import Words
from grid_data.bulk.copying import lookup
from grid_data.bulk.incidents import convert, store_incidents
from grid_data.city import read_city
from grid_data.database import Connection, rows
from grid_data.importers.batch import Plan, Request, Rows
from grid_data.importers.city import City
from grid_data.importers.fields import Field, clean, empty
from grid_data.importers.mapping import GEOMETRY_FIELDS
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.shapes import declared_system, raw_shapes
from grid_data.tables.incidents import SOURCES, STATES

__all__ = ["FIELDS", "prepare_incidents"]

STANDARD = "GB/T 47678.5-2026"
_FUTURE_TOLERANCE = timedelta(minutes=5)
_SOURCES = {name: name for name in SOURCES} | {
    "热线": "hotline", "12345": "hotline", "app": "app", "网格员": "grid_worker", "巡查": "patrol",
    "视频": "video", "感知": "sensor", "110": "transfer_110", "部门": "department", "导入": "import",
}  # fmt: skip
_STATES = {name: name for name in STATES} | {
    "上报": "reported", "受理": "accepted", "立案": "filed", "派遣": "dispatched", "处置": "handling",
    "反馈": "fed_back", "核查": "checked", "评价": "evaluated", "结案": "closed", "归档": "archived",
    "不予受理": "rejected", "作废": "cancelled",
}  # fmt: skip
_APPEALS = {
    "livelihood": "livelihood", "民生": "livelihood", "enterprise": "enterprise", "发展": "enterprise",
    "企业": "enterprise", "enforcement": "enforcement", "执法": "enforcement",
}  # fmt: skip
_URGENCIES = {"normal": "normal", "一般": "normal", "普通": "normal", "urgent": "urgent", "紧急": "urgent"}
_KINDS = {
    "component": "component", "部件": "component", "matter": "matter", "事件": "matter", "事项": "matter",
    "social": "social", "社会": "social",
}  # fmt: skip

FIELDS = (
    Field("source", "choice", choices=_SOURCES, default="import", aliases=("channel", "来源", "诉求来源")),
    Field(
        "source_ref",
        "code",
        required=True,
        high=200,
        aliases=("reference", "unique_key", "ticket", "工单编号", "案卷号", "流水号", "编号"),
    ),
    Field("category", "code", required=True, aliases=("category_code", "小类代码", "类别代码", "分类代码")),
    Field("standard_ref", default=STANDARD, aliases=("standard", "标准")),
    Field("category_kind", "choice", choices=_KINDS, default="matter", aliases=("类别种类",)),
    Field("appeal_kind", "choice", choices=_APPEALS, aliases=("诉求类型",)),
    Field("text", required=True, high=4000, aliases=("description", "content", "诉求内容", "问题描述")),
    Field("address", high=1000, aliases=("incident_address", "地址", "事发地址", "位置")),
    Field("crs", aliases=("坐标系", "coordinate_system")),
    Field("accuracy_m", "number", low=0, aliases=("accuracy", "定位精度")),
    Field("urgency", "choice", choices=_URGENCIES, aliases=("priority", "紧急程度")),
    Field("reporter_name", high=200, aliases=("姓名", "诉求人")),
    Field("reporter_phone", high=40, aliases=("phone", "电话", "联系电话")),
    Field(
        "reported_at",
        "time",
        required=True,
        aliases=("created_at", "created_date", "report_time", "上报时间", "受理时间", "诉求时间"),
    ),
    Field("state", "choice", choices=_STATES, default="reported", aliases=("status", "状态")),
    Field("state_since", "time", aliases=("状态时间",)),
)

_COMPARED = ("category_key", "text", "address", "lon", "lat", "crs", "accuracy_m", "reported_at")
_COMPARED_IF_TOLD = ("appeal_kind", "urgency")


async def prepare_incidents(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of incidents; what its source sent before is only compared.

    Places that cannot be meant keep no row out: such incidents are stored without a place, as at the
    counter, and wait for locating.
    """
    table = _read(request, city, findings)
    _check_categories(table, await lookup(connection, "category_ids"))
    _check_times(table)
    _check_system(table, city)
    unchanged = _repeated_in_file(table)
    stored = {
        (row["source"], row["source_ref"]): row
        for row in await rows(connection, "imports/incidents", _keys(table.good))
    }
    unchanged |= _stored_before(table, stored)
    fresh = table.good[~table.good.index.isin(list(unchanged))]
    await _tell_places(connection, table, fresh)

    async def store() -> int:
        return await store_incidents(connection, _frame(fresh))

    plan = Plan(
        new=len(fresh),
        unchanged=len(unchanged - findings.bad_rows),
        steps=[("incidents, routed", store)],
    )
    return table, plan


def _read(request: Request, city: City, findings: Findings) -> Rows:
    """Rows with coordinates as given: the original ones are kept with the incident."""
    source = request.source
    extra = GEOMETRY_FIELDS if source.geometry is None else ()
    mapped, used = request.mapping.apply(source.table, [*FIELDS, *extra])
    frame = clean(mapped, FIELDS, findings, timezone=city.timezone)
    if not len(frame):
        findings.error("no_rows", "文件中没有数据行", "the file has no rows")
    raw = raw_shapes(source, mapped, findings)
    system = None if shapely.is_missing(raw).all() else declared_system(source, request.told_crs)
    lon, lat = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    for position, (row, shape) in enumerate(zip(frame.index, raw, strict=True)):
        if shape is None or shape.is_empty:
            continue
        if shape.geom_type != "Point":
            findings.error(
                "geometry_type",
                f"几何类型为 {shape.geom_type}，应为 Point",
                f"the geometry is a {shape.geom_type}, not a Point",
                row=int(row),
                field="geometry",
            )
            continue
        lon[position], lat[position] = shape.x, shape.y
    frame["lon"], frame["lat"] = lon, lat
    systems = [
        _row_system(findings, int(row), own, system) if there else None
        for row, own, there in zip(frame.index, frame["crs"], np.isfinite(lon), strict=True)
    ]
    frame["crs"] = pd.Series(systems, frame.index, object)
    given = frozenset(used) | frozenset(request.mapping.constants)
    return Rows(frame, findings, used, given, system)


def _row_system(findings: Findings, row: int, own: str | None, system: str | None) -> str | None:
    """The system of a row: its own, if it names one, else the file's."""
    if own is None:
        return system
    try:
        return normal_system(own)
    except UnknownSystem as problem:
        findings.error("unknown_crs", f"坐标系“{own}”无法识别", str(problem), row=row, field="crs")
        return None


def _check_categories(table: Rows, categories: Mapping[str, int]) -> None:
    frame = table.frame
    whole = frame["category"].map(lambda value: isinstance(value, str) and value.count(":") == 2)
    key = (
        frame["standard_ref"].astype(str)
        + ":"
        + frame["category_kind"].astype(str)
        + ":"
        + frame["category"].astype(str)
    )
    frame["category_key"] = key.where(~whole, frame["category"])
    listed = tuple(categories)
    for row, code in table.good["category_key"].items():
        if code not in categories:
            table.findings.error(
                "unknown_category",
                f"没有类别 {code}",
                f"there is no category {code}",
                row=int(str(row)),
                field="category",
                suggestion=near_codes(code, listed),
            )


def _check_times(table: Rows) -> None:
    latest = datetime.now(UTC) + _FUTURE_TOLERANCE
    good = table.good
    for row, reported, since in zip(good.index, good["reported_at"], good["state_since"], strict=True):
        if reported > latest:
            table.findings.error(
                "in_the_future",
                f"reported_at {reported.isoformat()} 晚于现在",
                f"reported_at {reported.isoformat()} lies in the future",
                row=int(row),
                field="reported_at",
            )
        elif since is not None and since < reported:
            table.findings.error(
                "out_of_order",
                "state_since 早于 reported_at",
                "state_since is before reported_at",
                row=int(row),
                field="state_since",
            )


def _check_system(table: Rows, city: City) -> None:
    """One error for the file when its places would lie in the city under another system."""
    if table.system is None:
        return
    good = table.good
    good = good[good["crs"] == table.system]
    found = suggest_system(
        good["lon"].to_numpy(dtype=float),
        good["lat"].to_numpy(dtype=float),
        table.system,
        city.extent,
        also=[f"EPSG:{city.metric_srid}"],
    )
    if found is not None:
        advice = Words(f"请用 --crs {found.system}", f"use --crs {found.system}")
        if found.swapped:
            advice = Words("请交换 lon 与 lat 两列", "exchange the columns of lon and lat")
        table.findings.error("wrong_crs", *found.message, field="geometry", suggestion=advice)


def _repeated_in_file(table: Rows) -> set[int]:
    """Rows that say again what a row before said; another content under the same reference is an error."""
    first: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    again: set[int] = set()
    for row, values in table.good.iterrows():
        number, key = int(str(row)), (values["source"], values["source_ref"])
        if key not in first:
            first[key] = (number, {str(name): value for name, value in values.items()})
            continue
        before = first[key]
        fields = [*_COMPARED, *_COMPARED_IF_TOLD]
        different = [name for name in fields if not _same(values[name], before[1][name])]
        if different:
            table.findings.error(
                "duplicate_code",
                f"{key[0]} 的编号 {key[1]} 与第 {before[0]} 行重复，但 {'、'.join(different)} 不同",
                f"{key[0]} gives the reference {key[1]} in row {before[0]} already, "
                f"with another {', '.join(different)}",
                row=number,
                field="source_ref",
            )
        else:
            again.add(number)
    return again


def _stored_before(table: Rows, stored: Mapping[tuple[str, str], Mapping[str, Any]]) -> set[int]:
    """Rows that are stored just so; a stored incident with other content is an error of the row."""
    same: set[int] = set()
    for row, values in table.good.iterrows():
        before = stored.get((values["source"], values["source_ref"]))
        if before is None:
            continue
        told = [name for name in _COMPARED_IF_TOLD if not empty(values[name])]
        different = [name for name in (*_COMPARED, *told) if not _same(values[name], before[name])]
        if different:
            table.findings.error(
                "contradiction",
                f"{values['source']} 的编号 {values['source_ref']} 已存为 {before['number']}，"
                f"但 {'、'.join(different)} 不同",
                f"{values['source']} sent {values['source_ref']} before, stored as {before['number']}, "
                f"with another {', '.join(different)}",
                row=int(str(row)),
                field=different[0],
            )
        else:
            same.add(int(str(row)))
    return same


async def _tell_places(connection: Connection, table: Rows, fresh: pd.DataFrame) -> None:
    """Say how many incidents will wait for locating, and why."""
    if fresh.empty:
        return
    frame = (await read_city(connection)).frame
    lon, lat = (fresh[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    given = np.isfinite(lon) & np.isfinite(lat)
    if not given.all():
        table.findings.warn(
            "no_place",
            f"{int((~given).sum())} 件没有坐标，将等待定位",
            f"{int((~given).sum())} incident(s) have no coordinates and will wait for locating",
        )
    try:
        x, y = convert(lon, lat, fresh["crs"].fillna("wgs84").astype(str).reset_index(drop=True))
    except GisError:
        return
    accuracy = pd.to_numeric(fresh["accuracy_m"]).to_numpy(dtype=float, na_value=np.nan)
    judged = judge_places(x[given], y[given], accuracy[given], frame)
    numbers = fresh.index.to_numpy()[given]
    for index in sorted(set(judged.tolist())):
        code = problem_code(index)
        if code is not None:
            rows_there = numbers[judged == index]
            shown = ", ".join(map(str, rows_there[:5])) + ("…" if len(rows_there) > 5 else "")
            words = PROBLEMS[code]
            table.findings.warn(
                code,
                f"{len(rows_there)} 件的位置不可信，将等待定位（第 {shown} 行）：{words.zh}",
                f"{len(rows_there)} place(s) are not believed and will wait for locating "
                f"(row {shown}): {words.en}",
            )


def _frame(fresh: pd.DataFrame) -> pd.DataFrame:
    """The frame of `store_incidents`."""
    parts = fresh["category_key"].str.split(":", expand=True)
    return fresh.assign(standard_ref=parts[0], category_kind=parts[1], category=parts[2])


def _keys(frame: pd.DataFrame) -> dict[str, list[str]]:
    return {"sources": list(frame["source"]), "refs": list(frame["source_ref"])}


def _same(one: Any, other: Any) -> bool:
    return (empty(one) and empty(other)) or bool(one == other)
