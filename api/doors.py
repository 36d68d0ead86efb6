"""Who comes through which door: what a route asks for (`api.permissions`), held against who asks."""

from __future__ import annotations

from fastapi import Request

from api.permissions import PUBLIC, SIGNED_IN, need_of
from api.principal import principal_of
from api.problems import Problem
from governance.access import Permission, Principal
from governance.incidents.answers import Name
from grid_data.database import Connection, go_on_as

__all__ = ["demand", "narrowed", "permitted"]


async def permitted(request: Request) -> None:
    """Refuse whoever may not come through this door.

    Raises
    ------
    Problem
        ``sign-in-needed``, or ``not-allowed`` naming the permission that is missing.
    """
    need = need_of(request)
    if need is PUBLIC:
        return
    me = await principal_of(request)
    if need is not SIGNED_IN:
        demand(me, need if isinstance(need, Permission) else None)


def demand(me: Principal, permission: Permission | None) -> None:
    """Refuse whoever has not a permission that only part of a door asks for; None: nobody has it.

    Raises
    ------
    Problem
        ``not-allowed``, naming what is missing.
    """
    if permission is None or not me.may(permission):
        missing = "-" if permission is None else permission.value
        raise Problem("not-allowed", Name(zh=f"缺少权限：{missing}", en=f"permission missing: {missing}"))


async def narrowed(connection: Connection, me: Principal, permission: Permission) -> Principal:
    """Who asks, for the part of a door that asks for more; the transaction goes on with that sight.

    Raises
    ------
    Problem
        As `demand`.
    """
    demand(me, permission)
    asking = me.asking(permission)
    if asking.sight != me.sight:
        await go_on_as(connection, asking)
    return asking
