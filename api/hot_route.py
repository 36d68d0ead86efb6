"""Routes that are asked hundreds of times a second: what is plainly right is read without FastAPI's search.

FastAPI finds out at every request what an endpoint depends on, and reads a body twice: as JSON, then by its
model. Here the model reads the bytes, after the same door. Whatever is not plainly right goes FastAPI's way,
so that there is one place that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.dependencies import known_parameters
from api.doors import permitted
from api.principal import Me, principal_of

__all__ = ["HotRoute", "hot"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_MARK = "__hot__"


def hot(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an endpoint that answers with a response of its own.

    It may ask for the request, for `Me`, for a body, for parts of its path and for the header ``prefer``.
    """
    setattr(endpoint, _MARK, True)
    return endpoint


class HotRoute(APIRoute):
    """A route whose marked endpoints are called directly."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, behind the short way where the endpoint is marked."""
        usual = super().get_route_handler()
        return _short(self, usual) if getattr(self.endpoint, _MARK, False) else usual


def _short(route: APIRoute, usual: Handler) -> Handler:
    hints = get_type_hints(route.endpoint, include_extras=True)
    names = list(signature(route.endpoint).parameters)
    body_name = next(name for name in names if _is_model(hints[name]))
    read_body = hints[body_name].model_validate_json
    parts = {
        name: TypeAdapter(hints[name]).validate_python for name in names if name in route.param_convertors
    }
    asks_me = [name for name in names if hints[name] == Me]
    known = {body_name, "request", "prefer", *parts, *asks_me}
    assert known >= set(names), f"{route.path}: {set(names) - known} cannot be read the short way"

    async def handle(request: Request) -> Response:
        if request.scope["query_string"] or request.headers.get("content-type") != "application/json":
            return await usual(request)
        try:
            given = {name: read(request.path_params[name]) for name, read in parts.items()}
            given[body_name] = read_body(await request.body())
        except ValidationError:
            return await usual(request)
        await permitted(request)
        await known_parameters(request)
        for name in asks_me:
            given[name] = await principal_of(request)
        if "request" in names:
            given["request"] = request
        if "prefer" in names:
            given["prefer"] = request.headers.get("prefer")
        answer: Response = await route.endpoint(**given)
        return answer

    return handle


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, BaseModel)
