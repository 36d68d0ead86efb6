"""docs/api.md describes every route, parameter and problem type; its examples are right, and run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.problems import PROBLEMS
from governance.settings import Settings
from tests.docs.pages import DOCS, FENCE, ROOT, blocks, sections
from tests.support.described import description
from tests.support.pictures import jpeg

PAGE = (DOCS / "api.md").read_text(encoding="utf-8")
SECTIONS = sections(PAGE, level=3)
METHODS = ("get", "post", "put", "patch", "delete")
SCHEMA: dict[str, Any] = description()
ROUTES: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in SCHEMA["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
SERVER = "http://127.0.0.1:8000"


def rows(section: str) -> list[str]:
    """Rows of the section's tables that describe something."""
    return [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]


def test_routes_are_exactly_those_that_exist() -> None:
    assert {title for title in SECTIONS if re.match(r"[A-Z]+ /", title)} == set(ROUTES)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_parameters_are_exactly_those_that_exist(route: str) -> None:
    documented = {name for row in rows(route) for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    declared = {parameter["name"] for parameter in ROUTES[route].get("parameters", [])}
    content = ROUTES[route].get("requestBody", {}).get("content", {})
    if "application/json" in content:
        declared |= properties(content["application/json"]["schema"])
    assert documented == declared


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_has_an_example(route: str) -> None:
    assert {"console", "json"} & {found["info"] for found in FENCE.finditer(SECTIONS[route])}


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_json_examples_have_the_declared_shape(route: str) -> None:
    answers = [
        answer["content"]["application/json"]["schema"]
        for status, answer in ROUTES[route]["responses"].items()
        if str(status).startswith("2") and "application/json" in answer.get("content", {})
    ]
    for found in FENCE.finditer(SECTIONS[route]):
        if found["info"] == "json":
            faults = [unknown_keys(json.loads(found["text"]), schema) for schema in answers]
            assert [] in faults, faults


def test_problem_types_are_exactly_those_that_exist() -> None:
    documented = {tuple(cell.strip(" `") for cell in row.split("|")[1:3]) for row in rows("All types")}
    assert documented == {(code, str(problem.status)) for code, problem in PROBLEMS.items()}


def test_the_example_of_a_problem_has_its_shape() -> None:
    example = json.loads(next(found["text"] for found in FENCE.finditer(PAGE) if found["info"] == "json"))
    assert unknown_keys(example, SCHEMA["components"]["schemas"]["ProblemDocument"]) == []
    assert (example["code"], example["status"]) in {(code, kind.status) for code, kind in PROBLEMS.items()}


# Every documented curl, run against the application


def curl_lines() -> list[str]:
    """Every curl of every page, without repeats."""
    found: dict[str, None] = {}
    for page in (*sorted(DOCS.rglob("*.md")), ROOT / "README.md"):
        for block in blocks(page):
            if block.info.startswith("console"):
                for command in re.findall(r"^\$ (curl .*?)(?=^\$ |\Z)", block.text, re.MULTILINE | re.DOTALL):
                    found[command.strip()] = None
    return list(found)


@pytest.fixture(scope="module")
def client(laoshan_database: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=laoshan_database))) as running:
        yield running


@pytest.mark.parametrize("command", curl_lines())
def test_documented_calls_are_answered(command: str, client: TestClient) -> None:
    words = shlex.split(command)[1:]
    if "-F" in words:
        assert sent_file(client, words).is_success
        return
    method, address, body = request_of(words)
    if "ATTACHMENT" in address:
        address = address.replace("ATTACHMENT", sent_file(client).json()["id"])
    if "NUMBER" in address:
        some = client.get("/api/incidents", params={"limit": 1}).json()["items"][0]["number"]
        address = address.replace("NUMBER", some)
    if "/api/plans/CODE" in address:
        draft = some_draft(client)
        address = address.replace("CODE", draft)
        if "JOB" in address:
            search = client.post(f"/api/plans/{draft}/proposals", json={"options": {"seconds": 0.01}})
            address = address.replace("JOB", search.json()["job"])
    answer = client.request(
        method,
        address.removeprefix(SERVER),
        content=body,
        headers={"Content-Type": "application/json"} if body else None,
    )
    assert answer.is_success, answer.text
    if "json" in answer.headers.get("content-type", ""):
        assert answer.json()


