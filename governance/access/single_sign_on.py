"""Who comes by single sign-on: their account, made at the first time, granted what their claims say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from governance.access.accounts import canonical_name
from governance.access.claims import ClaimRule, granted_by, values_of
from governance.access.errors import AccountRefused, SingleSignOnFailed
from governance.access.roles import Role
from governance.access.scopes import stored_scope
from governance.access.sessions import SessionRules, SignedIn, Visitor, begin_session
from grid_data import accounts as stored
from grid_data.database import Connection, Database
from grid_data.history import add_history
from grid_data.sign_in import Gate

__all__ = ["enter_by_claims"]

log = logging.getLogger(__name__)


async def enter_by_claims(
    database: Database,
    sessions: SessionRules,
    visitor: Visitor,
    issuer: str,
    claims: Mapping[str, Any],
    rules: Sequence[ClaimRule],
    *,
    name_claim: str,
    person_claim: str | None,
) -> SignedIn:
    """Begin a session for who a provider has vouched for, with the roles their claims give today.

    The account is found by issuer and subject only: names and e-mail addresses can be given to another.

    Raises
    ------
    SingleSignOnFailed
        The claims give no role in this city, or the account is closed.
    """
    subject = str(claims["sub"])
    async with database.transaction(Gate("single-sign-on")) as connection:
        signed_in = await _entered(
            connection, sessions, visitor, (issuer, subject), claims, rules, (name_claim, person_claim)
        )
    # Told when all is stored: roles that were taken away stay away.
    if signed_in is None:
        raise SingleSignOnFailed("the claims give no role here, or the account is closed", "unknown_account")
    return signed_in


async def _entered(
    connection: Connection,
    sessions: SessionRules,
    visitor: Visitor,
    who: tuple[str, str],
    claims: Mapping[str, Any],
    rules: Sequence[ClaimRule],
    names: tuple[str, str | None],
) -> SignedIn | None:
    wanted = await _wanted(connection, rules, claims)
    account = await stored.by_subject(connection, *who)
    if account is None:
        if not wanted:
            return None
        account = await _made(connection, who, claims, *names)
    await _follow(connection, account["id"], account["name"], wanted)
    (document,) = await stored.account_documents(connection, account["name"])
    if account["disabled"] or not document["grants"]:
        return None
    return await begin_session(connection, sessions, visitor, account["id"], account["name"], "oidc")


async def _wanted(
    connection: Connection, rules: Sequence[ClaimRule], claims: Mapping[str, Any]
) -> list[tuple[Role, stored.StoredScope]]:
    wanted = []
    for role, given in granted_by(rules, claims):
        try:
            wanted.append((role, await stored_scope(connection, given)))
        except AccountRefused as problem:
            log.warning("a claim grants %s nowhere: %s", role.value, problem.message)
    return wanted


async def _made(
    connection: Connection,
    who: tuple[str, str],
    claims: Mapping[str, Any],
    name_claim: str,
    person_claim: str | None,
) -> dict[str, Any]:
    """A new account; a name that is taken, or is none, gets a number behind it."""
    issuer, subject = who
    names = [*values_of(claims, name_claim), subject]
    base = next(filter(None, (_as_name(name) for name in names)), "account")
    name, number = base, 1
    while await stored.name_is_taken(connection, name):
        number += 1
        name = f"{base[:54]}-{number}"
    code = next(iter(values_of(claims, person_claim)), None) if person_claim else None
    found = None if code is None else await stored.person_id(connection, code)
    person = None if found is None or found[1] is not None else found[0]
    shown = next(iter(values_of(claims, "name")), name)[:100].replace("\0", "")
    account_id = await stored.add_account(
        connection,
        stored.NewAccount(
            name=name, display_zh=shown, person_id=person, oidc_issuer=issuer, oidc_subject=subject
        ),
    )
    if account_id is None:
        raise SingleSignOnFailed("somebody else has taken the name at the same moment")
    told = {"account": name, "display": shown, "single_sign_on": True, "person": code if person else None}
    await add_history(connection, "single-sign-on", "account.add", after=told)
    return {"id": account_id, "name": name, "disabled": False}


def _as_name(text: str) -> str | None:
    kept = "".join(letter if letter.isalnum() or letter in ".@+-_" else "-" for letter in text.strip())
    try:
        return canonical_name(kept[:60])
    except AccountRefused:
        return None


async def _follow(
    connection: Connection, account_id: int, name: str, wanted: Sequence[tuple[Role, stored.StoredScope]]
) -> None:
    """Make the grants from claims those of today, with an entry where that changes something."""
    held = await stored.held_from_claims(connection, account_id)
    there = {(role, scope) for _, role, scope in held}
    asked = {(role.value, scope) for role, scope in wanted}
    ended = [(key, role) for key, role, scope in held if (role, scope) not in asked]
    for key, _ in ended:
        await stored.revoke(connection, account_id, grant_id=key)
    begun = []
    for role, scope in wanted:
        if (role.value, scope) not in there:
            await stored.grant(connection, account_id, role.value, scope, from_claims=True)
            begun.append(role.value)
    if ended or begun:
        told = {"account": name, "granted": begun, "revoked": [role for _, role in ended]}
        await add_history(connection, "single-sign-on", "account.claims", after=told)
