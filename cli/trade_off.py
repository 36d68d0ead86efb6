"""A picture of what proposals trade off: one mark each, shape against households moved or streets."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cli.console import in_words

if TYPE_CHECKING:
    from gis.propose import Proposal

__all__ = ["picture"]

WIDTH, HEIGHT, MARGIN = 640, 420, 70
FONT = 'font-family="sans-serif" font-size="13"'


def picture(found: list[Proposal]) -> str:
    """The proposals as SVG."""
    moved = any(one.measures.moved_share > 0 for one in found)
    if moved:
        label = in_words("变动户（%）", "households moved (%)")
        x = [100 * one.measures.moved_share for one in found]
    else:
        label = in_words("沿路边界（%）", "borders on streets (%)")
        x = [100 * one.measures.street_share for one in found]
    upward = in_words("平均紧凑度（Polsby–Popper）", "mean Polsby-Popper")
    y = [one.measures.mean_polsby_popper for one in found]
    low_x, high_x = _padded(x)
    low_y, high_y = _padded(y)

    def place(a: float, b: float) -> tuple[float, float]:
        across = MARGIN + (a - low_x) / (high_x - low_x) * (WIDTH - 2 * MARGIN)
        return across, HEIGHT - MARGIN - (b - low_y) / (high_y - low_y) * (HEIGHT - 2 * MARGIN)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{MARGIN} {MARGIN}V{HEIGHT - MARGIN}H{WIDTH - MARGIN}" fill="none" stroke="#555"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 18}" text-anchor="middle">{escape(label)}</text>',
        f'<text x="{MARGIN - 50}" y="{MARGIN - 20}">{escape(upward)}</text>',
    ]
    for value in (low_x, high_x):
        left, _ = place(value, low_y)
        lines.append(
            f'<text x="{left:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{value:.1f}</text>'
        )
    for value in (low_y, high_y):
        _, top = place(low_x, value)
        lines.append(f'<text x="{MARGIN - 8}" y="{top + 4:.1f}" text-anchor="end">{value:.3f}</text>')
    for one, a, b in zip(found, x, y, strict=True):
        left, top = place(a, b)
        name = f"{one.number} {in_words(one.name.zh, one.name.en)} ({one.measures.in_band_share:.1%})"
        lines.append(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="6" fill="#1668b8"/>')
        lines.append(f'<text x="{left + 10:.1f}" y="{top - 8:.1f}">{escape(name)}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _padded(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = max(0.15 * (high - low), 1e-3 * max(1.0, abs(high)))
    return low - pad, high + pad
