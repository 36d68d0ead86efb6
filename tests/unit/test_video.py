"""MP4 videos are known by their boxes, and keep picture and sound alone."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.attachments.content import FileLimits, kept_content, kind_of
from governance.attachments.video import cleaned_video
from governance.errors import FileRefused
from tests.support.videos import PICTURE, box, handler, mp4


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        cleaned_video(data)
    return str(refused.value.code)


def test_place_time_and_device_are_read_and_then_gone() -> None:
    data = mp4()
    video = cleaned_video(data)
    assert (video.width, video.height) == (1280, 720)
    assert video.shot.position == (120.4605, 36.0872)
    assert video.shot.taken_at == datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    assert len(video.body) == len(data)
    for secret in (b"+36.0872", b"Phone Maker", b"SECRET-UUID"):
        assert secret in data
        assert secret not in video.body
    # Picture and sound stay where they were: offsets into them hold.
    assert video.body.find(PICTURE) == data.find(PICTURE) > 0
    again = cleaned_video(video.body)
    assert (again.body, again.shot.position, again.shot.taken_at) == (video.body, None, None)


def test_it_is_told_by_its_content_and_stored_whole() -> None:
    data = mp4()
    assert kind_of(data[:32]) == "mp4"
    content = kept_content(BytesIO(data), FileLimits(), lambda _: None)  # type: ignore[arg-type, return-value]
    assert (content.kind, content.width, content.thumbnail) == ("mp4", 1280, None)
    assert content.size == len(data)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        kept_content(BytesIO(mp4()), FileLimits(max_pixels=1000), lambda _: None)  # type: ignore[arg-type, return-value]
    assert refused.value.code == "too-many-pixels"


@pytest.mark.parametrize(
    "data",
    [
        mp4()[:-5], mp4() + b"<script>", mp4(tracks=b""), mp4().replace(b"mdat", b"evil"),
        mp4(tracks=box(b"trak", box(b"mdia", handler(b"soun")))), box(b"ftyp", b"isom\0\0\0\0"),
        mp4(tracks=box(b"trak", b"\0\0\xff\xffmdia")),
    ],
)  # fmt: skip
def test_what_is_damaged_or_hides_something_is_refused(data: bytes) -> None:
    assert refusal(data) == "damaged"


def test_a_track_that_is_neither_picture_nor_sound_is_refused() -> None:
    """Action cameras write the way they went into one."""
    assert refusal(mp4(more=box(b"trak", box(b"mdia", handler(b"meta"))))) == "other-tracks"


@given(st.data())
def test_whatever_is_sent_it_is_kept_or_refused(data: st.DataObject) -> None:
    content = bytearray(mp4())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept = cleaned_video(bytes(content))
    except FileRefused:
        return
    assert len(kept.body) == len(content)
