"""Running PostgreSQL's programs as the right user; telling its processes and folders from others'."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

__all__ = ["ClusterError", "can_enter", "is_server", "private_folder", "run_as"]


class ClusterError(RuntimeError):
    """The private cluster cannot be made, started or stopped; the message says why in plain words."""


def run_as(owner: pwd.struct_passwd, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a program as a user, in a session of its own: Ctrl-C in the terminal must not reach the server."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": owner.pw_dir, "LC_ALL": "C.UTF-8"}
    as_root = os.geteuid() == 0
    return subprocess.run(
        list(map(str, command)),
        user=owner.pw_uid if as_root else None,
        group=owner.pw_gid if as_root else None,
        extra_groups=[] if as_root else None,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        start_new_session=True,
    )


def is_server(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server on this data directory."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return Path(os.fsdecode(arguments[0])).name == "postgres" and os.fsencode(data) in arguments


def can_enter(owner: pwd.struct_passwd, folder: Path) -> bool:
    """Whether a user can reach a folder and pass through it."""
    return run_as(owner, "test", "-x", folder).returncode == 0


def private_folder(folder: Path, owner: pwd.struct_passwd) -> None:
    """Make a folder that only its owner may enter.

    Raises
    ------
    ClusterError
        Somebody else has put a folder, a link or a file there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0 and folder.lstat().st_uid == 0:
        os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != owner.pw_uid:
        raise ClusterError(f"{folder} is not a folder of the user {owner.pw_name}")
    folder.chmod(0o700)
