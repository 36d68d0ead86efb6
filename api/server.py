"""The web server: it stops at once though live streams are open."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

__all__ = ["Server"]


class Server(uvicorn.Server):
    """Serves one application; its live streams end when it is told to stop, which would wait for them."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        # Nothing is there when the start failed.
        if (events := getattr(self._app.state, "events", None)) is not None:
            events.close()
        await super().shutdown(sockets)
