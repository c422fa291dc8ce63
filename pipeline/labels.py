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


def kind_of(subject: str) -> str:
    """The kind of label that a judge, or a question, of this subject has; one of LABEL_KINDS."""
    if subject in ("type", "pair"):
        return subject
    if subject == "hero":
        return "preference"
    return "quality" if subject in QUALITY_DEFECTS else "compliance"
