"""Providers of single sign-on that are none, and rules that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from governance.access.claims import ClaimRule
from governance.access.errors import SingleSignOnFailed
from governance.access.oidc import Provider as Asked
from governance.access.oidc import ProviderSettings
from tests.access.oidc_server import Provider, running_provider

Json = dict[str, Any]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider({}) as running:
        yield running


async def test_a_provider_that_is_away_is_a_failure_and_no_fault() -> None:
    asked = Asked(ProviderSettings("http://localhost:1", "gridgov"))
    with pytest.raises(SingleSignOnFailed, match="cannot be reached"):
        await asked.begin("http://localhost/back", "/")


async def test_a_provider_calls_itself_by_its_address(provider: Provider) -> None:
    asked = Asked(ProviderSettings(provider.issuer.replace("localhost", "127.0.0.1"), "gridgov"))
    # It calls itself by the name it was asked under, whence the other spelling of the same path.
    asked.settings = ProviderSettings(f"{provider.issuer}/", "gridgov")
    with pytest.raises(SingleSignOnFailed, match="calls itself"):
        await asked.begin("http://localhost/back", "/")


@pytest.mark.parametrize("issuer", ["http://sso.example.org", "ftp://localhost", "sso.example.org", ""])
def test_a_provider_is_reached_by_https(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Asked(ProviderSettings(issuer, "gridgov"))


@pytest.mark.parametrize(
    "rule",
    [
        {"claim": "g", "role": "officer"},
        {"claim": "g", "role": "officer", "everything": True, "posts": True},
        {"claim": "g", "role": "program", "everything": True},
        {"claim": "g", "role": "king", "everything": True},
        {"claim": "", "role": "officer", "everything": True},
        {"claim": "g", "role": "officer", "everything": True, "more": 1},
    ],
)
def test_rules_that_cannot_be_meant_stop_the_start(rule: Json) -> None:
    with pytest.raises(ValueError):
        ClaimRule.model_validate(rule)
