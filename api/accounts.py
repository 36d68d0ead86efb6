"""Keeping accounts: who there is, what they are granted, who is let in no more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.account_schemas import Account, Accounts, GrantBody, NewAccount, NewPassword
from api.dependencies import known_parameters
from api.formats import NOT_NUL
from api.gate import GateTransaction
from api.openapi import problems
from api.principal import Me
from governance.access.accounts import (
    AccountGiven,
    add_account,
    change_password,
    close_account,
    end_all_sessions,
    get_account,
    give,
    list_accounts,
    open_account,
    take,
)
from grid_data.database import Connection

router = APIRouter(tags=["accounts"], dependencies=[Depends(known_parameters)])

READING = ("bad-parameter", "unknown-parameter", "not-found")
KEEPING = (*READING, "account-refused", "csrf-token", "too-large")

AccountName = Annotated[
    str,
    Path(
        max_length=60, pattern=NOT_NUL, examples=["wang.lei"],
        json_schema_extra={"format": "account-name"},
    ),
]  # fmt: skip
GrantId = Annotated[int, Path(ge=1, le=2**62, examples=[1])]


async def _answer(connection: Connection, name: str) -> Account:
    document = await get_account(connection, name)
    document.pop("id")
    return Account.model_validate(document)


@router.get("/api/accounts", summary="All accounts", responses=problems("unknown-parameter"))
async def read_accounts(connection: GateTransaction) -> Accounts:
    """Every account with what it is granted now, by name; closed ones too."""
    found = await list_accounts(connection)
    items = [{key: value for key, value in each.items() if key != "id"} for each in found]
    return Accounts.model_validate({"items": items})


@router.post(
    "/api/accounts",
    status_code=201,
    summary="Make an account",
    responses=problems("bad-parameter", "unknown-parameter", "account-refused", "csrf-token", "too-large"),
)
async def make_account(request: Request, connection: GateTransaction, me: Me, body: NewAccount) -> Account:
    """An account with what it is granted. A name is never given to somebody else: accounts are closed."""
    display = body.display
    given = AccountGiven(
        name=body.name,
        display_zh=None if display is None else display.zh,
        display_en=None if display is None else display.en,
        organisation=body.organisation,
        person=body.person,
        password=body.password,
        grants=[grant.given() for grant in body.grants],
    )
    name = await add_account(connection, request.app.state.passwords, me.name, given)
    return await _answer(connection, name)


@router.get("/api/accounts/{name}", summary="One account", responses=problems(*READING))
async def read_account(connection: GateTransaction, name: AccountName) -> Account:
    """An account with what it is granted now."""
    return await _answer(connection, name)


@router.post("/api/accounts/{name}/grants", summary="Grant a role", responses=problems(*KEEPING))
async def grant_role(connection: GateTransaction, me: Me, name: AccountName, body: GrantBody) -> Account:
    """A role and where it is held. Several grants do not add up: each door counts those that open it."""
    await give(connection, me.name, name, *body.given())
    return await _answer(connection, name)


@router.delete(
    "/api/accounts/{name}/grants/{id}",
    status_code=204,
    response_class=Response,
    summary="Take a grant away",
    responses=problems(*KEEPING),
)
async def take_grant(connection: GateTransaction, me: Me, name: AccountName, id: GrantId) -> None:
    """Take a grant away; it holds no more within a second. One administrator at least has to stay."""
    await take(connection, me.name, name, grant_id=id)


@router.post(
    "/api/accounts/{name}/password",
    status_code=204,
    response_class=Response,
    summary="Give another password",
    responses=problems(*KEEPING),
)
async def reset_password(
    request: Request, connection: GateTransaction, me: Me, name: AccountName, body: NewPassword
) -> None:
    """Give somebody another password, which they change themselves afterwards; all their sessions end."""
    await change_password(connection, request.app.state.passwords, me.name, name, body.password)


@router.post("/api/accounts/{name}/disable", summary="Close an account", responses=problems(*KEEPING))
async def disable(connection: GateTransaction, me: Me, name: AccountName) -> Account:
    """Let nobody in by it any more; its sessions end. What it did stays under its name."""
    await close_account(connection, me.name, name)
    return await _answer(connection, name)


@router.post("/api/accounts/{name}/enable", summary="Open an account again", responses=problems(*KEEPING))
async def enable(connection: GateTransaction, me: Me, name: AccountName) -> Account:
    """Let it in again, with what it is granted."""
    await open_account(connection, me.name, name)
    return await _answer(connection, name)


@router.delete(
    "/api/accounts/{name}/sessions",
    status_code=204,
    response_class=Response,
    summary="End all sessions of an account",
    responses=problems(*KEEPING),
)
async def end_sessions(connection: GateTransaction, me: Me, name: AccountName) -> None:
    """Sign somebody out everywhere."""
    await end_all_sessions(connection, me.name, name)
