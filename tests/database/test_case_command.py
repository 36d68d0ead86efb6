"""``gridgov case`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grid_data.cluster.private import Cluster
from tests.database.test_import_command import Shell
from tests.support import databases


@pytest.fixture
def shell(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield Shell(url, tmp_path, monkeypatch)


def reported(shell: Shell) -> str:
    """Number of an incident that nobody has accepted yet."""
    with psycopg.connect(shell.url) as connection:
        row = connection.execute(
            "SELECT number FROM incident WHERE state = 'reported' AND appeal_kind = 'livelihood' LIMIT 1"
        ).fetchone()
    assert row is not None
    number: str = row[0]
    return number


def test_a_case_is_shown_and_led_on(shell: Shell) -> None:
    number = reported(shell)
    status, output = shell.run("case", "show", number)
    assert status == 0
    assert "accept" in output
    step = ["case", "step", number, "accept", "--by", "王受理", "--role", "acceptor", "--json"]
    status, output = shell.run(*step)
    assert status == 0, output
    case = json.loads(output[output.index("{") :])
    assert (case["state"], case["revision"]) == ("accepted", 1)
    assert case["steps"][-1]["from"] == "reported"
    # Seen too early, not allowed, not known: nothing happens, and each says why.
    for more, told in (
        (["file", "--role", "acceptor", "--revision", "0"], "revision 1"),
        (["close", "--role", "acceptor"], "cannot close"),
        (["file", "--role", "officer"], "only by"),
        (["file", "--role", "acceptor", "--organisation", "NO"], "no organisation NO"),
    ):
        status, output = shell.run("case", "step", number, more[0], "--by", "王受理", *more[1:])
        assert status == 1
        assert told in " ".join(output.split())
    for wrong in (["dance", "--role", "acceptor"], ["file", "--role", "boss"]):
        status, _ = shell.run("case", "step", number, wrong[0], "--by", "王", *wrong[1:])
        assert status == 2
    assert shell.run("case", "show", "37021220990101000001")[0] == 1
