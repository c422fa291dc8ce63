"""Curves of the loop against random sampling as one SVG picture: a panel a class, no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 250, 170, 44, 46, 66
WAYS = {"loop": "#0a6b5b", "random": "#a3541c"}
TEXT = 'font-family="system-ui, sans-serif" font-size="12"'


def draw_chart(found: Mapping[str, Any], figure: str = "average_precision") -> str:
    """`found` is class -> way -> points with `labels` and the figure, 0 to 1."""
    whole = LEFT + len(found) * (WIDTH + GAP)
    high = TOP + HEIGHT + 52
    panels = "".join(
        _draw_panel(LEFT + place * (WIDTH + GAP), name, curves, figure)
        for place, (name, curves) in enumerate(found.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {high}" role="img">'
        f"<title>{escape(figure.replace('_', ' '))} by labels spent</title>"
        f'<rect width="{whole}" height="{high}" fill="#fff"/>{panels}</svg>\n'
    )


def _draw_panel(left: float, name: str, curves: Mapping[str, Any], figure: str) -> str:
    labels = [point["labels"] for point in curves["loop"]]
    most, least = max(labels), min(labels)
    parts = [f'<text x="{left}" y="20" {TEXT} font-weight="600">{escape(name)}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = TOP + HEIGHT * (1 - share)
        parts.append(f'<path d="M{left} {y}H{left + WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" {TEXT} text-anchor="end">{share:g}</text>')
    for value in (least, most):
        x = left + WIDTH * (value - least) / max(1, most - least)
        parts.append(f'<text x="{x}" y="{TOP + HEIGHT + 18}" {TEXT} text-anchor="middle">{value:.0f}</text>')
    middle = left + WIDTH / 2
    parts.append(
        f'<text x="{middle}" y="{TOP + HEIGHT + 36}" {TEXT} text-anchor="middle">labels spent</text>'
    )
    for place, (way, colour) in enumerate(WAYS.items()):
        spots = [
            (left + WIDTH * (p["labels"] - least) / max(1, most - least), TOP + HEIGHT * (1 - p[figure]))
            for p in curves[way]
        ]
        parts.append(_draw_curve(spots, colour))
        word = f"{way} {curves[way][-1][figure]:.2f}"
        parts.append(f'<text x="{left + place * 90}" y="38" {TEXT} fill="{colour}">{word}</text>')
    return "".join(parts)


def _draw_curve(spots: Sequence[tuple[float, float]], colour: str) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots)
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
