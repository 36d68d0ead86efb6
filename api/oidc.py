"""Single sign-on: where the browser leaves for the provider, and where it comes back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from api.dependencies import known_parameters
from api.formats import NOT_NUL
from api.gate import Gate
from api.limiter import Limiter, visitor_of
from api.openapi import problems
from api.problems import Problem
from api.session import START, set_session_cookie
from governance.access.errors import SingleSignOnFailed
from governance.access.secrets import digest
from governance.access.single_sign_on import enter_by_claims
from governance.incidents.answers import Name
from governance.settings import Settings
from grid_data.database import Database
from grid_data.sign_in import FLOW_S, begin_flow, end_flow
from grid_data.sign_in import Gate as GateRole

if TYPE_CHECKING:
    from governance.access.oidc import Provider

__all__ = ["SignOn", "router", "sign_on_of"]

log = logging.getLogger(__name__)
router = APIRouter(tags=["sign-in"])

CALLBACK = "/api/session/oidc/callback"
FLOW_COOKIE = "gridgov_sign_in"
SIGN_IN = "/"
"""Where one signs in: any page asks who comes, and says what `error` of its address means."""
NONE_HERE = Name(zh="本服务器无需登录", en="nobody signs in here")
ANSWERS: dict[int | str, dict[str, Any]] = {303: {"description": "Goes on elsewhere.", "content": {}}}


@dataclass(frozen=True)
class SignOn:
    """Single sign-on of one server."""

    name: str
    provider: Provider
    settings: Settings
    limiter: Limiter


def sign_on_of(settings: Settings) -> SignOn | None:
    """Single sign-on as it is set up; None: it is not."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    # Loaded where it is set up: most servers need no checks of signatures.
    from governance.access.oidc import Provider, ProviderSettings

    secret = settings.oidc_client_secret
    provider = ProviderSettings(
        settings.oidc_issuer,
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        settings.oidc_scope,
    )
    return SignOn(settings.oidc_name, Provider(provider), settings, Limiter(burst=30, per_minute=30))


@router.get(
    START,
    status_code=303,
    response_class=RedirectResponse,
    summary="Begin single sign-on",
    dependencies=[Depends(known_parameters)],
    responses={**problems("bad-parameter", "unknown-parameter", "not-found", "too-many-tries"), **ANSWERS},
)
async def start(
    request: Request,
    next: Annotated[
        str,
        Query(
            max_length=2000, pattern=NOT_NUL, description="Path of this server to come back to.",
            examples=["/dispatch"],
        ),
    ] = "/",
) -> RedirectResponse:  # fmt: skip
    """Leave for the provider of single sign-on."""
    try:
        sign_on = _sign_on(request)
        sign_on.limiter.take(request)
        begun = await sign_on.provider.begin(_redirect_uri(request, sign_on), _own_path(next))
    except SingleSignOnFailed as problem:
        return _failed(problem)
    async with _database(request).transaction(GateRole()) as connection:
        await begin_flow(connection, digest(begun.state), digest(begun.browser), begun.flow)
    response = RedirectResponse(begun.address, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        FLOW_COOKIE, begun.browser, max_age=FLOW_S, path="/api/session/oidc", httponly=True, samesite="lax",
        secure=request.app.state.gate.secure or request.url.scheme == "https",
    )  # fmt: skip
    return response


@router.get(
    CALLBACK,
    status_code=303,
    response_class=RedirectResponse,
    summary="Come back from single sign-on",
    responses={**problems("bad-parameter", "not-found", "too-many-tries"), **ANSWERS},
)
async def callback(
    request: Request,
    state: Annotated[str, Query(max_length=200, pattern=NOT_NUL, examples=["Yx9…"])] = "",
    code: Annotated[str, Query(max_length=4000, pattern=NOT_NUL, examples=["SplxlO…"])] = "",
    error: Annotated[
        str, Query(max_length=200, pattern=NOT_NUL, description="Why the provider refuses.")
    ] = "",
    iss: Annotated[str, Query(max_length=500, pattern=NOT_NUL, description="The provider (RFC 9207).")] = "",
) -> RedirectResponse:
    """Where the provider sends the browser back to. Each `state` is taken once, in the browser that began.

    Goes on to where one wanted to be, signed in, or to the sign-in page with `error`: `refused`, `expired`,
    `unknown_account`, `not_configured` or `failed`; why stands in the server's log.
    """
    database = _database(request)
    try:
        sign_on = _sign_on(request)
        sign_on.limiter.take(request)
        async with database.transaction(GateRole()) as connection:
            flow = await end_flow(connection, digest(state), digest(request.cookies.get(FLOW_COOKIE, "")))
        if flow is None:
            raise SingleSignOnFailed("no sign-on with this state is under way in this browser", "expired")
        if iss and iss != sign_on.provider.settings.issuer:
            raise SingleSignOnFailed(f"the answer comes from another provider: {iss!r}")
        if error:
            raise SingleSignOnFailed(f"the provider refuses: {error!r}", "refused")
        if not code:
            raise SingleSignOnFailed("the provider gives neither a code nor a reason")
        claims = await sign_on.provider.finish(_redirect_uri(request, sign_on), code, flow)
        gate: Gate = request.app.state.gate
        signed_in = await enter_by_claims(
            database, gate.rules, visitor_of(request), sign_on.provider.settings.issuer, claims,
            sign_on.settings.oidc_grants, name_claim=sign_on.settings.oidc_name_claim,
            person_claim=sign_on.settings.oidc_person_claim,
        )  # fmt: skip
    except SingleSignOnFailed as problem:
        return _failed(problem)
    gate.forget()
    response = RedirectResponse(flow.next_path, 303)
    response.delete_cookie(FLOW_COOKIE, path="/api/session/oidc", httponly=True, samesite="lax")
    set_session_cookie(request, response, signed_in)
    return response


def _failed(problem: SingleSignOnFailed) -> RedirectResponse:
    log.warning("single sign-on failed: %s", problem.reason)
    return RedirectResponse(f"{SIGN_IN}?error={problem.end}", 303, {"Cache-Control": "no-store"})


def _sign_on(request: Request) -> SignOn:
    if request.app.state.gate is None:
        raise Problem("not-found", NONE_HERE)
    sign_on: SignOn | None = request.app.state.oidc
    if sign_on is None:
        raise SingleSignOnFailed("no single sign-on is set up here", "not_configured")
    return sign_on


def _redirect_uri(request: Request, sign_on: SignOn) -> str:
    base = sign_on.settings.public_url or str(request.base_url)
    return base.rstrip("/") + CALLBACK


def _own_path(path: str) -> str:
    """A path of this server, or its first page: nobody is sent elsewhere."""
    plain = path.isprintable() and "\\" not in path and path.startswith("/") and not path.startswith("//")
    return path if plain else "/"


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
