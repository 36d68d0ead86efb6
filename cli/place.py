"""The database a command works on: an external one, or the private cluster while the command runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cli.console import say
from governance.settings import Settings
from grid_data.cluster.private import Cluster

__all__ = ["DATABASE", "database_url"]

DATABASE = "gridgov"


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database; starts the private cluster when no other is set.

    On leaving the private server stops unless another command still uses it.

    Raises
    ------
    ClusterError, ProgramsMissingError
        The private cluster cannot be made or started.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with Cluster(settings.cluster_root, say=say).use() as cluster:
        if not cluster.has_database(DATABASE):
            cluster.create_database(DATABASE)
        yield cluster.url(DATABASE)
