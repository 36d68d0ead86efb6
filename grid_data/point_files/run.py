"""A job: points of files through a router into an output, on this machine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from gis.point_router import PointRouter
from grid_data.point_files.answers import AnsweredBatch, answer_batch
from grid_data.point_files.batches import of_size
from grid_data.point_files.finish import opened
from grid_data.point_files.outputs import Output
from grid_data.point_files.parts import PartNote, Parts
from grid_data.point_files.sources import Points

__all__ = ["Job", "Listener", "run_local"]

Item = TypeVar("Item")


@dataclass(frozen=True)
class Job:
    """What is to be done.

    Attributes
    ----------
    points
        Where points come from.
    system
        The system of their coordinates.
    output, out
        How and where answers go.
    description
        What the output depends on, for `Parts.use`.
    batch_rows
        Points in a batch; three are in memory: one is read, one routed and one written at a time.
    strict
        Whether a point that cannot be placed ends the job.
    """

    points: Points
    system: str
    output: Output
    out: Path
    description: Mapping[str, Any]
    batch_rows: int
    strict: bool = False
    restart: bool = False
    overwrite: bool = False


class Listener(Protocol):
    """Is told how a job goes."""

    def reading_layer(self, name: str) -> None:
        """A layer is being read."""

    def reads_points(self, points: Points, system: str) -> None:
        """Which points are read, and how."""

    def read_layer(self, name: str, zones: int) -> None:
        """A layer is read: so many zones."""

    def indexed(self, metric_srid: int, width: float, error: float) -> None:
        """The layers are ready.

        Parameters
        ----------
        metric_srid
            The system of distances.
        width
            How wide the layers are in degrees of longitude.
        error
            `gis.crs.scale_error` of the system in their middle.
        """

    def begins_anew(self, because: str) -> None:
        """Parts of another job were thrown away."""

    def goes_on(self, rows: int) -> None:
        """So many rows are finished already."""

    def routed(self, rows: int, share: float | None) -> None:
        """So many rows are finished in all; ``share`` of all points (0 to 1), if known."""

    def assembling(self, share: float) -> None:
        """So much of the output is put together (0 to 1)."""


def run_local(job: Job, router: PointRouter, listener: Listener) -> tuple[PartNote, int]:
    """Route all points; returns what the output holds, and how many rows of it were finished before.

    Raises
    ------
    ImportRefused
        A file is damaged, a point cannot be placed under ``strict``, or another process does the same job.
    """
    parts = Parts.beside(job.out, job.output.ending, job.description)
    with opened(job.out, parts, job.description, restart=job.restart, overwrite=job.overwrite) as work:
        if work.differs:
            listener.begins_anew(work.differs)
        if work.total is not None:
            return work.total, work.total.rows
        done = parts.finished()
        total = sum(done, PartNote.nothing(job.output.layers))
        before = total.rows
        if done:
            listener.goes_on(before)
        rows = job.points.rows
        batches = of_size(job.points.batches(before), job.batch_rows)
        number = len(done)
        # One batch is read, one routed and one written at a time.
        with _ahead(batches) as ready, ThreadPoolExecutor(1, "writing") as writing:
            written: Future[PartNote] | None = None
            for batch in ready:
                answered = answer_batch(batch, router, job.system, strict=job.strict)
                if written is not None:
                    total += written.result()
                    share = total.rows / rows if rows else job.points.progress()
                    listener.routed(total.rows, share)
                written = writing.submit(_write, job, parts, number, answered)
                number += 1
            if written is not None:
                total += written.result()
        work.assemble(job.output, number, total, listener.assembling)
    return total, before


@contextmanager
def _ahead(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """The same items, the next one being made in another thread while one is in use."""
    ready: queue.Queue[_Made[Item]] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(made: _Made[Item]) -> None:
        while not stopped.is_set():
            try:
                ready.put(made, timeout=0.1)
            except queue.Full:
                continue
            return

    def make() -> None:
        try:
            for item in items:
                put(_Made(item=item))
                if stopped.is_set():
                    return
            put(_Made())
        except BaseException as problem:
            put(_Made(problem=problem))

    def take() -> Iterator[Item]:
        while True:
            made = ready.get()
            if made.problem is not None:
                raise made.problem
            if made.item is None:
                return
            yield made.item

    thread = threading.Thread(target=make, name="reading", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        stopped.set()
        thread.join()


@dataclass(frozen=True)
class _Made(Generic[Item]):
    item: Item | None = None
    problem: BaseException | None = None


def _write(job: Job, parts: Parts, number: int, answered: AnsweredBatch) -> PartNote:
    return parts.write(number, lambda file: job.output.write([answered], file))
