"""What can be exported: the columns of each subject, in the order in which its statement answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gis.words import Words
from governance.casework.names import FLOWS, LEVELS, STATES
from governance.incidents.reasons import place_problem_words
from grid_data.exporters.columns import Column, Shape

__all__ = ["FACILITIES", "FORMATS", "INCIDENTS", "SOURCES", "URGENCIES", "ZONES", "Format", "Subject"]

Format = Literal["csv", "xlsx", "geojson", "gpkg", "parquet", "fgb"]
FORMATS: tuple[Format, ...] = get_args(Format)

SOURCES: Mapping[str, Words] = {
    "hotline": Words("12345 热线", "12345 hotline"),
    "app": Words("手机应用", "mobile app"),
    "grid_worker": Words("网格员", "grid worker"),
    "patrol": Words("巡查", "patrol"),
    "video": Words("视频", "video"),
    "sensor": Words("感知设备", "sensor"),
    "transfer_110": Words("110 转办", "transfer from 110"),
    "department": Words("部门", "department"),
    "import": Words("导入", "import"),
}
URGENCIES: Mapping[str, Words] = {"normal": Words("一般", "normal"), "urgent": Words("紧急", "urgent")}
CLOCKS: Mapping[str, Words] = {
    "running": Words("在期", "on time"),
    "due_soon": Words("即将到期", "due soon"),
    "overdue": Words("超时", "overdue"),
    "paused": Words("已暂停", "paused"),
    "stopped": Words("已停止", "stopped"),
    "none": Words("无时限", "no limit"),
}
SATISFACTIONS: Mapping[str, Words] = {
    "satisfied": Words("满意", "satisfied"),
    "basic": Words("基本满意", "basically satisfied"),
    "unsatisfied": Words("不满意", "unsatisfied"),
    "lapsed": Words("逾期未评", "lapsed"),
}
CONDITIONS: Mapping[str, Words] = {
    "intact": Words("完好", "intact"),
    "damaged": Words("破损", "damaged"),
    "lost": Words("丢失", "lost"),
    "abandoned": Words("废弃", "abandoned"),
    "removed": Words("移除", "removed"),
}


@dataclass(frozen=True)
class Subject:
    """Something that can be exported.

    Attributes
    ----------
    name
        In addresses, of layers and of files.
    columns
        In the order of the statement; a geometry follows them.
    statement, count
        Keys of the statement that answers the rows, and of the one that counts them.
    filter
        Key of the filter both ask.
    """

    name: str
    title: Words
    columns: tuple[Column, ...]
    shape: Shape | None
    statement: str
    count: str
    filter: str


def _named(key: str, zh: str, en: str) -> tuple[Column, Column]:
    """A thing by its code and by its name."""
    return Column(f"{key}_code", Words(f"{zh}编码", f"{en} code")), Column(key, Words(zh, en))


def _place() -> tuple[Column, Column]:
    return (
        Column("lon", Words("经度", "longitude"), "number", tabular=True),
        Column("lat", Words("纬度", "latitude"), "number", tabular=True),
    )


def _problems() -> Mapping[str, Words]:
    return {code: Words(words["zh"], words["en"]) for code, words in place_problem_words().items()}


INCIDENTS = Subject(
    "incidents",
    Words("事件", "Incidents"),
    (
        Column("number", Words("编号", "number")),
        Column("source", Words("来源", "source"), words=SOURCES),
        Column("appeal_kind", Words("诉求类型", "appeal"), words={str(k): v for k, v in FLOWS.items()}),
        *_named("category", "类别", "category"),
        Column("text", Words("描述", "text")),
        Column("address", Words("地址", "address")),
        *_place(),
        Column("place_problem", Words("位置问题", "place problem"), words=_problems()),
        Column("reported_at", Words("上报时间", "reported at"), "moment"),
        Column("urgency", Words("紧急程度", "urgency"), words=URGENCIES),
        Column("state", Words("状态", "state"), words={str(k): v for k, v in STATES.items()}),
        Column("state_since", Words("状态起始", "state since"), "moment"),
        Column("level", Words("所在层级", "level"), words={str(k): v for k, v in LEVELS.items()}),
        *_named("responsible", "责任部门", "responsible"),
        *_named("base_grid", "基础网格", "base grid"),
        Column("community", Words("社区", "community")),
        Column("street", Words("街道", "street")),
        Column("clock", Words("时限状态", "clock"), words=CLOCKS),
        Column("due_at", Words("办结时限", "due at"), "moment"),
        Column("closed_at", Words("结案时间", "closed at"), "moment"),
        Column("supervised", Words("督办", "supervised"), "truth"),
        Column("satisfaction", Words("满意度", "satisfaction"), words=SATISFACTIONS),
    ),
    "Point",
    "exports/incidents",
    "exports/incidents_rows",
    "incidents/filter",
)

FACILITIES = Subject(
    "facilities",
    Words("部件", "Facilities"),
    (
        Column("code", Words("编码", "code")),
        *_named("category", "类别", "category"),
        Column("name", Words("名称", "name")),
        Column("state", Words("状态", "state"), words=CONDITIONS),
        Column("accuracy_class", Words("精度等级", "accuracy class")),
        Column("surveyed_on", Words("普查日期", "surveyed on"), "day"),
        *_named("owning", "权属单位", "owner"),
        *_named("maintaining", "养护单位", "maintainer"),
        *_named("supervising", "主管部门", "supervisor"),
        Column("land_unit_code", Words("地块编码", "land unit code")),
        *_place(),
    ),
    "Unknown",
    "exports/facilities",
    "exports/facilities_rows",
    "exports/facilities_filter",
)

ZONES = Subject(
    "zones",
    Words("网格与区域", "Zones"),
    (
        *_named("layer", "图层", "layer"),
        Column("code", Words("编码", "code")),
        Column("name_zh", Words("名称", "name (Chinese)")),
        Column("name_en", Words("英文名称", "name (English)")),
        Column("parent_code", Words("上级编码", "parent code")),
        *_named("responsible", "责任部门", "responsible"),
        Column("area_m2", Words("面积（平方米）", "area (m²)"), "number"),
        Column("perimeter_m", Words("周长（米）", "perimeter (m)"), "number"),
        Column("valid_from", Words("生效", "valid from"), "moment"),
        Column("valid_to", Words("失效", "valid to"), "moment"),
        *_place(),
    ),
    "MultiPolygon",
    "exports/zones",
    "exports/zones_rows",
    "exports/zones_filter",
)
