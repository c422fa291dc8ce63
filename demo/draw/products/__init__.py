"""The kinds of products that can be drawn."""

from __future__ import annotations

from typing import cast

from demo.draw.kind import Kind
from demo.draw.products import armchair, headphones, lamp, laptop, mug, shirt, tablet, television, watch

KINDS: tuple[Kind, ...] = cast(
    "tuple[Kind, ...]", (tablet, laptop, television, headphones, watch, armchair, lamp, mug, shirt)
)
