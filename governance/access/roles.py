"""What somebody works as, and what each role may do at all.

A role opens doors (`Permission`). Which rows lie behind them is decided by the sight
(`governance.access.sight`), which step of a case may be taken by the table of steps
(`governance.casework.table`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["CITY_WIDE", "PERMISSIONS", "Permission", "Role", "sees_telephones"]


class Role(StrEnum):
    """What somebody works as. Which step of an incident's life each may take stands in the table of steps."""

    ACCEPTOR = "acceptor"
    DISPATCHER = "dispatcher"
    SORTER = "sorter"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    GRID_WORKER = "grid_worker"
    COMMUNITY_LEAD = "community_lead"
    STREET_LEAD = "street_lead"
    DISTRICT_LEAD = "district_lead"
    PLANNER = "planner"
    APPROVER = "approver"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PROGRAM = "program"


_COORDINATE = frozenset(
    {
        Role.ACCEPTOR,
        Role.DISPATCHER,
        Role.SORTER,
        Role.SUPERVISOR,
        Role.COMMUNITY_LEAD,
        Role.STREET_LEAD,
        Role.DISTRICT_LEAD,
    }
)


def sees_telephones(role: Role | None) -> bool:
    """Whether telephones of people on their posts are shown whole; to nobody who is not named here."""
    return role in _COORDINATE


class Permission(StrEnum):
    """What a door asks for. Which door asks for which stands in ``api/permissions.py``."""

    INCIDENTS_READ = "incidents_read"
    INCIDENTS_REPORT = "incidents_report"
    INCIDENTS_ROUTE = "incidents_route"
    """Give an incident to another organisation, put it somewhere else, decide on fallback places."""
    CASES_STEP = "cases_step"
    TASKS_READ = "tasks_read"
    TASKS_ISSUE = "tasks_issue"
    TASKS_ANSWER = "tasks_answer"
    GUIDANCE_WRITE = "guidance_write"
    DISPATCH_READ = "dispatch_read"
    STATISTICS_READ = "statistics_read"
    POSTS_READ = "posts_read"
    RULES_READ = "rules_read"
    RULES_WRITE = "rules_write"
    DEADLINES_WRITE = "deadlines_write"
    PLANS_READ = "plans_read"
    PLANS_DRAW = "plans_draw"
    PLANS_APPROVE = "plans_approve"
    PLANS_RETURN = "plans_return"
    """Send a plan back to be drawn on, or give it up; once it is approved, approvers alone give it up."""
    EXPORT = "export"
    SHARE = "share"
    REPORTERS_UNMASK = "reporters_unmask"
    HOUSEHOLDS_READ = "households_read"
    WEBHOOKS_MANAGE = "webhooks_manage"
    ACCOUNTS_MANAGE = "accounts_manage"
    AUDIT_READ = "audit_read"


_P = Permission
CITY_WIDE = frozenset({_P.ACCOUNTS_MANAGE, _P.RULES_WRITE, _P.DEADLINES_WRITE})
"""What they change holds for the whole city: whoever sees a part of it has them not, whatever the role."""

_WORKS = frozenset({_P.INCIDENTS_READ, _P.INCIDENTS_REPORT, _P.CASES_STEP, _P.TASKS_READ})
_COUNTS = frozenset({_P.STATISTICS_READ, _P.POSTS_READ, _P.EXPORT})
_DESK = _WORKS | _COUNTS | {_P.DISPATCH_READ, _P.RULES_READ}
_LEADS = _DESK | {_P.TASKS_ISSUE, _P.TASKS_ANSWER, _P.SHARE, _P.PLANS_READ, _P.REPORTERS_UNMASK}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ACCEPTOR: _DESK | {_P.REPORTERS_UNMASK},
        Role.DISPATCHER: _DESK | {_P.INCIDENTS_ROUTE, _P.SHARE, _P.REPORTERS_UNMASK, _P.TASKS_ISSUE},
        Role.SORTER: _DESK | {_P.INCIDENTS_ROUTE, _P.SHARE},
        Role.SUPERVISOR: _DESK | {_P.SHARE, _P.TASKS_ISSUE, _P.GUIDANCE_WRITE},
        Role.OFFICER: _WORKS | _COUNTS | {_P.DISPATCH_READ, _P.SHARE, _P.GUIDANCE_WRITE, _P.WEBHOOKS_MANAGE},
        Role.GRID_WORKER: _WORKS | {_P.TASKS_ANSWER, _P.POSTS_READ, _P.HOUSEHOLDS_READ},
        Role.COMMUNITY_LEAD: _LEADS | {_P.HOUSEHOLDS_READ},
        Role.STREET_LEAD: _LEADS,
        Role.DISTRICT_LEAD: _LEADS | {_P.GUIDANCE_WRITE, _P.WEBHOOKS_MANAGE},
        Role.PLANNER: frozenset(
            {
                _P.PLANS_READ,
                _P.PLANS_DRAW,
                _P.PLANS_RETURN,
                _P.STATISTICS_READ,
                _P.RULES_READ,
                _P.RULES_WRITE,
                _P.POSTS_READ,
                _P.EXPORT,
                _P.INCIDENTS_READ,
                _P.TASKS_READ,
            }
        ),
        Role.APPROVER: frozenset(
            {
                _P.PLANS_READ,
                _P.PLANS_APPROVE,
                _P.PLANS_RETURN,
                _P.STATISTICS_READ,
                _P.RULES_READ,
                _P.INCIDENTS_READ,
            }
        ),
        Role.ANALYST: _COUNTS
        | {_P.INCIDENTS_READ, _P.RULES_READ, _P.PLANS_READ, _P.SHARE, _P.DISPATCH_READ, _P.TASKS_READ},
        # Keeps the accounts and the settings; whoever does has no need to read what citizens report.
        Role.ADMINISTRATOR: frozenset(
            {
                _P.ACCOUNTS_MANAGE,
                _P.WEBHOOKS_MANAGE,
                _P.RULES_READ,
                _P.RULES_WRITE,
                _P.DEADLINES_WRITE,
                _P.STATISTICS_READ,
                _P.POSTS_READ,
                _P.AUDIT_READ,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                _P.AUDIT_READ,
                _P.INCIDENTS_READ,
                _P.STATISTICS_READ,
                _P.PLANS_READ,
                _P.RULES_READ,
                _P.TASKS_READ,
                _P.DISPATCH_READ,
                _P.POSTS_READ,
            }
        ),
        # The program enters by no door.
        Role.PROGRAM: frozenset(),
    }
)
"""Doors open to each role; what is not named is closed."""
