"""A cheap client that sends reports over many connections at once: ``python -m benchmarks.load``.

Raw streams instead of an HTTP library: on two cores, what the client takes the server lacks. Every report has
a reference of its own and is sent until it is answered, as a careful source would: a lost connection or an
answer of 5xx says nothing about whether it was stored.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Answered", "load", "read_answers"]


@dataclass(frozen=True)
class Answered:
    """How one report was answered in the end: milliseconds of the last try, and how many tries it took."""

    source_ref: str
    status: int
    number: str
    ms: float
    tries: int


async def load(
    host: str,
    port: int,
    reports: Iterable[str],
    *,
    connections: int,
    patience_s: float = 30.0,
    answers: list[Answered] | None = None,
) -> list[Answered]:
    """Send every report (JSON with a ``source_ref``), each connection one after the other.

    Parameters
    ----------
    answers
        A list to put answers into as they come, for who wants to watch.

    Raises
    ------
    TimeoutError
        A report got no answer below 500 for so long.
    """
    waiting = iter(reports)
    found: list[Answered] = [] if answers is None else answers
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_lane(host, port, waiting, patience_s, found))
    return found


async def _lane(
    host: str, port: int, waiting: Iterator[str], patience_s: float, answers: list[Answered]
) -> None:
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for report in waiting:
        body = report.encode()
        reference = json.loads(report)["source_ref"]
        request = (
            f"POST /api/incidents HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        tries = 0
        give_up = time.monotonic() + patience_s
        while True:
            tries += 1
            started = time.perf_counter()
            try:
                connection = connection or await asyncio.open_connection(host, port)
                status, number = await _ask(*connection, request)
            except (OSError, asyncio.IncompleteReadError):
                if connection:
                    connection[1].close()
                connection, status, number = None, 599, ""
            if status < 500:
                ms = (time.perf_counter() - started) * 1000
                answers.append(Answered(reference, status, number, ms, tries))
                break
            if time.monotonic() > give_up:
                raise TimeoutError(f"{reference}: no answer in {patience_s:.0f} s")
            await asyncio.sleep(0.1)
    if connection:
        connection[1].close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, str]:
    """Status, and the number at the end of ``Location``."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    await reader.readexactly(int(fields["content-length"]))
    return int(head[0].split(" ", 2)[1]), fields.get("location", "").rsplit("/", 1)[-1]


def read_answers(file: Path) -> list[Answered]:
    """What the command wrote."""
    return [Answered(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Send the reports of a file, one JSON a line; write the answers to another."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("reports", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--connections", type=int, default=16)
    # A database that was killed reads its log again before it answers.
    parser.add_argument("--patience", type=float, default=300.0)
    given = parser.parse_args()
    reports = given.reports.read_text(encoding="utf-8").splitlines()
    answers = asyncio.run(
        load(given.host, given.port, reports, connections=given.connections, patience_s=given.patience)
    )
    with closing(given.answers.open("w", encoding="utf-8")) as file:
        file.writelines(json.dumps(asdict(answer)) + "\n" for answer in answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
