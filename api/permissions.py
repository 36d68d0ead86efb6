"""Which door asks for which permission: one table for every route of the server.

A route that is not in the table is closed to everybody. What lies behind an open door is filtered by
row-level security, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from fastapi import Request

from governance.access import Permission

__all__ = ["NEEDS", "PUBLIC", "SIGNED_IN", "Need", "need_of"]


class Door(Enum):
    """Doors that ask for no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC = Door.PUBLIC
"""Open to everybody, signed in or not."""
SIGNED_IN = Door.SIGNED_IN
"""Open to whoever is known: what is no secret within the city's own people."""

Need = Door | Permission
_P = Permission


def _doors(need: Need, *doors: str) -> dict[tuple[str, str], Need]:
    """Doors written as ``METHOD path``."""
    return {(method, path): need for method, _, path in (door.partition(" ") for door in doors)}


NEEDS: Mapping[tuple[str, str], Need] = MappingProxyType(
    _doors(
        PUBLIC,
        "GET /healthz",
        "GET /readyz",
        "GET /api/problems",
        "GET /problems/{code}",
        "GET /api/openapi.json",
        "GET /api/share/{token}",
        "GET /api/me",
        "POST /api/session",
        "GET /api/session/oidc/start",
        "GET /api/session/oidc/callback",
    )
    | _doors(
        SIGNED_IN,
        "DELETE /api/session",
        "GET /api/sessions",
        "DELETE /api/sessions",
        "DELETE /api/sessions/{id}",
        "POST /api/me/password",
        "GET /api/city",
        "GET /api/layers",
        "GET /api/zones",
        "GET /api/zones/{layer}/{code}",
        "GET /api/categories",
        "GET /api/organisations",
        "GET /api/search",
        "GET /api/routing",
        "GET /api/nearby",
        "GET /api/deadlines",
        "GET /api/guidance",
        "GET /api/guidance/{code}",
        "GET /api/triage",
        "GET /api/events",
        "GET /tiles/{layer}.json",
        "GET /tiles/{layer}/{z}/{x}/{y}.mvt",
    )
    | _doors(
        _P.INCIDENTS_READ,
        "GET /api/incidents",
        "GET /api/incidents/{number}",
        "GET /api/cases/{number}",
        "GET /api/cases/{number}/sides",
        "GET /api/attachments/{id}",
        "GET /api/attachments/{id}/thumbnail",
        "GET /api/incidents/{number}/attachments",
        "GET /api/incidents/{number}/duplicates",
        "GET /api/incidents/{number}/nearby",
        "GET /api/incidents/{number}/reporter",
        "GET /api/transfers",
        # Numbers and places of incidents, and where one lies.
        "GET /api/department/repeat-places",
        "GET /api/posts",
        "GET /tiles/open_incidents/{z}/{x}/{y}.mvt",
    )
    | _doors(
        _P.INCIDENTS_REPORT,
        "POST /api/incidents",
        "POST /api/attachments",
        "GET /api/duplicates",
    )
    | _doors(
        _P.REPORTERS_UNMASK,
        "POST /api/incidents/{number}/reporter",
    )
    | _doors(
        _P.AUDIT_READ,
        "GET /api/audit/reporters",
    )
    | _doors(
        _P.INCIDENTS_ROUTE,
        "POST /api/incidents/{number}/override",
        "PUT /api/incidents/{number}/place",
        "GET /api/fallback-places",
        "PUT /api/fallback-places/{key}",
    )
    | _doors(
        _P.CASES_STEP,
        "POST /api/cases/{number}/steps",
        "POST /api/cases/steps",
        "POST /api/incidents/{number}/duplicates",
        "POST /api/transfers/{transfer}/reply",
    )
    | _doors(
        _P.DISPATCH_READ,
        "GET /api/dispatch/summary",
        "GET /api/dispatch/histogram",
        "GET /api/dispatch/queue",
    )
    | _doors(
        _P.STATISTICS_READ,
        "GET /api/statistics/incidents",
        "GET /api/indicators",
        "GET /api/rankings",
        "GET /api/department/summary",
        "GET /api/department/trends",
        "GET /api/department/categories",
        "GET /api/department/hours",
        "GET /api/department/overlap",
        "GET /api/department/facilities",
        "GET /api/department/facilities.geojson",
        "GET /api/department/facilities/{z}/{x}/{y}.mvt",
        "POST /api/zone-query",
    )
    | _doors(
        _P.POSTS_READ,
        "GET /api/duties",
        "GET /api/patrol-points",
        "GET /api/rankings/day-report",
        "GET /api/department/people",
        "GET /api/department/load",
    )
    | _doors(
        _P.TASKS_READ,
        "GET /api/urgent-tasks",
        "GET /api/urgent-tasks/{code}",
        "GET /api/urgent-tasks/{code}/map",
    )
    | _doors(
        _P.TASKS_ISSUE,
        "POST /api/urgent-tasks",
        "POST /api/urgent-tasks/grids",
        "POST /api/urgent-tasks/{code}/reminders",
        "POST /api/urgent-tasks/{code}/cancel",
        "POST /api/duties",
    )
    | _doors(
        _P.TASKS_ANSWER,
        "POST /api/urgent-tasks/{code}/receipts",
    )
    | _doors(
        _P.GUIDANCE_WRITE,
        "POST /api/guidance",
        "PUT /api/guidance/{code}",
        "POST /api/guidance/{code}/retire",
    )
    | _doors(
        _P.RULES_READ,
        "GET /api/rules",
        "GET /api/rules/checks",
        "GET /api/rules/{code}",
        "POST /api/rules/simulate",
    )
    | _doors(
        _P.RULES_WRITE,
        "POST /api/rules",
        "PUT /api/rules/{code}",
        "DELETE /api/rules/{code}",
        "POST /api/rules/apply",
    )
    | _doors(
        _P.ACCOUNTS_MANAGE,
        "GET /api/accounts",
        "POST /api/accounts",
        "GET /api/accounts/{name}",
        "POST /api/accounts/{name}/grants",
        "DELETE /api/accounts/{name}/grants/{id}",
        "POST /api/accounts/{name}/password",
        "POST /api/accounts/{name}/disable",
        "POST /api/accounts/{name}/enable",
        "DELETE /api/accounts/{name}/sessions",
        "GET /api/tokens",
        "POST /api/tokens",
        "DELETE /api/tokens/{name}",
    )
    | _doors(
        _P.DEADLINES_WRITE,
        "POST /api/deadlines",
        "POST /api/deadlines/check",
    )
    | _doors(
        _P.WEBHOOKS_MANAGE,
        "GET /api/webhooks",
        "POST /api/webhooks",
        "PUT /api/webhooks/{id}",
        "DELETE /api/webhooks/{id}",
        "POST /api/webhooks/{id}/secret",
        "POST /api/webhooks/{id}/test",
        "GET /api/webhooks/{id}/deliveries",
        "POST /api/webhooks/{id}/deliveries/{delivery}/resend",
        "DELETE /api/webhooks/{id}/deliveries/{delivery}",
    )
    | _doors(
        _P.SHARE,
        "GET /api/share-links",
        "POST /api/share-links",
        "DELETE /api/share-links/{id}",
    )
    | _doors(
        _P.EXPORT,
        "GET /api/report-subscriptions",
        "POST /api/report-subscriptions",
        "DELETE /api/report-subscriptions/{id}",
        "GET /api/exports/incidents.{format}",
        "GET /api/exports/facilities.{format}",
        "GET /api/exports/zones.{format}",
        "GET /api/exports/report.pdf",
        "GET /api/exports/rankings.{format}",
        "POST /api/exports/zone-query.{format}",
    )
    | _doors(
        _P.PLANS_READ,
        "GET /api/plans",
        "GET /api/plans/{code}",
        "GET /api/plans/{code}/units",
        "GET /api/plans/{code}/shapes",
        "GET /api/plans/{code}/measures",
        "GET /api/plans/{code}/steps",
        "GET /api/plans/{code}/proposals/{job}",
        "GET /api/plans/{code}/impact",
        "GET /api/plans/{code}/impact.html",
        "GET /api/plans/{code}/patrol-points",
        "GET /api/plans/{code}/impact.csv",
        "GET /api/plans/{code}/export",
        "GET /api/notices",
        "GET /api/comparison",
    )
    | _doors(
        _P.PLANS_DRAW,
        "POST /api/plans",
        "POST /api/plans/{code}/moves",
        "POST /api/plans/{code}/undo",
        "POST /api/plans/{code}/redo",
        "POST /api/plans/{code}/proposals",
        "DELETE /api/plans/{code}/proposals/{job}",
        "POST /api/plans/{code}/submit",
        "POST /api/plans/{code}/import",
        "POST /api/patrol-points",
        "DELETE /api/patrol-points/{code}",
    )
    | _doors(_P.PLANS_RETURN, "POST /api/plans/{code}/reopen", "POST /api/plans/{code}/withdraw")
    | _doors(
        _P.PLANS_APPROVE,
        "POST /api/plans/{code}/approve",
        "POST /api/plans/{code}/schedule",
        "POST /api/plans/{code}/publish",
        "POST /api/plans/{code}/rollback",
        "POST /api/plans/{code}/keep",
    )
)
"""(method, path as in the API description) -> what it asks for."""


def need_of(request: Request) -> Need | None:
    """What the route of a request asks for; None: it has none, or stands in no table."""
    route = request.scope.get("route")
    method = "GET" if request.method == "HEAD" else request.method
    return None if route is None else NEEDS.get((method, route.path))
