"""The models that belong to this catalog: its categories' type heads, and category from text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from pipeline.category import CategoryModel, TooFewProducts
from pipeline.category_paths import normalise_path
from pipeline.image_type import EVERYWHERE, TypeHeads, load_type_heads
from pipeline.last_blocks import reads_pictures
from pipeline.records import Assessment
from pipeline.select import TypeJudge
from review.live_models import Live, Look, read_head
from review.models import Category, ModelVersion, Product

MAX_TEXTS = 5000  # products that the category model is fitted on: a few seconds


def load_types(backbone: str) -> TypeHeads:
    """The heads that ship, and over them those that categories were given. Raises HeadMismatch, OSError."""
    rows = Category.objects.filter(type_head__isnull=False).order_by("path")
    own = tuple(rows.values_list("path", "type_head__path", "type_head__sha256"))
    general = ModelVersion.objects.filter(judge="type", category=None, state=ModelVersion.State.LIVE)
    everywhere = tuple((EVERYWHERE, *row) for row in general.values_list("path", "sha256"))
    return _read_types(backbone, everywhere + own)


def load_shipped(backbone: str) -> TypeHeads:
    """The heads that ship with the product."""
    return load_type_heads(backbone=backbone)


@lru_cache(maxsize=1)
def _read_types(backbone: str, own: tuple[tuple[str, str, str], ...]) -> TypeHeads:
    shipped = load_shipped(backbone)
    heads = dict(shipped.heads)
    for scope, path, _ in own:
        heads[scope if scope == EVERYWHERE else " > ".join(normalise_path(scope))] = read_head(path, backbone)
    return replace(shipped, heads=heads)


def name_types(
    types: TypeJudge | None, assessments: Mapping[str, Assessment], category: str | None, look: Look
) -> dict[str, Assessment]:
    """The assessments with the types that a model saw in the pictures, where such a one is live."""
    head = types.find_head(category) if isinstance(types, TypeHeads) else None
    seen = {key: one for key, one in assessments.items() if one.embedding is not None}
    if head is None or not reads_pictures(head) or not seen or not isinstance(types, TypeHeads):
        return dict(assessments)
    model = ModelVersion.objects.only("pk").get(path=head.card["path"])
    found = look(Live(head, model.pk), list(seen))
    rows = np.stack([np.asarray(seen[key].embedding) for key in found])
    words = types.name(head, np.stack(list(found.values())), rows)
    named = {key: replace(seen[key], shows=word) for key, word in zip(found, words, strict=True)}
    return {**assessments, **named}


def name_versions(types: TypeHeads, category: str | None) -> dict[str, str]:
    """What a proposal keeps of the heads: all of them together, and the one that named its pictures."""
    head = types.find_head(category)
    return {"types": types.version} | ({"type head": head.version} if head else {})


def list_orders() -> Mapping[str, tuple[str, ...]]:
    """Category -> its types, best first, where it has a list of its own."""
    rows = Category.objects.exclude(type_order=[]).values_list("path", "type_order")
    return {path: tuple(order) for path, order in rows}


class CatalogCategories:
    """Finds a product's category from the words of products whose category is given.

    Fitted at the first question, once a run and process: no product teaches its own category, and a
    catalog with fewer than two categories gets no answer.
    """

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id

    def predict(self, title: str, description: str) -> tuple[str | None, float]:
        """The category's path or None, and how sure that is (0 to 1)."""
        model = _fit_categories(self.run_id)
        return (None, 0.0) if model is None else model.predict(title, description)


@lru_cache(maxsize=1)
def _fit_categories(run_id: int) -> CategoryModel | None:
    given = Product.objects.filter(category_from=Product.CategoryFrom.GIVEN).exclude(title="")
    rows = list(given.order_by("-pk").values_list("title", "description", "category__path")[:MAX_TEXTS])
    try:
        return CategoryModel.fit([(title, words) for title, words, _ in rows], [path for *_, path in rows])
    except TooFewProducts:
        return None
