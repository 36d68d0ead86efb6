"""Everything that can go wrong, as one table: exception -> problem type (RFC 9457).

Every error leaves the server as ``application/problem+json``. Titles and details are Chinese, or English when
the request prefers it; the code never changes.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolClosed, PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.field_errors import FieldError, field_error
from api.headers import SECURITY_HEADERS
from api.language import Language, language
from api.problem_types import PROBLEMS, ProblemType
from api.rendering import json_bytes
from governance.access.errors import AccountRefused, SignInFailed, TooManyTries, UnknownAccount
from governance.errors import (
    AttachmentNotFree,
    CityMissing,
    ConflictingReport,
    FileRefused,
    GovernanceError,
    InvalidValue,
    NotOverridden,
    PlaceNotBelieved,
    UnknownCategory,
    UnknownOrganisation,
    UnknownSystem,
)
from governance.incidents.answers import Name
from grid_data.attachment_files import StorageAway

__all__ = ["PROBLEMS", "PROBLEM_JSON", "Problem", "ProblemType", "install", "too_many"]

PROBLEM_JSON = "application/problem+json"
log = logging.getLogger(__name__)


class Problem(Exception):
    """A problem found by the API itself.

    Parameters
    ----------
    code
        A key of :data:`PROBLEMS`.
    detail
        What is wrong this time.
    errors
        Fields concerned.
    more
        Members of the document beside those that every problem has.
    headers
        Headers of the answer beside those of every problem.
    """

    def __init__(
        self,
        code: str,
        detail: Name,
        *errors: FieldError,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail.en)
        self.problem = PROBLEMS[code]
        self.detail = detail
        self.errors = errors
        self.more = more
        self.headers = headers


def bad_parameter(field: str, zh: str, en: str, *, code: str = "invalid-value") -> Problem:
    """The problem that one parameter has a value it cannot have."""
    return Problem("bad-parameter", Name(zh=f"{field}:{zh}", en=f"{field}: {en}"),
                   FieldError(field=field, message=Name(zh=zh, en=en), code=code))  # fmt: skip


def too_many(wait_s: int) -> Problem:
    """The problem that somebody has to wait."""
    return Problem(
        "too-many-tries",
        Name(zh=f"请在 {wait_s} 秒后再试", en=f"try again in {wait_s} s"),
        more={"retry_after": wait_s},
        headers={"Retry-After": str(wait_s)},
    )


def answer(
    request: Request,
    problem: ProblemType,
    detail: Name | None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """A problem as response, in the language of the request; what may pass says when to try again."""
    chosen: Language = language(request)
    body: dict[str, Any] = {
        "type": problem.type,
        "title": chosen.of(problem.title),
        "status": problem.status,
        "detail": chosen.of(detail or problem.description),
        "code": problem.code,
        "errors": [
            {"field": error.field, "message": chosen.of(error.message), "code": error.code}
            for error in errors
        ],
        **(more or {}),
    }
    return Response(
        json_bytes(body),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={
            "Cache-Control": "no-store",
            "Content-Language": chosen.code,
            "Vary": "Accept-Language",
            **(_retry() if problem.status == 503 else {}),
            **(_SIGN_IN if problem.status == 401 else {}),
            **(headers or {}),
        },
    )


# Errors of the floor below that name a type of their own.
_GOVERNANCE: Mapping[type[GovernanceError], str] = {
    UnknownCategory: "unknown-category",
    UnknownOrganisation: "unknown-organisation",
    NotOverridden: "not-overridden",
    UnknownSystem: "unknown-coordinate-system",
    ConflictingReport: "conflicting-report",
    CityMissing: "city-missing",
    InvalidValue: "bad-parameter",
    PlaceNotBelieved: "place-not-believed",
    AttachmentNotFree: "attachment-not-free",
    FileRefused: "unsupported-file",
    AccountRefused: "account-refused",
    UnknownAccount: "not-found",
    SignInFailed: "sign-in-failed",
    TooManyTries: "too-many-tries",
}
_HTTP = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
_AGAIN_S = (3, 8)
_SIGN_IN = {"WWW-Authenticate": "Bearer"}


def _retry() -> dict[str, str]:
    """When to come again: not all at the same second, or they would all be turned away again."""
    return {"Retry-After": str(random.randint(*_AGAIN_S))}  # noqa: S311 # nosec B311 - no secret


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error.problem, error.detail, error.errors, error.headers, error.more)


def _governance(request: Request, error: Exception) -> Response:
    assert isinstance(error, GovernanceError)
    problem = PROBLEMS[_GOVERNANCE.get(type(error), "bad-parameter")]
    field, message = error.field, problem.title
    detail = Name(zh=f"{problem.description.zh}({error.message})", en=error.message)
    if isinstance(error, TooManyTries):
        return _problem(request, too_many(error.wait_s))
    if isinstance(error, SignInFailed):
        # Why is told to nobody: not whether there is such an account, nor what of it is wrong.
        return answer(request, problem, None)
    if isinstance(error, (PlaceNotBelieved, FileRefused, AccountRefused, UnknownAccount)):
        detail = message = Name(zh=error.words.zh, en=error.words.en)
    errors = [FieldError(field=field, message=message, code=error.code)] if field else []
    return answer(request, problem, detail, errors)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        # A path that cannot be meant leads nowhere: no zone has such a code, no tile such a number.
        return answer(request, PROBLEMS["not-found"], None)
    errors = [field_error(fault) for fault in faults]
    names = ", ".join(dict.fromkeys(each.field for each in errors))
    detail = Name(zh=f"以下字段有误：{names}", en=f"these fields are wrong: {names}")
    return answer(request, PROBLEMS["bad-parameter"], detail, errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    if status == 404 and request.url.path in request.app.openapi()["paths"]:
        # An address of ours that does not take this method; the map's files were asked in its stead.
        status = 405
    fallback = "bad-parameter" if status < 500 else "internal-error"
    headers = dict(error.headers or {})
    if status == 405:
        headers["Allow"] = ", ".join(_methods(request))
    return answer(request, PROBLEMS[_HTTP.get(status, fallback)], None, headers=headers)


def _methods(request: Request) -> list[str]:
    """All methods of a path; the framework names those of its first route only. Files can be read."""
    found: set[str] = set()
    paths = request.app.openapi()["paths"]
    # An address of its own is not also one of a path with a place for anything.
    own = {path: item for path, item in paths.items() if path == request.url.path}
    for path, item in (own or paths).items():
        if compile_path(path)[0].match(request.url.path):
            found |= {method.upper() for method in item}
    return sorted(found | {"HEAD"} if "GET" in found else found or {"GET", "HEAD"})


def _away(request: Request, error: Exception) -> Response:
    if isinstance(error, psycopg.errors.QueryCanceled):
        return answer(request, PROBLEMS["too-slow"], None)
    log.warning("database away: %s", error)
    return answer(request, PROBLEMS["database-away"], None)


def _out_of_sight(request: Request, error: Exception) -> Response:
    """Something was to be written that is not seen; whether it is there is told to nobody."""
    log.warning("refused by the database: %s", error)
    return answer(request, PROBLEMS["not-allowed"], None)


def _storage(request: Request, error: Exception) -> Response:
    log.warning("file storage away: %s", error)
    return answer(request, PROBLEMS["storage-away"], None)


def _unexpected(request: Request, error: Exception) -> Response:
    # Answered outside all middleware, hence the headers here; Starlette logs the traceback.
    return answer(request, PROBLEMS["internal-error"], None, headers=SECURITY_HEADERS)


def install(app: FastAPI) -> None:
    """Register the table with an application."""
    for kind, handler in (
        (Problem, _problem),
        (GovernanceError, _governance),
        (RequestValidationError, _validation),
        (HTTPException, _http),
        (psycopg.errors.InsufficientPrivilege, _out_of_sight),
        (psycopg.OperationalError, _away),
        (PoolTimeout, _away),
        (PoolClosed, _away),
        (StorageAway, _storage),
        (Exception, _unexpected),
    ):
        app.add_exception_handler(kind, handler)
