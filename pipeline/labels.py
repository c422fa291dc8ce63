"""The vocabulary that people and judges share: image types, kinds of label, defects."""

from __future__ import annotations

# Image types that any category may use; a category's own list is ordered by its specialists.
IMAGE_TYPES = (
    "front",
    "angle",
    "side",
    "left",
    "right",
    "back",
    "top",
    "detail",
    "lifestyle",
    "accessory",
    "packaging",
    "multiview",
    "other",
)

UNSURE = "unsure"

# What a customer meets first when a category has no list of its own (II.E).
DEFAULT_TYPE_ORDER = (
    "front",
    "angle",
    "side",
    "left",
    "right",
    "back",
    "top",
    "detail",
    "lifestyle",
    "multiview",
    "accessory",
    "packaging",
    "other",
)

QUALITY_DEFECTS = ("blur", "small_object", "placeholder", "resolution", "aspect")
COMPLIANCE_DEFECTS = ("adult", "badge", "watermark", "weapon", "violence")

LABEL_KINDS = ("quality", "compliance", "type", "pair", "preference")
