"""Links between pages lead somewhere, and the pages speak of this project alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, anchor, headings, name_of, pages, without_blocks

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    broken = []
    for found in LINK.finditer(without_blocks(document.read_text(encoding="utf-8"))):
        target = found["target"]
        if re.match(r"https?://|mailto:", target):
            continue
        file, _, fragment = target.partition("#")
        to = (document.parent / file).resolve() if file else document
        if not to.is_relative_to(ROOT) or not to.exists():
            broken.append(target)
        elif fragment and fragment not in {
            anchor(title) for _, title in headings(to.read_text(encoding="utf-8"))
        }:
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        text = without_blocks(page.read_text(encoding="utf-8"))
        waiting += [
            (page.parent / found["target"].partition("#")[0]).resolve() for found in LINK.finditer(text)
        ]
    assert {name_of(page) for page in DOCS.rglob("*.md")} - {name_of(page) for page in reached} == set()


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_paths_in_code_spans_exist(document: Path) -> None:
    """`grid_data/tables/` and the like: a renamed folder must not live on in the text."""
    text = without_blocks(document.read_text(encoding="utf-8"))
    top = r"(?:gis|grid_data|governance|api|cli|migrations|frontend_map|tests|benchmarks|docs|scripts|requirements)"
    named = re.findall(rf"`({top}/[\w./-]*)`", text)
    generated = ("api/static",)
    missing = [
        name
        for name in named
        if not (ROOT / name).exists() and not name.startswith(generated) and re.fullmatch(r"[\w./-]+", name)
    ]
    assert missing == []


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_every_opened_block_is_closed(document: Path) -> None:
    fences = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert len(fences) % 2 == 0
