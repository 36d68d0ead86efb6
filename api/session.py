"""Signing in and out, who one is, one's own sessions and password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.account_schemas import (
    DemoAccount,
    HeldRole,
    Me,
    OwnPassword,
    OwnSession,
    OwnSessions,
    SignInBody,
    SingleSignOn,
    Ways,
)
from api.dependencies import known_parameters
from api.gate import SESSION_COOKIE, Gate, GateTransaction, entered_of
from api.limiter import visitor_of
from api.openapi import problems
from api.principal import Me as MePrincipal
from api.problems import Problem
from governance.access import VISITOR
from governance.access.accounts import get_account
from governance.access.demo import DEMO_PASSWORD
from governance.access.gate import Entered
from governance.access.secrets import csrf_of
from governance.access.sessions import (
    SignedIn,
    change_own_password,
    own_sessions,
    revoke_session,
    sign_in,
    sign_out,
)
from governance.access.tokens import list_tokens
from governance.incidents.answers import Name
from grid_data.accounts import demo_accounts
from grid_data.database import Connection, Database
from grid_data.sign_in import Gate as GateRole

__all__ = ["START", "router", "set_session_cookie"]

router = APIRouter(tags=["sign-in"], dependencies=[Depends(known_parameters)])

START = "/api/session/oidc/start"
NOBODY_SIGNS_IN = Name(zh="本服务器为开放模式，无人登录", en="this server is open: nobody signs in")
PERSONS_ONLY = Name(zh="令牌没有会话与密码", en="a token has no sessions and no password")
SessionId = Annotated[int, Path(ge=1, le=2**62, examples=[1])]


@router.get("/api/me", summary="Who asks", responses=problems("unknown-parameter"))
async def read_me(request: Request) -> Me:
    """Who asks, what they may do, and how one signs in here. Open to everybody."""
    return await _me(request, await entered_of(request), request.cookies.get(SESSION_COOKIE))


async def _me(request: Request, entered: Entered | None, cookie: str | None) -> Me:
    state = request.app.state
    is_open = state.gate is None
    async with _database(request).transaction(GateRole()) as connection:
        ways = Ways(
            password=not is_open,
            oidc=None if is_open or state.oidc is None else SingleSignOn(name=state.oidc.name, start=START),
            demo=[] if is_open or not state.demo else await _demo(connection),
        )
        if entered is None:
            return Me(
                signed_in=False, open=is_open, demo=state.demo, name=None, display=None, roles=[],
                permissions=sorted(VISITOR.permissions) if is_open else [], organisation=None,
                on_behalf=is_open, csrf=None, ways=ways,
            )  # fmt: skip
        return await _known(connection, entered, cookie, ways, demo=state.demo)


async def _known(
    connection: Connection, entered: Entered, cookie: str | None, ways: Ways, *, demo: bool
) -> Me:
    me = entered.principal
    if entered.account_id is None:
        name = me.name.partition(":")[2]
        (token,) = await list_tokens(connection, name)
        display, organisation = Name(zh=name), None
        roles = [] if token["role"] is None else [HeldRole(role=token["role"], scope=token["scope"])]
    else:
        account = await get_account(connection, me.name)
        display, organisation = Name.model_validate(account["display"]), account["organisation"]
        roles = [HeldRole(role=held["role"], scope=held["scope"]) for held in account["grants"]]
        ways = ways.model_copy(update={"password": account["password"]})
    return Me(
        signed_in=True, open=False, demo=demo, name=me.name, display=display, roles=roles,
        permissions=sorted(me.permissions), organisation=organisation, on_behalf=me.on_behalf,
        csrf=csrf_of(cookie) if cookie and entered.session_id is not None else None, ways=ways,
    )  # fmt: skip


async def _demo(connection: Connection) -> list[DemoAccount]:
    return [
        DemoAccount(
            name=row["name"],
            role=row["role"],
            display=Name(zh=row["display_zh"], en=row["display_en"]),
            password=DEMO_PASSWORD,
        )
        for row in await demo_accounts(connection)
        if row["role"] is not None
    ]


@router.post(
    "/api/session",
    summary="Sign in",
    responses=problems(
        "bad-parameter", "unknown-parameter", "sign-in-failed", "not-allowed", "too-many-tries", "too-large"
    ),
)
async def open_session(request: Request, response: Response, body: SignInBody) -> Me:
    """Sign in by name and password; answers as `GET /api/me`, and sets the cookie `gridgov_session`.

    Which of the two is wrong is not told. Tries in a row for one name (from the sixth on) and from one
    address (from the 21st on) double the wait each time, up to a quarter of an hour: 429 with `Retry-After`.
    """
    gate: Gate | None = request.app.state.gate
    if gate is None:
        raise Problem("not-allowed", NOBODY_SIGNS_IN)
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Problem("not-allowed", Name(zh="请求来自别的网站", en="the request comes from another site"))
    before = request.cookies.get(SESSION_COOKIE)
    signed_in = await sign_in(
        _database(request), request.app.state.passwords, gate.rules, visitor_of(request),
        body.name, body.password, demo=request.app.state.demo,
    )  # fmt: skip
    if before and (left := await gate.keeper.by_session(before)) is not None:
        await _end(request, left)
    set_session_cookie(request, response, signed_in)
    return await _me(request, await gate.keeper.by_session(signed_in.secret), signed_in.secret)


def set_session_cookie(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Hand the session over: to this server only, not to scripts, and until the browser is closed."""
    gate: Gate = request.app.state.gate
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=gate.secure or request.url.scheme == "https",
    )
    response.headers["Cache-Control"] = "no-store"


