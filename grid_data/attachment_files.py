"""Where the content of photos and files lies: a folder, or a bucket of an S3-compatible store.

Everything has its digest as its name: storing the same twice is storing it once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Config, S3Store

__all__ = ["AttachmentFiles", "Bucket", "StorageAway", "StoredFile"]

READ_BYTES = 1 << 18


@dataclass(frozen=True)
class Bucket:
    """An S3-compatible store: what a client needs to know of it.

    Attributes
    ----------
    endpoint
        Its address, for example ``https://oss.example.org``; None: Amazon's.
    access_key, secret_key
        None: taken from where the machine has them (environment, instance).
    """

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None


class StorageAway(Exception):
    """The folder cannot be used, or the store does not answer or refuses."""


@contextmanager
def _reached() -> Iterator[None]:
    """Turn what goes wrong between us and the store into `StorageAway`; a missing file stays what it is."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise StorageAway(str(error)) from error


@dataclass(frozen=True)
class StoredFile:
    """A stored file on its way out."""

    size: int
    chunks: AsyncIterator[bytes]


class AttachmentFiles:
    """Stored files by digest. Nothing is opened before the first use.

    Parameters
    ----------
    place
        A folder, made when it is first written to, or a bucket.
    """

    def __init__(self, place: Path | Bucket) -> None:
        self.place = place
        self._opened: LocalStore | S3Store | None = None

    def _store(self) -> LocalStore | S3Store:
        if self._opened is None:
            self._opened = _open(self.place)
        return self._opened

    async def put(self, digest: str, body: bytes | IO[bytes], thumbnail: bytes | None) -> None:
        """Store a content and its thumbnail under the digest, if they are not there yet.

        Raises
        ------
        StorageAway
            So do all others.
        """
        if await self.has(digest):
            return
        with _reached():
            store = self._store()
            if thumbnail is not None:
                await store.put_async(thumbnail_key(digest), thumbnail)
            # Last: what is there is complete.
            await store.put_async(content_key(digest), body)

    async def has(self, digest: str) -> bool:
        """Whether the content is there."""
        try:
            with _reached():
                await self._store().head_async(content_key(digest))
        except FileNotFoundError:
            return False
        return True

    async def get(self, digest: str, *, thumbnail: bool = False) -> StoredFile | None:
        """A content or its thumbnail in pieces; None when it is not there."""
        key = thumbnail_key(digest) if thumbnail else content_key(digest)
        try:
            with _reached():
                found = await self._store().get_async(key)
        except FileNotFoundError:
            return None

        async def chunks() -> AsyncIterator[bytes]:
            async for chunk in found.stream(min_chunk_size=READ_BYTES):
                yield bytes(chunk)

        return StoredFile(found.meta["size"], chunks())

    async def remove(self, digest: str) -> None:
        """Remove a content and its thumbnail; it is no fault if they are not there."""
        for key in (content_key(digest), thumbnail_key(digest)):
            try:
                with _reached():
                    await self._store().delete_async(key)
            except FileNotFoundError:
                continue


def content_key(digest: str) -> str:
    """Name of a content in the store: the digest below a folder of its first two digits."""
    return f"{digest[:2]}/{digest}"


def thumbnail_key(digest: str) -> str:
    """Name of its thumbnail, always a JPEG."""
    return f"{digest[:2]}/{digest}.thumbnail"


def _open(place: Path | Bucket) -> LocalStore | S3Store:
    from obstore.store import LocalStore, S3Store

    if isinstance(place, Path):
        return LocalStore(place.absolute(), mkdir=True)
    config: S3Config = {"region": place.region, "virtual_hosted_style_request": False}
    if place.endpoint:
        config["endpoint"] = place.endpoint
    if place.access_key and place.secret_key:
        config["access_key_id"] = place.access_key
        config["secret_access_key"] = place.secret_key
    plain = (place.endpoint or "").startswith("http://")
    return S3Store(
        place.name,
        prefix=place.prefix or None,
        config=config,
        client_options={"allow_http": plain, "timeout": "30s"},
    )
