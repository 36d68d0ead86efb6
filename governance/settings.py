"""What an operator can set, by environment variables that start with ``GRIDGOV_``.

Read only where the program starts (a command, or whoever calls ``create_app``); all below gets plain values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.fallback_places import Rule
from governance.task_plan import TaskPlan

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
    fallback_incidents: Annotated[
        int, Field(ge=2, description="Least number of incidents at a coordinate that is looked at")
    ] = 20
    fallback_share: Annotated[
        float, Field(ge=0, le=1, description="Least share of all incidents with a place, for the same")
    ] = 0.00005
    fallback_addresses: Annotated[
        float,
        Field(gt=1, description="Least effective number of different addresses at a fallback coordinate"),
    ] = 8.0
    fallback_contradicting: Annotated[
        float, Field(gt=0, le=1, description="Least share of addresses that contradict a fallback coordinate")
    ] = 0.5

    worker: Annotated[bool, Field(description="Whether `gridgov up` does background tasks itself")] = True
    check_places_at: Annotated[
        str, Field(description="When places are checked: a cron expression in the city's time zone")
    ] = "10 3 * * *"

    @field_validator("check_places_at")
    @classmethod
    def _is_cron(cls, text: str) -> str:
        from croniter import croniter

        if not croniter.is_valid(text):
            raise ValueError("not a cron expression, for example 10 3 * * *")
        return text

    @property
    def fallback_rule(self) -> Rule:
        """When a shared coordinate is held to be a fallback."""
        return Rule(
            min_incidents=self.fallback_incidents,
            min_share=self.fallback_share,
            min_addresses=self.fallback_addresses,
            min_contradicting=self.fallback_contradicting,
        )

    @property
    def task_plan(self) -> TaskPlan:
        """What is due in the background."""
        return TaskPlan(rule=self.fallback_rule, check_places_at=self.check_places_at)

    @property
    def cluster_root(self) -> Path:
        """Folder of the private cluster."""
        return self.home.absolute() / "postgres"
