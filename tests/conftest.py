"""Fixtures for all tests but those in the browser: a real PostGIS, and copies of ready databases.

A test that asks for none of these runs without a database.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator

import hypothesis
import pytest

from grid_data.cluster.private import Cluster
from tests.support import databases

# What is not about access is asked of an open server.
os.environ.setdefault("GRIDGOV_ACCESS", "open")
# Files that tests send lie beside the databases of the tests, not among somebody's own.
os.environ.setdefault("GRIDGOV_ATTACHMENTS", str(databases.HOME / "attachments"))


# Examples are the same in each run, and a slow machine is no fault. Other ones are drawn with
# --hypothesis-profile=drawn.
hypothesis.settings.register_profile(
    "drawn",
    deadline=None,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile("same", hypothesis.settings.get_profile("drawn"), derandomize=True)
hypothesis.settings.load_profile("same")

# Runs of a few files are nothing to tell about.
TOLD_FROM_S = 60

# Files with tests that take long one by one: at the end of a run one worker would wait for them.
LONG = ("test_openapi", "test_route_killed", "test_route_dask", "test_killed", "test_up")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first, tests that need no database last.

    The other workers begin further on: there the last one has work of its own while the first one makes the
    database that all copy.
    """
    items.sort(
        key=lambda item: (item.path.stem not in LONG, "cluster" not in getattr(item, "fixturenames", ()))
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the files that take longest, so that a run that grows is seen while it grows."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.location[0]] += report.duration
    total = sum(seconds.values())
    if total < TOLD_FROM_S:
        return
    terminalreporter.section(f"slowest files of {total:.0f} s in all workers")
    for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:10]:
        terminalreporter.write_line(f"{seconds[name]:7.1f} s  {name}")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The private cluster of the tests, running; the last test process to leave stops it."""
    databases.prepare_home()
    with databases.test_cluster().use() as running:
        databases.drop_left_behind(running)
        yield running


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[str]:
    """Address of a fresh migrated database without rows, for this test alone."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:
        yield url


@pytest.fixture(scope="session")
def laoshan_database(cluster: Cluster) -> Iterator[str]:
    """Address of a database with the small sample of Laoshan, one for all tests of a worker.

    Tests that write leave rows behind for the next ones: write what is yours, look only for that.
    """
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield url


@pytest.fixture
def blank_database(cluster: Cluster) -> Iterator[str]:
    """Address of a database in which no migration has run."""
    with databases.copy_of(cluster, "template1") as url:
        yield url
