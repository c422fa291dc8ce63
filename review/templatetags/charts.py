"""Charts that are drawn on the server, as SVG: curves of a training, calibration, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Library
from django.template.defaultfilters import floatformat

register = Library()

WIDTH, HEIGHT = 560, 200  # of a chart's field, in its own units
SIDE = 220  # of the square that shows calibration


@dataclass(frozen=True)
class Line:
    """A line as SVG reads it, with its class and what its last point says."""

    name: str
    points: str
    last: float
    x: str
    y: str


@register.inclusion_tag("models/_curves.html")
def training_curves(rows: Sequence[Mapping[str, Any]], epochs: int) -> dict[str, Any]:
    """Losses by epoch, from zero; `epochs` is how many there will be at most."""
    losses = {
        name: [row[name] for row in rows if row.get(name) is not None]
        for name in ("train_loss", "validation_loss")
    }
    top = max((max(values) for values in losses.values() if values), default=0.0) or 1.0
    width = max(epochs, len(rows), 2) - 1
    return {
        "lines": [draw_line(name, values, top, width) for name, values in losses.items() if values],
        "top": top,
        "epochs": width + 1,
        "width": WIDTH,
        "height": HEIGHT,
        "rows": rows,
        "best": min(
            (row for row in rows if row.get("validation_loss") is not None),
            key=lambda row: row["validation_loss"],
            default=None,
        ),
    }


def draw_line(name: str, values: Sequence[float], top: float, steps: int) -> Line:
    """A line over the field; the first value stands at its left edge, `steps` further ones fill it."""
    places = [(WIDTH * at / steps, HEIGHT * (1 - min(value, top) / top)) for at, value in enumerate(values)]
    x, y = places[-1]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return Line(name, points, values[-1], f"{x:.1f}", f"{y:.1f}")


@register.inclusion_tag("models/_reliability.html")
def reliability_chart(rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """What was said beside what was so: on the diagonal both are the same; larger spots are more pictures."""
    most = max((row["rows"] for row in rows), default=1)
    spots = [
        {
            "x": f"{SIDE * row['chance']:.1f}",
            "y": f"{SIDE * (1 - row['share']):.1f}",
            "r": f"{3 + 6 * (row['rows'] / most) ** 0.5:.1f}",
        }
        for row in rows
    ]
    return {"rows": rows, "spots": spots, "side": SIDE}


@register.inclusion_tag("models/_interval.html")
def interval(low: float | None, high: float | None, difference: float | None) -> dict[str, Any]:
    """A difference of -1 to 1 with its interval, zero in the middle; nothing where it is not known."""
    if low is None or high is None or difference is None:
        return {}
    reach = max(abs(low), abs(high), 0.02)

    def place(value: float) -> str:
        return f"{60 + 56 * value / reach:.1f}"

    return {"low": place(low), "high": place(high), "at": place(difference), "is_clear": low > 0 or high < 0}


@register.filter
def signed(share: object) -> str:
    """A difference of shares in points: +3.2, −0.4; a dash where there is none."""
    if not isinstance(share, int | float):
        return "–"
    points = round(100 * share, 1)
    return f"{'+' if points > 0 else '−' if points < 0 else '±'}{floatformat(abs(points), 1)}"


@register.filter
def tenths(share: object) -> str:
    """A share of 0 to 1 in per cent with one decimal; a dash where there is none."""
    return f"{floatformat(100 * share, 1)} %" if isinstance(share, int | float) else "–"
