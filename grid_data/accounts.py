"""Accounts as they are stored: who there is, what they are granted, the tokens of machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = [
    "NewAccount",
    "NewToken",
    "StoredScope",
    "account_documents",
    "add_account",
    "add_token",
    "administrators",
    "by_subject",
    "count_accounts",
    "demo_accounts",
    "first_zones",
    "free_worker",
    "grant",
    "held_from_claims",
    "lock_account",
    "name_is_taken",
    "organisation_id",
    "person_id",
    "revoke",
    "revoke_token",
    "set_disabled",
    "set_password",
    "token_documents",
    "zone_id",
]

Document = dict[str, Any]


@dataclass(frozen=True)
class StoredScope:
    """Where something is granted; at most one of these is stated."""

    everything: bool = False
    region_zone_id: int | None = None
    organisation_id: int | None = None
    zone_ids: tuple[int, ...] | None = None
    posts: bool = False

    def columns(self) -> dict[str, Any]:
        """As the tables have it."""
        ids = None if self.zone_ids is None else list(self.zone_ids)
        return {**asdict(self), "zone_ids": ids}


@dataclass(frozen=True)
class NewAccount:
    """An account to be made."""

    name: str
    display_zh: str
    display_en: str | None = None
    organisation_id: int | None = None
    person_id: int | None = None
    password_hash: str | None = None
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    demo: bool = False


@dataclass(frozen=True)
class NewToken:
    """A token to be made."""

    name: str
    token_hash: bytes
    role: str | None
    permissions: tuple[str, ...]
    scope: StoredScope
    on_behalf: bool
    created_by: str
    expires_at: datetime | None


async def account_documents(connection: Connection, name: str | None = None) -> list[Document]:
    """Accounts with what they are granted now, by name, one or all; ``id`` is that of the database."""
    found = await rows(connection, "accounts/listed", {"name": name})
    return [{"id": row["id"], **row["document"]} for row in found]


async def lock_account(connection: Connection, name: str) -> Document | None:
    """``id``, ``password_hash`` and ``disabled`` of an account, locked."""
    return await one(connection, "accounts/lock", {"name": name})


async def add_account(connection: Connection, new: NewAccount) -> int | None:
    """Store an account; None: its name is taken."""
    row = await one(connection, "accounts/add", asdict(new))
    return None if row is None else int(row["id"])


async def set_password(
    connection: Connection, account_id: int, password_hash: str | None, *, changed: bool
) -> None:
    """Store another hash; ``changed`` is false when the same password was hashed anew."""
    await run(
        connection,
        "accounts/set_password",
        {"account_id": account_id, "password_hash": password_hash, "changed": changed},
    )


async def set_disabled(connection: Connection, account_id: int, *, disabled: bool) -> bool:
    """Close or open an account; whether that changed something."""
    given = {"account_id": account_id, "disabled": disabled}
    return await run(connection, "accounts/set_disabled", given) > 0


async def grant(
    connection: Connection, account_id: int, role: str, scope: StoredScope, *, from_claims: bool = False
) -> int | None:
    """Grant a role somewhere; None: it is held there already."""
    given = {"account_id": account_id, "role": role, "from_claims": from_claims, **scope.columns()}
    row = await one(connection, "accounts/grant", given)
    return None if row is None else int(row["id"])


async def revoke(
    connection: Connection,
    account_id: int,
    *,
    grant_id: int | None = None,
    role: str | None = None,
    from_claims: bool = False,
) -> list[tuple[int, str]]:
    """End grants: one, those of a role, those from claims; returns key and role of each."""
    given = {"account_id": account_id, "grant_id": grant_id, "role": role, "from_claims": from_claims}
    return [(row["id"], row["role"]) for row in await rows(connection, "accounts/revoke", given)]


async def held_from_claims(connection: Connection, account_id: int) -> list[tuple[int, str, StoredScope]]:
    """Grants that came from claims: key, role, where."""
    found = []
    for row in await rows(connection, "accounts/held_from_claims", {"account_id": account_id}):
        ids = row["zone_ids"]
        scope = StoredScope(
            row["everything"], row["region_zone_id"], row["organisation_id"],
            None if ids is None else tuple(ids), row["posts"],
        )  # fmt: skip
        found.append((row["id"], row["role"], scope))
    return found


async def administrators(connection: Connection) -> list[int]:
    """Accounts that can keep the others now, locked."""
    return [row["id"] for row in await rows(connection, "accounts/administrators")]


async def count_accounts(connection: Connection) -> tuple[int, int]:
    """How many accounts there are, and how many of them are not of the demo."""
    row = await one(connection, "accounts/count")
    assert row is not None
    return row["accounts"], row["own"]


async def demo_accounts(connection: Connection) -> list[Document]:
    """Accounts of the demo: ``name``, ``display_zh``, ``display_en``, ``role``."""
    return list(await rows(connection, "accounts/demo"))


async def by_subject(connection: Connection, issuer: str, subject: str) -> Document | None:
    """``id``, ``name`` and ``disabled`` of the account of somebody at a provider, locked."""
    return await one(connection, "accounts/by_subject", {"issuer": issuer, "subject": subject})


async def name_is_taken(connection: Connection, name: str) -> bool:
    """Whether an account has this name."""
    row = await one(connection, "accounts/name_is_taken", {"name": name})
    assert row is not None
    return bool(row["taken"])


async def organisation_id(connection: Connection, code: str) -> int | None:
    """The organisation with a code."""
    row = await one(connection, "accounts/organisation_id", {"code": code})
    return None if row is None else int(row["id"])


async def person_id(connection: Connection, code: str) -> tuple[int, str | None] | None:
    """The person with a code, and the name of their account."""
    row = await one(connection, "accounts/person_id", {"code": code})
    return None if row is None else (row["id"], row["account"])


async def zone_id(connection: Connection, layer: str, code: str) -> tuple[int, str] | None:
    """A zone of today and the kind of its layer."""
    row = await one(connection, "accounts/zone_id", {"layer": layer, "code": code})
    return None if row is None else (row["id"], row["kind"])


async def free_worker(connection: Connection) -> tuple[str, str] | None:
    """Code and name of a full-time grid worker who has no account yet."""
    row = await one(connection, "accounts/worker_of_grid")
    return None if row is None else (row["code"], row["name"])


async def first_zones(connection: Connection, layer: str, most: int) -> list[Document]:
    """The first zones of a layer by code: ``key`` as ``layer:code``, and who governs each."""
    return list(await rows(connection, "accounts/first_zones", {"layer": layer, "most": most}))


async def add_token(connection: Connection, new: NewToken) -> int | None:
    """Store a token; None: its name is taken."""
    given = {
        "name": new.name, "token_hash": new.token_hash, "role": new.role,
        "permissions": list(new.permissions), "on_behalf": new.on_behalf, "created_by": new.created_by,
        "expires_at": new.expires_at, **new.scope.columns(),
    }  # fmt: skip
    row = await one(connection, "tokens/add", given)
    return None if row is None else int(row["id"])


async def token_documents(connection: Connection, name: str | None = None) -> list[Document]:
    """Tokens in order of name, never the secret; one, or all."""
    return [row["document"] for row in await rows(connection, "tokens/listed", {"name": name})]


async def revoke_token(connection: Connection, name: str) -> bool:
    """End a token; false: none of this name holds."""
    return await run(connection, "tokens/revoke", {"name": name}) > 0
