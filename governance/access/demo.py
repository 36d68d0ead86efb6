"""Accounts of the demo: one for each role, with a scope that fits it in the sample city.

Their password is known to everybody. They are let in only where the server shows the demo.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from gis.words import Words
from governance.access.accounts import AccountGiven, add_account
from governance.access.errors import AccountRefused
from governance.access.passwords import Passwords
from governance.access.roles import Role
from governance.access.scopes import ScopeGiven
from grid_data.accounts import demo_accounts, first_zones, free_worker, name_is_taken
from grid_data.database import Connection

__all__ = ["DEMO_PASSWORD", "add_demo_accounts"]

DEMO_PASSWORD = "laoshan-demo-2026"  # noqa: S105 # nosec B105

CITY = ScopeGiven(everything=True)
LEADS = (
    ("demo-street", Role.STREET_LEAD, "subdistrict", Words("负责人", "Lead of ")),
    ("demo-community", Role.COMMUNITY_LEAD, "community", Words("书记", "Lead of ")),
)
"""Each governs the first zone of a layer."""


@dataclass(frozen=True)
class _Person:
    name: str
    role: Role
    display: Words
    organisation: str
    scopes: tuple[ScopeGiven, ...] = (CITY,)


PEOPLE = (
    _Person("demo-acceptor", Role.ACCEPTOR, Words("热线受理员", "Hotline operator"), "LS-ZX"),
    _Person("demo-dispatcher", Role.DISPATCHER, Words("指挥中心派遣员", "Dispatcher of the centre"), "LS-ZX"),
    _Person("demo-sorter", Role.SORTER, Words("疑难件分拨员", "Sorter of hard cases"), "LS-ZX"),
    _Person("demo-supervisor", Role.SUPERVISOR, Words("监督员", "Supervisor"), "LS-ZX"),
    _Person(
        "demo-officer", Role.OFFICER, Words("消防救援大队经办人", "Officer of the fire brigade"), "LS-XF"
    ),
    _Person("demo-district", Role.DISTRICT_LEAD, Words("区级负责人", "Lead of the district"), "LS"),
    _Person("demo-planner", Role.PLANNER, Words("网格规划员", "Planner of the grids"), "LS-ZX"),
    _Person("demo-approver", Role.APPROVER, Words("方案审批人", "Approver of plans"), "LS"),
    _Person("demo-analyst", Role.ANALYST, Words("数据分析员", "Analyst"), "LS-ZX"),
    _Person("demo-administrator", Role.ADMINISTRATOR, Words("系统管理员", "Administrator"), "LS-ZX"),
    _Person("demo-auditor", Role.AUDITOR, Words("审计员", "Auditor"), "LS"),
)  # fmt: skip


async def add_demo_accounts(connection: Connection, passwords: Passwords, by: str) -> int:
    """Make the accounts of the demo that are not there yet; returns how many there are.

    In a city that is not the sample, those whose organisation or zone does not exist are left out.
    """
    there = {row["name"] for row in await demo_accounts(connection)}
    fire = ScopeGiven(zones=tuple(row["key"] for row in await first_zones(connection, "fire", 3)))
    people = [
        replace(person, scopes=(ScopeGiven(organisation=person.organisation), fire))
        if person.role is Role.OFFICER
        else person
        for person in PEOPLE
    ]
    for name, role, layer, words in LEADS:
        for zone in await first_zones(connection, layer, 1):
            office = zone["organisation"]
            scopes = (ScopeGiven(region=zone["key"]), ScopeGiven(organisation=office))
            display = Words(f"{zone['name_zh']}{words.zh}", f"{words.en}{zone['name_en']}")
            people.append(_Person(name, role, display, office, scopes))
    for person in people:
        await _add(connection, passwords, by, there, person)
    worker = None if "demo-worker" in there else await free_worker(connection)
    if worker is not None:
        code, name = worker
        given = AccountGiven(
            name="demo-worker", display_zh=f"网格员{name}", display_en=f"Grid worker {name}", person=code,
            password=DEMO_PASSWORD, grants=[(Role.GRID_WORKER, ScopeGiven(posts=True))], demo=True,
        )  # fmt: skip
        await _try(connection, passwords, by, given)
    return len(await demo_accounts(connection))


async def _add(
    connection: Connection,
    passwords: Passwords,
    by: str,
    there: set[str],
    person: _Person,
) -> None:
    if person.name in there or await name_is_taken(connection, person.name):
        return
    given = AccountGiven(
        name=person.name, display_zh=person.display.zh, display_en=person.display.en,
        organisation=person.organisation, password=DEMO_PASSWORD,
        grants=[(person.role, scope) for scope in person.scopes], demo=True,
    )  # fmt: skip
    await _try(connection, passwords, by, given)


async def _try(connection: Connection, passwords: Passwords, by: str, given: AccountGiven) -> None:
    with contextlib.suppress(AccountRefused):
        async with connection.transaction():
            await add_account(connection, passwords, by, given)
