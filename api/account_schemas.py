"""Accounts, sessions and tokens as requests and answers show them. A secret is in no answer but its first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from api.formats import NOT_NUL, AnyMoment, OrganisationCode, ZoneKey
from api.reports import SAYS_SOMETHING, Body
from governance.access import Permission, Role
from governance.access.scopes import ScopeGiven
from governance.incidents.answers import Answer, Name, Named

__all__ = [
    "Account",
    "Accounts",
    "GrantBody",
    "Me",
    "NewAccount",
    "NewPassword",
    "NewToken",
    "OwnPassword",
    "OwnSession",
    "OwnSessions",
    "SignInBody",
    "Token",
    "TokenMade",
    "Tokens",
]

AccountName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        pattern=r"^[A-Za-z0-9_.@+\-一-鿿]+$",
        description="What is typed to sign in: letters, digits and `. @ + - _`; kept in small letters.",
        examples=["wang.lei"],
    ),
]
Secret = Annotated[str, Field(min_length=1, max_length=400, pattern=NOT_NUL)]
Chosen = Annotated[
    str,
    Field(
        min_length=10,
        max_length=200,
        pattern=NOT_NUL,
        description="At least 10 characters, of any kind; what is guessed first is refused.",
        examples=["石老人海边的第三盏路灯"],
    ),
]
GrantedRole = Literal[
    "acceptor", "dispatcher", "sorter", "supervisor", "officer", "grid_worker", "community_lead",
    "street_lead", "district_lead", "planner", "approver", "analyst", "administrator", "auditor",
]  # fmt: skip


class ZoneNamed(Answer):
    """A zone with its name of today; without one where it is no more."""

    layer: str
    code: str
    name: Name | None


class Scope(Answer):
    """What a grant reaches; all empty and not `everything` is nothing."""

    everything: bool
    posts: Annotated[bool, Field(description="`zones` are those of the posts held now.")] = False
    regions: Annotated[list[ZoneNamed], Field(description="With all below them today.")]
    organisations: Annotated[list[Named], Field(description="With all below them.")]
    zones: list[ZoneNamed]


class HeldRole(Answer):
    """A role and where it is held."""

    role: GrantedRole
    scope: Scope


class SingleSignOn(Answer):
    """Single sign-on: what it is called, and where it begins."""

    name: str
    start: str


class DemoAccount(Answer):
    """An account of the demo, with the password that everybody knows."""

    name: str
    role: GrantedRole
    display: Name
    password: str


class Ways(Answer):
    """How one signs in here."""

    password: bool
    oidc: SingleSignOn | None
    demo: list[DemoAccount]


class Me(Answer):
    """Who asks, and how one signs in.

    ``open``: nobody signs in on this server. ``on_behalf``: says in each request for whom it acts. ``csrf``
    is sent as ``X-CSRF-Token`` with every change that a page makes.
    """

    signed_in: bool
    open: bool
    demo: bool
    name: str | None
    display: Name | None
    roles: list[HeldRole]
    permissions: list[Permission]
    organisation: Named | None
    on_behalf: bool
    csrf: str | None
    ways: Ways


class SignInBody(Body):
    """Name and password."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "wang.lei", "password": "…"}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NOT_NUL)]
    password: Secret


class OwnPassword(Body):
    """The present password and another one."""

    old: Secret
    password: Chosen


class OwnSession(Answer):
    """An open session of one's own."""

    id: str
    current: bool
    way: Literal["password", "oidc"]
    started_at: datetime
    seen_at: Annotated[datetime, Field(description="Last used, to the minute.")]
    ends_at: Annotated[datetime, Field(description="Its end at the latest.")]
    address: str | None
    agent: str | None


class OwnSessions(Answer):
    """Open sessions, the last used first."""

    items: list[OwnSession]


SCOPES = ("everything", "region", "organisation", "zones", "posts")


def _exactly_one(schema: dict[str, Any]) -> None:
    """Says in the description what the check below does: exactly one of the fields, not null."""
    for name in SCOPES:
        told = schema["properties"][name]
        (kind,) = [each for each in told.pop("anyOf") if each != {"type": "null"}]
        told.update(kind)
        told.pop("default", None)
    schema["oneOf"] = [{"required": [name]} for name in SCOPES]


