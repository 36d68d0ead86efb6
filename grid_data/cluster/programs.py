"""Where the programs of PostgreSQL are on this machine, and which of them can run PostGIS."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Programs", "ProgramsMissingError", "choose_programs", "installed_programs"]

# Debian and Ubuntu; Red Hat's PGDG packages; PostgreSQL built by hand.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
NEEDED = ("initdb", "pg_ctl", "postgres")


class ProgramsMissingError(RuntimeError):
    """No PostgreSQL with PostGIS on this machine, or not the version that a cluster needs."""


@dataclass(frozen=True)
class Programs:
    """One installed PostgreSQL server."""

    folder: Path
    version: tuple[int, ...]
    postgis: bool

    @property
    def major(self) -> int:
        """The major version, which a data directory is bound to."""
        return self.version[0]

    def path(self, name: str) -> str:
        """The full path of a program such as ``initdb``."""
        return str(self.folder / name)


def installed_programs() -> list[Programs]:
    """Every PostgreSQL server found here, those with PostGIS first, then the newest first."""
    found: dict[Path, Programs] = {}
    for folder in _folders():
        real = folder.resolve()
        if real not in found and all((real / name).exists() for name in NEEDED):
            version = _version(real)
            if version:
                found[real] = Programs(real, version, _has_postgis(real))
    return sorted(found.values(), key=lambda programs: (programs.postgis, programs.version), reverse=True)


def choose_programs(major: int | None = None) -> Programs:
    """The newest PostgreSQL with PostGIS; of one major version when a data directory asks for it.

    Raises
    ------
    ProgramsMissingError
        There is none; the message says what to install.
    """
    installed = installed_programs()
    for programs in installed:
        if programs.postgis and major in (None, programs.major):
            return programs
    wanted = f"PostgreSQL {major}" if major else "PostgreSQL"
    have = ", ".join(
        f"{'.'.join(map(str, programs.version))} in {programs.folder}"
        f" ({'with' if programs.postgis else 'without'} PostGIS)"
        for programs in installed
    )
    raise ProgramsMissingError(
        f"{wanted} with PostGIS is not installed (found: {have or 'no PostgreSQL server at all'}). "
        f"On Debian or Ubuntu: `make setup`, or apt install postgresql-{major or '<version>'}-postgis-3"
    )


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))
    pg_config = shutil.which("pg_config")
    if pg_config and (folder := _ask(pg_config, "--bindir")):
        yield Path(folder)
    postgres = shutil.which("postgres")
    if postgres:
        yield Path(postgres).resolve().parent


def _version(folder: Path) -> tuple[int, ...] | None:
    """The version that ``postgres --version`` prints, such as (15, 18)."""
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", _ask(str(folder / "postgres"), "--version"))
    return tuple(int(part) for part in match[1].split(".")) if match else None


def _has_postgis(folder: Path) -> bool:
    """Whether PostGIS's control file lies in the extension folder that belongs to these programs."""
    shares = [folder.parent / "share", folder.parent / "share" / "postgresql"]
    if folder.parent.parent == Path("/usr/lib/postgresql"):
        shares.append(Path("/usr/share/postgresql", folder.parent.name))
    pg_config = folder / "pg_config"
    if pg_config.exists() and (share := _ask(str(pg_config), "--sharedir")):
        shares.append(Path(share))
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _ask(*command: str) -> str:
    try:
        finished = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return finished.stdout.strip() if finished.returncode == 0 else ""
