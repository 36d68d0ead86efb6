"""A receiver of webhooks as a real HTTP server: it keeps what it hears, fails, hangs, comes back as told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """A request that came in, and what was answered; None: nothing."""

    headers: dict[str, str]
    body: bytes
    answered: int | None

    @property
    def document(self) -> dict[str, Any]:
        """The body."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    def signed_with(self, secret: str) -> bool:
        """Whether the signature is right; made anew here, by hand."""
        text = self.headers["gridgov-timestamp"].encode() + b"." + self.body
        right = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"sha256={right}", self.headers["gridgov-signature"])


@dataclass
class Receiver:
    """What the server does and has heard.

    ``answer`` is the status it gives, or ``hang``: it never answers.
    """

    url: str = ""
    answer: int | str = 200
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def taken(self) -> list[Heard]:
        """What was answered with success."""
        return [each for each in self.heard if each.answered is not None and each.answered < 300]

    def wait(self, least: int, patience_s: float = 120.0) -> list[Heard]:
        """Wait until so many were taken."""
        until = time.monotonic() + patience_s
        while len(self.taken()) < least:
            assert time.monotonic() < until, f"{len(self.taken())} of {least}: {self.heard[-3:]}"
            time.sleep(0.02)
        return self.taken()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                # Who sent it died in the middle: that is no request.
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            if state.answer == "hang":
                state.heard.append(Heard(headers, body, None))
                state.ending.wait()
                self.close_connection = True
                return
            status = int(state.answer)
            state.heard.append(Heard(headers, body, status))
            self.send_response(status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
