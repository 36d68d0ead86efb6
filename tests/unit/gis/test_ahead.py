"""Loops are compiled once on a machine, ahead of whoever asks first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gis import ahead, compiled_folder
from gis.compiled import keep_machine_code
from gis.propose import flips


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled_folder, "compiled_folder", lambda: tmp_path)
    return tmp_path


def test_what_was_compiled_ahead_is_not_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not compiled_folder.has_all()
    compiled_folder.note_all()

    def compile_again() -> None:
        raise AssertionError

    monkeypatch.setattr("gis.propose.run.get_ready", compile_again)
    assert ahead.compile_ahead() is False


def test_without_a_folder_to_write_nothing_is_held_to_be_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_folder, "compiled_folder", lambda: None)
    compiled_folder.note_all()
    assert not compiled_folder.has_all()


def test_loops_are_kept_in_the_folder_that_is_asked_for_them() -> None:
    """Whichever loops a process uses: the folder is that of all."""
    keep_machine_code()
    dispatchers = [value for value in vars(flips).values() if hasattr(value, "py_func")]
    folder = compiled_folder.compiled_folder()
    assert folder is not None
    assert {Path(each._cache.cache_path).parent for each in dispatchers} == {folder}


def test_the_folder_is_named_after_the_text_of_all_loops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "gis"
    shutil.copytree(
        Path(compiled_folder.__file__).parent, source, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(compiled_folder, "_HERE", source)
    before = compiled_folder.compiled_folder.__wrapped__()
    (source / "words.py").write_text("# a file without loops")
    same = compiled_folder.compiled_folder.__wrapped__()
    with (source / "propose" / "flips.py").open("a") as text:
        text.write("# changed")
    after = compiled_folder.compiled_folder.__wrapped__()
    assert after is not None
    assert (before == same, before == after, after.parent) == (True, False, source / "__pycache__")
