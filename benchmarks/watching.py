"""Viewers of live events, as a process of its own: when each of them heard of each entry."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

__all__ = ["Heard", "read_heard"]

Heard = dict[int, list[float]]
"""Seconds since 1970 at which viewers heard of an entry, by its number."""


async def _view(host: str, port: int, heard: Heard, ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection(host, port, limit=2**22)
    writer.write(f"GET /api/events?about=incidents HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"event: ready"):
                ready.release()
            elif line.startswith(b'data: {"seq":'):
                # What a browser takes out of it costs more; here the numbers are enough.
                seq = int(line[13 : line.index(b",", 13)])
                heard.setdefault(seq, []).append(time.time())
    finally:
        writer.close()


async def _watch(host: str, port: int, viewers: int) -> Heard:
    heard: Heard = {}
    ready = asyncio.Semaphore(0)
    views = [asyncio.create_task(_view(host, port, heard, ready)) for _ in range(viewers)]
    for _ in range(viewers):
        await ready.acquire()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    for view in views:
        view.cancel()
    await asyncio.gather(*views, return_exceptions=True)
    return heard


def read_heard(report: Path) -> tuple[Heard, float]:
    """What the process wrote: who heard when, and the seconds of processor time it took."""
    told = json.loads(report.read_text(encoding="utf-8"))
    return {int(seq): times for seq, times in told["heard"].items()}, told["cpu_s"]


def main() -> int:
    """Watch until a line comes in."""
    host, port, viewers, report = sys.argv[1:]
    told = {"heard": asyncio.run(_watch(host, int(port), int(viewers))), "cpu_s": time.process_time()}
    Path(report).write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
