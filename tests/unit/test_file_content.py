"""What a file is, is told by its content; of a picture nothing but its pixels is kept."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from governance.attachments.content import Content, FileLimits, kept_content
from governance.errors import FileRefused
from tests.support.pictures import PLACE, SECRETS, encoded, exif_of, jpeg, pdf, scene

BEIJING = timedelta(hours=8)


def kept(data: bytes, limits: FileLimits | None = None) -> Content:
    return kept_content(BytesIO(data), limits or FileLimits(), lambda wall: BEIJING)


def opened(content: Content) -> Image.Image:
    assert isinstance(content.body, bytes)
    return Image.open(BytesIO(content.body))


def red_left_blue_right(picture: Image.Image) -> None:
    """The scene stands upright."""
    small = picture.convert("RGB").resize((80, 60))
    left, right, top = small.getpixel((10, 40)), small.getpixel((70, 40)), small.getpixel((40, 2))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert isinstance(top, tuple)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]
    assert top[1] > 150 > top[0]


def test_position_and_time_are_read_and_then_gone() -> None:
    sent = jpeg()
    assert all(secret in sent for secret in SECRETS)
    content = kept(sent)
    assert isinstance(content.body, bytes)
    assert content.thumbnail is not None
    assert content.shot.taken_at == datetime(2026, 10, 1, 1, 30, 15, tzinfo=UTC)
    assert content.shot.position == pytest.approx(PLACE, abs=1e-6)
    for data in (content.body, content.thumbnail):
        assert not any(secret in data for secret in SECRETS)
        assert b"Exif" not in data
        again = Image.open(BytesIO(data))
        assert dict(again.getexif()) == {}
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_kept_upright(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    lying = scene().transpose(turns[orientation]) if orientation in turns else scene()
    content = kept(jpeg(lying, exif=exif_of(orientation=orientation)))
    assert (content.width, content.height) == (640, 480)
    red_left_blue_right(opened(content))


@pytest.mark.parametrize(("kind", "becomes"), [("PNG", "png"), ("WEBP", "webp"), ("HEIF", "jpeg")])
def test_other_pictures_lose_their_notes_too(kind: str, becomes: str) -> None:
    sent = encoded(kind, exif=exif_of())
    content = kept(sent)
    assert content.kind == becomes
    assert content.shot.position == pytest.approx(PLACE, abs=1e-6)
    assert b"SECRET-SERIAL" not in (content.body if isinstance(content.body, bytes) else b"")
    assert dict(opened(content).getexif()) == {}
    red_left_blue_right(opened(content))


def test_a_large_picture_is_made_smaller_and_a_thumbnail_is_small() -> None:
    content = kept(jpeg(scene(3000, 1500)), FileLimits(max_edge=1000))
    assert (content.width, content.height) == (1000, 500)
    assert content.thumbnail is not None
    assert Image.open(BytesIO(content.thumbnail)).size == (320, 160)


def test_transparency_stays_and_a_palette_is_no_trouble() -> None:
    see_through = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert opened(kept(encoded("PNG", see_through))).mode == "RGBA"
    palette = scene(64, 64).convert("P", palette=Image.Palette.ADAPTIVE)
    assert opened(kept(encoded("PNG", palette))).mode == "RGB"
    assert opened(kept(encoded("JPEG", Image.new("CMYK", (32, 32))))).mode == "RGB"
    assert opened(kept(encoded("PNG", Image.new("I;16", (32, 32))))).mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8001, 8001), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(FileRefused) as refused:
        kept(bomb(*size))
    assert refused.value.code == "too-many-pixels"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html><script>alert(1)</script>", b"MZ\x90\0", b"GIF89a" + b"\0" * 64, b"\0\0\0\x18ftypqt  ",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", b" %PDF-1.4",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_whatever_its_name(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        kept(data)
    assert refused.value.code == "unknown-kind"
    assert "PDF" in refused.value.words.zh


@pytest.mark.parametrize(
    "data",
    [
        jpeg()[:2000], b"\xff\xd8\xff\xe0" + b"\0" * 200, encoded("PNG")[:300], encoded("WEBP")[:200],
        encoded("HEIF")[:400], b"RIFF\0\0\0\0WEBPVP8 ", pdf()[:-30], pdf() + b"<script>" * 9,
        b"%PDF-1.4\nstartxref\n3\n%%EOF", b"%PDF-1.4\nstartxref\n9999999\n%%EOF",
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        kept(data)
    assert refused.value.code == "damaged"


def test_a_pdf_is_kept_as_it_is() -> None:
    content = kept(pdf())
    assert (content.kind, content.width, content.thumbnail) == ("pdf", None, None)
    assert not isinstance(content.body, bytes)
    assert content.body.read() == pdf()
    assert content.size == len(pdf())


def test_the_clock_of_the_wall_is_the_citys() -> None:
    content = kept(jpeg(exif=exif_of(offset=None)))
    assert content.shot.taken_at == datetime(2026, 10, 1, 1, 30, 15, tzinfo=UTC)


def test_a_position_in_the_shifted_system_is_turned_back() -> None:
    content = kept(jpeg(exif=exif_of(position=(116.41024449916938, 39.91640428150164), datum="GCJ-02")))
    assert content.shot.position == pytest.approx((116.404, 39.915), abs=1e-6)


@pytest.mark.parametrize("position", [(0.0, 0.0), None])
def test_a_position_that_cannot_be_meant_is_none(position: tuple[float, float] | None) -> None:
    assert kept(jpeg(exif=exif_of(position=position))).shot.position is None


def test_the_southern_and_western_halves_are_negative() -> None:
    content = kept(jpeg(exif=exif_of(position=(-70.5, -33.25))))
    assert content.shot.position == pytest.approx((-70.5, -33.25), abs=1e-6)


def test_the_same_picture_is_the_same_content() -> None:
    assert kept(jpeg()).sha256 == kept(jpeg()).sha256
    assert kept(jpeg()).sha256 != kept(jpeg(scene(shade=90))).sha256
