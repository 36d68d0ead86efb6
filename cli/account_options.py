"""Options that commands about accounts and tokens share, and how they reach the database."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.console import in_words
from cli.import_run import fail, with_database

if TYPE_CHECKING:
    from governance.access import Role
    from governance.access.passwords import Passwords
    from governance.access.scopes import ScopeGiven
    from grid_data.database import Connection

__all__ = [
    "AccountName", "Everything", "JsonOption", "Posts", "Region", "RoleOption", "Within", "Zones", "in_gate",
    "role_named", "scope_given", "some_password", "told_scope",
]  # fmt: skip

OPERATOR = "operator"
Answer = TypeVar("Answer")

AccountName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
RoleOption = Annotated[
    str | None,
    typer.Option("--role", metavar="ROLE", help="What they work as: administrator, dispatcher, officer …"),
]
Everything = Annotated[bool, typer.Option("--everything", help="Scope: the whole city.")]
Region = Annotated[
    str | None,
    typer.Option("--region", metavar="LAYER:CODE", help="Scope: a region with all below it."),
]
Within = Annotated[
    str | None,
    typer.Option("--within", metavar="CODE", help="Scope: an organisation with all below it."),
]
Zones = Annotated[
    list[str] | None,
    typer.Option("--zone", metavar="LAYER:CODE", help="Scope: a zone; repeat as needed."),
]
Posts = Annotated[
    bool, typer.Option("--posts", help="Scope: the zones of the posts of the account's person.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="As over HTTP.")]


def role_named(name: str | None) -> Role | None:
    """A role by its name.

    Raises
    ------
    typer.BadParameter
        There is none, or it is the program's.
    """
    from governance.access import Role

    roles = [role for role in Role if role is not Role.PROGRAM]
    if name is None or name in roles:
        return None if name is None else Role(name)
    raise typer.BadParameter("--role: " + " | ".join(roles))


def scope_given(
    everything: bool, region: str | None, within: str | None, zones: list[str] | None, posts: bool = False
) -> ScopeGiven:
    """The scope of the options."""
    from governance.access.scopes import ScopeGiven

    return ScopeGiven(everything, region, within, tuple(zones or ()), posts)


def told_scope(scope: dict[str, object]) -> str:
    """A scope as one line."""
    if scope["everything"]:
        return in_words("全市", "everything")
    parts = [
        f"{item['layer']}:{item['code']}" if "layer" in item else item["code"]
        for key in ("regions", "organisations", "zones")
        for item in scope[key]  # type: ignore[attr-defined]
    ]
    posts = in_words("岗位：", "posts: ") if scope["posts"] else ""
    return posts + (", ".join(parts) or "-")


def some_password(*, from_input: bool) -> str:
    """A new password: typed twice where nobody reads along, or the first line of the input."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        fail(
            "没有终端可输入密码：请用 --password-stdin，或 --no-password",
            "there is no terminal to type a password: use --password-stdin, or --no-password",
        )
    typed: str = typer.prompt(
        in_words("密码（至少 10 个字符）", "password (at least 10 characters)"),
        hide_input=True,
        confirmation_prompt=in_words("再输入一次", "once more"),
        err=True,
    )
    return typed


def in_gate(work: Callable[[Connection, Passwords], Awaitable[Answer]]) -> Answer:
    """Do something with accounts in one transaction; what is refused is said, and ends with 1."""
    from governance.access.errors import AccountRefused, UnknownAccount
    from governance.access.passwords import Passwords
    from grid_data.database import Database
    from grid_data.sign_in import Gate

    async def go(database: Database) -> Answer:
        async with database.transaction(Gate(OPERATOR)) as connection:
            return await work(connection, Passwords())

    try:
        return with_database(go, size=1)
    except (AccountRefused, UnknownAccount) as problem:
        fail(*problem.words)
