"""The application over a database, and what tests ask it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from governance.settings import Settings


def english_client(url: str) -> TestClient:
    """The server over a database, asked in English; its faults are answers, not exceptions."""
    app = create_app(Settings(database_url=url))
    return TestClient(app, headers={"Accept-Language": "en"}, raise_server_exceptions=False)


def asking(client: TestClient) -> Callable[..., dict[str, Any]]:
    """Ask for a JSON document that must be there."""

    def ask(path: str, **parameters: Any) -> dict[str, Any]:
        response = client.get(path, params=parameters)
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()
        return document

    return ask
