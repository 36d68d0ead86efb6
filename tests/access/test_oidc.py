"""Single sign-on with a real provider: the whole way, and everything that must not let somebody in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.testclient import TestClient

from api.gate import SESSION_COOKIE
from governance.access import Role
from governance.access.claims import ClaimRule
from governance.access.errors import SingleSignOnFailed
from governance.access.oidc import KEYS_AGAIN_S, ProviderSettings
from governance.access.oidc import Provider as Asked
from grid_data.cluster.private import Cluster
from grid_data.sign_in import Flow
from tests.access.oidc_server import Provider, running_provider
from tests.access.people import EVERYWHERE, browser_of, entries, make_accounts, server, somebody
from tests.support import databases

Json = dict[str, Any]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
USERS: dict[str, Json] = {
    "subject-alice": {"preferred_username": "Alice", "name": "Alice 王", "groups": ["fire", "leads"]},
    "subject-bo": {"preferred_username": "taken", "groups": ["leads"]},
    "subject-eve": {"preferred_username": "eve", "groups": ["visitors"]},
    "subject-zoe": {"preferred_username": "zoe", "groups": ["leads"], "department": ["LS-HW", "NOBODY"]},
}
RULES = (
    ClaimRule(claim="groups", value="fire", role=Role.OFFICER, organisation="LS-XF"),
    ClaimRule(claim="groups", value="leads", role=Role.ANALYST, everything=True),
    ClaimRule(claim="department", role=Role.OFFICER, organisation="$value"),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(USERS) as running:
        yield running


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as made:
        make_accounts(made, somebody("taken", (Role.ADMINISTRATOR, EVERYWHERE)))
        yield made


@pytest.fixture(scope="module")
def client(url: str, provider: Provider) -> Iterator[TestClient]:
    settings: Json = {"oidc_issuer": provider.issuer, "oidc_client_id": "gridgov"}
    named: Json = {"oidc_client_secret": "s3cret", "oidc_name": "市统一认证"}
    with server(url, oidc_grants=RULES, **settings, **named) as started:
        yield started


@pytest.fixture(autouse=True)
def _honest(client: TestClient, provider: Provider) -> Iterator[None]:
    client.app.state.oidc.limiter._buckets.clear()  # type: ignore[attr-defined]
    yield
    provider.tamper = provider.keys = None


@pytest.fixture
def visitor(client: TestClient) -> TestClient:
    found = browser_of(client)
    found.follow_redirects = False
    return found


def begun(visitor: TestClient, next: str = "/dispatch") -> str:
    """Where the browser is sent."""
    answer = visitor.get("/api/session/oidc/start", params={"next": next})
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def back(visitor: TestClient, address: str) -> Any:
    """The answer when the browser comes back."""
    return visitor.get(address.replace("http://testserver", ""))


def entered(visitor: TestClient, provider: Provider, subject: str) -> Any:
    return back(visitor, provider.sign_in(begun(visitor), subject))


def is_outside(visitor: TestClient, answer: Any, end: str = "failed") -> bool:
    """Whether the answer leads to the sign-in page, says no more than how it ended, and nobody is in."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/?error={end}"
    assert answer.content == b""
    assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")
    return visitor.get("/api/me").json()["signed_in"] is False


def test_somebody_who_was_never_here_comes_in_with_the_roles_of_their_claims(
    visitor: TestClient, provider: Provider, url: str
) -> None:
    way = visitor.get("/api/me").json()["ways"]["oidc"]
    assert way == {"name": "市统一认证", "start": "/api/session/oidc/start"}
    answer = entered(visitor, provider, "subject-alice")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dispatch")
    assert provider.challenged[-1] is True
    me = visitor.get("/api/me").json()
    assert (me["name"], me["display"]["zh"]) == ("alice", "Alice 王")
    assert [(held["role"], held["scope"]["everything"]) for held in me["roles"]] == [
        ("officer", False), ("analyst", True)
    ]  # fmt: skip
    assert me["ways"]["password"] is False
    assert [each["way"] for each in visitor.get("/api/sessions").json()["items"]] == ["oidc"]
    told = [after for _, after in entries(url, "account.add") if after["account"] == "alice"]
    assert len(told) == 1
    assert entries(url, "account.claims")[-1][1]["granted"] == ["officer", "analyst"]
    # Without a password there is nothing to try.
    tried = visitor.post("/api/session", json={"name": "alice", "password": "any password"})
    assert tried.status_code == 401


