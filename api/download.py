"""A file on its way out, made while it is sent; it ends with whoever wanted it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.gate import StillIn
from api.head import is_head
from api.problems import Problem
from governance.access import Permission
from governance.exports import Export
from governance.incidents.answers import Name

__all__ = ["COMPRESSED", "MEDIA_TYPES", "STALLED_S", "Download"]

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "fgb": "application/flatgeobuf",
    "pdf": "application/pdf",
}
COMPRESSED: Final = (MEDIA_TYPES["xlsx"], MEDIA_TYPES["parquet"], MEDIA_TYPES["pdf"])
"""What compressing again would not make smaller."""
STALLED_S = 60.0
"""A client that takes nothing for so long is given up."""
WITHDRAWN = Name(
    zh="导出期间权限或范围被收回", en="permission or scope was withdrawn while the file was made"
)


class Download(Response):
    """Sends an export.

    What goes wrong before its first byte becomes a problem like any other. When the client leaves, takes
    nothing for `STALLED_S`, or may not have it any more, the export ends and what was made for it is removed.
    """

    def __init__(self, opening: AbstractAsyncContextManager[Export], media_type: str, still: StillIn) -> None:
        super().__init__(media_type=media_type)
        self._opening = opening
        self._still = still

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if is_head(scope):
            # Nothing is taken, so nothing is made or written down.
            await send({"type": "http.response.start", "status": 200, "headers": self._head(None)})
            await send({"type": "http.response.body", "body": b""})
            return
        work = asyncio.ensure_future(self._send(send))
        left = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            left.cancel()
            await asyncio.gather(work, left, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        async with self._opening as export:
            first = await anext(export.pieces, b"")
            if not await self._still.holds(Permission.EXPORT):
                raise Problem("not-allowed", WITHDRAWN)
            headers = self._head(export.file_name)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                await _piece(send, first)
                async for piece in export.pieces:
                    if not await self._still.holds(Permission.EXPORT):
                        # Without its end the answer is no answer: the server closes the connection.
                        return
                    await _piece(send, piece)
            except TimeoutError:
                return
            await send({"type": "http.response.body", "body": b""})

    def _head(self, name: str | None) -> list[tuple[bytes, bytes]]:
        told = [
            (b"content-type", str(self.media_type).encode()),
            (b"cache-control", b"no-store"),
            (b"vary", b"Accept-Language"),
        ]
        if name is not None:
            told.append((b"content-disposition", f"attachment; filename*=UTF-8''{quote(name)}".encode()))
        return told


async def _piece(send: Send, piece: bytes) -> None:
    async with asyncio.timeout(STALLED_S):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
