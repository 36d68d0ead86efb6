"""HEAD wherever there is GET: the same headers, no body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HeadAsGet", "is_head"]

MARK = "gridgov.head"


def is_head(scope: Scope) -> bool:
    """Whether only the headers are wanted; for answers whose body would have no end."""
    return bool(scope.get(MARK))


class HeadAsGet:
    """ASGI middleware that answers HEAD as GET would be answered, without sending the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", MARK: True}, receive, send_without_body)