def test_roles_follow_the_claims_of_each_sign_in(client: TestClient, provider: Provider, url: str) -> None:
    def come(groups: list[str]) -> Any:
        claims = {"preferred_username": "mover", "groups": groups}
        httpx.put(f"{provider.issuer}/users/subject-mover", json=claims).raise_for_status()
        visitor = browser_of(client)
        visitor.follow_redirects = False
        return visitor, entered(visitor, provider, "subject-mover")

    first, _ = come(["fire", "leads"])
    assert {held["role"] for held in first.get("/api/me").json()["roles"]} == {"officer", "analyst"}
    second, _ = come(["fire"])
    assert [held["role"] for held in second.get("/api/me").json()["roles"]] == ["officer"]
    assert entries(url, "account.claims")[-1][1] == {
        "account": "mover",
        "granted": [],
        "revoked": ["analyst"],
    }
    third, answer = come(["strangers"])
    assert is_outside(third, answer, "unknown_account")
    # The sessions that are still open have lost the roles too.
    client.app.state.gate.forget()  # type: ignore[attr-defined]
    assert first.get("/api/me").json()["permissions"] == []


def test_who_has_no_role_here_gets_no_account(visitor: TestClient, provider: Provider, url: str) -> None:
    assert is_outside(visitor, entered(visitor, provider, "subject-eve"), "unknown_account")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT FROM account WHERE name = 'eve'").fetchone() is None


def test_a_name_is_no_proof(visitor: TestClient, provider: Provider) -> None:
    entered(visitor, provider, "subject-bo")
    me = visitor.get("/api/me").json()
    # Somebody else's account has the name; it is not theirs now.
    assert me["name"] == "taken-2"
    assert "accounts_manage" not in me["permissions"]


def test_one_rule_serves_all_departments_and_unknown_ones_give_nothing(
    visitor: TestClient, provider: Provider
) -> None:
    entered(visitor, provider, "subject-zoe")
    scopes = [held["scope"] for held in visitor.get("/api/me").json()["roles"] if held["role"] == "officer"]
    assert [[each["code"] for each in scope["organisations"]] for scope in scopes] == [["LS-HW"]]


def test_a_closed_account_stays_closed(
    client: TestClient, visitor: TestClient, provider: Provider, url: str
) -> None:
    entered(visitor, provider, "subject-alice")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE account SET disabled_at = now() WHERE name = 'alice'")
        client.app.state.gate.forget()  # type: ignore[attr-defined]
        again = browser_of(client)
        again.follow_redirects = False
        assert is_outside(again, entered(again, provider, "subject-alice"), "unknown_account")
        connection.execute("UPDATE account SET disabled_at = NULL WHERE name = 'alice'")


# What comes back


def signed(
    change: Callable[[Json], None], *, key: Any = KEY, algorithm: str = "RS256", **headers: Any
) -> Callable[[str], str]:
    """An ID token with other claims, signed by another key."""

    def tamper(token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        change(claims)
        return jwt.encode(claims, key, algorithm=algorithm, headers=headers or None)

    return tamper


def without_signature(token: str) -> str:
    head, body, _ = token.split(".")
    return f"{head}.{body}."


def another_subject(token: str) -> str:
    head, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "subject-alice"}
    forged = jwt.utils.base64url_encode(json.dumps(claims).encode()).decode()
    return f"{head}.{forged}.{signature}"


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(signed(lambda claims: None), id="signed by another key"),
        pytest.param(signed(lambda claims: None, kid="made-up"), id="a key the provider does not have"),
        pytest.param(signed(lambda claims: None, key="x" * 40, algorithm="HS256"), id="a shared secret"),
        pytest.param(
            signed(lambda claims: None, key="s3cret".ljust(32), algorithm="HS256"), id="our own secret"
        ),
        pytest.param(signed(lambda claims: None, key=None, algorithm="none"), id="no signature"),
        pytest.param(without_signature, id="signature cut off"),
        pytest.param(another_subject, id="another subject under the signature"),
        pytest.param(lambda token: "not.a.token", id="no token"),
        pytest.param(lambda token: "", id="empty"),
    ],
)
def test_a_forged_token_lets_nobody_in(
    visitor: TestClient, provider: Provider, tamper: Callable[[str], str]
) -> None:
    provider.tamper = tamper
    assert is_outside(visitor, entered(visitor, provider, "subject-bo"))


