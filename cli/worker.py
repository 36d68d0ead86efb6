"""``gridgov worker``: background tasks, apart from the server."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.console import in_words, say
from cli.import_run import fail
from cli.place import database_url
from cli.up import stops_on_hangup
from governance.settings import Settings

__all__ = ["worker"]


def worker() -> None:
    """Do what is due in the background (checks of places, deadlines, plans, tasks), until Ctrl-C.

    `gridgov up` does this by itself; several workers never do a task twice.
    """
    import asyncio

    from governance.tasks import TaskWorker
    from migrations.standing import current, head

    settings = Settings()
    with stops_on_hangup(), database_url(settings) as url:
        if current(url) != head():
            fail(
                "数据库结构不是本版本：请先执行 gridgov migrate",
                "the schema is not of this version: run gridgov migrate",
            )
        tasks = TaskWorker(url, settings.task_plan)
        with _told_to_stop(tasks.stop):
            say(in_words("后台任务运行中；按 Ctrl-C 停止", "doing background tasks; Ctrl-C stops it"))
            asyncio.run(tasks.run())
    say(in_words("已停止", "stopped"))


@contextmanager
def _told_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Let signals stop the work in order, also one that comes while the event loop is being made."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
