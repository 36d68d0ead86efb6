"""Who does something: whom the request is for, in one of the roles they have.

On an open server, and for a machine that speaks for people, it is what the request says. An account acts in
its own name, in a role it has and for an organisation that role is held in; a body that says otherwise is
refused.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.field_errors import FieldError
from api.formats import PlainText
from api.problems import Problem, bad_parameter
from governance.access import Actor, Principal, Role
from governance.incidents.answers import Name
from grid_data.database import Connection, go_on_as

__all__ = ["WHO", "ActorFields", "acting", "actor_of", "said_by"]

WHO: dict[str, Any] = {"x-said-by-machines": True}
"""Marks fields that must be given where nobody signs in; see `api.openapi`."""


class ActorFields(BaseModel):
    """Part of the body of every request that does something to an incident or a task."""

    by: Annotated[
        PlainText | None,
        Field(
            description="Name of the person; whoever is signed in may leave it out.",
            min_length=1,
            max_length=60,
            json_schema_extra=WHO,
        ),
    ] = None
    role: Annotated[
        Role | None,
        Field(description="What they work as. May be left out by who has one role.", json_schema_extra=WHO),
    ] = None
    organisation: Annotated[
        PlainText | None,
        Field(
            description="Code of the organisation they work for; by default that of the role.",
            max_length=60,
            json_schema_extra={"format": "organisation-code"},
        ),
    ] = None

    def actor(self, me: Principal) -> Actor:
        """The person at work: whom the request is for, in the role it says.

        Raises
        ------
        Problem
            ``not-allowed``: it says another person, a role or an organisation they do not have.
            ``bad-parameter``: it does not say which of several roles.
        """
        return actor_of(me, self.by, self.role, self.organisation)


def actor_of(me: Principal, by: str | None, role: Role | None, organisation: str | None) -> Actor:
    """Who acts; see `ActorFields.actor`. They see what the grants of that role show, at this door."""
    name = said_by(me, by)
    if me.on_behalf:
        if role is None:
            raise _missing("role")
        return Actor(name, role, organisation, me.sight, me.through)
    held = list(dict.fromkeys(grant.role for grant in me.grants))
    if role is None:
        if len(held) > 1:
            roles = ", ".join(held)
            raise bad_parameter("role", f"请说明以哪个角色：{roles}", f"say which of your roles: {roles}")
        if not held:
            raise _refused("role", "没有任何角色", "no role is held")
        role = held[0]
    elif role not in held:
        raise _refused(
            "role", f"没有可办理此事的角色 {role.value}", f"no role {role.value} that opens this door is held"
        )
    places = [grant.organisation for grant in me.grants if grant.role is role]
    if organisation is None:
        organisation = places[0]
    elif organisation not in places:
        raise _refused("organisation", "此角色不属于该部门", "the role is not held for this organisation")
    return Actor(name, role, organisation, me.working_as(role).sight, me.through)


async def acting(connection: Connection, me: Principal, body: ActorFields) -> Actor:
    """`ActorFields.actor`; the transaction goes on with what is seen at work in that role."""
    actor = body.actor(me)
    if actor.sight != me.sight:
        await go_on_as(connection, actor.principal())
    return actor


def said_by(me: Principal, by: str | None) -> str:
    """The name of who acts: their own, or what a machine says that speaks for people.

    Raises
    ------
    Problem
        ``not-allowed``: another person's name. ``bad-parameter``: a machine that does not say.
    """
    if me.on_behalf:
        if by is None:
            raise _missing("by")
        return by.strip()
    if by is not None and by.strip() != me.name:
        raise _refused(
            "by", f"您以 {me.name} 登录，不能代他人办理", f"you are {me.name} and act as nobody else"
        )
    return me.name


def _missing(field: str) -> Problem:
    return bad_parameter(field, "缺少此项", "Field required", code="missing")


def _refused(field: str, zh: str, en: str) -> Problem:
    words = Name(zh=zh, en=en)
    return Problem("not-allowed", words, FieldError(field, words, "not-allowed"))
