"""From finished parts to the output: it appears at once and whole, and a kill in between is made good."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grid_data.importers.problems import ImportRefused
from grid_data.point_files.outputs import Output
from grid_data.point_files.parts import PartNote, Parts, write_atomically

__all__ = ["Work", "opened"]


@dataclass(frozen=True)
class Work:
    """A job that is open.

    Attributes
    ----------
    out, parts
        Where the output goes, and what is finished of it.
    differs
        What differs from the job whose parts were thrown away; None if nothing was.
    total
        What the output holds, if it was finished before and only had to be put in its place.
    """

    out: Path
    parts: Parts
    differs: str | None
    total: PartNote | None

    def assemble(
        self, output: Output, number: int, total: PartNote, progress: Callable[[float], None]
    ) -> None:
        """Make the output of so many parts and put it in its place."""
        files = [self.parts.file(n) for n in range(number)]
        made = _assembled(self.parts, self.out)
        if output.form == "folder":
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            if not files:
                # Without any file nobody could tell the columns.
                with (made / "part-000000.parquet").open("wb") as empty:
                    output.write([], empty)
            for file in files:
                _link(file, made / f"{file.name.split('.')[0]}{file.suffix}")
            progress(1.0)
        else:
            output.assemble(files, made, progress)
        text = json.dumps(asdict(total))
        write_atomically(_marker(self.parts), lambda file: file.write(text.encode()))
        _place(self.parts, self.out)


@contextmanager
def opened(
    out: Path, parts: Parts, job: Mapping[str, Any], *, restart: bool = False, overwrite: bool = False
) -> Iterator[Work]:
    """Open a job for work.

    Parameters
    ----------
    out
        The output.
    parts, job, restart
        See `Parts.use`.
    overwrite
        Whether an output that is there may be replaced.

    Raises
    ------
    ImportRefused
        The output is there, its folder is not, or the parts cannot be used.
    """
    if not out.absolute().parent.is_dir():
        folder = out.absolute().parent
        raise ImportRefused("no_folder", f"没有文件夹 {folder}", f"there is no folder {folder}")
    if out.exists() and not overwrite and not _marker(parts).exists():
        raise ImportRefused(
            "exists", f"{out} 已存在；--overwrite 可覆盖", f"{out} exists; --overwrite replaces it"
        )
    with parts.use(job, restart=restart) as differs:
        total = _left_over(parts, out)
        if total is None and out.exists() and not overwrite:
            raise ImportRefused(
                "exists", f"{out} 已存在；--overwrite 可覆盖", f"{out} exists; --overwrite replaces it"
            )
        try:
            yield Work(out, parts, differs, total)
        except BaseException:
            if not parts.any_finished():
                parts.remove()
            raise


def _left_over(parts: Parts, out: Path) -> PartNote | None:
    """Put an output in its place that was finished when its process was killed."""
    try:
        total = PartNote(**json.loads(_marker(parts).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    if not _assembled(parts, out).exists() and not out.exists():
        # Taken away meanwhile; of the parts some may be deleted.
        parts.clear()
        return None
    _place(parts, out)
    return total


def _place(parts: Parts, out: Path) -> None:
    made = _assembled(parts, out)
    if made.exists():
        if out.is_dir() or (made.is_dir() and out.exists()):
            out.rename(parts.folder / f"assembled-{os.getpid()}-replaced")
        made.replace(out)
        _flush(out.absolute().parent)
    parts.remove()


def _assembled(parts: Parts, out: Path) -> Path:
    # GDAL looks at the ending.
    return parts.folder / f"assembled{out.suffix}"


def _marker(parts: Parts) -> Path:
    return parts.folder / "assembled.json"


def _link(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except OSError:
        # A file system without hard links.
        shutil.copyfile(file, to)


def _flush(folder: Path) -> None:
    """Make a renaming last through a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
