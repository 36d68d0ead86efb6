"""Headers every answer carries: nothing is loaded from elsewhere, nothing may frame us."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_SECURITY_POLICY", "SECURITY_HEADERS", "SecurityHeaders"]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}

ONLY_HTTPS = "max-age=31536000"
"""Said over https: the browser comes by nothing else for a year."""


# Written once: every answer carries them. Names in an ASGI message are in small letters.
_ENCODED = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
_HTTPS = (b"strict-transport-security", ONLY_HTTPS.encode())


class SecurityHeaders:
    """ASGI middleware that adds :data:`SECURITY_HEADERS`.

    Where nothing else is said, pages are asked for anew each time, and answers of the API are kept nowhere:
    they are of somebody, and whoever signs out leaves the browser to the next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        kept = b"no-store" if scope["path"].startswith("/api/") else b"no-cache"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                # A page with a stricter policy of its own keeps it.
                headers += [each for each in _ENCODED if each[0] not in said]
                if scope["scheme"] == "https" and _HTTPS[0] not in said:
                    headers.append(_HTTPS)
                if b"cache-control" not in said:
                    headers.append((b"cache-control", kept))
            await send(message)

        await self.app(scope, receive, send_with_headers)
