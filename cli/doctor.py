"""``gridgov doctor``: what is here, what is missing, and what to do about it, in plain words."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import typer
from rich.markup import escape

from cli.console import in_words, out
from cli.place import DATABASE
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from grid_data.cluster.programs import ProgramsMissingError, choose_programs
from grid_data.statements import sql

__all__ = ["Finding", "doctor", "examine"]

SIGNS = {"ok": "[green]✓[/green]", "note": "[yellow]·[/yellow]", "bad": "[red]✗[/red]"}
PACKAGE = Path(__file__).resolve().parents[1]
# In the order in which the browser tests prefer them.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``bad``: GridGov cannot start like this; ``note``: worth knowing."""

    level: str
    zh: str
    en: str


def doctor() -> None:
    """Say in plain words what is missing; ends with 1 when GridGov could not start."""
    bad = False
    for finding in examine(Settings()):
        bad = bad or finding.level == "bad"
        out.print(f"{SIGNS[finding.level]} {escape(in_words(finding.zh, finding.en))}", soft_wrap=True)
    if bad:
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything in turn; starts and changes nothing."""
    yield from _python()
    yield from _libraries()
    if settings.database_url:
        yield from _database(settings.database_url)
    else:
        yield from _private_cluster(Cluster(settings.cluster_root))
    yield from _map()
    yield from _port(settings)
    yield from _browser()


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    environment = sys.prefix if sys.prefix != sys.base_prefix else None
    if environment:
        yield Finding("ok", f"Python {version}，虚拟环境 {environment}", f"Python {version} in {environment}")
    else:
        yield Finding(
            "note",
            f"Python {version}，不在虚拟环境中（make setup 会建立 .venv）",
            f"Python {version}, in no virtual environment (make setup makes .venv)",
        )


def _libraries() -> Iterator[Finding]:
    lock = PACKAGE / "requirements" / "run.lock"
    if not lock.exists():
        yield Finding(
            "note", "库版本：没有锁定文件（安装包）", "libraries: no lock file here (an installed package)"
        )
        return
    drift = sorted(drifted(lock.read_text(encoding="utf-8"), _installed))
    if drift:
        names = ", ".join(drift[:5]) + (" ..." if len(drift) > 5 else "")
        yield Finding(
            "note",
            f"库版本与锁定文件不同：{names}（make setup 可恢复）",
            f"libraries differ from the lock file: {names} (make setup restores them)",
        )
    else:
        yield Finding("ok", "库版本与锁定文件一致", "libraries are as locked")


def drifted(lock: str, installed: Callable[[str], str | None]) -> Iterator[str]:
    """Names in a lock file whose locked versions do not include the installed one.

    A name may be locked more than once, for several versions of Python, or for other systems only.
    """
    locked: dict[str, set[str]] = {}
    elsewhere = set()
    for name, version, marker in re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", lock, re.MULTILINE
    ):
        locked.setdefault(name, set()).add(version)
        if "platform" in marker:
            elsewhere.add(name)
    for name, versions in locked.items():
        found = installed(name)
        if found not in versions and not (found is None and name in elsewhere):
            yield f"{name} {found or '-'}"


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _private_cluster(cluster: Cluster) -> Iterator[Finding]:
    try:
        programs = choose_programs()
    except ProgramsMissingError as problem:
        yield Finding(
            "bad", f"PostgreSQL 与 PostGIS 程序：未安装。执行 make setup，或：{problem}", str(problem)
        )
        return
    version = ".".join(map(str, programs.version))
    yield Finding(
        "ok",
        f"PostgreSQL {version} 与 PostGIS：{programs.folder}",
        f"PostgreSQL {version} with PostGIS in {programs.folder}",
    )
    status = cluster.status()
    if not status.initialised:
        yield Finding(
            "note",
            f"私有数据库：尚未建立（gridgov up 会建在 {status.directory}）",
            f"private database: not made yet (gridgov up makes it in {status.directory})",
        )
    elif not status.running:
        yield Finding(
            "ok",
            f"私有数据库：已建立，未运行（{status.directory}，PostgreSQL {status.major}）",
            f"private database: made, not running ({status.directory}, PostgreSQL {status.major})",
        )
    else:
        yield Finding(
            "ok",
            f"私有数据库：运行中，进程 {status.pid}（{status.directory}）",
            f"private database: running as process {status.pid} ({status.directory})",
        )
        yield from _database(cluster.url(DATABASE))


def _database(url: str) -> Iterator[Finding]:
    from migrations.standing import current, head

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            shown = connection.info
            yield Finding(
                "ok",
                f"数据库可连接：{shown.dbname} @ {shown.host}",
                f"database reachable: {shown.dbname} at {shown.host}",
            )
            there, newest = current(url), head()
            if there != newest:
                yield Finding(
                    "note",
                    f"数据库结构：{there or '空'}，程序需要 {newest}（gridgov migrate）",
                    f"schema: at {there or 'nothing'}, this program needs {newest} (gridgov migrate)",
                )
                return
            yield Finding("ok", f"数据库结构：{newest}", f"schema: at {newest}")
            city = connection.execute(sql("doctor/loaded_city")).fetchone()
            aside = [name for name, _ in connection.execute(sql("set_aside/any_noted"))]
            sight = connection.execute(sql("doctor/row_security")).fetchone()
    except psycopg.OperationalError as problem:
        text = str(problem).strip().splitlines()[0]
        yield Finding("bad", f"数据库无法连接：{text}", f"database not reachable: {text}")
        return
    if sight:
        yield from _row_security(*sight)
    if aside:
        yield Finding(
            "note",
            f"索引：大批量导入时移除，尚未重建：{'、'.join(aside)}"
            "（若没有导入在进行，gridgov migrate 会重建）",
            f"indexes: set aside by a large import, not built again: {', '.join(aside)} "
            "(gridgov migrate builds them unless an import is under way)",
        )
    if city:
        yield Finding("ok", f"城市：{city[0]}", f"city: {city[1] or city[0]}")
    else:
        yield Finding(
            "note",
            "城市：尚无数据（gridgov up --demo 载入示例）",
            "city: none loaded yet (gridgov up --demo loads the sample)",
        )


def _row_security(
    app_bypasses: bool | None, scoped_bypasses: bool | None, off: list[str], not_leakproof: list[str]
) -> Iterator[Finding]:
    if scoped_bypasses or off:
        what = [sql("doctor/limit_scoped")] if scoped_bypasses else []
        what += [sql("doctor/switch_on").format(table=table) for table in off]
        todo = "; ".join(what)
        yield Finding(
            "bad",
            f"行级安全：已失效，用户会看到不属于自己的数据（由超级用户执行：{todo}）",
            f"row-level security: not in force, people see what is not theirs (as a superuser: {todo})",
        )
        return
    if not app_bypasses:
        todo = sql("doctor/let_app_see_all")
        yield Finding(
            "bad",
            f"行级安全：有效，但无法导入（由超级用户执行：{todo}）",
            f"row-level security: in force, but nothing can be imported (as a superuser: {todo})",
        )
    if not_leakproof:
        todo = "; ".join(sql("doctor/tell_leakproof").format(function=each) for each in not_leakproof)
        yield Finding(
            "note",
            f"行级安全：有效，但带权限的查询较慢（由超级用户执行：{todo}）",
            f"row-level security: in force, but limited sights wait longer (as a superuser: {todo})",
        )
    if app_bypasses and not not_leakproof:
        yield Finding("ok", "行级安全：有效", "row-level security: in force")


def _map() -> Iterator[Finding]:
    if (PACKAGE / "api" / "static" / "index.html").exists():
        yield Finding("ok", "地图：已构建", "map: built")
    else:
        yield Finding("note", "地图：尚未构建（make map）", "map: not built (make map)")


def _port(settings: Settings) -> Iterator[Finding]:
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as problem:
            yield Finding(
                "note",
                f"端口：{host}:{port} 不可用（{problem.strerror}）；可设 GRIDGOV_PORT",
                f"port: {host}:{port} is not free ({problem.strerror}); GRIDGOV_PORT chooses another",
            )
        else:
            yield Finding("ok", f"端口：{host}:{port} 空闲", f"port: {host}:{port} is free")


def _browser() -> Iterator[Finding]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser:
        yield Finding("ok", f"浏览器（仅测试用）：{browser}", f"browser for the tests: {browser}")
    else:
        yield Finding(
            "note",
            "浏览器（仅测试用）：没有 Chromium（make test 会安装）",
            "browser for the tests: no Chromium (make test installs it)",
        )
    if browser and not _has_chinese_font():
        yield Finding(
            "note",
            "字体（仅测试用）：没有中文字体（make test 会安装）",
            "font for the tests: none with Chinese characters (make test installs one)",
        )


def _has_chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    finished = subprocess.run(
        [program, ":lang=zh-cn"],
        capture_output=True,
        check=False,
        timeout=20,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    return bool(finished.stdout.strip())
