"""What is wrong with a field, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.incidents.answers import Name

__all__ = ["FieldError", "field_error"]


@dataclass(frozen=True)
class FieldError:
    """One fault: the field as the client wrote it (dots into the body), a sentence, a code."""

    field: str
    message: Name
    code: str


# Pydantic's types of error in Chinese; its own English sentence is kept.
_CHINESE: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "没有此字段",
    "finite_number": "应为有限的数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文本",
    "string_too_short": "不得少于 {min_length} 个字符",
    "string_too_long": "不得超过 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "literal_error": "应为以下之一：{expected}",
    "enum": "应为以下之一：{expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "too_short": "不得少于 {min_length} 项",
    "too_long": "不得多于 {max_length} 项",
    "list_type": "应为数组",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "json_invalid": "不是有效的 JSON",
    "datetime_parsing": "应为 ISO 8601 时间",
    "datetime_from_date_parsing": "应为 ISO 8601 时间",
    "timezone_aware": "时间须带时区",
}


def field_error(fault: Mapping[str, Any]) -> FieldError:
    """A fault of pydantic's as a field error."""
    kind = str(fault["type"])
    # ("query", "lon") -> lon, ("body", "place", "coordinates", 0) -> place.coordinates.0
    where = [str(part) for part in fault["loc"][1:]]
    if kind == "json_invalid" or not where:
        where = ["body"]
    english = str(fault["msg"])
    context = {key: str(value) for key, value in (fault.get("ctx") or {}).items()}
    chinese = _CHINESE.get(kind)
    try:
        text = chinese.format_map(context) if chinese else f"值不合要求（{english}）"
    except KeyError:
        text = "值不合要求"
    return FieldError(field=".".join(where), message=Name(zh=text, en=english), code=kind.replace("_", "-"))
