"""What every route is asked, and what its answer may depend on. A route that is not here fails the matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from governance.access import Permission

__all__ = ["EXPECTED", "Ask"]

Kind = Literal["alike", "rows", "named", "acts", "public"]
"""alike: the same for everybody who may ask. rows: only what is seen. named: the path names a row; one that
is not seen is answered as one that does not exist. acts: only whether the door opens. public: no door."""


@dataclass(frozen=True)
class Ask:
    """A question to one route.

    Attributes
    ----------
    names
        Which parameter of the path names what: an incident, a plan, a task, a transfer, an attachment.
    path
        Other parameters of the path.
    needs
        A permission that is asked for behind the door.
    """

    kind: Kind
    names: Literal["incident", "plan", "task", "transfer", "attachment"] | None = None
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    needs: Permission | None = None


def _of(name: Literal["incident", "plan", "task", "transfer", "attachment"], **more: Any) -> Ask:
    return Ask("named", name, **more)


WHERE = {"lon": 120.4691, "lat": 36.1075}
SPAN = {"from": "2026-01-01", "to": "2026-12-01"}
LAST = {"from": "2026-10-01", "to": "2026-11-01"}
TILE = {"z": "11", "x": "1709", "y": "803"}
STATE = {"revision": 0}

EXPECTED: dict[str, Ask] = {
    # --- what everybody may know ---
    "GET /healthz": Ask("public"),
    "GET /readyz": Ask("public"),
    "GET /api/problems": Ask("public"),
    "GET /problems/{code}": Ask("public", path={"code": "not-found"}),
    "GET /api/me": Ask("public"),
    "POST /api/session": Ask("public", body={}),
    "GET /api/session/oidc/start": Ask("public"),
    "GET /api/session/oidc/callback": Ask("public"),
    "GET /api/share/{token}": Ask("public", path={"token": "x" * 43}),
    "GET /api/city": Ask("alike"),
    "GET /api/layers": Ask("alike"),
    "GET /api/zones": Ask("alike", query={"layer": "community", "limit": 500}),
    "GET /api/categories": Ask("alike"),
    "GET /api/organisations": Ask("alike"),
    "GET /api/rules": Ask("alike"),
    "GET /api/rules/checks": Ask("alike"),
    "GET /api/rules/{code}": Ask("alike", path={"code": "RULE"}),
    "GET /api/deadlines": Ask("alike"),
    "GET /api/guidance": Ask("alike"),
    "GET /api/guidance/{code}": Ask("alike", path={"code": "G0001"}),
    "GET /api/triage": Ask("alike", query={"text": "路面塌陷，水管爆裂"}),
    "GET /tiles/{layer}.json": Ask("alike", path={"layer": "incidents"}),
    # --- rows, as they are seen ---
    "GET /api/zones/{layer}/{code}": Ask("rows", path={"layer": "subdistrict", "code": "OTHER"}),
    "GET /api/search": Ask("rows", query={"q": "37021220", "limit": 50}),
    "GET /api/routing": Ask("rows", query=WHERE | {"category": "GB/T 47678.5-2026:component:01001"}),
    "GET /api/nearby": Ask("rows", query=WHERE),
    "GET /tiles/{layer}/{z}/{x}/{y}.mvt": Ask(
        "rows",
        path={"layer": "incidents", "z": "15", "x": "27354", "y": "12860"},
        query={"state": "all"},
        needs=Permission.INCIDENTS_READ,
    ),
    "GET /tiles/open_incidents/{z}/{x}/{y}.mvt": Ask("rows", path=TILE),
    "GET /api/events": Ask("rows", query={"after": "0", "follow": "false"}),
    "GET /api/incidents": Ask("rows", query={"limit": 500}),
    "GET /api/transfers": Ask("rows", query={"limit": 500}),
    "GET /api/fallback-places": Ask("rows"),
    "GET /api/duplicates": Ask(
        "rows", query=WHERE | {"category": "GB/T 47678.5-2026:matter:01005", "text": "井盖破损"}
    ),
    "GET /api/plans": Ask("rows"),
    "GET /api/notices": Ask("rows"),
    "GET /api/patrol-points": Ask("rows"),
    "GET /api/comparison": Ask("rows", query={"layer": "base_grid", "from": "2026-01-01"}),
    "GET /api/urgent-tasks": Ask("rows"),
    "GET /api/statistics/incidents": Ask("rows", query={"layer": "base_grid"}),
    "GET /api/indicators": Ask("rows", query=LAST),
    "GET /api/rankings": Ask("rows", query=LAST | {"level": "street"}),
    "GET /api/rankings/day-report": Ask("rows", query={"grid": "GRID", "day": "2026-10-05"}),
    "GET /api/dispatch/summary": Ask("rows"),
    "GET /api/dispatch/histogram": Ask("rows"),
    "GET /api/dispatch/queue": Ask("rows", query={"kind": "unassigned", "limit": 500}),
    "GET /api/duties": Ask("rows", query=LAST),
    "GET /api/department/summary": Ask("rows"),
    "GET /api/department/trends": Ask("rows"),
    "GET /api/department/categories": Ask("rows"),
    "GET /api/department/hours": Ask("rows"),
    "GET /api/department/repeat-places": Ask("rows"),
    "GET /api/department/people": Ask("rows"),
    "GET /api/department/load": Ask("rows"),
    "GET /api/department/overlap": Ask("rows"),
    "GET /api/department/facilities": Ask("rows"),
    "GET /api/department/facilities.geojson": Ask("rows"),
    "GET /api/department/facilities/{z}/{x}/{y}.mvt": Ask(
        "rows", path={"z": "15", "x": "27354", "y": "12860"}
    ),
    "POST /api/zone-query": Ask(
        "rows", body={"area": {"zones": [{"layer": "subdistrict", "code": "OTHER"}]}, **SPAN}
    ),
    "GET /api/exports/incidents.{format}": Ask("rows", path={"format": "csv"}),
    "GET /api/exports/facilities.{format}": Ask("rows", path={"format": "csv"}),
    "GET /api/exports/zones.{format}": Ask("rows", path={"format": "csv"}, query={"layer": "base_grid"}),
    "GET /api/exports/rankings.{format}": Ask(
        "rows", path={"format": "csv"}, query=LAST | {"level": "street"}
    ),
    "POST /api/exports/zone-query.{format}": Ask(
        "rows",
        path={"format": "csv"},
        body={"area": {"zones": [{"layer": "subdistrict", "code": "OTHER"}]}, **SPAN},
    ),
    "GET /api/exports/report.pdf": Ask("acts"),
    "GET /api/report-subscriptions": Ask("rows"),
    "GET /api/webhooks": Ask("rows"),
    "GET /api/audit/reporters": Ask("rows"),
    "GET /api/share-links": Ask("rows"),
    "GET /api/sessions": Ask("rows"),
    "POST /api/rules/simulate": Ask("acts", body={}),
    # --- one row ---
    "GET /api/incidents/{number}": _of("incident"),
    "GET /api/incidents/{number}/attachments": _of("incident"),
    "GET /api/incidents/{number}/duplicates": _of("incident"),
    "GET /api/incidents/{number}/nearby": _of("incident"),
    "GET /api/incidents/{number}/reporter": _of("incident"),
    "POST /api/incidents/{number}/reporter": _of("incident", body={"purpose": "回访核实"}),
    "GET /api/cases/{number}": _of("incident"),
    "GET /api/cases/{number}/sides": _of("incident"),
    "GET /api/posts": Ask("named", "incident", query={"incident": "NUMBER"}),
    "POST /api/cases/{number}/steps": _of("incident", body={"action": "note", "revision": 0, "note": "x"}),
    "POST /api/cases/steps": Ask(
        "named",
        "incident",
        body={"numbers": ["NUMBER"], "action": "note", "note": "x", "preview": True},
    ),
    "POST /api/incidents/{number}/override": _of(
        "incident", body={"organisation": "LS-CG", "reason": "误派"}
    ),
    "PUT /api/incidents/{number}/place": _of(
        "incident",
        body={"place": {"type": "Point", "coordinates": [120.4691, 36.1075]}, "reason": "电话核实"},
    ),
    "POST /api/incidents/{number}/duplicates": _of(
        "incident", body={"other": "3702122020010100002", "decision": "not_duplicate"}
    ),
    "GET /api/attachments/{id}": _of("attachment"),
    "GET /api/attachments/{id}/thumbnail": _of("attachment"),
    "POST /api/transfers/{transfer}/reply": _of("transfer", body={"text": "已受理"}),
    "GET /api/urgent-tasks/{code}": _of("task"),
    "GET /api/urgent-tasks/{code}/map": _of("task"),
    "POST /api/urgent-tasks/{code}/receipts": _of("task", body={"grid": "GRID", "state": "acknowledged"}),
    "POST /api/urgent-tasks/{code}/reminders": _of("task", body={}),
    "POST /api/urgent-tasks/{code}/cancel": _of("task", body={"reason": "误发"}),
    "GET /api/plans/{code}": _of("plan"),
    "GET /api/plans/{code}/units": _of("plan"),
    "GET /api/plans/{code}/shapes": _of("plan"),
    "GET /api/plans/{code}/measures": _of("plan"),
    "GET /api/plans/{code}/steps": _of("plan"),
    "GET /api/plans/{code}/impact": _of("plan"),
    "GET /api/plans/{code}/impact.html": _of("plan"),
    "GET /api/plans/{code}/impact.csv": _of("plan"),
    "GET /api/plans/{code}/patrol-points": _of("plan"),
    "GET /api/plans/{code}/export": _of("plan", query={"format": "csv"}),
    "GET /api/plans/{code}/proposals/{job}": _of("plan", path={"job": "0" * 32}),
    "DELETE /api/plans/{code}/proposals/{job}": _of("plan", path={"job": "0" * 32}),
    "POST /api/plans/{code}/moves": _of("plan", body=STATE | {"kind": "renumber", "preview": True}),
    "POST /api/plans/{code}/undo": _of("plan", body=STATE),
    "POST /api/plans/{code}/redo": _of("plan", body=STATE),
    "POST /api/plans/{code}/proposals": _of("plan", body={"options": {"seconds": 0.01}}),
    "POST /api/plans/{code}/import": _of("plan", query={"format": "csv", "revision": 0, "dry_run": "true"}),
    **{
        f"POST /api/plans/{{code}}/{action}": _of("plan", body=STATE)
        for action in ("submit", "reopen", "approve", "publish", "withdraw", "rollback", "keep")
    },
    "POST /api/plans/{code}/schedule": _of(
        "plan", body=STATE | {"effective_from": "2030-01-01T00:00:00+08:00"}
    ),
    # --- whether the door opens ---
    **dict.fromkeys(
        (
            "POST /api/incidents",
            "POST /api/attachments",
            "POST /api/rules",
            "PUT /api/rules/{code}",
            "DELETE /api/rules/{code}",
            "POST /api/rules/apply",
            "POST /api/deadlines",
            "POST /api/deadlines/check",
            "PUT /api/fallback-places/{key}",
            "POST /api/plans",
            "POST /api/patrol-points",
            "DELETE /api/patrol-points/{code}",
            "POST /api/urgent-tasks",
            "POST /api/urgent-tasks/grids",
            "POST /api/guidance",
            "PUT /api/guidance/{code}",
            "POST /api/guidance/{code}/retire",
            "POST /api/duties",
            "DELETE /api/session",
            "DELETE /api/sessions",
            "DELETE /api/sessions/{id}",
            "POST /api/me/password",
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
            "POST /api/report-subscriptions",
            "DELETE /api/report-subscriptions/{id}",
            "POST /api/webhooks",
            "PUT /api/webhooks/{id}",
            "DELETE /api/webhooks/{id}",
            "POST /api/webhooks/{id}/secret",
            "POST /api/webhooks/{id}/test",
            "GET /api/webhooks/{id}/deliveries",
            "POST /api/webhooks/{id}/deliveries/{delivery}/resend",
            "DELETE /api/webhooks/{id}/deliveries/{delivery}",
            "POST /api/share-links",
            "DELETE /api/share-links/{id}",
        ),
        Ask("acts"),
    ),
}
