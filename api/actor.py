"""Who does something, as requests say it: a name, a role, an organisation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from api.formats import PlainText
from governance.access import Actor, Principal, Role

__all__ = ["ActorFields"]


class ActorFields(BaseModel):
    """Part of the body of every request that does something to an incident or a task."""

    by: Annotated[PlainText, Field(description="Name of the person.", min_length=1, max_length=60)]
    role: Annotated[Role, Field(description="What they work as.")]
    organisation: Annotated[
        PlainText | None,
        Field(
            description="Code of the organisation they work for.",
            max_length=60,
            json_schema_extra={"format": "organisation-code"},
        ),
    ] = None

    def actor(self, me: Principal) -> Actor:
        """The person at work: whom the request is for, in the role it says."""
        return Actor(self.by, self.role, self.organisation, me.sight)
