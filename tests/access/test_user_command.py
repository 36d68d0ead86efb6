"""`gridgov user`, `gridgov token`, and what `gridgov up` says about accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from cli.first_account import FIRST, say_first_account
from cli.main import app
from governance.access import Role
from governance.access.demo import DEMO_PASSWORD
from governance.access.passwords import password_fault
from governance.access.secrets import TOKEN_PREFIX
from grid_data.cluster.private import Cluster
from tests.access.people import entries
from tests.support import databases

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as made:
        yield made


@pytest.fixture
def call(url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", url)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=typed)

    return run


def test_from_the_first_administrator_on(call: Call, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    say_first_account(url, demo=False)
    assert FIRST in capsys.readouterr().err.replace("\n", "")
    words = FIRST.split()[1:]
    made = call(*words, "--password-stdin", typed="seven lamps by the old pier\n")
    assert made.exit_code == 0, made.output
    say_first_account(url, demo=False)
    assert FIRST not in capsys.readouterr().err
    taken = call(*words, "--password-stdin", typed="seven lamps by the old pier\n")
    assert (taken.exit_code, "the name admin is taken" in taken.output) == (1, True)
    common = call("user", "add", "li", "--password-stdin", typed="password123\n")
    assert (common.exit_code, "tried first" in common.output) == (1, True)
    assert entries(url, "account.add")[-1][0] == "operator"
    assert "seven lamps" not in str(entries(url, "account.add"))


def test_an_account_through_all_commands(call: Call) -> None:
    added = call("user", "add", "Zhao.Min", "--role", "officer", "--within", "LS-XF", "--no-password")
    assert added.exit_code == 0, added.output
    granted = call("user", "grant", "zhao.min", "--role", "analyst", "--region", "subdistrict:370212002")
    key = granted.output.split("key ")[1].rstrip(")\n")
    again = call("user", "grant", "zhao.min", "--role", "analyst", "--region", "subdistrict:370212002")
    assert (again.exit_code, "held in this scope already" in again.output) == (1, True)
    listed = json.loads(call("user", "list", "--json").output)["items"]
    (account,) = [each for each in listed if each["name"] == "zhao.min"]
    assert [held["role"] for held in account["grants"]] == ["officer", "analyst"]
    assert "subdistrict:370212002" in call("user", "list").output
    assert "1 grant(s)" in call("user", "revoke", "zhao.min", "--grant", key).output
    assert call("user", "revoke", "zhao.min", "--role", "analyst").exit_code == 1
    changed = call("user", "password", "zhao.min", "--password-stdin", typed="three boats behind it\n")
    assert changed.exit_code == 0, changed.output
    assert call("user", "sessions", "zhao.min", "--end").exit_code == 0
    assert "closed" in call("user", "disable", "zhao.min").output
    assert call("user", "disable", "zhao.min").exit_code == 1
    assert "opened" in call("user", "disable", "zhao.min", "--undo").output


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "x", "--role", "officer", "--no-password"),
        ("user", "add", "x", "--everything", "--no-password"),
        ("user", "add", "x", "--role", "king", "--everything", "--no-password"),
        ("user", "add", "x", "--role", "program", "--everything", "--no-password"),
        ("user", "revoke", "x"),
        ("token", "add", "x", "--permission", "everything"),
    ],
)
def test_options_that_cannot_be_meant(call: Call, words: tuple[str, ...]) -> None:
    assert call(*words).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "x", "--role", "officer", "--within", "NOBODY", "--no-password"),
        ("user", "add", "x", "--role", "officer", "--everything", "--posts", "--no-password"),
        ("user", "add", "x"),  # nobody can type a password here
        ("user", "grant", "nobody", "--role", "officer", "--everything"),
        ("token", "add", "x", "--everything"),
        ("token", "revoke", "x"),
    ],
)
def test_what_is_refused_is_said_in_one_line(call: Call, words: tuple[str, ...]) -> None:
    refused = call(*words)
    assert refused.exit_code == 1, refused.output
    assert "Traceback" not in refused.output
    assert "gridgov:" in refused.output


def test_a_token_is_printed_once(call: Call) -> None:
    made = call("token", "add", "hotline", "--role", "acceptor", "--everything", "--on-behalf")
    assert made.exit_code == 0, made.output
    secret = next(line for line in made.output.splitlines() if line.startswith(TOKEN_PREFIX))
    listed = call("token", "list", "--json").output
    assert secret not in listed
    (token,) = json.loads(listed)["items"]
    assert (token["role"], token["on_behalf"]) == ("acceptor", True)
    assert token["expires_at"] is not None
    assert "on behalf" in call("token", "list").output
    assert call("token", "revoke", "hotline").exit_code == 0


def test_the_demo_has_an_account_for_each_role_made_once(
    call: Call, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_first_account(url, demo=True)
    say_first_account(url, demo=True)
    assert "14 demo accounts" in capsys.readouterr().err
    demo = [each for each in json.loads(call("user", "list", "--json").output)["items"] if each["demo"]]
    roles = {held["role"] for each in demo for held in each["grants"]}
    assert roles == {role.value for role in Role} - {"program"}
    assert all(each["display"]["en"] for each in demo)
    (worker,) = [each for each in demo if each["name"] == "demo-worker"]
    assert worker["grants"][0]["scope"]["posts"]
    assert worker["grants"][0]["scope"]["zones"]
    assert password_fault(DEMO_PASSWORD) is None
