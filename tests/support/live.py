"""A served application behind a real socket, and readers of its live events."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from api.app import create_app
from api.server import Server
from governance.settings import Settings

__all__ = ["Reader", "Served", "add_entry", "serving"]

# What is told at all is told long before, on whatever machine.
PATIENCE_S = 120.0
ENTRY = "INSERT INTO history (actor, action) VALUES (%s, 'test.entry') RETURNING seq"


@dataclass
class Served:
    """A running server; `stop` ends it and says how many seconds that took."""

    port: int
    server: Server
    thread: threading.Thread

    def stop(self) -> float:
        """End it as a signal would."""
        started = time.perf_counter()
        self.server.should_exit = True
        self.thread.join(timeout=PATIENCE_S)
        assert not self.thread.is_alive(), "the server did not stop"
        return time.perf_counter() - started


@contextmanager
def serving(url: str, port: int = 0) -> Iterator[Served]:
    """The application over a database, in a thread."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        app = create_app(Settings(database_url=url))
        server = Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        served = Served(listening.getsockname()[1], server, thread)
        try:
            yield served
        finally:
            served.stop()


@dataclass
class Reader:
    """One who reads `/api/events`, in a thread of its own; ended by the server or by `leave`.

    Attributes
    ----------
    heard
        Events in their order: name, id, data, and when they came (`time.monotonic`).
    """

    port: int
    query: str = ""
    last_event_id: str | None = None
    heard: list[tuple[str, str, Any, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        self._connection.connect()
        self._socket = self._connection.sock
        # As browsers do; a packed stream would not be readable here.
        headers = {"Accept-Encoding": "gzip"}
        if self.last_event_id is not None:
            headers["Last-Event-ID"] = self.last_event_id
        self._connection.request("GET", f"/api/events{self.query}", headers=headers)
        self.answer = self._connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Reader:
        self.wait("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def _read(self) -> None:
        told: dict[str, str] = {}
        try:
            for line in self.answer:
                text = line.decode().rstrip("\n")
                if text:
                    name, _, value = text.partition(": ")
                    told[name] = value
                elif "event" in told:
                    data = json.loads(told["data"])
                    self.heard.append((told["event"], told["id"], data, time.monotonic()))
                    told = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # the connection was closed under our feet

    def leave(self) -> None:
        """Close the connection, and stop reading."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.ended()

    def ended(self) -> bool:
        """Wait until the server has ended the stream."""
        self._thread.join(timeout=PATIENCE_S)
        self.answer.close()
        self._connection.close()
        return not self._thread.is_alive()

    def wait(self, name: str, *, count: int = 1, patience_s: float = PATIENCE_S) -> list[Any]:
        """The data of all events of a name, once there are so many."""
        give_up = time.monotonic() + patience_s
        while True:
            found = [data for event, _, data, _ in self.heard if event == name]
            if len(found) >= count:
                return found
            if time.monotonic() > give_up:
                raise AssertionError(f"{len(found)} of {count} {name}: {self.heard}")
            time.sleep(0.005)

    @property
    def numbers(self) -> list[int]:
        """Sequence numbers of the changes told, in their order."""
        return [data["seq"] for event, _, data, _ in self.heard if event == "change"]

    @property
    def last_id(self) -> str:
        """What a browser would come back with."""
        return self.heard[-1][1]


def add_entry(connection: psycopg.Connection, actor: str = "somebody") -> int:
    """Add to the history, not committed unless the connection does so by itself; returns the number."""
    row = connection.execute(ENTRY, (actor,)).fetchone()
    assert row is not None
    return int(row[0])
