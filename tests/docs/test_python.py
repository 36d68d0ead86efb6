"""The code of docs/python.md runs as it stands, block after block, and its assertions hold."""

from __future__ import annotations

import pytest

from tests.docs.pages import DOCS, ROOT, blocks


def test_the_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = DOCS / "python.md"
    code = [block.text for block in blocks(page) if block.info == "python"]
    assert len(code) > 5
    assert sum("assert " in text for text in code) >= 5
    names: dict[str, object] = {}
    for text in code:
        exec(compile(text, str(page), "exec"), names)
