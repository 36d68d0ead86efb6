"""README.md and README.zh-CN.md say the same: sections, commands, links."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, blocks, headings, without_blocks

PAGES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
TEXTS = {language: page.read_text(encoding="utf-8") for language, page in PAGES.items()}


def test_sections_are_the_same() -> None:
    levels = {language: [level for level, _ in headings(text)] for language, text in TEXTS.items()}
    assert levels["en"] == levels["zh"]
    assert len(levels["en"]) > 5


def test_commands_are_the_same() -> None:
    def commands(language: str) -> list[str]:
        lines = [line for block in blocks(PAGES[language]) for line in block.text.splitlines()]
        # Comments and reports in the text may be translated.
        return [re.sub(r"\s+#.*", "", line) for line in lines if line.startswith("$ ")]

    assert commands("en") == commands("zh")
    assert {"$ make demo", "$ make test"} <= set(commands("en"))


def test_links_are_the_same() -> None:
    def targets(language: str) -> list[str]:
        found = re.findall(r"\]\(([^)\s]+)\)", without_blocks(TEXTS[language]))
        own = {"README.zh-CN.md": "README.md", "docs/images/map-zh.png": "docs/images/map-en.png"}
        return sorted(own.get(target, target) for target in found)

    assert targets("en") == targets("zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_attribution_that_the_licence_demands_is_there(language: str) -> None:
    assert "OpenStreetMap contributors" in TEXTS[language]
    assert "ODbL" in TEXTS[language]
    assert "Apache" in TEXTS[language]


def test_each_language_leads_to_the_other() -> None:
    assert "(README.zh-CN.md)" in TEXTS["en"]
    assert "(README.md)" in TEXTS["zh"]
