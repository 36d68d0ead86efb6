"""``gridgov user``: accounts of people, from the first administrator on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.account_options import (
    OPERATOR,
    AccountName,
    Everything,
    JsonOption,
    Posts,
    Region,
    RoleOption,
    Within,
    Zones,
    in_gate,
    role_named,
    scope_given,
    some_password,
    told_scope,
)
from cli.console import in_words, out

if TYPE_CHECKING:
    from governance.access.passwords import Passwords
    from grid_data.database import Connection
    from grid_data.sign_in import OpenSession

__all__ = ["user"]

user = typer.Typer(name="user", help="Accounts: who signs in, as what, and where.", no_args_is_help=True)

FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of the input.")
]


@user.command()
def add(
    name: AccountName,
    role: RoleOption = None,
    everything: Everything = False,
    region: Region = None,
    within: Within = None,
    zones: Zones = None,
    posts: Posts = False,
    display_zh: Annotated[str | None, typer.Option("--display-zh", help="How the person is shown.")] = None,
    display_en: Annotated[str | None, typer.Option("--display-en", help="The same in English.")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="For whom they work.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="CODE", help="The person whose posts give the scope of --posts."),
    ] = None,
    password_stdin: FromInput = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They sign in by single sign-on only.")
    ] = False,
) -> None:
    """Make an account; with a role and a scope it is granted that role there."""
    from governance.access.accounts import AccountGiven, add_account

    held = role_named(role)
    scope = scope_given(everything, region, within, zones, posts)
    if (held is None) != (scope.count == 0):
        raise typer.BadParameter("--role & (--everything | --region | --within | --zone | --posts)")
    given = AccountGiven(
        name=name,
        display_zh=display_zh,
        display_en=display_en,
        organisation=organisation,
        person=person,
        password=None if no_password else some_password(from_input=password_stdin),
        grants=[] if held is None else [(held, scope)],
    )

    async def work(connection: Connection, passwords: Passwords) -> str:
        return await add_account(connection, passwords, OPERATOR, given)

    made = in_gate(work)
    out.print(escape(in_words(f"账号 {made} 已建立", f"account {made} made")), soft_wrap=True)


@user.command("list")
def list_(as_json: JsonOption = False) -> None:
    """All accounts with what they are granted now."""
    from governance.access.accounts import list_accounts

    async def work(connection: Connection, _: Passwords) -> list[dict[str, Any]]:
        return await list_accounts(connection)

    found = in_gate(work)
    if as_json:
        items = [{key: value for key, value in each.items() if key != "id"} for each in found]
        out.print(json.dumps({"items": items}, ensure_ascii=False, indent=2), soft_wrap=True, markup=False)
        return
    table = Table(
        Column(in_words("名称", "name"), no_wrap=True),
        in_words("显示", "display"),
        in_words("授权（编号）", "granted (key)"),
        in_words("登录", "signs in by"),
        in_words("最近登录", "last"),
    )
    for account in found:
        shown = in_words(account["display"]["zh"], account["display"]["en"] or account["display"]["zh"])
        granted = "\n".join(
            f"{held['role']} ({held['id']}): {told_scope(held['scope'])}" for held in account["grants"]
        )
        ways = [
            word
            for word, there in (
                (in_words("密码", "password"), account["password"]),
                (in_words("单点登录", "single sign-on"), account["single_sign_on"]),
                (in_words("演示", "demo"), account["demo"]),
                (in_words("已停用", "closed"), account["disabled"]),
            )
            if there
        ]
        last = (account["signed_in_at"] or "-")[:16]
        table.add_row(account["name"], escape(shown), escape(granted or "-"), ", ".join(ways), last)
    out.print(table)


@user.command()
def grant(
    name: AccountName,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="What they work as.")],
    everything: Everything = False,
    region: Region = None,
    within: Within = None,
    zones: Zones = None,
    posts: Posts = False,
) -> None:
    """Grant a role somewhere; several do not add up: each door counts those that open it."""
    from governance.access.accounts import give

    held = role_named(role)
    assert held is not None
    scope = scope_given(everything, region, within, zones, posts)

    async def work(connection: Connection, _: Passwords) -> int:
        return await give(connection, OPERATOR, name, held, scope)

    key = in_gate(work)
    out.print(in_words(f"已授予（编号 {key}）", f"granted (key {key})"))


@user.command()
def revoke(
    name: AccountName,
    role: RoleOption = None,
    key: Annotated[
        int | None, typer.Option("--grant", metavar="KEY", help="Only the grant of this key.")
    ] = None,
) -> None:
    """Take a role away, or one grant; it holds no more within a second."""
    from governance.access.accounts import take

    held = role_named(role)
    if (held is None) == (key is None):
        raise typer.BadParameter("--role | --grant")

    async def work(connection: Connection, _: Passwords) -> int:
        return await take(connection, OPERATOR, name, grant_id=key, role=held)

    taken = in_gate(work)
    out.print(in_words(f"已收回 {taken} 项授权", f"{taken} grant(s) taken away"))


@user.command()
def password(name: AccountName, password_stdin: FromInput = False) -> None:
    """Give an account another password; all its sessions end."""
    from governance.access.accounts import change_password

    chosen = some_password(from_input=password_stdin)

    async def work(connection: Connection, passwords: Passwords) -> None:
        await change_password(connection, passwords, OPERATOR, name, chosen)

    in_gate(work)
    out.print(in_words("密码已更改，会话已结束", "password changed, sessions ended"))


@user.command()
def disable(
    name: AccountName,
    undo: Annotated[bool, typer.Option("--undo", help="Open it again instead.")] = False,
) -> None:
    """Close an account: nobody gets in by it, its sessions end. What it did stays under its name."""
    from governance.access.accounts import close_account, open_account

    async def work(connection: Connection, _: Passwords) -> None:
        await (open_account if undo else close_account)(connection, OPERATOR, name)

    in_gate(work)
    out.print(in_words("账号已启用", "account opened") if undo else in_words("账号已停用", "account closed"))


@user.command()
def sessions(
    name: AccountName,
    end: Annotated[bool, typer.Option("--end", help="End all of them.")] = False,
) -> None:
    """Open sessions of an account, the last used first."""
    from governance.access.accounts import end_all_sessions, get_account
    from governance.access.sessions import own_sessions
    from governance.settings import Settings

    rules = Settings().session_rules

    async def work(connection: Connection, _: Passwords) -> list[OpenSession]:
        account = await get_account(connection, name)
        found = await own_sessions(connection, account["id"], rules)
        if end:
            await end_all_sessions(connection, OPERATOR, name)
        return found

    for each in in_gate(work):
        told = [
            str(each.id),
            f"{each.seen_at:%Y-%m-%d %H:%M}",
            each.way,
            each.address or "-",
            each.agent or "-",
        ]
        if end:
            told.append(in_words("已结束", "ended"))
        out.print(escape("  ".join(told)), soft_wrap=True)
