"""A small MP4 made by hand, with what phones note beside picture and sound."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["PICTURE", "box", "handler", "mp4"]

PICTURE = b"coded picture " * 20
_TAKEN = int((datetime(2026, 11, 27, 8, 30, tzinfo=UTC) - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())


def box(kind: bytes, content: bytes) -> bytes:
    """A box of a kind."""
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def handler(what: bytes) -> bytes:
    """What a track is, with a name for people."""
    return box(b"hdlr", bytes(8) + what + bytes(12) + b"Phone Maker\0")


def _header(kind: bytes, rest: bytes) -> bytes:
    return box(kind, bytes(4) + _TAKEN.to_bytes(4, "big") * 2 + rest)


def _picture() -> bytes:
    size = (1280 << 16).to_bytes(4, "big") + (720 << 16).to_bytes(4, "big")
    media = box(
        b"mdia", _header(b"mdhd", bytes(12)) + handler(b"vide") + box(b"minf", box(b"stbl", bytes(8)))
    )
    return box(b"trak", _header(b"tkhd", bytes(64) + size) + media)


def mp4(tracks: bytes | None = None, more: bytes = b"") -> bytes:
    """A video of 1280 by 720 pixels; ``tracks`` in place of its own, ``more`` beside them."""
    notes = box(
        b"udta", box(b"\xa9xyz", b"\0\x16\x15\xc7+36.0872+120.4605/") + box(b"\xa9mak", b"Phone Maker")
    )
    movie = _header(b"mvhd", bytes(88)) + (_picture() if tracks is None else tracks) + more + notes
    return (
        box(b"ftyp", b"isom\0\0\2\0isommp41") + box(b"moov", movie) + box(b"mdat", PICTURE)
        + box(b"uuid", b"SECRET-UUID")
    )  # fmt: skip
