"""Links between pages lead somewhere, and what the pages name in the tree exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, anchor, headings, name_of, pages, without_blocks

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
TOP_FOLDERS = (
    "gis", "grid_data", "governance", "api", "cli",
    "migrations", "frontend_map", "tests", "benchmarks", "docs", "requirements",
)  # fmt: skip
# Made by a build, so absent from a fresh checkout.
GENERATED = ("api/static",)


def links(document: Path) -> list[str]:
    """Targets of the page's links, fenced blocks left out."""
    return LINK.findall(without_blocks(document.read_text(encoding="utf-8")))


def is_broken(document: Path, target: str) -> bool:
    """Whether a relative link leads to no file or heading of the project."""
    if re.match(r"https?://|mailto:", target):
        return False
    file, _, fragment = target.partition("#")
    to = (document.parent / file).resolve() if file else document
    if not to.is_relative_to(ROOT) or not to.exists():
        return True
    return bool(fragment) and fragment not in {
        anchor(title) for _, title in headings(to.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    assert [target for target in links(document) if is_broken(document, target)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document not in reached and document.suffix == ".md" and document.exists():
            reached.add(document)
            waiting += [(document.parent / target.partition("#")[0]).resolve() for target in links(document)]
    assert {name_of(page) for page in DOCS.rglob("*.md")} - {name_of(page) for page in reached} == set()


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_paths_in_code_spans_exist(document: Path) -> None:
    text = without_blocks(document.read_text(encoding="utf-8"))
    named = re.findall(rf"`((?:{'|'.join(TOP_FOLDERS)})/[\w./-]*)`", text)
    assert [name for name in named if not name.startswith(GENERATED) and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_every_opened_block_is_closed(document: Path) -> None:
    fences = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert len(fences) % 2 == 0
