"""Photos and files: sent first, named by a report or a step afterwards."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Final, get_args
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response, StreamingResponse

from api.actor import said_by
from api.body_limit import UPLOADS
from api.dependencies import Transaction, known_parameters
from api.formats import IncidentNumber
from api.openapi import problems
from api.principal import Me
from api.problems import Problem, bad_parameter
from api.schemas import Document
from governance.access import Principal
from governance.attachments.files import (
    Attachment,
    AttachmentRole,
    Attachments,
    IncidentAttachment,
    Sent,
    list_attachments,
    receive,
)
from governance.incidents.answers import Name
from grid_data.attachments import attachment_by_id, incident_exists

router = APIRouter(tags=["attachments"], dependencies=[Depends(known_parameters)])

ROLES = get_args(AttachmentRole)
FIELD_BYTES = 1000
FORM_BYTES = 10_000
"""What a form may hold beside its file."""
LONGEST_NAME = 200
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
}
_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/octet-stream",
            "description": "A JPEG, PNG, WebP or HEIC picture, or a PDF; told by its content, not its name.",
        },
        "role": {
            "type": "string",
            "enum": list(ROLES),
            "default": "scene",
            "description": "What it shows: the scene, before or after the work, or something else.",
        },
        "by": {
            "type": "string",
            "minLength": 1,
            "maxLength": 60,
            "pattern": r"^[^\x00]+$",
            "description": "Name of the person who sends it.",
        },
    },
}

AttachmentId = Annotated[
    UUID, Path(description="The id an upload got.", json_schema_extra={"format": "attachment-id"})
]


class AttachmentList(Document):
    """Photos and files of an incident."""

    items: list[IncidentAttachment]


@router.post(
    UPLOADS,
    status_code=201,
    response_model=Attachment,
    summary="Send a photo or a file",
    responses=problems(
        "bad-parameter", "unknown-parameter", "too-large", "unsupported-file", "storage-away", "database-away"
    ),
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
async def send_attachment(request: Request, me: Me) -> Attachment:
    """Keep a photo or a file, and answer the `id` by which a report or a step names it.

    A picture is written anew: upright, without anything but its pixels. Where and when it was taken is read
    before and told in the answer. What nothing names is removed after some days.
    """
    attachments: Attachments = request.app.state.attachments
    form = await _form(request, attachments.limits.max_bytes)
    try:
        return await receive(request.app.state.database, attachments, me, _sent(form, me))
    finally:
        await form.close()


async def _form(request: Request, max_bytes: int) -> FormData:
    """The form, its file in memory while it is small and on disk beyond that."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise bad_parameter("body", "应为 multipart/form-data", "multipart/form-data is expected")

    async def at_most() -> AsyncGenerator[bytes, None]:
        taken = 0
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > max_bytes + FORM_BYTES:
                raise _too_large(max_bytes)
            yield chunk

    parser = MultiPartParser(
        request.headers,
        at_most(),
        max_files=1,
        max_fields=len(_FORM["properties"]),
        max_part_size=FIELD_BYTES,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise bad_parameter("body", "表单格式有误", f"not a form we can read: {error.message}") from error


def _too_large(max_bytes: int) -> Problem:
    most = f"{max_bytes / 1e6:g} MB"
    return Problem("too-large", Name(zh=f"文件超过上限 {most}", en=f"the file is larger than {most}"))


def _sent(form: FormData, me: Principal) -> Sent:
    """The parts of the form, judged like any body: nothing unknown, nothing twice."""
    seen: set[str] = set()
    for name, _ in form.multi_items():
        if name not in _FORM["properties"]:
            raise bad_parameter(name, "没有此字段", "there is no such field", code="extra-forbidden")
        if name in seen:
            raise bad_parameter(name, "此字段出现多次", "given more than once")
        seen.add(name)
    file, role, by = form.get("file"), form.get("role", "scene"), form.get("by")
    if not isinstance(file, UploadFile):
        raise bad_parameter("file", "缺少文件", "a file is missing", code="missing")
    if role not in ROLES:
        listed = ", ".join(ROLES)
        raise bad_parameter("role", f"应为以下之一：{listed}", f"one of {listed}", code="literal-error")
    if by is not None and (not isinstance(by, str) or not 0 < len(by) <= 60 or "\0" in by):
        raise bad_parameter("by", "应为 1 至 60 个字符", "1 to 60 characters")
    sender = (by or me.name) if me.on_behalf else said_by(me, by)
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in name if letter.isprintable()).strip()[-LONGEST_NAME:]
    return Sent(file.file, clean or None, role, sender)  # type: ignore[arg-type]


@router.get(
    f"{UPLOADS}/{{id}}",
    summary="The content of a photo or a file",
    response_class=Response,
    responses={
        200: {
            "description": "The content, as it is kept for ever.",
            "content": {
                media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()
            },
        },
        304: {"description": "Unchanged since the ETag given."},
        **problems("bad-parameter", "unknown-parameter", "not-found", "storage-away", "database-away"),
    },
)
async def read_attachment(request: Request, connection: Transaction, id: AttachmentId) -> Response:
    """The content. Pictures may be shown; a PDF is given to be saved. Nothing in it may run."""
    return await _content(request, connection, id, thumbnail=False)


@router.get(
    f"{UPLOADS}/{{id}}/thumbnail",
    summary="A small picture of a photo",
    response_class=Response,
    responses={
        200: {
            "description": "At most 320 pixels on its longer side.",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "Unchanged since the ETag given."},
        **problems("bad-parameter", "unknown-parameter", "not-found", "storage-away", "database-away"),
    },
)
async def read_thumbnail(request: Request, connection: Transaction, id: AttachmentId) -> Response:
    """A small picture for lists; a PDF has none."""
    return await _content(request, connection, id, thumbnail=True)


async def _content(request: Request, connection: Transaction, key: UUID, *, thumbnail: bool) -> Response:
    row = await attachment_by_id(connection, key)
    missing = Problem("not-found", Name(zh=f"没有附件 {key}", en=f"no attachment {key}"))
    if row is None or (thumbnail and row["kind"] in ("pdf", "mp4")):
        raise missing
    tag = f'"{row["sha256"][:32]}{"-t" if thumbnail else ""}"'
    headers = _headers(row, tag, thumbnail=thumbnail)
    if tag in {each.strip() for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    attachments: Attachments = request.app.state.attachments
    found = await attachments.files.get(row["sha256"], thumbnail=thumbnail)
    if found is None:
        raise missing
    media = "image/jpeg" if thumbnail else MEDIA_TYPES[row["kind"]]
    return StreamingResponse(
        found.chunks, media_type=media, headers={**headers, "Content-Length": str(found.size)}
    )


def _headers(row: dict[str, Any], tag: str, *, thumbnail: bool) -> dict[str, str]:
    name = row["name"] or f"{row['sha256'][:12]}.{row['kind']}"
    how = "attachment" if row["kind"] == "pdf" else "inline"
    return {
        "ETag": tag,
        # The id stands for this content for ever; only who knows it may keep it.
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": "inline" if thumbnail else f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }


@router.get(
    "/api/incidents/{number}/attachments",
    summary="Photos and files of an incident",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def list_of_incident(connection: Transaction, number: IncidentNumber) -> AttachmentList:
    """In the order in which reports and steps named them; how far from the incident each was taken."""
    found = await list_attachments(connection, number)
    if not found and not await incident_exists(connection, number):
        raise Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))
    return AttachmentList(items=found)
