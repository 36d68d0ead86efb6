"""What ``gridgov route`` prints: a bar while it works, a table of methods at the end."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from cli.console import in_words, out, progress, say
from cli.import_report import print_findings
from cli.import_run import fail

if TYPE_CHECKING:
    from grid_data.importers.problems import ImportRefused
    from grid_data.point_files.command import Result
    from grid_data.point_files.sources import Points

__all__ = ["Bar", "fail_to_write", "print_refused", "print_summary", "say_interrupted"]


class _Rate(ProgressColumn):
    """Rows, and rows a second of this run."""

    def render(self, task: Task) -> Text:
        rows, before = task.fields.get("rows", 0), task.fields.get("before", 0)
        seconds = task.elapsed or 0
        rate = f"{(rows - before) / seconds:,.0f}/s" if seconds > 0.5 and rows > before else ""
        return Text(f"{rows:,} {rate}")


class Bar:
    """Tells how the work goes: a bar on a terminal, plain lines for what must not be missed.

    It is the listener of `grid_data.point_files.command.run`. While points are routed Ctrl-C is heeded after
    the batch: in the middle of compiled code, or while it is loaded, an exception may be dropped. A second
    Ctrl-C does not wait.
    """

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=progress,
            transient=True,
        )
        self._task = self._progress.add_task(in_words("准备", "preparing"), total=None)
        self._waits = False
        self._interrupted = False
        self._before: signal.Handlers | Any = None

    def __enter__(self) -> Bar:
        self._progress.start()
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        self._progress.stop()

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._waits or self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def _heed(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt

    def reading_layer(self, name: str) -> None:
        """A layer is being read."""
        self._progress.update(
            self._task, description=escape(in_words(f"读取图层 {name}", f"reading layer {name}"))
        )

    def reads_points(self, points: Points, system: str) -> None:
        """Which columns are read, so that a wrong guess is seen."""
        columns = points.files[0].columns
        place = columns.geometry or f"{columns.lon}, {columns.lat}"
        if columns.form == "wkb":
            # GDAL has names of its own for a column that the file does not name.
            place = in_words("几何", "the geometry")
        ids = columns.id or (
            in_words("要素自带的 id", "the features")
            if columns.feature_ids
            else in_words("行号", "row numbers")
        )
        line = in_words(
            f"点：位置取自 {place}（{system}），id 取自 {ids}",
            f"points: places from {place} ({system}), ids from {ids}",
        )
        say(escape(line))

    def read_layer(self, name: str, zones: int) -> None:
        """A layer is read."""
        say(escape(in_words(f"图层 {name}：{zones:,} 个区域", f"layer {name}: {zones:,} zone(s)")))

    def indexed(self, metric_srid: int, width: float, error: float) -> None:
        """The layers are ready: the system of distances, how wide they are in degrees, its error there."""
        say(in_words(f"距离按 EPSG:{metric_srid} 计算", f"distances are in EPSG:{metric_srid}"))
        if error > 0.01:
            say(
                in_words(
                    f"EPSG:{metric_srid} 在图层中部的长度误差为 {error:.0%}：距离不准，请另选 --metric-srid",
                    f"lengths in EPSG:{metric_srid} are off by {error:.0%} in the middle of the layers: "
                    "distances are wrong, choose another --metric-srid",
                )
            )
        if width > 6:
            say(
                in_words(
                    f"图层东西宽 {width:.1f} 度：远离中央经线处的距离只是近似值（区域本身不受影响）",
                    f"the layers are {width:.1f} degrees wide: distances far from the central meridian are "
                    "rough (zones are not touched by this)",
                )
            )
        self._progress.update(self._task, description=in_words("分派", "routing"))
        self._progress.reset(self._task)
        self._waits = True

    def begins_anew(self, because: str) -> None:
        """Parts of another job were thrown away."""
        say(
            in_words(
                f"与上次中断的运行不同（{because}），从头开始",
                f"not the run that was interrupted ({because}): starting anew",
            )
        )

    def goes_on(self, rows: int) -> None:
        """So many rows are finished already."""
        say(in_words(f"已完成 {rows:,} 行，继续", f"{rows:,} rows are finished already, going on"))
        self._progress.update(self._task, rows=rows, before=rows)

    def routed(self, rows: int, share: float | None) -> None:
        """So many rows are finished."""
        self._heed()
        total = None if share is None else 1.0
        self._progress.update(self._task, rows=rows, total=total, completed=share or 0.0)

    def assembling(self, share: float) -> None:
        """So much of the output is put together."""
        self._heed()
        description = in_words("合并", "putting together")
        self._progress.update(self._task, description=description, total=1.0, completed=share)


def print_refused(refused: ImportRefused) -> NoReturn:
    """Say what is wrong, row by row where rows are at fault, and end with 1."""
    from grid_data.point_files.layers import LayerRefused

    if isinstance(refused, LayerRefused):
        print_findings(refused.findings.errors, "[red]✗[/red]", f"{refused.path.name}: ")
    fail(*refused.words)


def fail_to_write(problem: OSError, output: Path) -> NoReturn:
    """Say why OUT cannot be written (a full disk, no permission), and that nothing is lost; end with 1."""
    reason = problem.strerror or str(problem).splitlines()[0]
    zh, en = _kept(output)
    fail(f"无法写入 {output}：{reason}{zh}", f"{output} cannot be written: {reason}{en}")


def say_interrupted(output: Path) -> None:
    """After Ctrl-C: what is kept."""
    zh, en = _kept(output)
    if en:
        say(escape(in_words(f"已中断{zh}", f"interrupted{en}")))


def _kept(output: Path) -> tuple[str, str]:
    parts = output.absolute().with_name(f"{output.name}.parts")
    if not parts.is_dir():
        return "", ""
    return (
        f"；已完成的部分保留在 {parts}，再次运行同一命令即可继续",
        f"; what is finished stays in {parts}: give the same command again to go on",
    )


def print_summary(result: Result, output: Path, seconds: float, *, as_json: bool) -> None:
    """Rows by layer and method, and what could not be placed."""
    from gis.point_router import FAULT_WORDS, METHODS

    total = result.total
    rate = (total.rows - result.rows_before) / seconds if seconds else 0.0
    if as_json:
        content = {
            "output": str(output),
            "rows": total.rows,
            "layers": total.methods,
            "unplaced": total.faults,
            "metric_srid": result.metric_srid,
            "crs": result.system,
            "rows_before": result.rows_before,
            "seconds": round(seconds, 3),
        }
        out.print_json(json.dumps(content, ensure_ascii=False))
        return
    table = Table(in_words("图层", "layer"))
    order = ("inside", "on_border", "nearest", "outside")
    for method in order:
        table.add_column(method, justify="right")
    assert set(order) == set(METHODS)
    for layer, counts in total.methods.items():
        table.add_row(escape(layer), *(f"{counts.get(method, 0):,}" for method in order))
    out.print(table)
    for fault, number in total.faults.items():
        words = next(words for name, words in FAULT_WORDS.items() if name == fault)
        line = in_words(f"{number:,} 行无法定位：{words.zh}", f"{number:,} row(s) not placed: {words.en}")
        out.print(f"[yellow]·[/yellow] {escape(f'{line} [{fault}]')}", soft_wrap=True)
    out.print(
        escape(
            in_words(
                f"{output}：{total.rows:,} 行，{seconds:.1f} 秒，每秒 {rate:,.0f} 行",
                f"{output}: {total.rows:,} rows in {seconds:.1f} s, {rate:,.0f}/s",
            )
        ),
        soft_wrap=True,
    )
