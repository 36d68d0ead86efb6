"""Reading the documentation as data: sections, fenced blocks, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(?P<marks>#{1,6}) +(?P<title>.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: the word(s) after the fence, and the text in it."""

    page: str
    info: str
    text: str


def pages() -> list[Path]:
    """Every page a reader meets: the documentation, and the pages in the root of the project."""
    return sorted({*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("grid_data/**/README.md")})


def name_of(page: Path) -> str:
    """The page's path inside the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(name_of(page), found["info"].strip(), found["text"]) for found in FENCE.finditer(text)]


def without_blocks(text: str) -> str:
    """The page without its fenced blocks, whose # and [] are not Markdown."""
    return FENCE.sub("", text)


def headings(text: str) -> list[tuple[int, str]]:
    """(level, title) of every heading outside fenced blocks."""
    return [(len(found["marks"]), found["title"]) for found in HEADING.finditer(without_blocks(text))]


def sections(text: str, *, level: int) -> dict[str, str]:
    """Text under each heading of a level, up to the next heading of this or a higher level, by title.

    Backticks around a title are dropped. A title given twice is an error: one section would hide the other.
    """
    found: dict[str, str] = {}
    title: str | None = None
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        heading = None if fenced else HEADING.match(line)
        if heading and len(heading["marks"]) <= level:
            title = heading["title"].strip("`") if len(heading["marks"]) == level else None
            if title is not None:
                if title in found:
                    raise ValueError(f"two sections named {title!r}")
                found[title] = ""
        elif title is not None:
            found[title] += line + "\n"
    return found


def anchor(title: str) -> str:
    """The anchor GitHub gives a heading."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
