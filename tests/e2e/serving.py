"""The real server on a free port, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.server import Server
from governance.settings import Settings

START_LIMIT_S = 300


@contextlib.contextmanager
def served(settings: Settings, *, demo: bool = False) -> Iterator[str]:
    """Address of a server with these settings; with ``demo`` it lets the accounts of the demo in."""
    index = Path(__file__).parents[2] / "api" / "static" / "index.html"
    if not index.exists():
        pytest.fail("the map is not built; run `make map`", pytrace=False)
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(settings)
        app.state.demo = demo
        server = Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_LIMIT_S
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                pytest.fail("the server did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=60)
