"""The web server: it stops at once though live streams are open."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

__all__ = ["Server"]

# How long open answers (a long export) may keep the server from stopping.
PATIENCE_S = 2

# Who keeps a connection must be the one who gives it up, else a request meets a closing one and is reset.
# Proxies and clients give up idle connections after a minute or sooner.
KEEP_ALIVE_S = 75


class Server(uvicorn.Server):
    """Serves one application; its live streams end when it is told to stop, which would wait for them."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=PATIENCE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        # Nothing is there when the start failed.
        if (events := getattr(self._app.state, "events", None)) is not None:
            events.close()
        await super().shutdown(sockets)
