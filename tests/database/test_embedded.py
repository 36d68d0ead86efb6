"""The private cluster: made once, started and stopped, and right again after whatever happened to it."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grid_data.cluster.private import SOCKET_PATH_LIMIT, Cluster, ClusterError
from grid_data.cluster.settings import settings_text
from tests.support.databases import ROOT

SMALL = {"shared_buffers": "16MB", "fsync": "off"}
# A process that uses the cluster until its standard input closes.
USER = """
import sys
from pathlib import Path
from grid_data.cluster.private import Cluster
with Cluster(Path(sys.argv[1]), settings={"shared_buffers": "16MB", "fsync": "off"}).use():
    print("in use", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that the server's user may enter, also when tests run as root; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="gridgov-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def made(open_folder: Path) -> Iterator[Cluster]:
    """A cluster of these tests alone."""
    cluster = Cluster(open_folder / "postgres", settings=SMALL)
    yield cluster
    cluster.delete()


def server_says(cluster: Cluster) -> str:
    with psycopg.connect(cluster.url("postgres")) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses') || current_user").fetchone()
    assert row is not None
    return str(row[0])


def start_user(cluster: Cluster) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(cluster.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in use\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "never" / "made")
    status = cluster.status()
    assert (status.initialised, status.running) == (False, False)
    assert cluster.stop() is False
    assert list(tmp_path.iterdir()) == []


def test_started_served_and_stopped(made: Cluster) -> None:
    with made.use():
        assert made.status().running
        assert server_says(made) == "gridgov"  # no address to listen on; the one user
    assert not made.status().running
    assert made.status().initialised


def test_runs_as_an_ordinary_user_in_folders_nobody_else_enters(made: Cluster) -> None:
    with made.use():
        pid = made.status().pid
        assert pid is not None
        owner = Path(f"/proc/{pid}").stat().st_uid
        assert owner == (os.geteuid() or pwd.getpwnam("postgres").pw_uid)
        for folder in (made.data, made.socket_directory, made.directory):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert os.getsid(pid) != os.getsid(0), "Ctrl-C in the terminal must not reach the server"


def test_start_twice_is_one_server(made: Cluster) -> None:
    made.start()
    first = made.status().pid
    made.start()
    assert made.status().pid == first
    assert made.stop() is True
    assert made.stop() is False


def test_comes_back_after_the_server_was_killed(made: Cluster) -> None:
    made.start()
    made.drop_database("kept")
    made.create_database("kept")
    pid = made.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while made.status().running:
        time.sleep(0.01)
    assert (made.data / "postmaster.pid").exists()
    made.start()
    assert made.has_database("kept")
    made.stop()


def test_comes_back_when_the_old_process_number_is_somebody_elses(made: Cluster) -> None:
    made.start()
    pid_file = made.data / "postmaster.pid"
    written = pid_file.read_text(encoding="utf-8").splitlines()
    made.stop()
    # As after a crash of the machine: the file is there, its number now belongs to this test.
    pid_file.write_text("\n".join([str(os.getpid()), *written[1:]]) + "\n", encoding="utf-8")
    lock = made.socket_directory / ".s.PGSQL.5432.lock"
    lock.write_text(pid_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert not made.status().running
    with made.use():
        assert server_says(made) == "gridgov"


def test_survives_the_process_that_started_it(made: Cluster) -> None:
    process = start_user(made)
    process.kill()
    process.communicate()
    assert made.status().running, "a killed terminal must not take the database with it"
    assert server_says(made) == "gridgov"
    with made.use():
        pass
    assert not made.status().running, "whoever comes next and leaves last stops it"


def test_the_last_user_stops_it(made: Cluster) -> None:
    first, second = start_user(made), start_user(made)
    leave(first)
    assert made.status().running
    leave(second)
    assert not made.status().running


def test_many_may_start_it_at_once(made: Cluster) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(made.root)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for _ in range(4)
    ]  # fmt: skip
    assert [process.communicate("")[0] for process in processes] == ["in use\n"] * 4
    assert not made.status().running


def test_databases_are_made_copied_and_dropped(made: Cluster) -> None:
    with made.use():
        for name in ("one", "two", "three"):
            made.drop_database(name)
        made.create_database("one")
        with psycopg.connect(made.url("one")) as connection:
            connection.execute("CREATE TABLE here (n integer)")
        made.create_database("two", "one")
        made.create_database("three", "one", large=True)
        for name in ("two", "three"):
            with psycopg.connect(made.url(name)) as connection:
                assert connection.execute("SELECT count(*) FROM here").fetchone() == (0,)
        with psycopg.connect(made.url("two")):
            made.drop_database("two")
        assert [made.has_database(name) for name in ("one", "two", "three")] == [True, False, True]


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = Cluster(tmp_path / ("x" * SOCKET_PATH_LIMIT) / "postgres")
    assert deep.socket_directory.parent == Path("/tmp")
    assert (
        deep.socket_directory != Cluster(tmp_path / ("y" * SOCKET_PATH_LIMIT) / "postgres").socket_directory
    )
    assert Cluster(Path("/short/postgres")).socket_directory == Path("/short/postgres/run")


def test_a_squatted_socket_folder_is_refused(open_folder: Path) -> None:
    deep = Cluster(open_folder / ("x" * SOCKET_PATH_LIMIT) / "postgres", settings=SMALL)
    squatted = deep.socket_directory
    squatted.symlink_to(open_folder)
    try:
        with pytest.raises(ClusterError, match="is not a folder of the user"):
            deep.start()
    finally:
        squatted.unlink()
        deep.delete()


def test_root_puts_the_data_where_the_servers_user_can_go(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "postgres", settings=SMALL)
    with cluster.use():
        # Anybody else runs the server as himself, where he is.
        assert cluster.directory.parent == (closed if os.geteuid() else Path("/var/lib/gridgov"))
        assert server_says(cluster) == "gridgov"
    assert Cluster(cluster.root).status().initialised
    place = cluster.directory
    cluster.delete()
    assert not place.exists()
    assert not cluster.root.exists()


def test_settings_are_written_with_care() -> None:
    text = settings_text({"cluster_name": "o'clock", "jit": "on"})
    assert "cluster_name = 'o''clock'\n" in text
    assert "jit = 'on'\n" in text
    assert "jit = 'off'\n" not in text
    assert "listen_addresses = ''\n" in text
