"""Tokens of machines: made with what they open, shown once, ended by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gis.words import Words
from governance.access.accounts import canonical_name
from governance.access.errors import AccountRefused, UnknownAccount
from governance.access.roles import PERMISSIONS, Permission, Role
from governance.access.scopes import ScopeGiven, stored_scope
from governance.access.secrets import digest, new_token
from grid_data import accounts as stored
from grid_data.database import Connection
from grid_data.history import add_history

__all__ = ["TokenGiven", "add_token", "list_tokens", "revoke_token"]

NOWHERE = ScopeGiven()


@dataclass(frozen=True)
class TokenGiven:
    """A token as whoever makes it gives it.

    Attributes
    ----------
    role
        As what it takes steps; its permissions are those of the role unless they are given.
    permissions
        What it opens; with a role no more than the role does.
    on_behalf
        Whether it says for whom it acts: a machine that speaks for people.
    """

    name: str
    role: Role | None = None
    permissions: Sequence[Permission] = ()
    scope: ScopeGiven = NOWHERE
    on_behalf: bool = False
    expires_at: datetime | None = None


async def add_token(connection: Connection, by: str, given: TokenGiven) -> str:
    """Make a token; what is returned is shown once and stored nowhere.

    Raises
    ------
    AccountRefused
        The name is taken, it would open nothing or more than its role, or it would have ended already.
    """
    name = canonical_name(given.name)
    permissions = _permissions(given)
    if given.expires_at is not None and given.expires_at <= datetime.now(UTC):
        raise AccountRefused(Words("到期时间已过", "this moment has passed already"), field="expires_at")
    if given.scope.posts:
        raise AccountRefused(Words("令牌没有岗位", "a token holds no posts"), field="scope.posts")
    secret = new_token()
    new = stored.NewToken(
        name=name,
        token_hash=digest(secret),
        role=given.role,
        permissions=tuple(permission.value for permission in permissions),
        scope=await stored_scope(connection, given.scope, needed=False),
        on_behalf=given.on_behalf,
        created_by=by,
        expires_at=given.expires_at,
    )
    if await stored.add_token(connection, new) is None:
        raise AccountRefused(Words(f"名称 {name} 已被使用", f"the name {name} is taken"), field="name")
    await add_history(connection, by, "token.add", after={
        "token": name, "role": given.role, "permissions": list(new.permissions),
        "on_behalf": given.on_behalf,
        "expires_at": None if given.expires_at is None else given.expires_at.isoformat(),
        **given.scope.told(),
    })  # fmt: skip
    return secret


def _permissions(given: TokenGiven) -> list[Permission]:
    opened = frozenset() if given.role is None else PERMISSIONS[given.role]
    asked = frozenset(given.permissions)
    if given.role is not None and not asked <= opened:
        beyond = ", ".join(sorted(asked - opened))
        raise AccountRefused(
            Words(f"超出角色的权限：{beyond}", f"more than the role opens: {beyond}"), field="permissions"
        )
    chosen = asked or opened
    if not chosen:
        raise AccountRefused(Words("请给出角色或权限", "give a role or permissions"), field="permissions")
    return sorted(chosen)


async def list_tokens(connection: Connection, name: str | None = None) -> list[dict[str, Any]]:
    """Tokens with what they open, never the secret."""
    return await stored.token_documents(connection, name)


async def revoke_token(connection: Connection, by: str, name: str) -> None:
    """End a token at once.

    Raises
    ------
    UnknownAccount
        None of this name holds.
    """
    if not await stored.revoke_token(connection, name):
        raise UnknownAccount(Words(f"没有令牌 {name}", f"there is no token {name} that holds"))
    await add_history(connection, by, "token.revoke", after={"token": name})
