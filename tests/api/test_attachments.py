"""Photos and files: sent, checked, served so that nothing in them can run, named by exactly one thing."""

from __future__ import annotations

import asyncio
import threading
import tracemalloc
import uuid
from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from governance.attachments.files import remove_unnamed
from governance.settings import Settings
from grid_data.attachment_files import AttachmentFiles
from grid_data.database import Database
from tests.api.problems import assert_problem
from tests.support.pictures import PLACE, encoded, jpeg, pdf, scene
from tests.support.s3_server import s3_server

Json = dict[str, Any]


@pytest.fixture(scope="module", params=["folder", "s3"])
def settings(
    request: pytest.FixtureRequest, laoshan_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Both places where files may lie."""
    folder = tmp_path_factory.mktemp("attachments")
    if request.param == "folder":
        yield Settings(database_url=laoshan_database, attachments=str(folder), attachment_mb=2)
        return
    with s3_server(folder) as given:
        yield Settings(database_url=laoshan_database, attachment_mb=2, **given)


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    """The server with a place of its own for files."""
    app = create_app(settings)
    with TestClient(app, headers={"Accept-Language": "en"}, raise_server_exceptions=False) as started:
        yield started


def send(server: TestClient, data: bytes, name: str = "photo.jpg", **fields: str) -> Any:
    return server.post(
        "/api/attachments", files={"file": (name, data, "application/octet-stream")}, data=fields
    )


def sent(server: TestClient, data: bytes, name: str = "photo.jpg", **fields: str) -> Json:
    response = send(server, data, name, **fields)
    assert response.status_code == 201, response.text
    document: Json = response.json()
    return document


def test_a_photo_comes_back_without_its_notes(server: TestClient) -> None:
    answer = sent(server, jpeg(), "IMG 1.jpg", role="before", by="网格员")
    assert answer["kind"] == "jpeg"
    assert (answer["width"], answer["height"], answer["role"]) == (640, 480, "before")
    assert answer["taken_at"] == "2026-10-01T01:30:15Z"
    assert answer["position"]["coordinates"] == pytest.approx(PLACE, abs=1e-6)
    read = server.get(answer["url"])
    assert read.status_code == 200
    assert len(read.content) == answer["bytes"] == int(read.headers["content-length"])
    assert b"SECRET" not in read.content
    assert b"Exif" not in read.content
    small = server.get(answer["thumbnail"])
    assert Image.open(BytesIO(small.content)).size == (320, 240)


def test_served_so_that_nothing_in_it_can_run(server: TestClient) -> None:
    picture = server.get(sent(server, jpeg())["url"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.headers["content-disposition"].startswith("inline")
    assert picture.headers["cache-control"] == "private, max-age=31536000, immutable"
    unchanged = server.get(picture.url, headers={"If-None-Match": picture.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    document = server.get(sent(server, pdf(), "../../收据 1.pdf")["url"])
    assert document.content == pdf()
    assert document.headers["content-type"] == "application/pdf"
    disposition = document.headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''%E6%94%B6%E6%8D%AE%201.pdf"


def test_a_pdf_has_no_small_picture(server: TestClient) -> None:
    answer = sent(server, pdf(), "r.pdf")
    assert answer["thumbnail"] is None
    assert_problem(server.get(f"{answer['url']}/thumbnail"), 404, "not-found")


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "photo.jpg", "unknown-kind"),
        (jpeg()[:3000], "photo.jpg", "damaged"),
        (encoded("GIF"), "photo.png", "unknown-kind"),
        (b"", "photo.jpg", "unknown-kind"),
    ],
)
def test_the_content_decides_not_the_name(server: TestClient, data: bytes, name: str, code: str) -> None:
    response = send(server, data, name)
    assert_problem(response, 415, "unsupported-file", "file")
    assert response.json()["errors"][0]["code"] == code


def test_a_name_that_lies_does_no_harm(server: TestClient) -> None:
    answer = sent(server, jpeg(), "evil.html")
    assert server.get(answer["url"]).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("fields", "files", "field"),
    [
        ({"role": "sideways"}, {"file": ("a.jpg", b"x")}, "role"),
        ({"by": ""}, {"file": ("a.jpg", b"x")}, "by"),
        ({"by": "x" * 61}, {"file": ("a.jpg", b"x")}, "by"),
        ({"rolle": "after"}, {"file": ("a.jpg", b"x")}, "rolle"),
        ({"file": "text"}, {}, "file"),
        ({}, {"photo": ("a.jpg", b"x")}, "photo"),
        ({"by": "x" * 5000}, {"file": ("a.jpg", b"x")}, "body"),
    ],
)
def test_a_bad_form_is_told_its_field(
    server: TestClient, fields: dict[str, str], files: dict[str, Any], field: str
) -> None:
    answer = server.post("/api/attachments", data=fields, files=files or {"other": ("a", b"x")})
    assert answer.status_code == 400
    if files:
        assert_problem(answer, 400, "bad-parameter", field)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{}", "application/json"),
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
)
def test_what_is_no_form_is_refused(server: TestClient, content: bytes, kind: str) -> None:
    answer = server.post("/api/attachments", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "bad-parameter"


def test_a_file_over_the_limit_is_cut_off_without_being_held(settings: Settings) -> None:
    """100 MB are offered; the server stops reading a little behind its limit of 2 MB."""
    taken = 0

    async def upload() -> int:
        nonlocal taken
        app = create_app(settings)
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        block = b"\xff\xd8\xff" + b"\0" * 65_533

        async def receive() -> Json:
            nonlocal taken
            body = head if taken == 0 else block
            taken += len(body)
            return {"type": "http.request", "body": body, "more_body": taken < 100_000_000}

        statuses: list[int] = []

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "path": "/api/attachments", "raw_path": b"/api/attachments", "query_string": b"", "root_path": "",
            "scheme": "http", "server": ("test", 80), "client": ("test", 1),
            "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
        }  # fmt: skip
        async with app.router.lifespan_context(app):
            app.openapi()
            tracemalloc.start()
            await app(scope, receive, answer)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert statuses == [413]
        return peak

    result: list[int] = []
    apart = threading.Thread(target=lambda: result.append(asyncio.run(upload())))
    apart.start()
    apart.join()
    assert taken < 2_300_000
    assert result[0] < 4_000_000


def test_the_same_content_is_stored_once(server: TestClient, settings: Settings) -> None:
    data = jpeg(scene(shade=61))
    first, second = sent(server, data), sent(server, data)
    assert first["id"] != second["id"]
    assert first["sha256"] == second["sha256"]
    assert server.get(second["url"]).content == server.get(first["url"]).content
    place = settings.attachment_place
    if isinstance(place, Path):
        stored = list(place.rglob(f"{first['sha256']}*"))
        assert sorted(file.suffix for file in stored) == ["", ".thumbnail"]


def test_a_report_names_photos_and_the_incident_shows_them(server: TestClient, body: Json) -> None:
    before, paper = sent(server, jpeg(), role="before"), sent(server, pdf(), "r.pdf", role="other")
    body["attachments"] = [before["id"], paper["id"]]
    incident = server.post("/api/incidents", json=body)
    assert incident.status_code == 201, incident.text
    number = incident.json()["number"]
    listed = server.get(f"/api/incidents/{number}/attachments").json()["items"]
    assert {item["id"]: item["role"] for item in listed} == {before["id"]: "before", paper["id"]: "other"}
    photo = next(item for item in listed if item["id"] == before["id"])
    assert photo["distance_m"] > 0
    assert photo["attached_at"]


def test_a_report_without_photos_lists_none(server: TestClient, body: Json) -> None:
    number = server.post("/api/incidents", json=body).json()["number"]
    assert server.get(f"/api/incidents/{number}/attachments").json() == {"items": []}
    assert_problem(server.get("/api/incidents/3702122026010199999/attachments"), 404, "not-found")


def test_a_photo_belongs_to_one_incident_and_a_refused_report_changes_nothing(
    server: TestClient, body: Json, database: psycopg.Connection
) -> None:
    photo = sent(server, jpeg())["id"]
    first = server.post("/api/incidents", json=body | {"attachments": [photo]})
    assert first.status_code == 201
    for names in ([photo], [sent(server, jpeg())["id"], str(uuid.uuid4())]):
        reference = uuid.uuid4().hex
        again = server.post("/api/incidents", json=body | {"source_ref": reference, "attachments": names})
        assert_problem(again, 409, "attachment-not-free", f"attachments.{len(names) - 1}")
        stored = database.execute("SELECT count(*) FROM incident WHERE source_ref = %s", (reference,))
        assert stored.fetchone() == (0,)
    free = database.execute("SELECT attached_at FROM attachment WHERE id = %s", (names[0],)).fetchone()
    assert free == (None,)


def test_a_repeated_report_is_the_same_also_when_its_photo_was_sent_again(
    server: TestClient, body: Json
) -> None:
    data = jpeg(scene(shade=33))
    body["attachments"] = [sent(server, data)["id"]]
    first = server.post("/api/incidents", json=body)
    again = server.post("/api/incidents", json=body)
    anew = server.post("/api/incidents", json=body | {"attachments": [sent(server, data)["id"]]})
    assert [answer.status_code for answer in (first, again, anew)] == [201, 200, 200]
    assert first.json()["number"] == again.json()["number"] == anew.json()["number"]
    other = server.post("/api/incidents", json=body | {"attachments": [sent(server, encoded("PNG"))["id"]]})
    assert_problem(other, 409, "conflicting-report", "attachments")


def test_what_is_named_can_be_neither_changed_nor_removed(
    server: TestClient, body: Json, database: psycopg.Connection
) -> None:
    photo = sent(server, jpeg())["id"]
    server.post("/api/incidents", json=body | {"attachments": [photo]})
    for statement in (
        "DELETE FROM attachment WHERE id = %s",
        "UPDATE attachment SET role = 'after' WHERE id = %s",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            database.execute(statement.encode(), (photo,))


def test_only_what_nothing_names_is_removed_after_its_time(
    server: TestClient, body: Json, settings: Settings, database: psycopg.Connection
) -> None:
    named, shared = sent(server, jpeg(scene(shade=1))), sent(server, jpeg(scene(shade=1)))
    lonely, fresh = sent(server, jpeg(scene(shade=2))), sent(server, jpeg(scene(shade=3)))
    server.post("/api/incidents", json=body | {"attachments": [named["id"]]})
    database.execute(
        "UPDATE attachment SET uploaded_at = now() - interval '80 hours' WHERE id = ANY (%s)",
        ([shared["id"], lonely["id"]],),
    )

    async def clean() -> int:
        store = Database(settings.database_url or "", size=2)
        await store.open()
        try:
            return await remove_unnamed(store, AttachmentFiles(settings.attachment_place), 72)
        finally:
            await store.close()

    removed: list[int] = []
    apart = threading.Thread(target=lambda: removed.append(asyncio.run(clean())))
    apart.start()
    apart.join()
    assert removed == [2]
    statuses = [server.get(each["url"]).status_code for each in (named, shared, lonely, fresh)]
    assert statuses == [200, 404, 404, 200]
    again = sent(server, jpeg(scene(shade=2)))
    assert server.get(again["url"]).status_code == 200


def test_a_store_that_fails_leaves_no_row(
    laoshan_database: str, tmp_path: Path, database: psycopg.Connection
) -> None:
    file = tmp_path / "no_folder"
    file.write_text("in the way")
    app = create_app(Settings(database_url=laoshan_database, attachments=str(file / "below")))
    before = database.execute("SELECT count(*) FROM attachment").fetchone()
    with TestClient(app, raise_server_exceptions=False) as broken:
        away = send(broken, jpeg())
    assert_problem(away, 503, "storage-away")
    assert away.headers["retry-after"]
    assert database.execute("SELECT count(*) FROM attachment").fetchone() == before


def test_an_id_nobody_got_leads_nowhere(server: TestClient) -> None:
    for key in (str(uuid.uuid4()), "1", "x"):
        assert_problem(server.get(f"/api/attachments/{key}"), 404, "not-found")


def test_a_content_that_is_being_removed_is_waited_for_and_stored_anew(
    server: TestClient, settings: Settings, database: psycopg.Connection
) -> None:
    """Whoever removes a content holds it; an upload of the same one goes on when that is done."""
    data = jpeg(scene(shade=12 if settings.s3_endpoint is None else 13))
    first = sent(server, data)
    with psycopg.connect(settings.database_url or "") as remover:
        remover.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('attachment ' || %s, 0))", (first["sha256"],)
        )
        answers: list[Any] = []
        apart = threading.Thread(target=lambda: answers.append(send(server, data)))
        apart.start()
        apart.join(timeout=1)
        assert apart.is_alive(), "the upload did not wait"
        remover.execute("DELETE FROM attachment WHERE id = %s", (first["id"],))
        place = settings.attachment_place
        asyncio_run_apart(lambda: AttachmentFiles(place).remove(first["sha256"]))
    apart.join()
    assert answers[0].status_code == 201
    assert server.get(answers[0].json()["url"]).status_code == 200
    left = database.execute("SELECT count(*) FROM attachment WHERE sha256 = %s", (first["sha256"],))
    assert left.fetchone() == (1,)


def asyncio_run_apart(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a thread: this one may have a loop of its own."""
    apart = threading.Thread(target=lambda: asyncio.run(work()))
    apart.start()
    apart.join()
