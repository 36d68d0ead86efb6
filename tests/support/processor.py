"""Processor time: what work costs, however much else a machine has to do meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg


def processor_s(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> float:
    """Seconds that this process and the database's one behind a connection have computed so far."""
    # User and system time stand behind the name, which may hold anything but a bracket.
    stat = Path(f"/proc/{connection.info.backend_pid}/stat").read_text(encoding="utf-8")
    fields = stat.rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
