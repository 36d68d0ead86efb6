"""Signing in and out, sessions, and what a page must send to change something."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from api.gate import SESSION_COOKIE
from governance.access import Role
from governance.access.gate import FRESH_S
from governance.access.passwords import Passwords
from grid_data.cluster.private import Cluster
from tests.access.people import (
    EVERYWHERE,
    PASSWORD,
    QUICK,
    browser_of,
    enter,
    entries,
    make_accounts,
    server,
    somebody,
)
from tests.api.problems import assert_problem
from tests.support import databases


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    with databases.copy_of(cluster, databases.empty_template(cluster)) as made:
        make_accounts(
            made,
            somebody("root", (Role.ADMINISTRATOR, EVERYWHERE)),
            somebody("li", (Role.ANALYST, EVERYWHERE)),
            somebody("demo-li", (Role.ANALYST, EVERYWHERE), demo=True),
        )
        yield made


@pytest.fixture(autouse=True)
def _no_counts(url: str) -> None:
    """Each test begins without failed tries."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM sign_in_attempt")


def tried(client: TestClient, name: str, password: str = "a wrong password") -> int:
    return browser_of(client).post("/api/session", json={"name": name, "password": password}).status_code


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    answer = client.post("/api/session", json={"name": "LI ", "password": PASSWORD})
    client.cookies.clear()
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    # Neither readable in the answer, nor kept after the browser is closed.
    secret = re.match(f"{SESSION_COOKIE}=([^;]+)", cookie)
    assert secret is not None
    assert secret[1] not in answer.text
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["name"] == "li"