def published() -> Json:
    """Our key as one that the provider has."""
    return {
        "keys": [
            {**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "new", "alg": "RS256", "use": "sig"}
        ]
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda claims: claims.update(iss="https://elsewhere.example"), id="wrong issuer"),
        pytest.param(lambda claims: claims.update(aud="another-client"), id="wrong audience"),
        pytest.param(
            lambda claims: claims.update(aud=["gridgov", "other"]), id="several audiences, no party"
        ),
        pytest.param(lambda claims: claims.update(azp="another-client"), id="another party"),
        pytest.param(lambda claims: claims.update(exp=time.time() - 120), id="expired"),
        pytest.param(lambda claims: claims.update(iat=time.time() + 3600), id="of the future"),
        pytest.param(lambda claims: claims.update(nbf=time.time() + 3600), id="not yet"),
        pytest.param(lambda claims: claims.pop("exp"), id="without an end"),
        pytest.param(lambda claims: claims.pop("iat"), id="without a beginning"),
        pytest.param(lambda claims: claims.pop("sub"), id="of nobody"),
        pytest.param(lambda claims: claims.update(sub=""), id="of an empty subject"),
        pytest.param(lambda claims: claims.update(nonce="of another sign-on"), id="replayed nonce"),
        pytest.param(lambda claims: claims.pop("nonce"), id="without a nonce"),
    ],
)
def test_a_token_of_the_provider_for_somebody_else_lets_nobody_in(
    client: TestClient, visitor: TestClient, provider: Provider, change: Callable[[Json], None]
) -> None:
    provider.keys = published()
    client.app.state.oidc.provider._keys_at = float("-inf")  # type: ignore[attr-defined]
    provider.tamper = signed(change, kid="new")
    assert is_outside(visitor, entered(visitor, provider, "subject-bo"))


def test_a_provider_may_change_its_keys(client: TestClient, visitor: TestClient, provider: Provider) -> None:
    asked = client.app.state.oidc.provider  # type: ignore[attr-defined]
    assert entered(visitor, provider, "subject-bo").headers["location"] == "/dispatch"
    asked._keys_at = float("-inf")
    before = provider.keys_fetched
    provider.keys, provider.tamper = published(), signed(lambda claims: None, kid="new")
    assert entered(visitor, provider, "subject-bo").headers["location"] == "/dispatch"
    assert provider.keys_fetched == before + 1
    # And back again, to tokens that name no key.
    provider.keys = provider.tamper = None
    asked._keys_at = float("-inf")
    assert entered(visitor, provider, "subject-bo").headers["location"] == "/dispatch"


async def test_made_up_keys_do_not_make_us_ask_all_the_time(provider: Provider) -> None:
    now = [0.0]
    asked = Asked(ProviderSettings(provider.issuer, "gridgov"), clock=lambda: now[0])
    token = jwt.encode({"sub": "x"}, KEY, algorithm="RS256", headers={"kid": "made-up"})
    before = provider.keys_fetched
    for _ in range(5):
        with pytest.raises(SingleSignOnFailed, match="does not have"):
            await asked._claims(token, Flow("n", "v", "/"))
    assert provider.keys_fetched == before + 1
    now[0] += KEYS_AGAIN_S
    with pytest.raises(SingleSignOnFailed):
        await asked._claims(token, Flow("n", "v", "/"))
    assert provider.keys_fetched == before + 2


# Coming back


