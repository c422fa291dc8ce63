"""Does a picture look like its product? Compared with the catalog's other pictures: a hint, never a drop.

No model that reads text and pictures together is in reach. What can be told is that a picture is less like
the other pictures of its product and category than like those of another category.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.category_paths import normalise_path
from pipeline.config import RelevanceConfig
from pipeline.records import FloatArray

DEFAULT_CONFIG = RelevanceConfig()


@dataclass(frozen=True)
class ListedImage:
    """One picture as a catalog lists it; `embedding` is float32 (D,), not normalised."""

    key: str
    product: str
    category: str
    embedding: FloatArray


@dataclass(frozen=True)
class Relevance:
    """Cosines (-1 to 1) to the nearest other picture of the product (`own`), to the nearest of other products
    below the same first step of the category (`kin`) and of the likeliest other (`other`, named `nearest`).

    `contrast` is max(own, kin) - other, None where there is nothing to compare with; `flag` asks for a look.
    """

    key: str
    product: str
    own: float | None
    kin: float | None
    other: float | None
    nearest: str
    flag: bool = False

    @property
    def contrast(self) -> float | None:
        near = [cosine for cosine in (self.own, self.kin) if cosine is not None]
        return max(near) - self.other if near and self.other is not None else None

    @property
    def words(self) -> str:
        """One sentence for a person, '' where there is nothing to say."""
        return f"Looks more like the pictures of {self.nearest} than like its own kind." if self.flag else ""


def judge_relevance(
    images: Sequence[ListedImage], config: RelevanceConfig = DEFAULT_CONFIG
) -> list[Relevance]:
    """One answer an image, in order; flagged are the least like their kind, `config.share` of all at most.

    It knows only kinds that the catalog has: two wrong pictures of one thing vouch for each other, and a
    catalog of one kind, or of categories that overlap, tells little.
    """
    seen = Gallery(images, config)
    return _flag(
        [seen.compare(image, hidden=np.array([place])) for place, image in enumerate(images)], config
    )


class Gallery:
    """A catalog's pictures, ready to be compared with."""

    def __init__(self, images: Sequence[ListedImage], config: RelevanceConfig = DEFAULT_CONFIG) -> None:
        self.config = config
        rows = np.stack([image.embedding for image in images]) if images else np.zeros((0, 1))
        self.rows = _to_unit(rows.astype(np.float32))
        self.products = np.array([image.product for image in images])
        self.kinds = np.array([name_kind(image.category) for image in images])

    def compare(self, image: ListedImage, hidden: np.ndarray) -> Relevance:
        """How like its own kind an image is, as if the rows `hidden` (int (n,)) were not there; no flag."""
        cosines = self.rows @ _to_unit(image.embedding[None].astype(np.float32))[0]
        is_there = np.ones(len(self.rows), bool)
        is_there[hidden] = False
        own = is_there & (self.products == image.product)
        strange = is_there & ~own & (cosines < self.config.same)
        kind = name_kind(image.category)
        near = {str(name): self._average(cosines[strange & (self.kinds == name)]) for name in set(self.kinds)}
        kin = near.pop(kind, None)
        others = {name: cosine for name, cosine in near.items() if cosine is not None and name}
        nearest = max(sorted(others), key=lambda name: others[name], default="")
        return Relevance(
            key=image.key,
            product=image.product,
            own=float(cosines[own].max()) if own.any() else None,
            kin=kin if kind else None,
            other=others.get(nearest),
            nearest=nearest,
        )

    def _average(self, cosines: FloatArray) -> float | None:
        return float(np.sort(cosines)[-self.config.nearest :].mean()) if len(cosines) else None


def name_kind(category: str) -> str:
    """The first step of the category's path, '' for none."""
    return (normalise_path(category) or ("",))[0]


def _to_unit(rows: FloatArray) -> FloatArray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _flag(found: list[Relevance], config: RelevanceConfig) -> list[Relevance]:
    contrasts = sorted(one.contrast for one in found if one.contrast is not None)
    allowed = contrasts[: math.ceil(config.share * len(contrasts))]
    limit = min(config.contrast_below, max(allowed, default=-2.0))
    return [replace(one, flag=one.contrast is not None and one.contrast <= limit) for one in found]
