"""Databases for tests: one private cluster, templates that are built once, cheap copies.

The cluster lives in ``.gridgov/test``, in memory where the machine has enough, and is shared by all test
processes (the workers of one run and, if need be, several runs). A template's name ends in a hash of what it
is made from, so the next run finds it ready, and a changed migration or sample generator makes a new one.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import functools
import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from grid_data.cluster.private import Cluster
from migrations.run import upgrade

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".gridgov" / "test"
MEMORY = Path("/dev/shm")
ENOUGH = 6 * 2**30
"""Free bytes from which on the tests' databases may lie in memory; they take less than one GiB."""

# What the templates are made from: files, and modules with all that they import.
SCHEMA = ("migrations", "grid_data/tables")
SAMPLE_SQL = tuple(f"grid_data/sql/{name}.sql" for name in (
    "bulk", "casework", "copy", "deadlines", "plan_drafts", "standing", "units",
))  # fmt: skip
SAMPLE = (*SCHEMA, "grid_data/sample", "grid_data/catalogues", *SAMPLE_SQL)
SAMPLE_MODULES = ("grid_data.bulk.sample", "grid_data.sample")
# Runs of a changed and an unchanged tree may go on side by side.
KEPT_TEMPLATES = 4

_counter = itertools.count()


def prepare_home() -> None:
    """Make the folder of the tests' cluster, in memory where there is room.

    A copy of a database is hundreds of new files. On ext4 without a journal the kernel takes half a second
    for them once many have been deleted just before, which is what tests do; in memory it takes 0.05 s.
    """
    if HOME.is_dir():
        return
    HOME.parent.mkdir(parents=True, exist_ok=True)
    place = MEMORY / f"gridgov-test-{hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]}"
    try:
        room = os.statvfs(MEMORY)
        if room.f_bavail * room.f_frsize < ENOUGH:
            raise OSError
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o755)
        if place.is_symlink() or place.stat().st_uid != os.geteuid():
            raise OSError
    except OSError:
        HOME.mkdir(exist_ok=True)
        return
    # Several workers may come here at once; a link left behind points where its folder is made again.
    with contextlib.suppress(FileExistsError):
        HOME.symlink_to(place)


def test_cluster() -> Cluster:
    """The cluster of all tests: may lose data when the machine stops, which makes it fast."""
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
    return Cluster(HOME / "postgres", settings=fast)


@functools.cache
def sources_hash(patterns: tuple[str, ...], modules: tuple[str, ...] = ()) -> str:
    """A hash over the files behind a template, as they are when the process first asks."""
    files = set(imported_files(modules))
    for pattern in patterns:
        for start in ROOT.glob(pattern):
            files |= set(start.rglob("*") if start.is_dir() else [start])
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def imported_files(modules: tuple[str, ...]) -> set[Path]:
    """The project's own files behind modules, with everything they import, at any depth."""
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        base = ROOT.joinpath(*name.split("."))
        file = next(filter(Path.is_file, (base.with_suffix(".py"), base / "__init__.py")), None)
        if file is None or name in found:
            continue
        found[name] = file
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return set(found.values())


def empty_template(cluster: Cluster) -> str:
    """The template with the migrated schema and no rows."""
    return _template(cluster, "empty", sources_hash(SCHEMA), upgrade)


def laoshan_template(cluster: Cluster) -> str:
    """The template with the small sample of Laoshan."""
    return _template(cluster, "laoshan", sources_hash(SAMPLE, SAMPLE_MODULES), _load_small_sample)


def _load_small_sample(url: str) -> None:
    from tests.support.sample import load_small_sample

    upgrade(url)
    load_small_sample(url)


def _template(cluster: Cluster, kind: str, sources: str, build: Callable[[str], None]) -> str:
    """The name of a ready template; the first process builds it, the others wait."""
    name = f"template_{kind}_{sources}"
    with (HOME / f"{kind}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cluster.has_database(name):
            for old in _databases(cluster, f"template_{kind}_")[:-KEPT_TEMPLATES]:
                cluster.drop_database(old)
            unfinished = f"unfinished_{kind}"
            cluster.drop_database(unfinished)
            cluster.create_database(unfinished)
            build(cluster.url(unfinished))
            with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
                connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}".encode())
    return name


@contextmanager
def copy_of(cluster: Cluster, template: str) -> Iterator[str]:
    """A copy of a template; yields its address, dropped afterwards.

    Files are copied whatever their size: where nothing waits for a disk, the checkpoint that this takes costs
    less than writing every page to the log (0.04 against 0.10 s for the empty schema).
    """
    name = f"copy_{os.getpid()}_{next(_counter)}"
    cluster.create_database(name, template, large=True)
    try:
        yield cluster.url(name)
    finally:
        cluster.drop_database(name)


def drop_left_behind(cluster: Cluster) -> None:
    """Remove the copies of test processes that were killed."""
    for name in _databases(cluster, "copy_"):
        process = int(name.split("_")[1])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            cluster.drop_database(name)
        except PermissionError:
            pass


def _databases(cluster: Cluster, prefix: str) -> list[str]:
    with contextlib.closing(psycopg.connect(cluster.url("postgres"), autocommit=True)) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", (prefix,)
        )
        return [row[0] for row in rows.fetchall()]
