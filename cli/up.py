"""``gridgov up``: the whole program, from the database to the map, until Ctrl-C."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Annotated

import typer

from cli.console import in_words, out, say
from cli.first_account import say_first_account
from cli.migrate import migrate_database
from cli.place import database_url
from governance.settings import Settings

__all__ = ["stops_on_hangup", "up"]


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Load the sample city of Laoshan first.")] = False,
    small: Annotated[bool, typer.Option("--small", help="With --demo: a small sample, in seconds.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Open the map in a browser.")] = False,
) -> None:
    """Start GridGov: private PostGIS (unless GRIDGOV_DATABASE_URL names one), schema, server."""
    settings = Settings()
    with (
        stops_on_hangup(),
        _listening(settings.host, settings.port) as sockets,
        database_url(settings) as url,
    ):
        migrate_database(url)
        plan = None
        if demo:
            from cli.demo_apart import load_demo_apart

            plan = load_demo_apart(url, small=small, settings=settings)
        if settings.access == "accounts":
            say_first_account(url, demo=demo)
        _serve(
            settings.model_copy(update={"database_url": url}), sockets, browser=browser, plan=plan, demo=demo
        )
    with contextlib.suppress(OSError):
        out.print(in_words("已停止", "stopped"))


@contextmanager
def _listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Take the port before anything long begins: a port in use must not be found out after minutes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # From now on the port is ours; whoever asks early waits until the city is loaded.
            listener.listen(2048)
        except OSError as problem:
            raise typer.BadParameter(
                in_words(
                    f"无法监听 {host}:{port}（{problem.strerror}）；可另选端口，例如 GRIDGOV_PORT={port + 1}",
                    f"cannot listen on {host}:{port} ({problem.strerror}); "
                    f"choose another port, for example GRIDGOV_PORT={port + 1}",
                )
            ) from None
        yield [listener]


@contextmanager
def stops_on_hangup() -> Iterator[None]:
    """A closed terminal and a plain ``kill`` stop us as Ctrl-C does, so that the cleaning up happens."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _serve(
    settings: Settings, sockets: list[socket.socket], *, browser: bool, plan: str | None, demo: bool
) -> None:
    """Serve until a signal comes; ``plan`` is one worth looking at."""
    from api.app import create_app
    from api.server import Server
    from governance.tasks import BackgroundWorker

    compiling: list[subprocess.Popen[bytes] | None] = []

    class Announcing(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _rest_the_collector()
                _announce(address, browser=browser, plan=plan)
                if tasks is not None:
                    tasks.start()
                compiling.append(_compile_ahead())

    assert settings.database_url is not None
    # Made here, started when the server answers: nobody waits for it.
    due = replace(settings.task_plan, demo=demo)
    tasks = BackgroundWorker(settings.database_url, due) if settings.worker else None
    host, port, *_ = sockets[0].getsockname()
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 # nosec B104 - only compared
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    application = create_app(settings)
    application.state.demo = demo
    server = Announcing(application)

    def hang_up(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    signal.signal(signal.SIGHUP, hang_up)
    try:
        server.run(sockets=sockets)
    finally:
        if tasks is not None:
            tasks.stop()
        for process in compiling:
            if process is not None:
                process.terminate()
                process.wait()


def _compile_ahead() -> subprocess.Popen[bytes] | None:
    """Let a process of its own, of low priority, compile what the first planner would else wait for."""
    from gis.compiled_folder import has_all

    if has_all():
        return None
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "gis.ahead"],
        stdin=silent,
        stdout=silent,
        stderr=silent,
        start_new_session=True,
    )


def _rest_the_collector() -> None:
    """Look for cycles seldom, and never again among what the start has made.

    A request makes some thousand objects and hardly a cycle; at the usual threshold of 700 the collector
    takes a twentieth of the processor time of a report.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _announce(address: str, *, browser: bool, plan: str | None) -> None:
    with contextlib.suppress(OSError):
        out.print(
            in_words(f"GridGov 已就绪：[bold]{address}[/bold]", f"GridGov is ready: [bold]{address}[/bold]")
        )
        if plan is not None:
            desk = f"{address}/planner?plan={plan}"
            out.print(
                in_words(
                    f"网格重新划分：[bold]{desk}[/bold]", f"How its grids were redrawn: [bold]{desk}[/bold]"
                ),
                soft_wrap=True,
            )
            out.print(
                in_words(
                    f"派遣员席位：[bold]{address}/dispatch[/bold]　巡查上报：[bold]{address}/patrol[/bold]",
                    f"Dispatcher's desk: [bold]{address}/dispatch[/bold]  "
                    f"Patrol: [bold]{address}/patrol[/bold]",
                ),
                soft_wrap=True,
            )
        say(in_words("按 Ctrl-C 停止", "Ctrl-C stops it"))
    if browser:
        # Some browsers block until they are closed.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
