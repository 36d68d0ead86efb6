"""The sample city loaded by a process of its own: what generating it needs does not stay in the server."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection

import typer

from governance.settings import Settings

__all__ = ["load_demo_apart"]


def load_demo_apart(url: str, *, small: bool, settings: Settings) -> str | None:
    """`cli.demo.load_demo` in a new process; whatever stops this one stops it, and nothing is loaded then.

    Raises
    ------
    typer.Exit
        It failed, and has said why.
    """
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    loading = context.Process(target=_load, args=(sending, url, small, settings), name="sample")
    loading.start()
    sending.close()
    try:
        # The answer, or the end of a process that sends none.
        plan: str | None = receiving.recv()
    except EOFError:
        raise typer.Exit(1) from None
    except BaseException:
        loading.terminate()
        raise
    finally:
        loading.join()
        receiving.close()
    return plan


def _load(sending: Connection, url: str, small: bool, settings: Settings) -> None:
    from cli.demo import load_demo

    # Ctrl-C reaches both processes; the other one says what there is to say.
    with suppress(KeyboardInterrupt):
        sending.send(load_demo(url, small=small, settings=settings))
