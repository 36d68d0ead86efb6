"""What is finished of a job, kept beside the output until all of it is: ``OUT.parts/``.

Every part is a file of rows and a note of what it holds. Both are written under another name, flushed to
the disk and renamed; a part counts when its note is there. So a process may be killed at any moment, and a
part written twice is the same part.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from grid_data.importers.problems import ImportRefused

__all__ = ["PartNote", "Parts", "write_atomically"]

_MANIFEST = "manifest.json"
_LOCK = "lock"
_OURS = (".", "part-", "assembled", "router.")


@dataclass(frozen=True)
class PartNote:
    """What a part holds.

    Attributes
    ----------
    rows
        Number of rows.
    methods
        Rows by layer and method.
    faults
        Rows that cannot be placed, by reason.
    """

    rows: int = 0
    methods: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def nothing(cls, layers: Sequence[str]) -> PartNote:
        """No rows yet; every method is counted, if only as 0."""
        methods = ("inside", "on_border", "nearest", "outside")
        return cls(0, {layer: dict.fromkeys(methods, 0) for layer in layers})

    def __add__(self, other: PartNote) -> PartNote:
        methods = {
            layer: _sum(self.methods.get(layer, {}), other.methods.get(layer, {}))
            for layer in {**self.methods, **other.methods}
        }
        return PartNote(self.rows + other.rows, methods, _sum(self.faults, other.faults))


def _sum(some: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + more.get(name, 0) for name in {**some, **more}}


@dataclass(frozen=True)
class Parts:
    """The folder of a job's parts. A plain value: workers on other machines write into it, too.

    Attributes
    ----------
    folder
        ``OUT.parts``.
    ending
        File ending of the parts, with its dot.
    key
        Of the job. It is in the names: a worker that does not know yet that its job was given up writes
        nothing that another job would take for its own.
    """

    folder: Path
    ending: str
    key: str

    @classmethod
    def beside(cls, out: Path, ending: str, job: Mapping[str, Any]) -> Parts:
        """The parts of an output; ``job`` is what it depends on: inputs, options, version."""
        key = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:8]
        return cls(out.absolute().with_name(f"{out.name}.parts"), ending, key)

    @property
    def router(self) -> Path:
        """Where the router is for workers."""
        return self.folder / f"router.{self.key}"

    def file(self, number: int) -> Path:
        """Where the rows of a part are."""
        return self.folder / f"part-{number:06d}.{self.key}{self.ending}"

    def note(self, number: int) -> PartNote | None:
        """What a part holds; None while it is not finished."""
        try:
            text = self._note(number).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return PartNote(**json.loads(text))

    def write(self, number: int, rows: Callable[[BinaryIO], PartNote]) -> PartNote:
        """Write a part: ``rows`` gets an open file and tells what it wrote."""
        note: PartNote = write_atomically(self.file(number), rows)
        text = json.dumps(asdict(note))
        write_atomically(self._note(number), lambda file: file.write(text.encode()))
        return note

    def finished(self) -> list[PartNote]:
        """Notes of the parts from the first one to before the first that is missing."""
        notes: list[PartNote] = []
        while (note := self.note(len(notes))) is not None:
            notes.append(note)
        return notes

    def any_finished(self) -> bool:
        """Whether any part is finished."""
        return any(True for _ in self.folder.glob(f"part-*.{self.key}.json"))

    @contextmanager
    def use(self, job: Mapping[str, Any], *, restart: bool = False) -> Iterator[str | None]:
        """Open the folder for a job; parts of another job are thrown away.

        Parameters
        ----------
        job
            The one given to `beside`.
        restart
            Throw away this job's parts, too.

        Yields
        ------
        str or None
            What differs from the job whose parts were thrown away; None if nothing was.

        Raises
        ------
        ImportRefused
            Another process uses the folder, or it holds something else.
        """
        with self._alone():
            manifest = self.folder / _MANIFEST
            job = json.loads(json.dumps(job))
            differs = None
            try:
                before = json.loads(manifest.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                before = None
                self._refuse_foreign()
            if before is not None and (restart or before != job):
                names = [name for name in {**before, **job} if before.get(name) != job.get(name)]
                differs = ", ".join(names) if names else "--restart"
            if before != job or restart:
                self.clear()
                text = json.dumps(job, ensure_ascii=False, indent=1)
                write_atomically(manifest, lambda file: file.write(text.encode()))
            yield differs

    def clear(self) -> None:
        """Delete all parts."""
        # Notes before what they speak of, the mark of a finished output last.
        for file in sorted(
            self.folder.iterdir(), key=lambda file: (file.name.startswith("a"), file.suffix != ".json")
        ):
            if file.name == _LOCK or file.name == _MANIFEST:
                continue
            if file.is_dir():
                shutil.rmtree(file)
            else:
                # A worker may rename what it writes just now.
                file.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the folder; the parts first, so that what is left of a kill names its job."""
        self.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _note(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.{self.key}.json"

    def _refuse_foreign(self) -> None:
        foreign = [
            file.name
            for file in self.folder.iterdir()
            if file.name not in (_LOCK, _MANIFEST) and not file.name.startswith(_OURS)
        ]
        if foreign:
            raise ImportRefused(
                "foreign_folder",
                f"{self.folder} 中有别的文件（{foreign[0]}）；请移走",
                f"{self.folder} holds other files ({foreign[0]}); move them away",
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ImportRefused(
                    "busy",
                    f"另一个进程正在写 {self.folder}",
                    f"another process is writing {self.folder}",
                ) from None
            yield


def write_atomically(path: Path, content: Callable[[BinaryIO], Any]) -> Any:
    """Write a file that is there wholly or not at all; returns what ``content`` returns."""
    # A name of its own: a task may run twice at a time, on two machines.
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            result = content(file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return result