def test_over_https_the_cookie_travels_only_there(client: TestClient) -> None:
    browser = TestClient(client.app, base_url="https://grid.example.org")
    browser.portal = client.portal
    answer = browser.post("/api/session", json={"name": "li", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]


def test_only_hashes_of_sessions_are_stored(client: TestClient, url: str) -> None:
    browser = enter(client, "li")
    secret = browser.cookies[SESSION_COOKIE]
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT session::text FROM session").fetchall()
    assert kept
    assert all(secret not in row[0] and secret.encode().hex() not in row[0] for row in kept)


def test_what_is_wrong_is_not_told(client: TestClient) -> None:
    answers = [
        client.post("/api/session", json={"name": name, "password": password})
        for name, password in (
            ("li", "a wrong password"),
            ("nobody", "a wrong password"),
            ("not a name", PASSWORD),
            ("demo-li", PASSWORD),  # of the demo, where no demo is shown
            ("li", "x" * 400),
        )
    ]
    for answer in answers:
        assert_problem(answer, 401, "sign-in-failed")
        assert answer.content == answers[0].content
        assert "set-cookie" not in answer.headers


def test_accounts_of_the_demo_are_let_in_and_told_only_where_the_demo_is_shown(
    client: TestClient, url: str
) -> None:
    # Behind a proxy that speaks https, as its public address says.
    with server(url, demo=True, public_url="https://grid.example.org") as demo:
        told = demo.get("/api/me").json()["ways"]["demo"]
        assert [(each["name"], each["role"]) for each in told] == [("demo-li", "analyst")]
        entered = demo.post("/api/session", json={"name": "demo-li", "password": PASSWORD})
        assert "Secure" in entered.headers["set-cookie"]
        secret = entered.headers["set-cookie"].partition("=")[2].partition(";")[0]
        headers = {"X-CSRF-Token": entered.json()["csrf"], "Cookie": f"{SESSION_COOKIE}={secret}"}
        body = {"old": PASSWORD, "password": "quite another one"}
        changed = demo.post("/api/me/password", json=body, headers=headers)
        assert_problem(changed, 409, "account-refused", "new")
    assert client.get("/api/me").json()["ways"]["demo"] == []
    plain = client.get("/api/me", headers={"Cookie": f"{SESSION_COOKIE}={secret}"})
    assert plain.json()["signed_in"] is False


def test_waits_grow_for_a_name_whoever_tries(client: TestClient, url: str) -> None:
    assert [tried(client, "li") for _ in range(5)] == [401] * 5
    refused = client.post("/api/session", json={"name": "li", "password": PASSWORD})
    body = refused.json()
    assert (refused.status_code, body["code"]) == (429, "too-many-tries")
    assert body["retry_after"] == int(refused.headers["retry-after"]) == 1
    waits = []
    for _ in range(12):
        with psycopg.connect(url, autocommit=True) as connection:
            waited = connection.execute(
                """UPDATE sign_in_attempt SET next_at = now()
                   FROM (SELECT key, round(extract(epoch FROM next_at - last_at)) AS wait
                         FROM sign_in_attempt WHERE kind = 'account') AS before
                   WHERE sign_in_attempt.key = before.key OR kind = 'address' RETURNING wait"""
            ).fetchone()
            assert waited is not None
            waits.append(int(waited[0]))
        assert tried(client, "Li") == 401
    # Doubled each time, and a quarter of an hour at most: the owner is kept out no longer.
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_a_good_try_ends_the_count_of_the_name(client: TestClient) -> None:
    for _ in range(4):
        assert [tried(client, "li") for _ in range(3)] == [401] * 3
        assert tried(client, "li", PASSWORD) == 200


def test_one_address_is_slowed_down_over_many_names(client: TestClient, url: str) -> None:
    assert [tried(client, f"name-{number}") for number in range(20)] == [401] * 20
    assert tried(client, "li", PASSWORD) == 429
    with psycopg.connect(url, autocommit=True) as connection:
        # The account itself was not counted: its owner comes in from elsewhere.
        (counted,) = connection.execute(
            "SELECT count(*) FROM sign_in_attempt WHERE kind = 'account' AND key = sha256('li')"
        ).fetchall()[0]
    assert counted == 0


def test_a_good_try_does_not_buy_an_address_new_ones(client: TestClient) -> None:
    assert [tried(client, f"name-{number}") for number in range(19)] == [401] * 19
    assert tried(client, "li", PASSWORD) == 200
    assert tried(client, "name-19") == 401
    assert tried(client, "name-20") == 429


def test_many_tries_at_one_moment_are_counted_all_the_same(client: TestClient) -> None:
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(tried(client, "root"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(codes)) == [401, 429]
    assert codes.count(401) <= 6


def test_what_is_tried_is_kept_nowhere(client: TestClient, url: str) -> None:
    # Somebody types the password into the field of the name.
    tried(client, PASSWORD)
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT sign_in_attempt::text FROM sign_in_attempt").fetchall()
    assert len(kept) == 2
    assert all(PASSWORD not in row[0] and PASSWORD.encode().hex() not in row[0] for row in kept)


def test_nothing_is_changed_without_the_token_of_the_page(client: TestClient) -> None:
    browser = enter(client, "root")
    body = {"name": "forged", "password": "a long enough one"}
    right = browser.headers.pop("X-CSRF-Token")
    other = enter(client, "root").headers["X-CSRF-Token"]
    for sent in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": other}, {"X-CSRF-Token": right[:-1]}):
        assert_problem(browser.post("/api/accounts", json=body, headers=sent), 403, "csrf-token")
        assert_problem(browser.delete("/api/session", headers=sent), 403, "csrf-token")
    assert browser.get("/api/accounts").status_code == 200
    assert browser.post("/api/accounts", json=body, headers={"X-CSRF-Token": right}).status_code == 201


def test_another_site_cannot_sign_somebody_in(client: TestClient) -> None:
    body = {"name": "li", "password": PASSWORD}
    answer = client.post("/api/session", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert_problem(answer, 403, "not-allowed")
    plain = client.post(
        "/api/session", content='{"name":"li","password":"x"}', headers={"Content-Type": "text/plain"}
    )
    assert plain.status_code == 400


def test_signing_out_ends_the_session_itself(client: TestClient, url: str) -> None:
    browser = enter(client, "li")
    secret = browser.cookies[SESSION_COOKIE]
    assert browser.delete("/api/session").status_code == 204
    assert SESSION_COOKIE not in browser.cookies
    browser.cookies[SESSION_COOKIE] = secret
    assert_problem(browser.get("/api/sessions"), 401, "sign-in-needed")
    assert entries(url, "session.close")[-1] == ("li", {"account": "li"})


def test_signing_in_again_ends_the_session_before(client: TestClient) -> None:
    browser = enter(client, "li")
    before = browser.cookies[SESSION_COOKIE]
    browser.headers.pop("X-CSRF-Token")
    # Another person at the same browser needs no token of the first.
    again = browser.post("/api/session", json={"name": "root", "password": PASSWORD})
    assert again.status_code == 200, again.text
    stale = browser_of(client)
    stale.cookies[SESSION_COOKIE] = before
    assert stale.get("/api/me").json()["signed_in"] is False


def test_sessions_are_one_s_own_and_can_be_ended(client: TestClient, url: str) -> None:
    here, there, other = enter(client, "li"), enter(client, "li"), enter(client, "root")
    mine = here.get("/api/sessions").json()["items"]
    (current,) = [each["id"] for each in mine if each["current"]]
    (foreign,) = [each["id"] for each in other.get("/api/sessions").json()["items"] if each["current"]]
    assert foreign not in {each["id"] for each in mine}
    assert_problem(here.delete(f"/api/sessions/{foreign}"), 404, "not-found")
    assert other.get("/api/sessions").status_code == 200
    (second,) = [each["id"] for each in there.get("/api/sessions").json()["items"] if each["current"]]
    assert here.delete(f"/api/sessions/{second}").status_code == 204
    assert there.get("/api/sessions").status_code == 401
    third = enter(client, "li")
    assert here.delete("/api/sessions").status_code == 204
    assert third.get("/api/sessions").status_code == 401
    assert [each["id"] for each in here.get("/api/sessions").json()["items"]] == [current]
    assert entries(url, "session.revoke")[-1][0] == "li"


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = now() - interval '1 second'",
        "seen_at = now() - interval '8 hours 1 second'",
        "revoked_at = now()",
    ],
    ids=["at the latest", "idle", "revoked"],
)
def test_sessions_end(client: TestClient, url: str, change: str) -> None:
    browser = enter(client, "li")
    assert browser.get("/api/sessions").status_code == 200
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"UPDATE session SET {change}".encode())
    client.app.state.gate.forget()  # type: ignore[attr-defined]
    assert_problem(browser.get("/api/sessions"), 401, "sign-in-needed")


