"""Model files made known to the database, so that a category can name the head that judges its types."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from pipeline.labels import DEFAULT_TYPE_ORDER
from review.models import Category, ModelVersion

IMAGE_TYPE, CATEGORY = "image_type", "category"
TYPE = "type"  # the judge that such a head is
_LONG = {"terms"}  # of a card: belongs to the weights, and is of no use to a reader


@transaction.atomic
def register_heads(folder: Path) -> int:
    """Know every head of a folder by its digest, and give it to the category that its card names.

    A category without an order of types gets the usual one of the types that its head tells apart.
    Returns how many files there are.
    """
    found = sorted(folder.glob("*.npz"))
    for path in found:
        card = _read_card(path)
        kind = IMAGE_TYPE if path.stem.startswith("type-") else CATEGORY
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        said = {"kind": kind, "name": path.stem, "path": _show_path(path), "card": card}
        version, _ = ModelVersion.objects.get_or_create(sha256=sha256, defaults=said)
        if kind == IMAGE_TYPE and "scope" in card:
            _give(version, str(card["scope"]), card.get("classes", ()))
    return len(found)


def _give(version: ModelVersion, scope: str, classes: list[str]) -> None:
    category, _ = Category.objects.get_or_create(path=scope)
    ModelVersion.objects.filter(pk=version.pk).update(judge=TYPE, category=category)
    if not category.heads.filter(judge=TYPE, state=ModelVersion.State.LIVE).exists():
        category.type_head = version  # a head that was trained here and released stays
    category.type_order = category.type_order or [name for name in DEFAULT_TYPE_ORDER if name in classes]
    category.save(update_fields=["type_head", "type_order"])


def _read_card(path: Path) -> dict[str, Any]:
    card = json.loads(path.with_suffix(".json").read_text())
    return {name: value for name, value in card.items() if name not in _LONG}


def _show_path(path: Path) -> str:
    """Below the product's folder where it lies there, so that the folder can be moved."""
    resolved = path.resolve()
    inside = resolved.is_relative_to(settings.BASE_DIR)
    return str(resolved.relative_to(settings.BASE_DIR) if inside else resolved)
