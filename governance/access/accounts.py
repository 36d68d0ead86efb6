"""Keeping accounts: made, granted, closed. Each change is one entry of the history, never with a secret."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.words import Words
from governance.access.errors import AccountRefused, UnknownAccount
from governance.access.passwords import Passwords, password_fault
from governance.access.roles import Role
from governance.access.scopes import ScopeGiven, stored_scope
from grid_data import accounts as stored
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.sign_in import end_sessions

__all__ = [
    "AccountGiven",
    "add_account",
    "canonical_name",
    "change_password",
    "close_account",
    "end_all_sessions",
    "get_account",
    "give",
    "list_accounts",
    "open_account",
    "take",
]

_NAME = re.compile(r"[\w.@+-]{1,60}")


@dataclass(frozen=True)
class AccountGiven:
    """An account as whoever makes it gives it.

    Attributes
    ----------
    password
        None: they sign in by single sign-on only.
    organisation
        Code of the organisation they work for.
    person
        Code of the person whose posts give scopes.
    """

    name: str
    display_zh: str | None = None
    display_en: str | None = None
    organisation: str | None = None
    person: str | None = None
    password: str | None = None
    grants: Sequence[tuple[Role, ScopeGiven]] = ()
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    demo: bool = False


def canonical_name(text: str) -> str:
    """A name as it is stored: one spelling for what looks alike in small and capital or wide letters.

    >>> canonical_name(" Wang.Lei "), canonical_name("ＷＡＮＧ")
    ('wang.lei', 'wang')

    Raises
    ------
    AccountRefused
        Other characters than letters, digits and ``. @ + - _``, or more than 60.
    """
    name = unicodedata.normalize("NFKC", text).casefold().strip()
    if not _NAME.fullmatch(name):
        raise AccountRefused(
            Words(
                "名称由 1 至 60 个字母、汉字、数字或 . @ + - _ 组成",
                "a name has 1 to 60 letters, digits or . @ + - _",
            ),
            field="name",
        )
    return name


async def list_accounts(connection: Connection) -> list[dict[str, Any]]:
    """All accounts with what they are granted now."""
    return await stored.account_documents(connection)


async def get_account(connection: Connection, name: str) -> dict[str, Any]:
    """One account.

    Raises
    ------
    UnknownAccount
        There is none.
    """
    for document in await stored.account_documents(connection, name):
        return document
    raise _unknown(name)


async def add_account(connection: Connection, passwords: Passwords, by: str, given: AccountGiven) -> str:
    """Make an account with what it is granted; returns its name.

    Raises
    ------
    AccountRefused
        The name is taken or cannot be one, the password is no good one, a code names nothing.
    """
    name = canonical_name(given.name)
    if given.password is not None:
        _good(given.password, name, given.display_zh or "")
    kept = None if given.password is None else await passwords.hash(given.password)
    new = stored.NewAccount(
        name=name,
        display_zh=(given.display_zh or "").strip() or name,
        display_en=given.display_en,
        organisation_id=await _organisation(connection, given.organisation),
        person_id=await _person(connection, given.person),
        password_hash=kept,
        oidc_issuer=given.oidc_issuer,
        oidc_subject=given.oidc_subject,
        demo=given.demo,
    )
    account_id = await stored.add_account(connection, new)
    if account_id is None:
        raise AccountRefused(Words(f"名称 {name} 已被使用", f"the name {name} is taken"), field="name")
    for number, (role, scope) in enumerate(given.grants):
        field = f"grants.{number}.scope"
        _posts_need_a_person(scope, new.person_id, field)
        await stored.grant(connection, account_id, role, await stored_scope(connection, scope, field=field))
    await _note(connection, by, "account.add", name, {
        "display": new.display_zh, "organisation": given.organisation, "person": given.person,
        "password": kept is not None, "single_sign_on": given.oidc_subject is not None,
        "grants": [{"role": role.value, **scope.told()} for role, scope in given.grants],
    })  # fmt: skip
    return name


async def change_password(
    connection: Connection, passwords: Passwords, by: str, name: str, password: str, *, but: int | None = None
) -> None:
    """Give an account another password; its sessions end, all ``but`` one.

    Raises
    ------
    UnknownAccount, AccountRefused
    """
    account = await _locked(connection, name)
    _good(password, name)
    await stored.set_password(connection, account["id"], await passwords.hash(password), changed=True)
    ended = await end_sessions(connection, account["id"], but=but)
    await _note(connection, by, "account.password", name, {"sessions_ended": ended})


async def close_account(connection: Connection, by: str, name: str) -> None:
    """Let nobody in by this account any more; its sessions end.

    Raises
    ------
    UnknownAccount, AccountRefused
        It is closed already, or the last one that can keep the others.
    """
    account = await _locked(connection, name)
    await _is_not_the_last_administrator(connection, account["id"])
    if not await stored.set_disabled(connection, account["id"], disabled=True):
        raise AccountRefused(Words("账号已停用", "the account is closed already"), field="disabled")
    ended = await end_sessions(connection, account["id"])
    await _note(connection, by, "account.disable", name, {"sessions_ended": ended})


async def end_all_sessions(connection: Connection, by: str, name: str) -> int:
    """Sign somebody out everywhere; returns from how many sessions.

    Raises
    ------
    UnknownAccount
    """
    account = await _locked(connection, name)
    ended = await end_sessions(connection, account["id"])
    if ended:
        await add_history(connection, by, "session.revoke", after={"account": name, "sessions": ended})
    return ended


async def open_account(connection: Connection, by: str, name: str) -> None:
    """Let an account in again that was closed.

    Raises
    ------
    UnknownAccount, AccountRefused
        It is open already.
    """
    account = await _locked(connection, name)
    if not await stored.set_disabled(connection, account["id"], disabled=False):
        raise AccountRefused(Words("账号未停用", "the account is not closed"), field="disabled")
    await _note(connection, by, "account.enable", name, {})


async def give(connection: Connection, by: str, name: str, role: Role, scope: ScopeGiven) -> int:
    """Grant a role somewhere; returns the key of the grant.

    Raises
    ------
    UnknownAccount, AccountRefused
        The role is held there already, or the scope names nothing.
    """
    account = await _locked(connection, name)
    document = await get_account(connection, name)
    _posts_need_a_person(scope, document["person"], "scope")
    key = await stored.grant(connection, account["id"], role, await stored_scope(connection, scope))
    if key is None:
        raise AccountRefused(
            Words("此角色在此范围内已授予", "the role is held in this scope already"), field="role"
        )
    await _note(connection, by, "account.grant", name, {"grant": key, "role": role.value, **scope.told()})
    return key


async def take(
    connection: Connection, by: str, name: str, *, grant_id: int | None = None, role: Role | None = None
) -> int:
    """Take grants away: one by its key, or all of a role; returns how many.

    Raises
    ------
    UnknownAccount, AccountRefused
        There is no such grant, or the account is the last that can keep the others.
    """
    account = await _locked(connection, name)
    administrators = await stored.administrators(connection)
    taken = await stored.revoke(connection, account["id"], grant_id=grant_id, role=role)
    if not taken:
        raise UnknownAccount(Words("没有这项授权", "there is no such grant"))
    if administrators == [account["id"]] and await stored.administrators(connection) == []:
        raise _last()
    told = [{"grant": key, "role": held} for key, held in taken]
    await _note(connection, by, "account.revoke", name, {"grants": told})
    return len(taken)


async def _locked(connection: Connection, name: str) -> dict[str, Any]:
    account = await stored.lock_account(connection, name)
    if account is None:
        raise _unknown(name)
    return account


async def _is_not_the_last_administrator(connection: Connection, account_id: int) -> None:
    if await stored.administrators(connection) == [account_id]:
        raise _last()


def _last() -> AccountRefused:
    return AccountRefused(
        Words("至少须保留一个可用的管理员账号", "one administrator at least has to stay"), field="role"
    )


def _unknown(name: str) -> UnknownAccount:
    return UnknownAccount(Words(f"没有账号 {name}", f"there is no account {name}"))


def _good(password: str, *about: str) -> None:
    if fault := password_fault(password, *about):
        raise AccountRefused(fault, field="password")


def _posts_need_a_person(scope: ScopeGiven, person: object, field: str) -> None:
    if scope.posts and person is None:
        raise AccountRefused(
            Words("岗位范围须先指定人员", "a scope of posts needs an account with a person"), field=field
        )


async def _organisation(connection: Connection, code: str | None) -> int | None:
    found = None if code is None else await stored.organisation_id(connection, code)
    if code is not None and found is None:
        raise AccountRefused(
            Words(f"没有部门 {code}", f"there is no organisation {code}"), field="organisation"
        )
    return found


async def _person(connection: Connection, code: str | None) -> int | None:
    if code is None:
        return None
    found = await stored.person_id(connection, code)
    if found is None:
        raise AccountRefused(Words(f"没有人员 {code}", f"there is no person {code}"), field="person")
    key, account = found
    if account is not None:
        raise AccountRefused(
            Words(f"此人员已有账号 {account}", f"this person has the account {account}"), field="person"
        )
    return key


async def _note(connection: Connection, by: str, action: str, name: str, after: Mapping[str, Any]) -> None:
    await add_history(connection, by, action, after={"account": name, **after})