@router.delete(
    "/api/session",
    status_code=204,
    response_class=Response,
    summary="Sign out",
    responses=problems("unknown-parameter", "csrf-token"),
)
async def close_session(request: Request, me: MePrincipal, response: Response) -> None:
    """End this session. On an open server, and with a token, nothing happens."""
    entered = await entered_of(request)
    if entered is not None:
        await _end(request, entered)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


async def _end(request: Request, entered: Entered) -> None:
    if entered.session_id is None or entered.account_id is None:
        return
    name = entered.principal.name
    async with _database(request).transaction(GateRole(name)) as connection:
        await sign_out(connection, entered.account_id, name, entered.session_id)
    request.app.state.gate.forget()


@router.get("/api/sessions", summary="One's own sessions", responses=problems("unknown-parameter"))
async def read_sessions(request: Request, connection: GateTransaction) -> OwnSessions:
    """Open sessions of who asks, the last used first; none with a token and on an open server."""
    entered = await entered_of(request)
    if entered is None or entered.account_id is None:
        return OwnSessions(items=[])
    found = await own_sessions(connection, entered.account_id, request.app.state.gate.rules)
    return OwnSessions(
        items=[
            OwnSession(
                id=str(each.id), current=each.id == entered.session_id, way=each.way,
                started_at=each.created_at, seen_at=each.seen_at, ends_at=each.expires_at,
                address=each.address, agent=each.agent,
            )
            for each in found
        ]
    )  # fmt: skip


@router.delete(
    "/api/sessions",
    status_code=204,
    response_class=Response,
    summary="End all other sessions",
    responses=problems("unknown-parameter", "csrf-token"),
)
async def end_other_sessions(request: Request, connection: GateTransaction) -> None:
    """End every session of who asks but this one."""
    entered = await entered_of(request)
    if entered is not None and entered.account_id is not None:
        name = entered.principal.name
        await revoke_session(connection, entered.account_id, name, name, only=None, but=entered.session_id)


@router.delete(
    "/api/sessions/{id}",
    status_code=204,
    response_class=Response,
    summary="End a session",
    responses=problems("unknown-parameter", "not-found", "csrf-token"),
)
async def end_session(request: Request, connection: GateTransaction, id: SessionId) -> None:
    """End one of one's own sessions."""
    entered = await entered_of(request)
    if entered is None or entered.account_id is None:
        raise Problem("not-found", PERSONS_ONLY)
    name = entered.principal.name
    await revoke_session(connection, entered.account_id, name, name, only=id)


@router.post(
    "/api/me/password",
    status_code=204,
    response_class=Response,
    summary="Change one's password",
    responses=problems(
        "bad-parameter", "unknown-parameter", "account-refused", "not-allowed", "csrf-token",
        "sign-in-failed", "too-many-tries", "too-large",
    ),
)  # fmt: skip
async def change_password(request: Request, me: MePrincipal, body: OwnPassword) -> None:
    """Another password for who says the present one. All other sessions end."""
    entered = await entered_of(request)
    if entered is None or entered.session_id is None:
        raise Problem("not-allowed", PERSONS_ONLY if entered else NOBODY_SIGNS_IN)
    await change_own_password(
        _database(request), request.app.state.passwords, visitor_of(request), me.name,
        current=body.old, new=body.password, session_id=entered.session_id,
    )  # fmt: skip
    request.app.state.gate.forget()


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
