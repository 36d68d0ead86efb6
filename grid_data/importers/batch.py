"""One import from request to report: checked, then stored in the caller's transaction or not at all."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.places import Extent
from grid_data.database import Connection, run
from grid_data.history import add_history
from grid_data.importers.city import City, read_city
from grid_data.importers.fields import Field, clean
from grid_data.importers.mapping import GEOMETRY_FIELDS, ColumnMapping
from grid_data.importers.problems import Findings
from grid_data.importers.reading import Source, statistics
from grid_data.importers.shapes import declared_system, raw_shapes, stored_shapes

__all__ = [
    "Checked",
    "Geometry",
    "Plan",
    "Prepare",
    "Progress",
    "Report",
    "Request",
    "Rows",
    "check_import",
    "checked_rows",
    "run_import",
]

Progress = Callable[[str, int, float], None]
"""Called after each step with its name, its rows and the seconds it took."""


@dataclass(frozen=True)
class Request:
    """What the operator asks for.

    Attributes
    ----------
    source
        The file, read.
    mapping
        Columns to fields.
    crs
        The system as told by option; None: what the mapping or the file says.
    skip_bad
        Store the good rows of a file with bad ones.
    dry_run
        Tell what would happen, store nothing.
    actor
        Who is written into the history.
    """

    source: Source
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    crs: str | None = None
    skip_bad: bool = False
    dry_run: bool = False
    actor: str = "operator"

    @property
    def told_crs(self) -> str | None:
        """The system as told, by option or by mapping file."""
        return self.crs or self.mapping.crs


@dataclass(frozen=True)
class Geometry:
    """What geometry a subject has; see `shapes.stored_shapes`."""

    kinds: tuple[str, ...]
    required: bool
    limit_m: float | None = None  # None: the city's own limit


@dataclass
class Rows:
    """The rows of a file as stored values, indexed by row number.

    ``frame`` has a column per field and, where the subject has geometry, ``geometry``; ``good`` is the part
    without errors so far, and shrinks as checks go on.
    """

    frame: pd.DataFrame
    findings: Findings
    used: Mapping[str, str]
    given: frozenset[str]
    system: str | None

    @property
    def good(self) -> pd.DataFrame:
        """The rows without any error."""
        bad = self.findings.bad_rows
        return self.frame[~self.frame.index.isin(list(bad))] if bad else self.frame


@dataclass
class Plan:
    """What storing would do.

    Attributes
    ----------
    new, changed, unchanged, retired
        Numbers of things.
    steps
        Names and actions, run in order; each answers how many rows it wrote.
    details
        What else history keeps.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    steps: Sequence[tuple[str, Callable[[], Awaitable[int]]]] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What an import found and did.

    Attributes
    ----------
    rows
        Rows in the file.
    rejected
        Numbers of the rows left out.
    stored
        Whether anything was written; False for a dry run, and for a file with faults.
    refused
        Whether faults kept the file out.
    extent
        Box round the good rows, degrees.
    """

    subject: str
    rows: int
    rejected: frozenset[int]
    plan: Plan
    findings: Findings
    extent: Extent | None
    system: str | None
    used: Mapping[str, str]
    stored: bool
    refused: bool


Prepare = Callable[[Connection, City, Request, Findings], Awaitable[tuple[Rows, Plan]]]


@dataclass(frozen=True)
class Checked:
    """A file that was checked."""

    subject: str
    request: Request
    rows: Rows
    plan: Plan
    findings: Findings
    rejected: frozenset[int]
    refused: bool

    @property
    def wanted(self) -> bool:
        """Whether there is something to store, and neither a fault nor a dry run is in the way."""
        plan = self.plan
        return not self.refused and not self.request.dry_run and plan.new + plan.changed + plan.retired > 0

    @property
    def note(self) -> dict[str, Any]:
        """What history keeps of the import."""
        return {
            **statistics(self.request.source),
            "rows": len(self.rows.frame),
            "new": self.plan.new,
            "changed": self.plan.changed,
            "unchanged": self.plan.unchanged,
            "retired": self.plan.retired,
            "rejected": len(self.rejected),
            "crs": self.rows.system,
            "mapping": {
                **self.rows.used,
                **{name: f"={value}" for name, value in self.request.mapping.constants.items()},
            },
            **self.plan.details,
        }

    def report(self, *, stored: bool) -> Report:
        """What the operator is told."""
        return Report(
            self.subject,
            len(self.rows.frame),
            self.rejected,
            self.plan,
            self.findings,
            extent_of(self.rows.good),
            self.rows.system,
            self.rows.used,
            stored,
            self.refused,
        )


async def check_import(
    connection: Connection,
    subject: str,
    request: Request,
    prepare: Prepare,
    progress: Progress | None = None,
    *,
    placed: bool = False,
) -> Checked:
    """Check a file; until the transaction ends no other import begins.

    Parameters
    ----------
    placed
        Another transaction sees to that.

    Raises
    ------
    ImportRefused
        The import cannot begin.
    """
    started = time.perf_counter()
    if not placed:
        await run(connection, "imports/one_at_a_time")
    city = await read_city(connection)
    findings = Findings()
    rows, plan = await prepare(connection, city, request, findings)
    if progress:
        progress("check", len(rows.frame), time.perf_counter() - started)
    rejected = frozenset(findings.bad_rows)
    refused = bool(findings.blocking) or (bool(rejected) and not request.skip_bad)
    return Checked(subject, request, rows, plan, findings, rejected, refused)


async def run_import(
    connection: Connection,
    subject: str,
    request: Request,
    prepare: Prepare,
    progress: Progress | None = None,
) -> Report:
    """Check a file and, if it is clean or its bad rows are to be left out, store it.

    The caller holds the transaction. One history entry ``import.<subject>`` is made.

    Raises
    ------
    ImportRefused
        The import cannot begin.
    """
    checked = await check_import(connection, subject, request, prepare, progress)
    if checked.wanted:
        for name, action in checked.plan.steps:
            started = time.perf_counter()
            written = await action()
            if progress:
                progress(name, written, time.perf_counter() - started)
        await add_history(connection, request.actor, f"import.{subject}", after=checked.note)
    return checked.report(stored=checked.wanted)


def checked_rows(
    request: Request,
    city: City,
    fields: Sequence[Field],
    geometry: Geometry | None,
    findings: Findings,
) -> Rows:
    """Map, clean and convert the rows of a request's file; faults go to ``findings``."""
    source = request.source
    extra = GEOMETRY_FIELDS if geometry is not None and source.geometry is None else ()
    mapped, used = request.mapping.apply(source.table, [*fields, *extra])
    given = frozenset(used) | frozenset(request.mapping.constants)
    frame = clean(mapped, fields, findings, timezone=city.timezone)
    system = None
    if geometry is not None:
        raw = raw_shapes(source, mapped, findings)
        has_shapes = not shapely.is_missing(raw).all()
        if has_shapes or geometry.required:
            system = declared_system(source, request.told_crs)
            frame["geometry"] = stored_shapes(
                raw,
                frame.index.to_numpy(dtype=np.int64),
                system,
                city,
                findings,
                kinds=geometry.kinds,
                required=geometry.required,
                limit_m=city.outside_limit_m if geometry.limit_m is None else geometry.limit_m,
            )
            given |= {"geometry"}
        else:
            frame["geometry"] = None
    if not len(frame):
        findings.error("no_rows", "文件中没有数据行", "the file has no rows")
    return Rows(frame, findings, used, given, system)


def extent_of(frame: pd.DataFrame) -> Extent | None:
    """Box round the shapes of a frame, degrees; None without any."""
    if "geometry" not in frame:
        return None
    shapes = frame["geometry"].to_numpy(dtype=object)
    shapes = shapes[~shapely.is_missing(shapes)]
    if not len(shapes):
        return None
    return Extent(*(float(value) for value in np.asarray(shapely.total_bounds(shapes))))
