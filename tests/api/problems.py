"""What a problem answer must look like."""

from __future__ import annotations

from typing import Any, Protocol


class Answer(Protocol):
    """The part of a response looked at."""

    status_code: int

    @property
    def headers(self) -> Any: ...

    def json(self) -> Any: ...


def assert_problem(response: Answer, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The response is this problem, and names these fields."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"/problems/{code}"
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert body["title"]
    assert body["detail"]
    assert sorted(error["field"] for error in body["errors"]) == sorted(fields)
    return body


def problem(response: Answer, code: str) -> dict[str, Any]:
    """The response is this problem; its document."""
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert response.headers["content-type"] == "application/problem+json"
    return body
