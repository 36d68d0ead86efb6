"""``gridgov stop``: the private server, stopped whoever left it running."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import out
from governance.settings import Settings
from grid_data.cluster.private import Cluster

__all__ = ["stop"]


def stop(
    delete: Annotated[
        bool, typer.Option("--delete", help="Also remove the cluster with all its data.")
    ] = False,
) -> None:
    """Stop the private PostgreSQL server, for example after a killed terminal."""
    cluster = Cluster(Settings().cluster_root)
    out.print("stopped" if cluster.stop() else "no private server was running")
    if delete:
        cluster.delete()
        out.print(f"removed {cluster.root}")
