"""The API description: problem answers declared once, texts of the tags, no answer we never give."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.permissions import NEEDS, PUBLIC, Need
from api.problems import PROBLEM_JSON, PROBLEMS
from api.schemas import ProblemDocument
from governance.access import Permission

__all__ = ["install", "problems"]

TAGS = [
    {"name": "city", "description": "The city, its layers, and where the data come from. 城市与图层"},
    {"name": "zones", "description": "Regions, base grids and specialist grids. 区域与网格"},
    {"name": "categories", "description": "What an incident or a facility can be. 事项与部件目录"},
    {"name": "organisations", "description": "Who can be responsible. 部门"},
    {"name": "search", "description": "One box for everything. 检索"},
    {"name": "routing", "description": "Which grids a place is in, who is responsible, and why. 分派"},
    {
        "name": "rules",
        "description": "Who answers for what, where: rules, checked and tried before they hold. 分派规则",
    },
    {
        "name": "deadlines",
        "description": "Time limits, working calendars and business hours. 时限与工作日历",
    },
    {
        "name": "plans",
        "description": "Redrawing: drafts, moves of land units, taking back, judging, proposals. 重新划分",
    },
    {"name": "incidents", "description": "Report, read and list incidents. 事件"},
    {"name": "attachments", "description": "Photos and files. 照片与文件"},
    {"name": "urgent tasks", "description": "From the top to every grid of an area, with receipts. 紧急任务"},
    {"name": "cases", "description": "The life of an incident: steps, who may take them, clocks. 案件流转"},
    {"name": "guidance", "description": "Texts that answer without dispatch, triage, 110. 指引与分诊"},
    {"name": "places", "description": "Places not believed, and locating incidents. 定位核实"},
    {"name": "statistics", "description": "Incidents counted. 统计"},
    {"name": "department", "description": "A department's desk, and any area asked about. 部门工作台"},
    {"name": "dispatch", "description": "The dispatcher's desk: open incidents at a glance. 派遣台"},
    {"name": "sign-in", "description": "Who asks, and how one signs in. 登录"},
    {"name": "accounts", "description": "Accounts of people, tokens of machines. 账号与令牌"},
    {"name": "events", "description": "What happens, as it happens. 实时动态"},
    {"name": "exports", "description": "What the lists show, as files and reports. 导出"},
    {"name": "webhooks", "description": "Other programs are told what happens. Webhook"},
    {"name": "share", "description": "One view for whoever has the link. 分享链接"},
    {"name": "tiles", "description": "Vector tiles of all layers. 矢量瓦片"},
    {"name": "problems", "description": "What can go wrong (RFC 9457). 问题类型"},
    {"name": "health", "description": "For whoever operates the server. 运行状态"},
]

DESCRIPTION = """\
City grid governance: which grids a place belongs to, who is responsible for it, and why.

* Coordinates are longitude, latitude in EPSG:4326 unless a system is declared.
* Texts are `{"zh", "en"}`; sentences in problems follow `Accept-Language`, Chinese by default.
* Lists are paged by key: give `next` of a page as `after` to get the one behind it. Nothing is counted.
* Every error is `application/problem+json`; an unknown query parameter is one.
"""


SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "gridgov_session"},
    "token": {"type": "http", "scheme": "bearer"},
}


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Declare problem answers of a route, by code; database trouble is part of all."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {
        status: {
            "description": "; ".join(f"{PROBLEMS[code].title.en} (`{code}`)" for code in listed),
            "content": {
                PROBLEM_JSON: {
                    "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                    "examples": {code: {"value": _example(code)} for code in listed},
                }
            },
        }
        for status, listed in by_status.items()
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: left out it can be, null it cannot."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**choices[0], **rest}


def _example(code: str) -> dict[str, Any]:
    problem = PROBLEMS[code]
    return {
        "type": problem.type,
        "title": problem.title.en,
        "status": problem.status,
        "detail": problem.description.en,
        "code": code,
        "errors": [],
    }


def _say_who_may(operation: dict[str, Any], need: Need | None, method: str) -> None:
    """What a door asks for: in its text, its security and its answers."""
    if need is PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [{"session": []}, {"token": []}]
    asked = f"permission `{need.value}`" if isinstance(need, Permission) else "signing in"
    operation["description"] = f"{operation.get('description', '')}\n\nAsks for {asked}.".lstrip()
    changes = () if method in ("get", "head") else ("csrf-token",)
    for status, response in problems("sign-in-needed", "not-allowed", *changes).items():
        there = operation["responses"].setdefault(str(status), response)
        if there is not response:
            there["description"] += f"; {response['description']}"
            there["content"][PROBLEM_JSON]["examples"].update(response["content"][PROBLEM_JSON]["examples"])


def _say_when_said(holder: dict[str, Any], needed: bool) -> bool:
    """Whether this is one of the fields that say who acts; where nobody signs in they have to be given."""
    if holder.pop("x-said-by-machines", None) is None:
        return False
    if needed:
        kinds = holder.pop("anyOf", None) or [{}]
        (kind,) = [each for each in kinds if each != {"type": "null"}]
        holder.update({**kind, **holder})
        holder.pop("default", None)
    return needed


def _say_who_acts(document: dict[str, Any], needed: bool) -> None:
    for schema in document["components"]["schemas"].values():
        fields = schema.get("properties", {})
        said = [name for name, field in fields.items() if _say_when_said(field, needed)]
        if said:
            schema["required"] = [*schema.get("required", ()), *said]
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if _say_when_said(parameter["schema"], needed):
                    parameter["required"] = True


_MADE: dict[bool, dict[str, Any]] = {}
"""Descriptions by whether nobody signs in. Making one takes a second, and every application of a process has
the same routes."""


def install(app: FastAPI) -> None:
    """Give the application its description."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _MADE.get(app.state.is_open)
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                summary="City grid governance",
                description=DESCRIPTION,
                routes=app.routes,
                tags=TAGS,
                license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            )
            for path, item in document["paths"].items():
                for method, operation in item.items():
                    _say_who_may(operation, NEEDS.get((method.upper(), path)), method)
                    if app.state.is_open:
                        # Nobody signs in: the same text, and no demand.
                        operation["security"] = []
                    # The framework's own answer to bad input; ours is 400.
                    operation["responses"].pop("422", None)
                    for parameter in operation.get("parameters", ()):
                        parameter["schema"] = _without_null(parameter["schema"])
            _say_who_acts(document, needed=app.state.is_open)
            document["components"]["securitySchemes"] = SECURITY
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            document_schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(document_schema.pop("$defs"))
            schemas["ProblemDocument"] = document_schema
            app.openapi_schema = _MADE[app.state.is_open] = document
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]
