"""What a model, or what ships, says of pictures as it would when it is live: side by side for comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.head_store import Head
from pipeline.image_type import EVERYWHERE, TypeHeads, is_familiar
from pipeline.records import Judgement
from pipeline.training.judge_rows import FINE
from pipeline.training.model_card import Verdicts, decide
from review import catalog_models, inference, live_models, predicting
from review.actions.learning import TYPE
from review.models import Category, ImageAnalysis, ModelVersion, Offer


@dataclass(frozen=True)
class Side:
    """One of the two that are compared: a model of the catalog's own, or what ships (None)."""

    judge: str
    category: Category | None
    model: ModelVersion | None

    def list_types(self) -> tuple[str, ...]:
        """The types that it tells apart; () where nothing does."""
        if self.is_of_categories:
            return tuple(sorted({name for head in _load_heads().heads.values() for name in head.classes}))
        head = self.find_head()
        return head.classes if head else ()

    def judge_images(self, image_ids: Sequence[int], names: tuple[str, ...]) -> Verdicts:
        """Its word on each picture, row for row; a picture that it cannot judge is fine, or unsure."""
        if self.judge == TYPE:
            return self._name_types(image_ids, names)
        return self._flag(image_ids, names)

    def _flag(self, image_ids: Sequence[int], names: tuple[str, ...]) -> Verdicts:
        """With the judge that ships beside it, where both count. Chances are lifted so that 0.5 flags."""
        shipped = _read_words(self.judge, image_ids)
        head = None if self.model is None else self.find_head()
        scores = {} if head is None else predicting.ask(head, image_ids)
        chances, said = np.zeros((len(image_ids), 1), np.float32), np.zeros(len(image_ids), int)
        for row, image in enumerate(image_ids):
            word = shipped.get(image)
            own = scores.get(image)
            if head is not None and own is not None:
                word = live_models.weigh(self.judge, head, float(own[0]), word)
            if word is not None and word.score is not None:
                chances[row, 0], said[row] = lift(word), int(word.flag)
        return Verdicts(chances, said, names)

    def _name_types(self, image_ids: Sequence[int], names: tuple[str, ...]) -> Verdicts:
        if not self.is_of_categories:
            return _name_by(self.find_head(), image_ids, names)
        heads, paths = _load_heads(), _find_categories(image_ids)
        chances = np.zeros((len(image_ids), len(names)), np.float32)
        said = np.full(len(image_ids), len(names))
        for path in {paths.get(image) for image in image_ids}:
            rows = [row for row, image in enumerate(image_ids) if paths.get(image) == path]
            part = _name_by(heads.find_head(path), [image_ids[row] for row in rows], names)
            chances[rows], said[rows] = part.chances, part.said
        return Verdicts(chances, said, names)

    @property
    def is_of_categories(self) -> bool:
        """Whether it is what judges types without a model for all: each category's own head."""
        return self.judge == TYPE and self.model is None and self.category is None

    def find_head(self) -> Head | None:
        backbone = inference.load_assessor().backbone.signature
        if self.model is not None:
            return live_models.load_model(self.model, backbone)
        if self.judge != TYPE:
            return None
        shipped = ModelVersion.objects.filter(judge=TYPE, category=self.category, state="shipped")
        own = shipped.order_by("-pk").first()
        if own is not None:
            return live_models.load_model(own, backbone)
        heads: TypeHeads = catalog_models.load_shipped(backbone)
        return heads.find_head(self.category.path if self.category else EVERYWHERE)


def _name_by(head: Head | None, image_ids: Sequence[int], names: tuple[str, ...]) -> Verdicts:
    chances = np.zeros((len(image_ids), len(names)), np.float32)
    said = np.full(len(image_ids), len(names))
    found = {} if head is None else predicting.ask(head, image_ids)
    rows = [row for row, image in enumerate(image_ids) if image in found]
    if head is None or not rows:
        return Verdicts(chances, said, names)
    columns = [names.index(name) for name in head.classes]
    read = np.stack([found[image_ids[row]] for row in rows])
    chances[np.ix_(rows, columns)] = read
    own = decide(read, head, head.classes).said
    known = _find_familiar(head, [image_ids[row] for row in rows])
    named = (own < len(columns)) & known
    said[np.array(rows)[named]] = np.array(columns)[own[named]]
    return Verdicts(chances, said, names)


def _load_heads() -> TypeHeads:
    """The heads that judge now, of all categories."""
    return catalog_models.load_types(inference.load_assessor().backbone.signature)


def _find_categories(image_ids: Sequence[int]) -> dict[int, str | None]:
    """Each picture's category, by the product that it was offered for last."""
    offers = Offer.objects.filter(image__in=list(image_ids)).order_by("pk")
    return dict(offers.values_list("image", "product__category__path"))


def lift(word: Judgement) -> float:
    """A score between 0 and 1 that flags from 0.5 on, the surer of a head's and the shipped judge's."""
    beside = word.evidence.get("shipped") or word.evidence.get("beside")
    scores = [_lift(word.score, word.threshold)]
    if beside:
        scores.append(_lift(beside["score"], beside["threshold"]))
    return max(scores)


def _lift(score: float | None, threshold: float | None) -> float:
    if score is None or threshold is None:
        return 0.0
    if score < threshold:
        return 0.5 * score / threshold
    return 0.5 + 0.5 * (score - threshold) / max(1 - threshold, 1e-6)


def name_values(judge: str, sides: Sequence[Side], values: Sequence[str]) -> tuple[str, ...]:
    """What rows can be: fine or the defect; of types, all that either side or anybody named."""
    if judge != TYPE:
        return (FINE, judge)
    return tuple(sorted({*values, *(name for side in sides for name in side.list_types())}))


def number(judge: str, names: tuple[str, ...], values: Sequence[str]) -> np.ndarray:
    """What people said ('yes', 'no', a type) as numbers into the names."""
    if judge != TYPE:
        return np.array([int(value == "yes") for value in values], int)
    return np.array([names.index(value) for value in values], int)


def _read_words(judge: str, image_ids: Sequence[int]) -> dict[int, Judgement]:
    """What the judge that ships said of pictures when they were looked at."""
    version = inference.load_assessor().version
    found: dict[int, Judgement] = {}
    for at in range(0, len(image_ids), predicting.CHUNK):
        rows = ImageAnalysis.objects.filter(version=version, image__in=image_ids[at : at + predicting.CHUNK])
        for image, word in rows.values_list("image", f"judgements__{judge}"):
            if word and word["score"] is not None:
                found[image] = Judgement.from_json(judge, word)
    return found


def _find_familiar(head: Head, image_ids: list[int]) -> np.ndarray:
    """bool (N,): near enough to what the head learnt from."""
    known = {
        image: near
        for part in predicting.read_embeddings(image_ids)
        for image, near in zip(part.ids, is_familiar(head, part.features), strict=True)
    }
    return np.array([bool(known.get(image, False)) for image in image_ids])
