"""Run benchmarks and print one table: ``python -m benchmarks [NAME ...]``.

A benchmark is a module of this folder with a function ``run() -> Iterable[Measure]``. It prepares its own
database and is free to take minutes; what it measures is said in the names of its measures.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks.measure import Measure


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all."""
    there = sorted(
        file.stem for file in Path(benchmarks.__path__[0]).glob("*.py") if "\ndef run(" in file.read_text()
    )
    unknown = set(wanted) - set(there)
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(there)}", file=sys.stderr
        )
        return 2
    console = Console()
    table = Table("benchmark", "measure", "value", "unit", "note")
    for name in wanted or there:
        started = time.perf_counter()
        console.print(f"[dim]· {name} ...[/dim]")
        measures: list[Measure] = list(importlib.import_module(f"benchmarks.{name}").run())
        console.print(f"[dim]  {time.perf_counter() - started:.0f} s[/dim]")
        for measure in measures:
            table.add_row(name, measure.name, measure.shown(), measure.unit, measure.note)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    table.caption = (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    )
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