def sent_file(client: TestClient, words: list[str] | None = None) -> Response:
    """A photo that is sent as a documented call sends it."""
    fields = [words[at + 1] for at, word in enumerate(words) if word == "-F"] if words else []
    told = dict(field.split("=", 1) for field in fields if not field.startswith("file=@"))
    if words:
        assert set(words) - {"-F", *fields} == {f"{SERVER}/api/attachments"}
        assert len(fields) == len(told) + 1
    return client.post("/api/attachments", files={"file": ("photo.jpg", jpeg())}, data=told)


def some_draft(client: TestClient) -> str:
    """Code of a draft nobody has changed, over one community."""
    code = "DOCS-DRAFT"
    if client.get(f"/api/plans/{code}").status_code == 404:
        zone = client.get("/api/zones", params={"layer": "community", "limit": 1}).json()["items"][0]
        body = {"layer": "base_grid", "name": {"zh": "示例"}, "by": "王规划", "code": code,
                "area": {"layer": "community", "code": zone["code"]}}  # fmt: skip
        assert client.post("/api/plans", json=body).status_code == 201
    return code


def request_of(words: list[str]) -> tuple[str, str, str | None]:
    """Method, address and body of a curl's arguments; an option not listed here is an error."""
    method, address, data, in_query = "GET", "", [], False
    arguments = iter(words)
    for word in arguments:
        if word in ("-s", "-i", "--fail"):
            continue
        if word == "-G":
            in_query = True
        elif word in ("-o", "-H"):
            next(arguments)
        elif word == "-X":
            method = next(arguments)
        elif word in ("-d", "--data-urlencode"):
            name, _, value = next(arguments).partition("=")
            data.append(
                f"{name}={quote(value) if word == '--data-urlencode' else value}" if in_query else name
            )
            if not in_query:
                data[-1] += f"={value}" if value else ""
        else:
            assert word.startswith(SERVER), word
            address = word
    if in_query:
        assert not urlsplit(address).query
        return method, f"{address}?{'&'.join(data)}", None
    return ("POST" if data and method == "GET" else method), address, "".join(data) or None


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference leads to."""
    while "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def properties(schema: dict[str, Any]) -> set[str]:
    """Names of the properties of a body; of every kind, if it may be of several."""
    schema = resolve(schema)
    kinds = schema.get("oneOf", [])
    return set(schema.get("properties", {})).union(*(properties(kind) for kind in kinds))


def unknown_keys(value: object, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What in an example its schema does not know, at any depth; an example may leave keys out."""
    schema = resolve(schema)
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        return min((unknown_keys(value, each, where) for each in alternatives), key=len)
    if isinstance(value, list):
        if schema.get("type") != "array":
            return [f"{where}: a list is not expected"]
        items = schema.get("items", {})
        return [
            fault
            for index, each in enumerate(value)
            for fault in unknown_keys(each, items, f"{where}[{index}]")
        ]
    if isinstance(value, dict):
        known = schema.get("properties")
        if known is None:
            return [] if schema.get("type", "object") == "object" else [f"{where}: an object is not expected"]
        faults = [f"{where}.{key}" for key in value if key not in known]
        for key in value.keys() & known.keys():
            faults += unknown_keys(value[key], known[key], f"{where}.{key}")
        return faults
    known_types: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "null": (type(None),),
    }
    expected = known_types.get(schema.get("type", ""), (object,))
    return [] if isinstance(value, expected) else [f"{where}: {value!r} is not {schema.get('type')}"]
