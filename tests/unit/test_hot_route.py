"""Routes asked most: what is plainly right is read at once, everything else is told as on any other route."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Header, Request, routing
from fastapi.dependencies.utils import solve_dependencies
from pydantic import BaseModel, ConfigDict, Field

from api import problems
from api.hot_route import HotRoute, hot
from api.principal import Me
from api.rendering import JsonText, json_bytes

PATH = "/api/cases/{number}/steps"
ASKED = "/api/cases/7/steps"


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=0)]


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter(route_class=HotRoute)

    @router.post(PATH)
    @hot
    async def step(
        request: Request, me: Me, number: str, body: Said, prefer: Annotated[str | None, Header()] = None
    ) -> JsonText:
        told = {"me": me.name, "number": number, "amount": body.amount, "prefer": prefer}
        return JsonText(json_bytes(told | {"path": request.url.path}))

    app = FastAPI()
    problems.install(app)
    app.state.gate = None
    app.include_router(router)
    return app


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Requests for which FastAPI searched what an endpoint depends on."""
    told: list[str] = []

    async def noted(**asked: Any) -> Any:
        told.append(asked["request"].url.path)
        return await solve_dependencies(**asked)

    monkeypatch.setattr(routing, "solve_dependencies", noted)
    return told


async def ask(app: FastAPI, body: str, kind: str = "application/json", query: str = "") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        headers = {"Content-Type": kind, "Prefer": "return=minimal"}
        return await client.post(ASKED + query, content=body.encode(), headers=headers)


async def test_both_ways_answer_alike(app: FastAPI, searches: list[str], anyio_backend: str) -> None:
    short = await ask(app, '{"amount": 3}')
    assert searches == []
    usual = await ask(app, '{"amount": 3}', kind="application/json; charset=utf-8")
    assert searches == [ASKED]
    assert short.status_code == usual.status_code == 200
    assert short.json() == usual.json()
    assert short.json() == {
        "me": "visitor",
        "number": "7",
        "amount": 3,
        "prefer": "return=minimal",
        "path": ASKED,
    }


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"amount": -1}', '{"amount": 1, "more": 2}', "{}", '{"amount": NaN}']
)
async def test_faults_are_told_as_on_any_other_route(app: FastAPI, body: str, anyio_backend: str) -> None:
    short = await ask(app, body)
    usual = await ask(app, body, kind="application/json; charset=utf-8")
    assert short.status_code == usual.status_code >= 400
    assert short.json() == usual.json()


async def test_parameters_in_the_address_are_left_to_the_usual_way(
    app: FastAPI, searches: list[str], anyio_backend: str
) -> None:
    await ask(app, '{"amount": 3}', query="?more=1")
    assert searches == [ASKED]


def test_what_cannot_be_read_the_short_way_is_refused_when_the_route_is_made() -> None:
    router = APIRouter(route_class=HotRoute)

    async def step(body: Said, other: int = 0) -> JsonText:
        return JsonText(json_bytes({"amount": body.amount + other}))

    with pytest.raises(AssertionError, match="other"):
        router.post(PATH)(hot(step))
