"""The engine on Dask: partitions of Parquet through the same router on many workers.

The router is saved once beside the parts, and every worker maps it. Workers read partitions and write parts
themselves, so points and output have to lie on a file system that all of them see under the same path. A
part is written under another name and renamed: a task that runs again, or twice at a time, writes the same
part, and a worker that is killed leaves nothing that counts.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gis.point_router import PointRouter
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.answers import AnsweredBatch, answer_batch
from grid_data.point_files.batches import of_size
from grid_data.point_files.finish import opened
from grid_data.point_files.outputs import Output
from grid_data.point_files.parquet_source import ParquetPoints
from grid_data.point_files.parts import PartNote, Parts
from grid_data.point_files.run import Job, Listener

__all__ = ["Partition", "partitions", "route_partition", "run_dask"]

PARTITION_ROWS = 1_000_000
"""Row groups of a file are put together up to so many points for one task."""

WAIT_S = 30
"""Seconds to wait for a first worker."""

# Enough to keep workers busy, few enough that the scheduler holds little.
_PER_THREAD = 4
_RETRIES = 3


@dataclass(frozen=True)
class Partition:
    """The points of one task.

    Attributes
    ----------
    number
        Of its part.
    file, groups
        Some row groups of a file.
    first, rows
        Number of the first point, from 1, and how many there are.
    """

    number: int
    file: ParquetPoints
    groups: tuple[int, ...]
    first: int
    rows: int


@dataclass(frozen=True)
class _Task:
    """What all tasks of a job share."""

    parts: Parts
    output: Output
    system: str
    batch_rows: int
    strict: bool


def partitions(job: Job) -> list[Partition]:
    """The tasks of a job, in the order of its points.

    Raises
    ------
    ImportRefused
        The points are no Parquet.
    """
    found: list[Partition] = []
    first = 1
    for file in job.points.files:
        if not isinstance(file, ParquetPoints):
            raise ImportRefused(
                "not_parquet",
                f"--engine dask 只读取 Parquet，而不是 {file.path.name}",
                f"--engine dask reads Parquet only, not {file.path.name}",
            )
        for groups in _grouped(file.groups):
            rows = sum(file.groups[group] for group in groups)
            found.append(Partition(len(found), file, groups, first, rows))
            first += rows
    return found


def _grouped(rows: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Neighbouring row groups, together up to `PARTITION_ROWS`."""
    waiting: list[int] = []
    for group, number in enumerate(rows):
        if waiting and sum(rows[n] for n in waiting) + number > PARTITION_ROWS:
            yield tuple(waiting)
            waiting = []
        waiting.append(group)
    if waiting:
        yield tuple(waiting)


def route_partition(task: _Task, partition: Partition) -> PartNote:
    """Runs on a worker: write one part, unless it is there."""
    finished = task.parts.note(partition.number)
    if finished is not None:
        return finished
    router = _router(task.parts.router)
    points = partition.file.of_groups(partition.groups, partition.first)

    def answered() -> Iterator[AnsweredBatch]:
        for batch in of_size(points, task.batch_rows):
            yield answer_batch(batch, router, task.system, strict=task.strict)

    return task.parts.write(partition.number, lambda file: task.output.write(answered(), file))


# One job at a time; its name holds the job's key.
@lru_cache(maxsize=1)
def _router(path: Path) -> PointRouter:
    return PointRouter.load(path)


