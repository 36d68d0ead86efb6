"""What a sent file is, told by its content alone; and the file as it is kept.

A picture is decoded whole, turned upright, made smaller where it is large, and written anew: nothing of what
was sent survives but the pixels. Position and time of the camera are read before. A video is checked box by
box and keeps picture and sound (`governance.attachments.video`). A PDF is checked by its structure and kept
as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, TYPE_CHECKING, Final

from gis.words import Words
from governance.attachments.camera import Shot, shot_of
from governance.attachments.video import BRANDS, cleaned_video
from governance.errors import FileRefused

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Content", "FileLimits", "kept_content", "kind_of"]

HEAD_BYTES: Final = 32
PDF_TAIL_BYTES: Final = 2048
THUMBNAIL_EDGE: Final = 320
"""Longest edge of a thumbnail, in pixels."""
QUALITY: Final = 88
"""Of JPEG and WebP as written anew: no difference to the eye at 100 %."""
BLOCK: Final = 1 << 16
_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")


@dataclass(frozen=True)
class FileLimits:
    """How large files may be.

    Attributes
    ----------
    max_bytes
        Of a file as sent.
    max_pixels
        Width × height of a picture, told by its header before anything is decoded.
    max_edge
        Pictures are kept at most this long on their longer side, in pixels.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 64_000_000
    max_edge: int = 2560


@dataclass(frozen=True)
class Content:
    """A file as it is kept. ``body`` is the content itself, or the open file that holds it.

    ``shot`` says when and where the camera took the picture, as far as it wrote that.
    """

    kind: str
    body: bytes | IO[bytes]
    size: int
    sha256: str
    width: int | None
    height: int | None
    thumbnail: bytes | None
    shot: Shot


def kind_of(head: bytes) -> str | None:
    """What a file is, by its first bytes; None for all that is not taken.

    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b"<html>")
    ('pdf', None)
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return "mp4"
    if re.match(rb"%PDF-[12][.]\d", head):
        return "pdf"
    return None


def kept_content(
    file: IO[bytes], limits: FileLimits, local_offset: Callable[[datetime], timedelta]
) -> Content:
    """Check a file and make of it what is kept. Takes processor time: run it in a thread.

    Parameters
    ----------
    local_offset
        The offset from UTC of a moment told without one: cameras tell the time of the wall.

    Raises
    ------
    FileRefused
    """
    file.seek(0)
    kind = kind_of(file.read(HEAD_BYTES))
    if kind is None:
        raise FileRefused(
            "unknown-kind",
            Words(
                "内容不是 JPEG、PNG、WebP、HEIC 图片、MP4 视频或 PDF 文件",
                "the content is no JPEG, PNG, WebP, HEIC, MP4 or PDF",
            ),
        )
    if kind == "pdf":
        return _kept_pdf(file)
    if kind == "mp4":
        return _kept_video(file, limits)
    return _kept_picture(file, kind, limits, local_offset)


def _kept_picture(
    file: IO[bytes], kind: str, limits: FileLimits, local_offset: Callable[[datetime], timedelta]
) -> Content:
    from PIL import Image

    try:
        with _opened(file, kind) as opened:
            width, height = opened.size
            if width * height > limits.max_pixels:
                raise _too_many_pixels(width, height, limits.max_pixels)
            shot = shot_of(opened, local_offset)
            picture = _upright(opened, limits.max_edge)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(None, None, limits.max_pixels) from None
    except FileRefused:
        raise
    except Exception as error:  # decoders fail in every way there is
        raise FileRefused(
            "damaged", Words("图片已损坏或不完整，无法读取", "the picture is damaged or cut short")
        ) from error
    kept = "jpeg" if kind == "heic" else kind
    body = _written(picture, kept)
    small = picture.convert("RGB") if picture.mode not in ("L", "RGB") else picture.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Content(
        kind=kept,
        body=body,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        width=picture.width,
        height=picture.height,
        thumbnail=_written(small, "jpeg"),
        shot=shot,
    )


def _opened(file: IO[bytes], kind: str) -> Image:
    """The picture, not decoded yet. Only the decoder of its kind is tried."""
    from PIL import Image

    file.seek(0)
    if kind == "heic":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
        return Image.open(file, formats=["HEIF"])
    # A phone may put several pictures into one JPEG; the first one counts.
    formats = {"jpeg": ["JPEG", "MPO"], "png": ["PNG"], "webp": ["WEBP"]}[kind]
    return Image.open(file, formats=formats)


def _upright(opened: Image, max_edge: int) -> Image:
    """The pixels alone, upright, in a colour space that needs no profile, at most so long."""
    from PIL import Image, ImageOps

    opened.draft("RGB", (max_edge, max_edge))
    opened.load()
    picture = ImageOps.exif_transpose(opened)
    picture = _plain_colours(picture)
    if max(picture.size) > max_edge:
        picture.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    # Text, profiles, positions: writers take from here what they are not told.
    picture.info = {}
    return picture


def _plain_colours(picture: Image) -> Image:
    """In sRGB, with or without transparency, or grey."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    if transparent:
        return picture.convert("RGBA")
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    return picture.convert("RGB")


def _written(picture: Image, kind: str) -> bytes:
    out = BytesIO()
    if kind == "png":
        picture.save(out, "PNG")
    elif kind == "webp":
        picture.save(out, "WEBP", quality=QUALITY, method=2)
    else:
        flat = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
        flat.save(out, "JPEG", quality=QUALITY, optimize=False, progressive=False)
    return out.getvalue()


def _too_many_pixels(width: int | None, height: int | None, most: int) -> FileRefused:
    size = "" if width is None else f" {width} × {height} "
    limit = f"{most / 1e6:g}"
    return FileRefused(
        "too-many-pixels",
        Words(
            f"图片{size}像素过多；上限 {limit} 百万像素",
            f"the picture{size} has too many pixels; at most {limit} million are taken",
        ),
    )


def _kept_video(file: IO[bytes], limits: FileLimits) -> Content:
    """An MP4 without what was noted beside picture and sound; it is not decoded."""
    file.seek(0)
    video = cleaned_video(file.read())
    if video.width * video.height > limits.max_pixels:
        raise _too_many_pixels(video.width, video.height, limits.max_pixels)
    digest = hashlib.sha256(video.body).hexdigest()
    return Content("mp4", video.body, len(video.body), digest, video.width, video.height, None, video.shot)


def _kept_pdf(file: IO[bytes]) -> Content:
    """A PDF whose end leads to its table of objects; the rest is for the reader's program to judge."""
    size = file.seek(0, 2)
    file.seek(max(0, size - PDF_TAIL_BYTES))
    ends = re.search(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z", file.read())
    table = b""
    if ends and int(ends[1]) < size:
        file.seek(int(ends[1]))
        table = file.read(HEAD_BYTES)
    if not re.match(rb"\s*(xref\s|\d+\s+\d+\s+obj)", table):
        raise FileRefused(
            "damaged",
            Words("PDF 文件已损坏或不完整", "the PDF is damaged, cut short or followed by something else"),
        )
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    file.seek(0)
    return Content("pdf", file, size, digest.hexdigest(), None, None, None, Shot())
