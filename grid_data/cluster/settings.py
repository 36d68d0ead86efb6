"""The ``postgresql.conf`` of the private cluster, fitted to the memory of the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping

__all__ = ["settings_text"]

MIB = 1024 * 1024


def settings_text(extra: Mapping[str, str]) -> str:
    """The lines of our configuration file; ``extra`` comes last and wins.

    Of the machine's memory an eighth is shared buffers (at most 4 GiB: the rest serves better as file cache),
    and a sort may take 1/400 of it. Commits stay durable. WAL is ``minimal`` because nobody replicates this
    cluster: COPY into a table made or emptied in the same transaction then writes the table once instead of
    twice.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    values = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "cluster_name": "gridgov",
        "max_connections": "100",
        "shared_buffers": _share(memory, 8, least=128, most=4096),
        "effective_cache_size": _share(memory, 2, least=256, most=65536),
        "work_mem": _share(memory, 400, least=8, most=64),
        "maintenance_work_mem": _share(memory, 24, least=64, most=1024),
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Data fits the file cache or lies on flash: the default of 4 turns index scans away.
        "random_page_cost": "1.1",
        # Compiling costs more than our short statements take.
        "jit": "off",
        "timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
        "log_checkpoints": "off",
    } | dict(extra)
    return "".join("{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in values.items())


def _share(memory: int, part: int, *, least: int, most: int) -> str:
    """A part of the memory in MiB, within limits."""
    return f"{min(max(memory // part // MIB, least), most)}MB"
