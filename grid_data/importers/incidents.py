"""Incidents: reports of other systems, stored once however often they come, routed in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import normal_system
from gis.errors import GisError, UnknownSystem
from gis.places import PROBLEMS, judge_places, problem_code
from gis.suggest import suggest_system
from gis.words import Words
from grid_data.bulk.copying import lookup
from grid_data.bulk.incidents import convert, store_incidents
from grid_data.city import read_city
from grid_data.column_words import SOURCES, STATES
from grid_data.database import Connection
from grid_data.importers.batch import Plan, Request, Rows
from grid_data.importers.city import City
from grid_data.importers.columns import clean_columns
from grid_data.importers.fields import Field
from grid_data.importers.incidents_before import compared_with_stored, read_stored, repeated_in_file
from grid_data.importers.mapping import GEOMETRY_FIELDS
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.reading import Source
from grid_data.importers.shapes import declared_system, raw_coordinates, raw_shapes

__all__ = ["FIELDS", "IncidentPlan", "prepare_incidents"]

Floats = NDArray[np.float64]

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


@dataclass
class IncidentPlan(Plan):
    """A plan that can also be carried out in batches.

    ``fresh`` is the frame of `grid_data.bulk.incidents.open_intake`, in the order of the reports.
    """

    fresh: pd.DataFrame = field(default_factory=pd.DataFrame)


async def prepare_incidents(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, IncidentPlan]:
    """Check a file of incidents; what its source sent before is only compared.

    Places that cannot be meant keep no row out: such incidents are stored without a place, as at the
    counter, and wait for locating.
    """
    table = _read(request, city, findings)
    _check_categories(table, await lookup(connection, "category_ids"))
    _check_times(table)
    _check_system(table, city)
    unchanged = repeated_in_file(table)
    unchanged |= compared_with_stored(table, await read_stored(connection, table.good))
    good = table.good
    fresh = good[~good.index.isin(list(unchanged))] if unchanged else good
    await _tell_places(connection, table, fresh)
    if not fresh["reported_at"].is_monotonic_increasing:
        fresh = fresh.sort_values("reported_at", kind="stable")

    async def store() -> int:
        return await store_incidents(connection, fresh)

    plan = IncidentPlan(
        new=len(fresh),
        unchanged=len(unchanged - findings.bad_rows),
        steps=[("incidents, routed", store)],
        fresh=fresh,
    )
    return table, plan


def _read(request: Request, city: City, findings: Findings) -> Rows:
    """Rows with coordinates as given: the original ones are kept with the incident."""
    source = request.source
    extra = GEOMETRY_FIELDS if source.geometry is None else ()
    mapped, used = request.mapping.apply(source.table, [*FIELDS, *extra])
    frame = clean_columns(mapped, FIELDS, findings, timezone=city.timezone)
    if not len(frame):
        findings.error("no_rows", "文件中没有数据行", "the file has no rows")
    lon, lat = _coordinates(source, mapped, findings)
    there = np.isfinite(lon) & np.isfinite(lat)
    system = declared_system(source, request.told_crs) if there.any() else None
    frame["lon"], frame["lat"] = lon, lat
    frame["crs"] = _systems(frame["crs"], there, system, findings)
    given = frozenset(used) | frozenset(request.mapping.constants)
    return Rows(frame, findings, used, given, system)


def _coordinates(source: Source, mapped: pd.DataFrame, findings: Findings) -> tuple[Floats, Floats]:
    """Coordinates of each row in the file's own system; NaN where it has none."""
    if source.geometry is None and "wkt" not in mapped and "lon" in mapped and "lat" in mapped:
        return raw_coordinates(mapped, findings)
    shapes = raw_shapes(source, mapped, findings)
    kinds = shapely.get_type_id(shapes)
    some = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    for position in np.flatnonzero(some & (kinds != 0)).tolist():
        findings.error(
            "geometry_type",
            f"几何类型为 {shapes[position].geom_type}，应为 Point",
            f"the geometry is a {shapes[position].geom_type}, not a Point",
            row=int(mapped.index[position]),
            field="geometry",
        )
    points = shapes.copy()
    points[~some | (kinds != 0)] = None
    return shapely.get_x(points), shapely.get_y(points)


def _systems(
    own: pd.Series[Any], there: NDArray[np.bool_], system: str | None, findings: Findings
) -> pd.Series[Any]:
    """The system of each place: its row's own, if it names one, else the file's."""
    named = (own.notna() & there).to_numpy()
    codes, words = pd.factorize(own.where(named))
    normal: list[str | None] = []
    for k, word in enumerate(words):
        try:
            normal.append(normal_system(word))
        except UnknownSystem as problem:
            normal.append(None)
            for row in own.index[codes == k]:
                findings.error(
                    "unknown_crs", f"坐标系“{word}”无法识别", str(problem), row=int(row), field="crs"
                )
    # One more at the end for rows that name none (code -1), and one for those without a place.
    known = pd.array([*normal, None, system], dtype="str")
    return pd.Series(known[np.where(there, np.where(named, codes, -1), len(normal))], own.index)


def _check_categories(table: Rows, categories: Mapping[str, int]) -> None:
    frame = table.frame
    whole = (frame["category"].str.count(":") == 2).to_numpy()
    key = frame["standard_ref"] + ":" + frame["category_kind"] + ":" + frame["category"]
    frame["category_key"] = key.where(~whole, frame["category"])
    listed = tuple(categories)
    named = table.good["category_key"]
    codes, keys = pd.factorize(named)
    for k, code in enumerate(keys):
        if code in categories:
            continue
        for row in named.index[codes == k]:
            table.findings.error(
                "unknown_category",
                f"没有类别 {code}",
                f"there is no category {code}",
                row=int(str(row)),
                field="category",
                suggestion=near_codes(code, listed),
            )


def _check_times(table: Rows) -> None:
    latest = pd.Timestamp(datetime.now(UTC) + _FUTURE_TOLERANCE)
    good = table.good
    future = good["reported_at"] > latest
    for row, reported in good.loc[future, "reported_at"].items():
        table.findings.error(
            "in_the_future",
            f"reported_at {reported.isoformat()} 晚于现在",
            f"reported_at {reported.isoformat()} lies in the future",
            row=int(str(row)),
            field="reported_at",
        )
    for row in good.index[(good["state_since"] < good["reported_at"]) & ~future]:
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
    good = table.good[["crs", "lon", "lat"]]
    lon, lat = (good[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    declared = (good["crs"] == table.system).to_numpy()
    found = suggest_system(
        lon[declared],
        lat[declared],
        table.system,
        city.extent,
        also=[f"EPSG:{city.metric_srid}"],
    )
    if found is not None:
        advice = Words(f"请用 --crs {found.system}", f"use --crs {found.system}")
        if found.swapped:
            advice = Words("请交换 lon 与 lat 两列", "exchange the columns of lon and lat")
        table.findings.error("wrong_crs", *found.message, field="geometry", suggestion=advice)


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
        x, y = convert(lon, lat, fresh["crs"].fillna("wgs84").reset_index(drop=True))
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
