"""What people write: templates filled with the address and plausible amounts."""

from __future__ import annotations

import numpy as np

from grid_data.sample.tables import read_table, rows

_GROUPS = ("井盖", "箅子", "灯", "杆", "树", "牌", "栏", "箱")
"""Components whose names end so share templates."""

_ENDINGS = {"树": ("行道树", "独立树", "古树名木"), "箱": ("箱", "（箱）"), "牌": ("牌", "牌及标线")}


class Texts:
    """Templates per category; components share those of their group of names."""

    def __init__(self) -> None:
        table = read_table("incident_texts", text=("kind", "category", "text"))
        self._templates: dict[tuple[str, str], list[str]] = {}
        for row in rows(table):
            self._templates.setdefault((row.kind, row.category), []).append(row.text)

    def templates(self, kind: str, category: str, name: str) -> list[str]:
        """Templates of a matter or social category, or of a component by its name."""
        own = self._templates.get((kind, category))
        if own:
            return own
        group = next((group for group in _GROUPS if name.endswith(_ENDINGS.get(group, (group,)))), "*")
        return self._templates["component", group]

    def write(
        self,
        kinds: list[str],
        categories: list[str],
        names: list[str],
        addresses: list[str],
        random: np.random.Generator,
    ) -> list[str]:
        """One text per incident.

        ``names`` are the names of the things concerned (components), used where a template names them.
        """
        choice = random.random(len(kinds)).tolist()
        amount = random.integers(2, 12, len(kinds)).tolist()
        cache: dict[tuple[str, str], list[str]] = {}
        texts = []
        for kind, category, name, address, draw, n in zip(
            kinds, categories, names, addresses, choice, amount, strict=True
        ):
            key = (kind, category)
            templates = cache.get(key)
            if templates is None:
                templates = cache[key] = self.templates(kind, category, name)
            template = templates[int(draw * len(templates))]
            text = template.replace("{addr}", address)
            if "{" in text:
                text = (
                    text.replace("{thing}", name).replace("{n}", str(n))
                    .replace("{h}", str(10 + n % 3)).replace("{t}", str(12 + n % 6))
                )  # fmt: skip
            texts.append(text)
        return texts
