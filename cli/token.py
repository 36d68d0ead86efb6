"""``gridgov token``: tokens of machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from cli.account_options import (
    OPERATOR,
    Everything,
    JsonOption,
    Region,
    RoleOption,
    Within,
    Zones,
    in_gate,
    role_named,
    scope_given,
    told_scope,
)
from cli.console import in_words, out, say

if TYPE_CHECKING:
    from governance.access.passwords import Passwords
    from grid_data.database import Connection

__all__ = ["token"]

token = typer.Typer(name="token", help="Tokens: machines that use the interfaces.", no_args_is_help=True)

TokenName = Annotated[str, typer.Argument(metavar="NAME", help="What the token is called.")]


@token.command()
def add(
    name: TokenName,
    role: RoleOption = None,
    permissions: Annotated[
        list[str] | None,
        typer.Option(
            "--permission", metavar="PERMISSION", help="What it opens; repeat. Default: as its role."
        ),
    ] = None,
    everything: Everything = False,
    region: Region = None,
    within: Within = None,
    zones: Zones = None,
    on_behalf: Annotated[
        bool, typer.Option("--on-behalf", help="It says in each request for whom it acts.")
    ] = False,
    days: Annotated[
        int, typer.Option("--days", min=0, max=3650, help="For how many days it holds; 0: without end.")
    ] = 365,
) -> None:
    """Make a token; it is printed once and stored nowhere."""
    from datetime import UTC, datetime, timedelta

    from governance.access import Permission
    from governance.access.tokens import TokenGiven, add_token

    try:
        opened = [Permission(each) for each in permissions or ()]
    except ValueError:
        raise typer.BadParameter("--permission: " + " | ".join(Permission)) from None
    given = TokenGiven(
        name=name,
        role=role_named(role),
        permissions=opened,
        scope=scope_given(everything, region, within, zones),
        on_behalf=on_behalf,
        expires_at=datetime.now(UTC) + timedelta(days=days) if days else None,
    )

    async def work(connection: Connection, _: Passwords) -> str:
        return await add_token(connection, OPERATOR, given)

    secret = in_gate(work)
    say(in_words("令牌只显示这一次：", "the token is shown this once:"))
    out.print(secret, soft_wrap=True, markup=False)


@token.command("list")
def list_(as_json: JsonOption = False) -> None:
    """All tokens with what they open, never the token itself."""
    from governance.access.tokens import list_tokens

    async def work(connection: Connection, _: Passwords) -> list[dict[str, Any]]:
        return await list_tokens(connection)

    found = in_gate(work)
    if as_json:
        out.print(json.dumps({"items": found}, ensure_ascii=False, indent=2), soft_wrap=True, markup=False)
        return
    table = Table(
        Column(in_words("名称", "name"), no_wrap=True),
        Column(in_words("角色", "role"), no_wrap=True),
        Column(in_words("权限", "permissions"), overflow="fold"),
        in_words("范围", "scope"),
        in_words("到期", "until"),
        in_words("最近使用", "last used"),
    )
    for each in found:
        ended = in_words("已收回", "revoked") if each["revoked_at"] else (each["expires_at"] or "-")[:10]
        role = (each["role"] or "-") + (in_words("（代人）", " (on behalf)") if each["on_behalf"] else "")
        table.add_row(
            each["name"], role, ", ".join(each["permissions"]), told_scope(each["scope"]), ended,
            (each["seen_at"] or "-")[:16],
        )  # fmt: skip
    out.print(table)


@token.command()
def revoke(name: TokenName) -> None:
    """End a token; it opens nothing within a second."""
    from governance.access.tokens import revoke_token

    async def work(connection: Connection, _: Passwords) -> None:
        await revoke_token(connection, OPERATOR, name)

    in_gate(work)
    out.print(in_words("令牌已收回", "token revoked"))