def test_a_session_in_use_goes_on(client: TestClient, url: str) -> None:
    browser = enter(client, "li")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE session SET seen_at = now() - interval '7 hours'")
        client.app.state.gate.forget()  # type: ignore[attr-defined]
        assert browser.get("/api/sessions").status_code == 200
        (recent,) = connection.execute(
            "SELECT count(*) FROM session WHERE seen_at > now() - interval '1 minute'"
        ).fetchall()[0]
    assert recent == 1


def test_an_old_hash_is_replaced_while_somebody_signs_in(client: TestClient, url: str) -> None:
    from argon2 import PasswordHasher, extract_parameters

    client.app.state.passwords = Passwords(  # type: ignore[attr-defined]
        PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    try:
        enter(client, "li")
    finally:
        client.app.state.passwords = Passwords(QUICK)  # type: ignore[attr-defined]
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT password_hash FROM account WHERE name = 'li'").fetchone()
    assert row is not None
    assert extract_parameters(row[0]).time_cost == 2


def test_one_s_own_password_is_changed_by_who_knows_it(client: TestClient, url: str) -> None:
    make_accounts(url, somebody("zhao", (Role.ANALYST, EVERYWHERE)))
    browser, elsewhere = enter(client, "zhao"), enter(client, "zhao")
    new = "an entirely new secret"
    wrong = browser.post("/api/me/password", json={"old": "not the present one", "password": new})
    assert_problem(wrong, 401, "sign-in-failed")
    common = browser.post("/api/me/password", json={"old": PASSWORD, "password": "password123"})
    assert_problem(common, 409, "account-refused", "password")
    done = browser.post("/api/me/password", json={"old": PASSWORD, "password": new})
    assert done.status_code == 204
    assert browser.get("/api/sessions").status_code == 200
    assert elsewhere.get("/api/sessions").status_code == 401
    assert tried(client, "zhao", PASSWORD) == 401
    assert tried(client, "zhao", new) == 200
    assert entries(url, "account.password")[-1][0] == "zhao"


def test_what_is_forged_opens_nothing(client: TestClient) -> None:
    for cookie in ("x", "x" * 43, "' OR 1=1 --", "\\x00", "é"):
        forged = browser_of(client)
        sent = [(b"cookie", f"{SESSION_COOKIE}={cookie}".encode())]
        assert_problem(forged.get("/api/sessions", headers=sent), 401, "sign-in-needed")
    for header in ("Bearer", "Bearer x", "Bearer ggt_x", "Basic bGk6eA==", "Bearer ggt_' OR 1=1 --", "x"):
        answer = client.get("/api/sessions", headers={"Authorization": header})
        assert_problem(answer, 401, "sign-in-needed")


def test_claims_of_a_request_are_not_taken(client: TestClient) -> None:
    browser = enter(client, "li")
    headers = {"gridgov.actor": "root", "X-Forwarded-User": "root", "Remote-User": "root"}
    assert browser.get("/api/me", headers=headers).json()["name"] == "li"
    assert_problem(browser.get("/api/accounts", headers=headers), 403, "not-allowed")


def test_an_open_server_signs_nobody_in(url: str) -> None:
    from api.app import create_app
    from governance.settings import Settings

    with TestClient(create_app(Settings(database_url=url, access="open"))) as client:
        me = client.get("/api/me").json()
        assert (me["open"], me["signed_in"], me["on_behalf"]) == (True, False, True)
        assert "accounts_manage" in me["permissions"]
        assert_problem(
            client.post("/api/session", json={"name": "li", "password": PASSWORD}), 403, "not-allowed"
        )
        assert client.get("/api/sessions").json() == {"items": []}
        assert client.delete("/api/session").status_code == 204
        for way in ("start", "callback"):
            assert_problem(client.get(f"/api/session/oidc/{way}"), 404, "not-found")


def test_every_entry_of_signing_in_is_without_secrets(url: str) -> None:
    with psycopg.connect(url) as connection:
        told = connection.execute("SELECT history::text FROM history").fetchall()
        kept = connection.execute("SELECT password_hash FROM account").fetchall()
    text = "\n".join(row[0] for row in told)
    assert "session.open" in text
    assert PASSWORD not in text
    assert all(row[0] not in text for row in kept)
    assert "argon2" not in text


def test_answers_about_people_are_kept_for_a_second_only() -> None:
    assert FRESH_S <= 2
