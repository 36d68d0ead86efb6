"""Server-sent events on the wire: messages as text, and an answer that goes on until somebody ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.head import is_head
from governance.live.messages import About, Batch, Message, Resync, Sight, is_about
from grid_data.event_cursor import Cursor
from grid_data.events import Event

__all__ = ["AGAIN_MS", "EVENT_STREAM", "EventStream", "text_of"]

EVENT_STREAM = "text/event-stream"
AGAIN_MS = 1_000
"""After how many milliseconds a browser comes back whose stream was cut."""
SEND_S = 30.0
"""A reader that takes nothing for so long is gone."""


def text_of(message: Message, sight: Sight, about: About | None) -> bytes:
    """A message as one reader gets it, empty when nothing is for them. Readers alike share the bytes."""
    if isinstance(message, Batch):
        return message.made((sight, about), lambda: _changes(message, sight, about))
    if isinstance(message, Resync):
        return _written("resync", message.cursor, {})
    name = "ready" if message.first else "beat"
    return _written(name, message.cursor, {"at": message.at, "live": message.live})


def _changes(batch: Batch, sight: Sight, about: About | None) -> bytes:
    return b"".join(
        _written("change", cursor, _shown(event))
        for event, cursor in batch.events
        if sight.shows(event) and is_about(event, about)
    )


def _shown(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in Event.__dataclass_fields__}


def _written(name: str, cursor: Cursor, data: dict[str, object]) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (str(cursor).encode(), name.encode(), orjson.dumps(data))


class EventStream(Response):
    """An answer that sends pieces as they come, until they end or the reader leaves."""

    media_type = EVENT_STREAM
    charset = "utf-8"

    def __init__(self, pieces: AsyncIterator[bytes], held: AsyncExitStack) -> None:
        super().__init__(
            headers={
                # Nobody on the way keeps it, packs it, or waits for its end.
                "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",
            }
        )
        del self.headers["content-length"]
        self._pieces = pieces
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one reader, and let go of what is held for them."""
        async with self._held:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if not is_head(scope):
            sending = asyncio.create_task(self._send(send))
            leaving = asyncio.create_task(_left(receive))
            try:
                await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, leaving):
                    task.cancel()
                await asyncio.wait((sending, leaving))
            if not sending.cancelled() and not sending.result():
                # Nothing more can be sent, not even the end; the server closes the connection.
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send) -> bool:
        """Send to the end; False when the reader takes nothing."""
        async for piece in self._pieces:
            try:
                async with asyncio.timeout(SEND_S):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except TimeoutError:
                return False
        return True


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
