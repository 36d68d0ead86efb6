"""Every route says what it asks for; who is not known, or may not, is refused before anything is done."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.permissions import NEEDS, PUBLIC
from governance.settings import Settings
from tests.support.described import described_routes


@pytest.fixture(scope="module")
def described() -> set[tuple[str, str]]:
    return set(described_routes())


def test_every_route_of_the_description_says_what_it_asks_for(described: set[tuple[str, str]]) -> None:
    assert described - NEEDS.keys() == set()


def test_no_door_is_listed_that_leads_nowhere(described: set[tuple[str, str]]) -> None:
    assert NEEDS.keys() - described - {("GET", "/api/openapi.json")} == set()


def test_who_is_not_known_is_asked_to_sign_in_at_every_door_but_the_public_ones(
    laoshan_database: str, described: set[tuple[str, str]]
) -> None:
    app = create_app(Settings(database_url=laoshan_database, access="accounts"))
    with TestClient(app) as client:
        for method, path in sorted(described):
            if NEEDS[method, path] is PUBLIC:
                continue
            filled = path.format_map(_Any())
            response = client.request(method, filled)
            assert response.status_code == 401, (method, path, response.text)
            assert response.json()["code"] == "sign-in-needed"
            assert response.headers["www-authenticate"] == "Bearer"


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"
