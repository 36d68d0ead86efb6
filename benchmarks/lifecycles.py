"""A cheap client that leads cases from the report to the close: ``python -m benchmarks.lifecycles``.

Each connection leads one case after the other, step by step, as the people of the table would. Raw streams
instead of an HTTP library: on two cores, what the client takes the server lacks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["STEPS", "Life", "lead", "read_lives"]

LEAD = "?"
"""Stands for the organisation that routing found."""
OTHERWISE = "LS-CG"
"""Whom the dispatcher names where no place was believed, so that no rule led to anybody."""
STEPS: tuple[dict[str, Any], ...] = (
    {"action": "accept", "by": "王受理", "role": "acceptor"},
    {"action": "file", "by": "王受理", "role": "acceptor"},
    {"action": "dispatch", "by": "李派遣", "role": "dispatcher", "reason": "按分派结果"},
    {"action": "start", "by": "赵处置", "role": "officer", "organisation": LEAD},
    {
        "action": "feed_back", "by": "赵处置", "role": "officer", "organisation": LEAD,
        "result": "已到场处置完毕",
    },
    {"action": "check_pass", "by": "钱监督", "role": "supervisor", "organisation": "LS"},
    {"action": "close", "by": "王受理", "role": "acceptor"},
)  # fmt: skip
"""What follows the report of a patrol: nobody appealed, so nothing is verified before filing or evaluated.
Dispatched to whom routing found."""


@dataclass
class Life:
    """What became of one case: its number, how many steps were answered 2xx, and each answer.

    ``asked``: what was asked, the status (599: the connection broke) and the milliseconds it took.
    """

    reference: str
    number: str = ""
    steps: int = 0
    asked: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether it was closed."""
        return self.steps == len(STEPS)


class _Line:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.opened: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, Any]:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
            f"Prefer: return=minimal\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            self.opened = self.opened or await asyncio.open_connection(self.host, self.port)
            reader, writer = self.opened
            writer.write(head.encode() + body)
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(":") for line in lines[1:])}
            answer = await reader.readexactly(int(fields["content-length"]))
            return int(lines[0].split(" ", 2)[1]), json.loads(answer)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return 599, None

    def close(self) -> None:
        if self.opened:
            self.opened[1].close()
        self.opened = None


async def lead(
    host: str, port: int, reports: Sequence[str], *, connections: int, seconds: float | None = None
) -> list[Life]:
    """Lead the cases of all reports (JSON with a ``source_ref``), or as many as ``seconds`` allow to begin.

    A step that is refused or lost ends the life of its case: nothing is sent again.
    """
    waiting, lives = iter(reports), list[Life]()
    until = None if seconds is None else time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_lane(_Line(host, port), waiting, until, lives))
    return lives


async def _lane(line: _Line, waiting: Iterator[str], until: float | None, lives: list[Life]) -> None:
    for report in waiting:
        if until is not None and time.monotonic() > until:
            break
        life = Life(json.loads(report)["source_ref"])
        lives.append(life)
        answer = await _ask(line, life, "report", "/api/incidents", report.encode())
        if answer is None:
            continue
        life.number, found = answer["number"], answer["responsible"]
        lead = found["code"] if found else OTHERWISE
        path = f"/api/cases/{life.number}/steps"
        for revision, step in enumerate(STEPS):
            who = {"organisation": lead} if step.get("organisation") == LEAD else {}
            if step["action"] == "dispatch" and not found:
                who = {"lead": lead}
            body = json.dumps({**step, **who, "revision": revision}).encode()
            if await _ask(line, life, step["action"], path, body) is None:
                break
            life.steps += 1
    line.close()


async def _ask(line: _Line, life: Life, what: str, path: str, body: bytes) -> Any:
    started = time.perf_counter()
    status, answer = await line.post(path, body)
    life.asked.append((what, status, round((time.perf_counter() - started) * 1000, 3)))
    return answer if 200 <= status < 300 else None


def read_lives(file: Path) -> list[Life]:
    """What the command wrote."""
    return [Life(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Lead the cases of the reports in a file, one JSON a line; write what became of them to another."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lifecycles")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("reports", type=Path)
    parser.add_argument("lives", type=Path)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=None)
    given = parser.parse_args()
    reports = given.reports.read_text(encoding="utf-8").splitlines()
    lives = asyncio.run(
        lead(given.host, given.port, reports, connections=given.connections, seconds=given.seconds)
    )
    with given.lives.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(life)) + "\n" for life in lives)
    return 0


if __name__ == "__main__":
    sys.exit(main())