def test_a_state_is_taken_once(visitor: TestClient, provider: Provider) -> None:
    address = provider.sign_in(begun(visitor), "subject-bo")
    cookie = visitor.cookies["gridgov_sign_in"]
    assert back(visitor, address).headers["location"] == "/dispatch"
    visitor.cookies.clear()
    visitor.cookies.set("gridgov_sign_in", cookie)
    assert is_outside(visitor, back(visitor, address), "expired")


def test_a_state_is_taken_in_the_browser_that_began(
    client: TestClient, visitor: TestClient, provider: Provider
) -> None:
    """Nobody can be signed in as the attacker by a link the attacker has begun."""
    victim = browser_of(client)
    victim.follow_redirects = False
    address = provider.sign_in(begun(visitor), "subject-bo")
    assert is_outside(victim, back(victim, address), "expired")
    begun(victim)
    assert is_outside(victim, back(victim, address), "expired")


def test_a_sign_on_ends_after_ten_minutes(visitor: TestClient, provider: Provider, url: str) -> None:
    address = provider.sign_in(begun(visitor), "subject-bo")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE sign_in_flow SET expires_at = expires_at - interval '10 minutes'")
    assert is_outside(visitor, back(visitor, address), "expired")


def test_a_code_of_another_sign_on_is_refused(
    client: TestClient, visitor: TestClient, provider: Provider
) -> None:
    """The proof key: who stole a code cannot use it in a sign-on of their own."""
    stolen = provider.sign_in(begun(visitor), "subject-alice").partition("code=")[2].partition("&")[0]
    thief = browser_of(client)
    thief.follow_redirects = False
    state = begun(thief).partition("state=")[2].partition("&")[0]
    assert is_outside(thief, thief.get("/api/session/oidc/callback", params={"state": state, "code": stolen}))
    assert provider.challenged[-1] is False


def test_who_does_not_agree_there_is_not_in_here(visitor: TestClient, provider: Provider) -> None:
    assert is_outside(visitor, back(visitor, provider.deny(begun(visitor))), "refused")


def test_an_answer_that_names_another_provider_is_not_taken(visitor: TestClient, provider: Provider) -> None:
    address = provider.sign_in(begun(visitor), "subject-bo")
    assert is_outside(visitor, back(visitor, f"{address}&iss=https://elsewhere.example"))


def test_nothing_given_is_nothing_taken(visitor: TestClient) -> None:
    for query in ("", "?state=' OR 1=1 --&code=x", "?error=access_denied&state=made-up"):
        assert is_outside(visitor, visitor.get(f"/api/session/oidc/callback{query}"), "expired")
    # A provider that gives neither a code nor a reason.
    state = begun(visitor).partition("state=")[2].partition("&")[0]
    assert is_outside(visitor, visitor.get("/api/session/oidc/callback", params={"state": state}))


def test_without_single_sign_on_its_doors_lead_to_the_sign_in_page(client: TestClient) -> None:
    state = client.app.state  # type: ignore[attr-defined]
    visitor = browser_of(client)
    visitor.follow_redirects = False
    kept, state.oidc = state.oidc, None
    try:
        for way in ("start?next=/dispatch", "callback?state=x&code=y"):
            assert is_outside(visitor, visitor.get(f"/api/session/oidc/{way}"), "not_configured")
    finally:
        state.oidc = kept


@pytest.mark.parametrize(
    "elsewhere",
    ["https://e.cn", "//e.cn", "/\\e.cn", "evil", "", "/\n/evil.example", "javascript:a(1)"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(visitor: TestClient, provider: Provider, elsewhere: str) -> None:
    answer = back(visitor, provider.sign_in(begun(visitor, elsewhere), "subject-bo"))
    assert answer.headers["location"] == "/"


def test_the_doors_are_not_knocked_at_all_day(visitor: TestClient) -> None:
    answers = [visitor.get("/api/session/oidc/callback") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]
    assert answers[-1].headers["retry-after"] == str(answers[-1].json()["retry_after"])


def test_only_hashes_of_a_sign_on_under_way_are_stored(visitor: TestClient, url: str) -> None:
    state = begun(visitor).partition("state=")[2].partition("&")[0]
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT sign_in_flow::text FROM sign_in_flow").fetchall()
    assert kept
    assert all(state not in row[0] for row in kept)
