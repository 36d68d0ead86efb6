"""The API description: true, complete, and held by every answer (checked by Schemathesis from outside)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import PROBLEM_JSON
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from tests.support import databases

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/openapi.json").json()
    return document


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_texts_are_complete(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    tags = {tag["name"] for tag in description["tags"]}
    for name, operation in operations(description):
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, name
        for parameter in operation.get("parameters", []):
            where = f"{name} {parameter['name']}"
            told = parameter.get("description") or parameter.get("examples")
            assert told or parameter["schema"].get("examples"), where


def test_problems_are_declared_as_what_they_are(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        responses = operation["responses"]
        assert "422" not in responses, name
        assert "400" in responses, name
        for status, response in responses.items():
            if status.startswith(("4", "5")) and name != "GET /readyz":
                assert list(response["content"]) == [PROBLEM_JSON], f"{name} {status}"
    assert "ProblemDocument" in description["components"]["schemas"]


def test_reporters_are_in_no_answer(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for name, schema in schemas.items():
        # People on their posts are no reporters.
        if name not in ("IncidentReport", "ReporterContact", "PlacePost", "PersonPosts", "Contact"):
            assert not {"reporter", "phone", "email"} & set(schema.get("properties", {})), name


def test_a_method_that_is_not_described_is_refused(client: TestClient, description: dict[str, Any]) -> None:
    for path, item in description["paths"].items():
        asked = re.sub(r"\{[^}]*\}", "1", path)
        for method in {"get", "put", "post", "delete", "patch", "query"} - item.keys():
            response = client.request(method.upper(), asked)
            assert response.headers["content-type"] == PROBLEM_JSON, f"{method} {path}"
            # Pages are asked for by GET: below a route that does not take it, no page is found.
            if (method, response.status_code) == ("get", 404):
                continue
            assert response.status_code == 405, f"{method} {path}"
            assert {each.upper() for each in item} <= set(response.headers["allow"].split(", ")), path


@pytest.fixture
def server(cluster: Cluster) -> Iterator[str]:
    """The server as it runs, behind a real socket, with a sample of its own: it is told to change things."""
    template = databases.laoshan_template(cluster)
    with databases.copy_of(cluster, template) as url, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_app(Settings(database_url=url))
        running = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not running.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(timeout=120)
        assert not thread.is_alive(), "the server did not stop"


WORK = (
    "^/api/(plans|comparison|notices|rules|cases|dispatch|urgent-tasks|guidance|triage|transfers|deadlines"
    "|indicators|posts)"
)
# Files as large as what is there, made for every case: they have tests of their own.
WHOLE = "^/api/exports/(report|facilities|zone-query)"

# What a description cannot say: which bytes are a picture, and that a PDF has no small one; which roads and
# facilities there are, what makes a polygon valid, which posts there are to be on duty,
# and that the last day is not before the first, nor years after it.
# One method that no route has; the others are asked for in test_a_method_that_is_not_described_is_refused.
CONFIGURATION = """
[phases.coverage]
unexpected-methods = ["TRACE"]

[[operations]]
include-path-regex = "^/api/attachments"
checks.ensure_resource_availability.enabled = false

[[operations]]
include-name = "POST /api/attachments"
checks.positive_data_acceptance.expected-statuses = ["2xx", "415"]

[[operations]]
include-name = "POST /api/duties"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "403"]

[[operations]]
include-name = "GET /api/duties"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "GET /api/incidents"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "GET /api/exports/incidents.{format}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "GET /api/rankings"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "GET /api/rankings/day-report"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "GET /api/exports/rankings.{format}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]

[[operations]]
include-name = "POST /api/zone-query"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]
"""


# Most requests are those that take the rules of the description apart one by one; few are drawn at random
# beyond that. In two parts that workers can share: together they are all routes. A third part would pay once
# more for a process and for all that is made once in it.
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(["--include-path-regex", WORK], id="plans and cases"),
        pytest.param(["--exclude-path-regex", f"{WORK}|{WHOLE}"], id="all others"),
    ],
)
def test_schemathesis_finds_nothing(server: str, tmp_path: Path, part: list[str]) -> None:
    """Every route, every check: documented statuses, shapes and headers, bad input refused, good accepted."""
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    ran = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api/openapi.json", *part,
            "--checks", "all", "--max-examples", "3", "--seed", "20260101", "--continue-on-failure",
            "--no-shrink", "--suppress-health-check", "all", "--generation-database", "none",
            # How often a drawn key is one that exists is chance; that every route works is for its own tests.
            "--warnings", "off",
        ],
        cwd=tmp_path,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_formats",
            "PYTHONPATH": str(ROOT),
            "GRIDGOV_TEST_SERVER": server,
            # Its tables of characters are made once, not in each run.
            "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    # Bodies of a million characters would hide what is wrong.
    told = "\n".join(line[:600] for line in ran.stdout.splitlines())
    assert ran.returncode == 0, told[-20_000:] + ran.stderr[-2_000:]
    assert "No issues found" in ran.stdout, ran.stdout
