"""docs/sample.md states the figures that the generator aims at."""

from __future__ import annotations

import re

from grid_data.sample.frames import FULL, SMALL, Extent
from tests.docs.pages import DOCS

PAGE = (DOCS / "sample.md").read_text(encoding="utf-8")


def figures(extent: Extent) -> list[int]:
    """What the table says of an extent, top to bottom."""
    return [
        len(extent.codes),
        sum(extent.communities),
        extent.base_grids,
        extent.base_grids_before,
        extent.facilities,
        extent.incidents,
    ]


def test_figures_are_those_of_the_generator() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
    stated = [[int(cell.replace(",", "")) for cell in column] for column in zip(*rows, strict=True)]
    assert stated == [figures(FULL), figures(SMALL)]
