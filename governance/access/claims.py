"""What the claims of single sign-on grant: rules of one installation, each a claim and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from governance.access.roles import Role
from governance.access.scopes import ScopeGiven

__all__ = ["ClaimRule", "granted_by", "values_of"]

VALUE = "$value"


class ClaimRule(BaseModel):
    """Who has a value in a claim has a role somewhere.

    In ``region``, ``organisation`` and ``zones`` the text ``$value`` stands for the claim's value: one rule
    then serves all departments.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: Annotated[str, Field(min_length=1, description="Name of the claim; dots lead into objects.")]
    value: Annotated[str | None, Field(description="Its value; without one, any.")] = None
    role: Role
    everything: Literal[True] | None = None
    region: str | None = None
    organisation: str | None = None
    zones: tuple[str, ...] = ()
    posts: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_one_scope(self) -> Self:
        if self.scope("").count != 1:
            raise ValueError("give exactly one of everything, region, organisation, zones, posts")
        if self.role is Role.PROGRAM:
            raise ValueError("the program's role is not granted")
        return self

    def scope(self, value: str) -> ScopeGiven:
        """Where the role is held, for a value of the claim."""

        def filled(text: str) -> str:
            return text.replace(VALUE, value)

        return ScopeGiven(
            everything=bool(self.everything),
            region=None if self.region is None else filled(self.region),
            organisation=None if self.organisation is None else filled(self.organisation),
            zones=tuple(filled(zone) for zone in self.zones),
            posts=bool(self.posts),
        )


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The values of a claim: itself, or the items of a list; nothing where it is missing or an object.

    >>> values_of({"groups": ["fire", "leads"]}, "groups")
    ['fire', 'leads']
    >>> values_of({"realm_access": {"roles": ["a"]}}, "realm_access.roles"), values_of({}, "groups")
    (['a'], [])
    """
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    items = found if isinstance(found, Sequence) and not isinstance(found, str) else [found]
    return [str(item) for item in items if isinstance(item, str | int) and not isinstance(item, bool)]


def granted_by(rules: Sequence[ClaimRule], claims: Mapping[str, Any]) -> list[tuple[Role, ScopeGiven]]:
    """Every role that claims give, each scope once, in the order of the rules.

    >>> rule = ClaimRule(claim="dept", role=Role.OFFICER, organisation="$value")
    >>> [(role.value, scope.organisation) for role, scope in granted_by([rule], {"dept": ["LS-HW", "LS-CG"]})]
    [('officer', 'LS-HW'), ('officer', 'LS-CG')]
    """
    found: dict[tuple[Role, ScopeGiven], None] = {}
    for rule in rules:
        for value in values_of(claims, rule.claim):
            if rule.value is None or rule.value == value:
                found[rule.role, rule.scope(value)] = None
    return list(found)
