"""The web server's own settings."""

from __future__ import annotations

from fastapi import FastAPI

from api.server import Server

KEPT_BY_PROXIES_S = 60
"""nginx keeps idle connections towards a server so long; most others give them up sooner."""


def test_an_idle_connection_is_kept_longer_than_a_proxy_keeps_it() -> None:
    config = Server(FastAPI()).config
    assert config.timeout_keep_alive > KEPT_BY_PROXIES_S
