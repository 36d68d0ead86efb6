"""What an operator can set, by environment variables that start with ``GRIDGOV_``.

Read only where the program starts (a command, or whoever calls ``create_app``); all below gets plain values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Settings of one installation; an empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="GRIDGOV_", env_ignore_empty=True, frozen=True)

    database_url: Annotated[
        str | None,
        Field(
            description="Address of an external PostgreSQL with PostGIS; without it a private cluster is used"
        ),
    ] = None
    home: Annotated[Path, Field(description="Folder of the private cluster and other local state")] = Path(
        ".gridgov"
    )
    host: Annotated[str, Field(description="Address the server listens on")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port the server listens on; 0 takes a free one")
    ] = 8000

    @property
    def cluster_root(self) -> Path:
        """Folder of the private cluster."""
        return self.home.absolute() / "postgres"