def run_dask(job: Job, router: PointRouter, listener: Listener, scheduler: str) -> tuple[PartNote, int]:
    """Route all points on a cluster; returns what `grid_data.point_files.run.run_local` returns.

    Raises
    ------
    ImportRefused
        ``distributed`` is not installed, the scheduler or its workers cannot be reached or have another
        version, a worker fails again and again, or what `run_local` refuses.
    """
    distributed = _distributed()
    tasks = partitions(job)
    parts = Parts.beside(job.out, job.output.ending, job.description)
    with opened(job.out, parts, job.description, restart=job.restart, overwrite=job.overwrite) as work:
        if work.differs:
            listener.begins_anew(work.differs)
        if work.total is not None:
            return work.total, work.total.rows
        notes = {task.number: note for task in tasks if (note := parts.note(task.number)) is not None}
        before = sum(note.rows for note in notes.values())
        if notes:
            listener.goes_on(before)
        left = [task for task in tasks if task.number not in notes]
        rows = sum(task.rows for task in tasks)
        if left:
            router.save(parts.router)
            shared = _Task(parts, job.output, job.system, job.batch_rows, job.strict)
            done = before
            with _quiet(), _client(distributed, scheduler) as client:
                for number, note in _results(distributed, client, shared, left):
                    notes[number] = note
                    done += note.rows
                    listener.routed(done, done / max(1, rows))
        total = sum((notes[task.number] for task in tasks), PartNote.nothing(job.output.layers))
        work.assemble(job.output, len(tasks), total, listener.assembling)
    return total, before


def _results(
    distributed: Any, client: Any, shared: _Task, left: list[Partition]
) -> Iterator[tuple[int, PartNote]]:
    """Parts as they are finished; a few tasks for each thread of the cluster are out at a time."""
    # Keys of this run alone: a scheduler remembers results by key.
    run = uuid.uuid4().hex[:8]
    waiting = iter(left)
    numbers: dict[str, int] = {}

    def submit() -> Any:
        partition = next(waiting, None)
        if partition is None:
            return None
        key = f"gridgov-route-{run}-{partition.number}"
        future = client.submit(route_partition, shared, partition, key=key, retries=_RETRIES)
        numbers[future.key] = partition.number
        return future

    threads = sum(client.nthreads().values())
    first = [future for _ in range(_PER_THREAD * max(1, threads)) if (future := submit()) is not None]
    running = distributed.as_completed(first, loop=client.loop)
    for future in running:
        try:
            note = future.result()
        except ImportRefused:
            raise
        except CancelledError as problem:
            # Nobody here cancels a task: its scheduler is gone.
            raise ImportRefused(
                "no_scheduler",
                "与调度器的连接中断；已完成的部分保留，再次运行同一命令即可继续",
                "the connection to the scheduler was lost; what is finished stays: give the same command "
                "again to go on",
            ) from problem
        except Exception as problem:
            raise _failed(problem) from problem
        yield numbers.pop(future.key), note
        following = submit()
        if following is not None:
            running.add(following)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what ``distributed`` logs of lost connections: all of it comes back as an exception."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        client = distributed.Client(scheduler, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as problem:
        reason = str(problem).splitlines()[0]
        raise ImportRefused(
            "no_scheduler",
            f"无法连接调度器 {scheduler}：{reason}",
            f"the scheduler {scheduler} cannot be reached: {reason}",
        ) from problem
    try:
        client.wait_for_workers(1, timeout=WAIT_S)
        theirs = set(client.run(_version).values())
    except TimeoutError:
        client.close()
        raise ImportRefused("no_worker", f"{scheduler} 没有工作进程", f"{scheduler} has no worker") from None
    except Exception as problem:
        client.close()
        raise _failed(problem) from problem
    if theirs != {_version()}:
        client.close()
        shown = ", ".join(sorted(theirs))
        raise ImportRefused(
            "other_version",
            f"工作进程的 GridGov 版本为 {shown}，此处为 {_version()}",
            f"the workers have GridGov {shown}, here it is {_version()}",
        )
    return client


def _version() -> str:
    return version("gridgov")


def _failed(problem: Exception) -> ImportRefused:
    if isinstance(problem, ModuleNotFoundError):
        zh, en = "工作进程上没有安装 GridGov", "GridGov is not installed where the workers run"
    else:
        zh, en = "工作进程出错", "a worker failed"
    return ImportRefused("worker", f"{zh}：{problem}", f"{en}: {problem}")


def _distributed() -> Any:
    try:
        import distributed
    except ModuleNotFoundError:
        raise ImportRefused(
            "no_dask",
            "--engine dask 需要 distributed：pip install 'gridgov[dask]'",
            "--engine dask needs distributed: pip install 'gridgov[dask]'",
        ) from None
    return distributed
