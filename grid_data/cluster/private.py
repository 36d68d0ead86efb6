"""A private PostgreSQL + PostGIS cluster in a folder of its own.

Nothing of it is shared with the machine: it has its own data directory, listens on a Unix socket in a folder
that only its owner may enter, on no TCP port, and knows one user, ``gridgov``, who needs no password there.

The server process never runs as root. Whoever starts it as root gets a server of the owner of the data
directory, at first the ``postgres`` user that Debian's packages create. When that user cannot reach the
folder (a checkout under ``/root``), the data lives in ``/var/lib/gridgov/<hash>`` and a file ``location`` in
the folder says so.

Several processes may use one cluster: each holds a shared lock while it does (`Cluster.use`), the last one
that leaves stops the server. The system frees the lock of a killed process, so no crash leaves a wrong count
behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

from grid_data.cluster.processes import ClusterError, can_enter, is_server, private_folder, run_as
from grid_data.cluster.programs import Programs, choose_programs
from grid_data.cluster.settings import settings_text
from grid_data.statements import sql

__all__ = ["Cluster", "ClusterError", "ClusterStatus"]

USER = "gridgov"
# Names the socket file only: no TCP port is opened.
PORT = 5432
# sun_path holds 108 bytes with its terminator (unix(7)).
SOCKET_PATH_LIMIT = 107
ROOTS_DATA = Path("/var/lib/gridgov")


@dataclass(frozen=True)
class ClusterStatus:
    """What is there at this moment."""

    directory: Path
    socket_directory: Path
    major: int | None
    pid: int | None

    @property
    def initialised(self) -> bool:
        """Whether the data directory has been made."""
        return self.major is not None

    @property
    def running(self) -> bool:
        """Whether the server process lives."""
        return self.pid is not None


class Cluster:
    """The cluster in the folder ``root``; making this object touches nothing.

    Parameters
    ----------
    root
        The folder, made when needed.
    settings
        Lines of ``postgresql.conf`` over our own, for example ``{"fsync": "off"}`` in tests.
    say
        Gets one line for each long step.
    """

    def __init__(
        self,
        root: Path,
        *,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.root = root.absolute()
        self._settings = dict(settings or {})
        self._say = say or (lambda line: None)

    # Where things are

    @property
    def directory(self) -> Path:
        """The folder that really holds the cluster: ``root``, or what ``root/location`` says."""
        pointer = self.root / "location"
        return Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else self.root

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.directory / "server.log"

    @property
    def socket_directory(self) -> Path:
        """Where the server's socket lies: beside the data; under /tmp when that path is too long for one."""
        beside = self.directory / "run"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return beside
        return Path("/tmp") / f"gridgov-{_digest(self.directory)}"  # noqa: S108 # nosec B108 - 0700, owner checked

    def url(self, database: str = "gridgov") -> str:
        """How psycopg reaches a database of this cluster."""
        host = quote(str(self.socket_directory), safe="")
        return f"postgresql://{USER}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def status(self) -> ClusterStatus:
        """What is there; changes nothing."""
        major = self._major() if self._readable() else None
        return ClusterStatus(self.directory, self.socket_directory, major, self._pid() if major else None)

    # Life

    @contextmanager
    def use(self) -> Iterator[Cluster]:
        """Start the server unless it runs, and stop it on leaving unless somebody else uses it."""
        users = None
        try:
            with self._lock():
                users = (self.root / "users.lock").open("a")
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            yield self
        finally:
            if users:
                with self._lock(), users:
                    try:
                        # Fails while another process holds its shared lock.
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        pass
                    else:
                        self._stop()

    def start(self) -> None:
        """Start the server and leave it running; nothing happens when it runs.

        Raises
        ------
        ClusterError
            It cannot be made or does not come up.
        ProgramsMissingError
            PostgreSQL with PostGIS is not installed.
        """
        with self._lock():
            self._start()

    def stop(self) -> bool:
        """Stop the server whoever uses it; returns whether it ran."""
        if not self.root.exists():
            return False
        with self._lock():
            return self._stop()

    def delete(self) -> None:
        """Stop the server and remove the cluster with all its databases."""
        self.stop()
        for folder in {self.socket_directory, self.directory, self.root}:
            shutil.rmtree(folder, ignore_errors=True)

    # Databases

    def has_database(self, name: str) -> bool:
        """Whether a database of this name exists."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            row = connection.execute(sql("cluster/database_exists"), {"database": name}).fetchone()
        return bool(row and row[0])

    def create_database(self, name: str, template: str | None = None, *, large: bool = False) -> None:
        """Make a database, empty or as a copy of another one that nobody is connected to.

        Parameters
        ----------
        large
            Copy files instead of writing every page to the log: faster from some 100 MB on.

        Raises
        ------
        psycopg.errors.DuplicateDatabase
            There is one of this name.
        """
        statement = SQL(sql("cluster/copy_database" if large else "cluster/create_database"))
        query = statement.format(database=Identifier(name), template=Identifier(template or "template1"))
        patience = time.monotonic() + 15
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            while True:
                try:
                    connection.execute(query)
                    return
                except psycopg.errors.ObjectInUse:
                    # A connection to the template that is just closing, or another copy being made.
                    if time.monotonic() > patience:
                        raise
                    time.sleep(0.1)

    def drop_database(self, name: str) -> None:
        """Remove a database if it exists, together with its connections."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL(sql("cluster/drop_database")).format(database=Identifier(name)))

    # Making and starting; the caller holds the lock

    def _start(self) -> None:
        self._place()
        owner = self._owner()
        programs = choose_programs(self._major())
        if self._major() is None:
            self._initialise(programs, owner)
        if self._pid() is not None:
            return
        self._forget_foreign_pid()
        private_folder(self.socket_directory, owner)
        self._write_settings(owner)
        self._rotate_log()
        self._say("starting the private PostgreSQL server")
        patience = time.monotonic() + 30
        while True:
            before = self.log.stat().st_size if self.log.exists() else 0
            finished = run_as(
                owner, programs.path("pg_ctl"), "start", "-D", self.data, "-l", self.log, "-w", "-t", 120
            )
            if finished.returncode == 0:
                return
            said = self.log.read_bytes()[before:].decode(errors="replace") if self.log.exists() else ""
            # After kill -9 of the server its children may live on for a moment.
            if "pre-existing shared memory block" not in said or time.monotonic() > patience:
                said = (said or finished.stdout)[-2000:]
                raise ClusterError(f"the private PostgreSQL server does not start ({self.log}):\n{said}")
            time.sleep(0.5)

    def _stop(self) -> bool:
        if not self._readable() or self._pid() is None:
            return False
        owner, programs = self._owner(), choose_programs(self._major())
        for mode in ("fast", "immediate"):
            finished = run_as(
                owner, programs.path("pg_ctl"), "stop", "-D", self.data, "-m", mode, "-w", "-t", 60
            )
            if finished.returncode == 0 or self._pid() is None:
                return True
        raise ClusterError(f"the private PostgreSQL server does not stop:\n{finished.stdout[-2000:]}")

    def _place(self) -> None:
        """Decide, once, where the cluster lives, and make that folder."""
        if self._major() is not None:
            return
        owner = self._owner()
        if os.geteuid() == 0 and not can_enter(owner, self.root.parent):
            place = ROOTS_DATA / _digest(self.root)
            ROOTS_DATA.mkdir(mode=0o755, parents=True, exist_ok=True)
            (self.root / "location").write_text(f"{place}\n", encoding="utf-8")
            self._say(f"the user {owner.pw_name} cannot enter {self.root}; the database lives in {place}")
        private_folder(self.directory, owner)

    def _initialise(self, programs: Programs, owner: pwd.struct_passwd) -> None:
        """Make the data directory beside its place and move it there when complete."""
        self._say(f"making a private PostgreSQL {programs.major} cluster in {self.directory}")
        unfinished = self.directory / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        finished = run_as(
            owner, programs.path("initdb"), "-D", unfinished, "-U", USER, "--encoding=UTF8",
            "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", "--data-checksums",
        )  # fmt: skip
        if finished.returncode:
            raise ClusterError(f"initdb failed:\n{finished.stdout[-2000:]}")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(
                "\n# Written anew at every start of GridGov:\ninclude_if_exists = 'gridgov.conf'\n"
            )
        unfinished.rename(self.data)

    def _write_settings(self, owner: pwd.struct_passwd) -> None:
        own = {"unix_socket_directories": str(self.socket_directory), "port": str(PORT)}
        file = self.data / "gridgov.conf"
        file.write_text(settings_text(own | self._settings), encoding="utf-8")
        if os.geteuid() == 0:
            os.chown(file, owner.pw_uid, owner.pw_gid)

    def _rotate_log(self) -> None:
        """Keep one old log of at most some 10 MB."""
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _owner(self) -> pwd.struct_passwd:
        """The user that runs the server: who owns the data, else who asks, else (as root) ``postgres``."""
        me = os.geteuid()
        if me != 0:
            if self.data.exists() and self.data.stat().st_uid != me:
                name = pwd.getpwuid(self.data.stat().st_uid).pw_name
                raise ClusterError(
                    f"{self.data} belongs to {name}: run as {name} or root, or choose another GRIDGOV_HOME"
                )
            return pwd.getpwuid(me)
        if self.data.exists() and self.data.stat().st_uid != 0:
            return pwd.getpwuid(self.data.stat().st_uid)
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            raise ClusterError(
                "PostgreSQL refuses to run as root and there is no user postgres to run it"
            ) from None

    def _readable(self) -> bool:
        return self.data.parent.exists() and os.access(self.data.parent, os.X_OK)

    def _major(self) -> int | None:
        """The version of the data directory; None when there is none."""
        file = self.data / "PG_VERSION"
        return int(file.read_text(encoding="ascii")) if file.exists() else None

    def _pid(self) -> int | None:
        """The process of our running server; None without a pid file or when it means another process."""
        pid = self._written_pid()
        return pid if pid is not None and is_server(pid, self.data) else None

    def _written_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _forget_foreign_pid(self) -> None:
        """Remove the pid file of a dead server whose number now belongs to another program.

        PostgreSQL would refuse to start. A dead number it handles itself, with the check for surviving
        children.
        """
        pid = self._written_pid()
        if pid is not None and Path(f"/proc/{pid}").exists():
            for file in (self.data / "postmaster.pid", self.socket_directory / f".s.PGSQL.{PORT}.lock"):
                file.unlink(missing_ok=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One process at a time makes, starts or stops."""
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            file = (self.root / "start.lock").open("a")
        except PermissionError:
            raise ClusterError(f"{self.root} cannot be written: it belongs to another user") from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
