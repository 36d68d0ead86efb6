"""Tokens of machines."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.account_schemas import NewToken, Token, TokenMade, Tokens
from api.accounts import KEEPING, AccountName
from api.dependencies import known_parameters
from api.gate import GateTransaction
from api.openapi import problems
from api.principal import Me
from governance.access import Role
from governance.access.accounts import canonical_name
from governance.access.scopes import ScopeGiven
from governance.access.tokens import TokenGiven, add_token, list_tokens, revoke_token

router = APIRouter(tags=["accounts"], dependencies=[Depends(known_parameters)])


@router.get("/api/tokens", summary="All tokens", responses=problems("unknown-parameter"))
async def read_tokens(connection: GateTransaction) -> Tokens:
    """Every token with what it opens, by name; ended ones too. Never a secret."""
    return Tokens.model_validate({"items": await list_tokens(connection)})


@router.post(
    "/api/tokens",
    status_code=201,
    summary="Make a token",
    responses=problems("bad-parameter", "unknown-parameter", "account-refused", "csrf-token", "too-large"),
)
async def make_token(connection: GateTransaction, me: Me, body: NewToken, response: Response) -> TokenMade:
    """A token for a machine. Its secret is in this answer and nowhere else."""
    given = TokenGiven(
        name=body.name,
        role=None if body.role is None else Role(body.role),
        permissions=body.permissions,
        scope=ScopeGiven() if body.scope is None else body.scope.given(),
        on_behalf=body.on_behalf,
        expires_at=body.expires_at,
    )
    secret = await add_token(connection, me.name, given)
    (made,) = await list_tokens(connection, canonical_name(body.name))
    response.headers["Cache-Control"] = "no-store"
    return TokenMade(secret=secret, token=Token.model_validate(made))


@router.delete(
    "/api/tokens/{name}",
    status_code=204,
    response_class=Response,
    summary="End a token",
    responses=problems(*KEEPING),
)
async def end_token(connection: GateTransaction, me: Me, name: AccountName) -> None:
    """It opens nothing within a second."""
    await revoke_token(connection, me.name, name)