class ScopeBody(Body):
    """Where: exactly one of these."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_exactly_one)

    everything: Annotated[Literal[True] | None, Field(description="The whole city.")] = None
    region: Annotated[ZoneKey | None, Field(description="`layer:code`, with all that lies below it.")] = None
    organisation: Annotated[OrganisationCode | None, Field(description="Code, with all below it.")] = None
    zones: Annotated[
        list[ZoneKey] | None, Field(min_length=1, max_length=500, description="Each `layer:code`.")
    ] = None
    posts: Annotated[
        Literal[True] | None, Field(description="The zones of the posts that the account's person holds.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        if isinstance(given, dict):
            there = [name for name in SCOPES if name in given]
            if len(there) != 1 or given[there[0]] is None:
                raise ValueError(f"give exactly one of {', '.join(SCOPES)}")
        return given

    def given(self) -> ScopeGiven:
        """The scope as the floor below takes it."""
        return ScopeGiven(
            everything=bool(self.everything),
            region=self.region,
            organisation=self.organisation,
            zones=tuple(self.zones or ()),
            posts=bool(self.posts),
        )


class GrantBody(Body):
    """A role and where it is held."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"role": "officer", "scope": {"organisation": "LS-HW"}}]},
    )

    role: GrantedRole
    scope: ScopeBody

    def given(self) -> tuple[Role, ScopeGiven]:
        """Role and scope as the floor below takes them."""
        return Role(self.role), self.scope.given()


class DisplayBody(Body):
    """How a person is shown; English is optional."""

    zh: Annotated[str, Field(min_length=1, max_length=100, pattern=SAYS_SOMETHING)]
    en: Annotated[str | None, Field(min_length=1, max_length=100, pattern=SAYS_SOMETHING)] = None


class NewAccount(Body):
    """An account to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "zhao.min",
                    "display": {"zh": "赵敏", "en": "Zhao Min"},
                    "organisation": "LS-HW",
                    "password": "石老人海边的第三盏路灯",
                    "grants": [{"role": "officer", "scope": {"organisation": "LS-HW"}}],
                }
            ]
        },
    )

    name: AccountName
    display: DisplayBody | None = None
    organisation: Annotated[OrganisationCode | None, Field(description="For whom they work.")] = None
    person: Annotated[
        str | None,
        Field(max_length=60, pattern=NOT_NUL, description="Code of the person, for scopes of posts."),
    ] = None
    password: Annotated[Chosen | None, Field(description="Without one: single sign-on only.")] = None
    grants: Annotated[list[GrantBody], Field(max_length=50, default_factory=list)]


class NewPassword(Body):
    """Another password for somebody."""

    password: Chosen


class HeldGrant(HeldRole):
    """A grant that holds."""

    id: int
    from_claims: Annotated[bool, Field(description="From single sign-on; the next one decides again.")]
    since: datetime


class Account(Answer):
    """An account as administrators see it."""

    name: str
    display: Name
    organisation: Named | None
    person: str | None
    password: bool
    single_sign_on: bool
    demo: bool
    disabled: bool
    created_at: datetime
    signed_in_at: datetime | None
    grants: list[HeldGrant]


class Accounts(Answer):
    """All accounts, by name."""

    items: list[Account]


class NewToken(Body):
    """A token to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "hotline",
                    "role": "acceptor",
                    "scope": {"everything": True},
                    "on_behalf": True,
                    "expires_at": "2027-12-31T00:00:00+08:00",
                }
            ]
        },
    )

    name: AccountName
    role: Annotated[GrantedRole | None, Field(description="As what it takes steps.")] = None
    permissions: Annotated[
        list[Permission],
        Field(description="What it opens; by default what its role does.", default_factory=list),
    ]
    scope: Annotated[ScopeBody | None, Field(description="What it sees; without one nothing.")] = None
    on_behalf: Annotated[bool, Field(description="Says in each request for whom it acts.")] = False
    expires_at: AnyMoment | None = None


class Token(Answer):
    """A token, without its secret."""

    name: str
    role: GrantedRole | None
    permissions: list[str]
    scope: Scope
    on_behalf: bool
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    seen_at: Annotated[datetime | None, Field(description="Last used, to the minute.")]
    revoked_at: datetime | None


class Tokens(Answer):
    """All tokens, by name."""

    items: list[Token]


class TokenMade(Answer):
    """A new token: this once with its secret."""

    secret: Annotated[str, Field(description="Sent as `Authorization: Bearer …`; it is shown only now.")]
    token: Token
